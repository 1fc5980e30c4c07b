"""What identifies an organisation: its social credit code (GB 32100), a phone number; which two nobody serves."""

import re
import unicodedata
from collections.abc import Set

from apps.parties.roles import Can
from kernel.capabilities import Capability

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE = re.compile(rf"[{_SIGNS}]{{18}}")
_PHONE = re.compile(r"(\+?[0-9]{1,4}[ -]?)?(\(?0[0-9]{2,3}\)?[ -]?)?[0-9][0-9 -]{5,14}[0-9](-[0-9]{1,6})?")

_CHECKS_OTHERS = frozenset(
    {
        *(Can.RUN_TRADES, Can.DECIDE_FOR_PROVINCE, Can.REVIEW_FOR_CITY, Can.MEASURE),
        *(Can.BOOK_MONEY, Can.BOOK_FUNDS, Can.AUDIT_FUNDS, Can.SUPERVISE),
    }
)
"""What one office does so that another does not do it alone: measure, review, decide, book, audit, supervise."""


def keep_apart(one: Set[Capability], other: Set[Capability]) -> bool:
    """Whether nobody may serve two organisations of a province with these capabilities: one of them checks the other.

    Two of the same kind, such as two county governments, do not check each other.
    """
    return one != other and bool((one | other) & _CHECKS_OTHERS)


def credit_code(text: str) -> str:
    """A unified social credit code (统一社会信用代码) as it is stored. ValueError when its check sign does not hold."""
    found = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()
    if not _CODE.fullmatch(found):
        raise ValueError("统一社会信用代码为18位数字或大写字母（不含I、O、S、V、Z），请核对。")
    if check_sign(found[:17]) != found[17]:
        raise ValueError("统一社会信用代码的校验位不符，请核对登记证书。")
    return found


def check_sign(first: str) -> str:
    """The eighteenth sign for the first seventeen (GB 32100-2015, annex A)."""
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(first))
    return _SIGNS[-total % 31]


def phone(text: str) -> str:
    """A phone number as it is printed. ValueError for what cannot be dialled."""
    found = unicodedata.normalize("NFKC", text).strip()
    if not _PHONE.fullmatch(found) or not 7 <= sum(sign.isdigit() for sign in found) <= 20:
        raise ValueError("联系电话格式不正确，请写成“0371-60000000”的样子。")
    return found
