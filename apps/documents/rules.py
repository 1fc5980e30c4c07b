"""A document's verification code (验证码), the digests of its content and facts, and how much evidence is taken."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.canonical import canonical
from kernel.errors import Code, Refusal

CODE_BYTES = 10
"""80 bits: guessing a verification code is hopeless."""


_CODE = re.compile(r"[A-Z2-7]{16}")


def verification_code(token: bytes) -> str:
    """Ten random bytes as base32 in four groups of four (验证码): MZXW-6YTB-OI7D-QNJ2. ValueError for fewer bytes."""
    if len(token) < CODE_BYTES:
        raise ValueError(f"a verification code needs {CODE_BYTES} random bytes")
    signs = base64.b32encode(token[:CODE_BYTES]).decode()
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def typed_code(text: str) -> str | None:
    """The code somebody typed, with or without dashes, in any case and width; None when it is not a code."""
    signs = re.sub(r"[\s\-–—_]", "", unicodedata.normalize("NFKC", text)).upper()
    if not _CODE.fullmatch(signs):
        return None
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def sha256(content: bytes) -> str:
    """The content's SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def facts_sha256(facts: dict[str, object]) -> str:
    """The SHA-256 of facts in canonical JSON."""
    return sha256(canonical(facts))


_PHONE = re.compile(
    r"(?:\+?86[- ]?)?1[0-9]{10}"  # a mobile
    r"|(?:0[0-9]{2,3}[- ]?)?[0-9]{5,8}(?:[-转 ]{1,2}[0-9]{1,6})?"  # a line, with an extension
    r"|[48]00-?[0-9]{3}-?[0-9]{4}"
)
_LONGEST_ADDRESS = 60
_NO_ADDRESS = re.compile(
    r"[0-9０-９]{7}|[0-9０-９][,，.0-9０-９ ]*(?:万?元|亩|公斤)|[账帐][号户]|户名|开户|保证金|起始价|价款"
)
_MB = 1024 * 1024


@dataclass(frozen=True)
class Most:
    """How many files and bytes an organisation may lay down in one case."""

    files: int
    size_bytes: int


MOST_OF_A_PARTY = Most(60, 300 * _MB)
MOST_OF_A_NEWCOMER = Most(12, 60 * _MB)
"""Of one that has not applied yet."""
MOST_OF_A_FUND = Most(3000, 6000 * _MB)
"""Copies of vouchers by a county's finance on one source of proceeds: it pays for years."""
MOST_OF_A_PERSON_AN_HOUR = 60


def why_not_more(*, files: int, total_bytes: int, most: Most, in_last_hour: int) -> Refusal | None:
    """`invalid` for more than can be read: `files` lie there already, `total_bytes` with the one that is to come,
    `in_last_hour` the person has laid down anywhere.
    """
    if files >= most.files or total_bytes > most.size_bytes:
        return Refusal(
            Code.INVALID,
            f"每个单位对一个项目最多上传{most.files}份、合计{most.size_bytes // _MB} MB 材料，请合并或精简后上传。",
            {"files": str(files), "most_files": str(most.files), "most_bytes": str(most.size_bytes)},
        )
    if in_last_hour >= MOST_OF_A_PERSON_AN_HOUR:
        return Refusal(
            Code.INVALID,
            f"一小时内最多上传{MOST_OF_A_PERSON_AN_HOUR}份材料，请稍后再传。",
            {"most": str(MOST_OF_A_PERSON_AN_HOUR)},
        )
    return None


def why_not_by_approver(*, approves: bool) -> Refusal | None:
    """`not_permitted` for papers from who releases what stands on them: one person would make both."""
    if not approves:
        return None
    return Refusal(
        Code.NOT_PERMITTED,
        "材料由本单位经办人员上传；审核人员审核其所附的事项，不得自行上传，请交经办人员办理。",
        {"duty": "approver"},
    )


def why_not_arrived(*, on: date, today: date) -> Refusal | None:
    """`invalid` for an incoming document that is dated after today (Beijing)."""
    if on <= today:
        return None
    return Refusal(
        Code.INVALID,
        f"来文日期{on:%Y-%m-%d}晚于今日{today:%Y-%m-%d}，请核对。",
        {"field": "document_date"},
    )


def why_not_enter(*, again: bool, number: str) -> Refusal | None:
    """`duplicate_request` for a document that did the same to the same case before."""
    if not again:
        return None
    return Refusal(
        Code.DUPLICATE_REQUEST,
        f"来文“{number}”已据以办理过本项目的这一事项，不能再次使用，请核对来文文号。",
        {"document_no": number},
    )


def why_not_register(*, before: str, now: str) -> Refusal | None:
    """`invalid` for a register number where the act entered none, or for none where it entered one."""
    if bool(before) == bool(now):
        return None
    said = "须填写登记号（部备案号或者部受理号）" if before else "本来文未登记部备案号或者部受理号，不能填写"
    return Refusal(Code.INVALID, f"{said}，请核对。", {"field": "register_no"})


def nothing_to_replace_with() -> Refusal:
    """`missing_document` where another file is meant and none has been handed in."""
    return Refusal(
        Code.MISSING_DOCUMENT,
        "尚未上传用于更换的《外部来文》，请先在原页面上传正确的扫描件，再办理更正。",
        {"missing": "incoming_document"},
    )


def why_not_same(*, changed: bool) -> Refusal | None:
    """`invalid` for a correction that changes nothing."""
    if changed:
        return None
    return Refusal(Code.INVALID, "更正后的内容与原登记完全相同，无需更正，请核对。", {"field": "document_no"})


def why_not_again(number: str, *, corrected: bool) -> Refusal | None:
    """`wrong_status` for a document in whose place another stands already."""
    if not corrected:
        return None
    return Refusal(Code.WRONG_STATUS, "本文书已更正，请对更正后的文书办理。", {"number": number})


def why_not_places(given: Sequence[str], *, known: Collection[str]) -> Refusal | None:
    """`invalid` for words that may not be mended, and for the same ones twice."""
    if all(each in known for each in given) and len(set(given)) == len(given):
        return None
    return Refusal(
        Code.INVALID,
        "请从所列可以更正的文字中选择，每处一次。数量、价格、当事人、等别、日期等不能以更正改变："
        "公告的变更请发布补充公告，已生效的数量和款项请依核减、撤销、冲回等程序办理。",
        {"field": "mends"},
    )


def why_not_mend(label: str, wrong: str, right: str, *, sort: str) -> Refusal | None:
    """`invalid` for a slip that mends nothing, for a telephone that is none, and for an address that tells of money."""
    if wrong == right:
        return Refusal(Code.INVALID, f"“{label}”更正前后相同，请核对。", {"field": "mends"})
    if sort == "phone" and not _PHONE.fullmatch(right):
        return Refusal(
            Code.INVALID,
            f"“{label}”只能填写一个电话号码（区号、号码、分机号），请核对。",
            {"field": "mends"},
        )
    if sort == "address" and (len(right) > _LONGEST_ADDRESS or _NO_ADDRESS.search(right)):
        return Refusal(
            Code.INVALID,
            f"“{label}”只能填写地址，至多{_LONGEST_ADDRESS}字，不得写入账号、金额、面积等内容，请核对。",
            {"field": "mends"},
        )
    return None


def why_not_taken_from(text: str, said: str) -> Refusal | None:
    """`invalid` for a number or day of a paper of outside that is not what that says on record."""
    if text == said:
        return None
    return Refusal(
        Code.INVALID,
        f"所据来文现登记为“{said or '无'}”，文书更正后须与其完全一致，现为“{text}”，请先更正来文的登记，"
        "并将文号和日期一并更正。",
        {"field": "mends", "expected": said, "given": text},
    )
