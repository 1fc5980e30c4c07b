"""When one may object, and how an objection is dealt with."""

from dataclasses import replace

from apps.objections.states import LABELS, ObjectionStatus
from kernel.anonymous import Sort
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in

OBJECTION = Sort(
    name="objection",
    noun="异议",
    waiting="待受理",
    otherwise="以书面方式提交交易机构",
    of_a_person=2,
    of_an_address=3,
    of_an_address_anywhere=6,
)
LEAST_OF_A_FLOOD = 5
MOST_AT_ONCE = 500


def sort_for(office: str) -> Sort:
    """The same for cases that another office decides on: on paper one objects there."""
    return replace(OBJECTION, otherwise=f"以书面方式提交{office}")


def why_not_raise(*, text: str, name: str, contact: str) -> Refusal | None:
    """`invalid` without a text and a way to answer."""
    for value, field, label in (
        (text, "text", "异议内容"),
        (name, "name", "姓名或单位"),
        (contact, "contact", "联系方式"),
    ):
        if not value.strip():
            return Refusal(
                Code.INVALID, f"请填写{label}，以便核实和答复；您的身份将依法保密。", {"field": field}
            )
    return None


def why_not_dismiss(*, count: int, reason: str) -> Refusal | None:
    """`invalid` without a reason, or for so few that each can be answered by itself."""
    if not reason.strip():
        return Refusal(Code.INVALID, "批量不予受理须写明理由。", {"field": "reason"})
    if count < LEAST_OF_A_FLOOD:
        return Refusal(
            Code.INVALID,
            f"截至所填编号，待受理的匿名异议只有{count}件；不足{LEAST_OF_A_FLOOD}件的，请逐件决定是否受理。",
            {"count": str(count), "least": str(LEAST_OF_A_FLOOD)},
        )
    return None


def why_not_accept(*, status: ObjectionStatus, accepted: bool, reason: str) -> Refusal | None:
    """Accepted or refused once; a refusal gives its reason."""
    refusal = why_not_in(status, [ObjectionStatus.RAISED], labels=LABELS)
    if refusal is None and not accepted and not reason.strip():
        refusal = Refusal(Code.INVALID, "不予受理须写明理由。", {"field": "reason"})
    return refusal


def why_not_decide(*, status: ObjectionStatus, reason: str) -> Refusal | None:
    """Decided once, after it was accepted, with reasons."""
    refusal = why_not_in(status, [ObjectionStatus.ACCEPTED], labels=LABELS)
    if refusal is None and not reason.strip():
        refusal = Refusal(Code.INVALID, "处理决定须写明理由。", {"field": "reason"})
    return refusal
