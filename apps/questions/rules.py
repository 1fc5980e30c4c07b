"""When one may ask about a lot, and how a question is answered."""

import re
from collections.abc import Collection
from datetime import datetime

from apps.listings.states import LABELS as LISTING_LABELS
from apps.listings.states import ListingStatus
from apps.questions.states import LABELS, QuestionStatus
from kernel.clock import iso, written
from kernel.errors import Code, Refusal
from kernel.text import folded, hidden_sign
from kernel.transitions import why_not_in

ASKABLE = (ListingStatus.ANNOUNCED,)
LEAST_SIGNS = 5
MOST_SIGNS = 1000
MOST_OF_A_PERSON = 3
MOST_OF_AN_ADDRESS = 3
MOST_OF_AN_ADDRESS_A_DAY = 6
"""How many questions may wait for an answer on one lot, by one person and from one address, and come on one day."""


def why_not_ask(
    *, status: ListingStatus, closes_at: datetime | None, now: datetime, text: str
) -> Refusal | None:
    """`too_late` once registration has closed, `wrong_status` outside the announcement, `invalid` for the text."""
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可咨询。", {"status": str(status)})
    if closes_at is not None and now >= closes_at:
        return Refusal(
            Code.TOO_LATE,
            f"报名已于{written(closes_at)}截止，咨询同时截止；如认为公告或竞价有误，请提出异议。",
            {"closed": iso(closes_at)},
        )
    return why_not_in(status, ASKABLE, labels=LISTING_LABELS) or why_not_text(
        text, field="text", label="咨询内容"
    )


def why_not_text(text: str, *, field: str, label: str) -> Refusal | None:
    """`invalid` for what is too short, too long, or would read otherwise than it is written."""
    hidden = hidden_sign(text)
    if hidden:
        return Refusal(
            Code.INVALID,
            f"{label}含有不可见或改变文字方向的字符（{hidden}），请删去后重新提交。",
            {"field": field},
        )
    length = len(text.strip())
    if length < LEAST_SIGNS:
        return Refusal(
            Code.INVALID, f"{label}不得少于{LEAST_SIGNS}个字，请写明要问的事项。", {"field": field}
        )
    if length > MOST_SIGNS:
        return Refusal(Code.INVALID, f"{label}不得超过{MOST_SIGNS}个字，请精简后提交。", {"field": field})
    return None


_TELEPHONE = re.compile(r"(?<![0-9])(?:1[3-9][0-9]{9}|0[0-9]{2,3}[-－—]?[0-9]{7,8})(?![0-9])")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


def why_not_public(text: str, *, names: Collection[str], field: str, label: str) -> Refusal | None:
    """`invalid` for what would tell who asked: a telephone number, an e-mail address, the name of one that may bid."""
    key = folded(text)
    said = next((name for name in names if folded(name) in key), "")
    found = _TELEPHONE.search(text) or _ADDRESS.search(text)
    if not said and not found:
        return None
    what = f"单位名称“{said}”" if said else "电话或电子邮箱"
    return Refusal(
        Code.INVALID,
        f"{label}将向所有人公开，不能含有{what}，以免透露咨询人身份，请删去后提交。",
        {"field": field},
    )


def why_not_again(*, from_address: int, from_person: int, address_today: int) -> Refusal | None:
    """`duplicate_request` for whoever waits for answers already, or has come too often on one day."""
    if from_person >= MOST_OF_A_PERSON:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"您对本项目已有{from_person}件咨询待答复，请等待答复后再提出。",
            {"waiting": str(from_person)},
        )
    if from_address >= MOST_OF_AN_ADDRESS:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"该网络地址对本项目已有{from_address}件咨询待答复，请等待答复，或登录后提出。",
            {"waiting": str(from_address)},
        )
    if address_today >= MOST_OF_AN_ADDRESS_A_DAY:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"该网络地址今日已提出{address_today}件咨询，请明日再提出，或登录后提出。",
            {"today": str(address_today)},
        )
    return None


def why_not_answer(*, status: QuestionStatus, published_text: str, answer: str) -> Refusal | None:
    """Answered once, with the question as it is published and an answer."""
    refusal = why_not_in(status, [QuestionStatus.ASKED], labels=LABELS)
    if refusal is not None:
        return refusal
    return why_not_text(published_text, field="published_text", label="公开的问题") or why_not_text(
        answer, field="answer", label="答复"
    )
