"""When one may object, and how an objection is dealt with."""

from apps.listings.states import LABELS as LISTING_LABELS
from apps.listings.states import ListingStatus
from apps.objections.states import LABELS, ObjectionStatus
from kernel.errors import Code, Refusal
from kernel.transitions import why_not_in

OBJECTIONABLE = (ListingStatus.ANNOUNCED, ListingStatus.PUBLICISED)
"""Anyone may object during announcement and publication (process: objections)."""


MOST_OF_A_PERSON = 2
MOST_OF_AN_ADDRESS = 3
MOST_OF_AN_ADDRESS_A_DAY = 6
"""How many objections may wait for an answer on one lot, by one person and from one address, and come on one day."""
LEAST_OF_A_FLOOD = 5
MOST_AT_ONCE = 500


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


def why_not_again(*, from_address: int, from_person: int, address_today: int) -> Refusal | None:
    """`duplicate_request` for whoever waits for answers already, or has come too often on one day."""
    if from_person >= MOST_OF_A_PERSON:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"您对本项目已有{from_person}件异议待受理，请等待处理结果后再提出。",
            {"waiting": str(from_person)},
        )
    if from_address >= MOST_OF_AN_ADDRESS:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"该网络地址对本项目已有{from_address}件异议待受理，请等待处理结果，或登录后提出，或以书面方式提交交易机构。",
            {"waiting": str(from_address)},
        )
    if address_today >= MOST_OF_AN_ADDRESS_A_DAY:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"该网络地址今日已提出{address_today}件异议，请明日再提出，或登录后提出，或以书面方式提交交易机构。",
            {"today": str(address_today)},
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
