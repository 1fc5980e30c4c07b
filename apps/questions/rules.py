"""When one may ask about a lot, and how a question is answered."""

import re
from datetime import datetime

from apps.listings.states import LABELS as LISTING_LABELS
from apps.listings.states import ListingStatus
from apps.questions.states import LABELS, QuestionStatus
from kernel.anonymous import Sort
from kernel.clock import iso, written
from kernel.errors import Code, Refusal
from kernel.text import folded, hidden_sign
from kernel.transitions import why_not_in

ASKABLE = (ListingStatus.ANNOUNCED,)
LEAST_SIGNS = 5
MOST_SIGNS = 1000
QUESTION = Sort(
    name="question",
    noun="咨询",
    waiting="待答复",
    otherwise="致电交易机构",
    of_a_person=3,
    of_an_address=3,
    of_an_address_anywhere=6,
)


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


_TELEPHONE = re.compile(
    r"(?<![0-9])(?:(?:\+|00)?86[-./_]?)?(?:1[3-9](?:[-./_]?[0-9]){9}"
    r"|\(?0[1-9][0-9]{1,2}\)?[-./_]?[1-9](?:[-./_]?[0-9]){6,7}|[48]00[-./_]?(?:[0-9][-./_]?){7})(?![0-9])"
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def why_not_named(named: str, *, field: str, label: str) -> Refusal | None:
    """`invalid` for a text that everybody will read and that names one that may bid."""
    return _gives_away(f"单位名称“{named}”", field=field, label=label) if named else None


def why_not_reachable(text: str, *, field: str, label: str) -> Refusal | None:
    """`invalid` for a telephone number or an e-mail address of whoever asks, however it is written."""
    key = folded(text)
    if _TELEPHONE.search(key) or _ADDRESS.search(key):
        return _gives_away("电话或电子邮箱", field=field, label=label)
    return None


def _gives_away(what: str, *, field: str, label: str) -> Refusal:
    return Refusal(
        Code.INVALID,
        f"{label}将向所有人公开，不能含有{what}，以免透露咨询人身份，请删去后提交。",
        {"field": field},
    )


def why_not_answer(*, status: QuestionStatus, published_text: str, answer: str) -> Refusal | None:
    """Answered once, with the question as it is published and an answer."""
    refusal = why_not_in(status, [QuestionStatus.ASKED], labels=LABELS)
    if refusal is not None:
        return refusal
    return why_not_text(published_text, field="published_text", label="公开的问题") or why_not_text(
        answer, field="answer", label="答复"
    )
