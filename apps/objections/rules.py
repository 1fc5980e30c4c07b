"""When one may object, and how an objection is dealt with."""

from apps.listings.states import LABELS as LISTING_LABELS
from apps.listings.states import ListingStatus
from apps.objections.states import LABELS, ObjectionStatus
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in

OBJECTIONABLE = (ListingStatus.ANNOUNCED, ListingStatus.PUBLICISED)
"""Anyone may object during announcement and publication (process: objections)."""


def why_not_raise(*, status: ListingStatus, text: str, name: str, contact: str) -> Refusal | None:
    """`wrong_status` outside announcement and publication; `invalid` without a text and a way to answer."""
    refusal = why_not_in(status, OBJECTIONABLE, labels=LISTING_LABELS)
    if refusal is not None:
        return refusal
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
