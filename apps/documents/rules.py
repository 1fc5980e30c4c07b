"""A document's verification code (验证码), the digests of its content and facts, and how much evidence is taken."""

import base64
import hashlib
import re
import unicodedata
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
