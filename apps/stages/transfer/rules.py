"""Handing quota over (指标划转), and what a retest with less costs the seller (质量退款)."""

from apps.listings.states import LABELS, ListingStatus
from kernel.errors import Code, Refusal
from kernel.money import Yuan, round_fen
from kernel.quantity import Quantity
from kernel.transitions import why_not_in

AFTER_TRANSFER = (ListingStatus.TRANSFERRED, ListingStatus.PUBLICISED, ListingStatus.COMPLETED)


def why_not_execute(*, status: ListingStatus, open_objections: int) -> Refusal | None:
    """`wrong_status` until paid, `suspended` while it stands still, `objection_open` meanwhile."""
    if status is ListingStatus.SUSPENDED:
        return Refusal(Code.SUSPENDED, "项目已中止，恢复后方可划转指标。", {"status": str(status)})
    refusal = why_not_in(status, [ListingStatus.PAID], labels=LABELS)
    if refusal is None and open_objections:
        refusal = Refusal(
            Code.OBJECTION_OPEN,
            f"尚有{open_objections}件异议未办结，办结后方可划转。",
            {"open": str(open_objections)},
        )
    return refusal


def why_not_before_remittance(*, remitted: bool) -> Refusal | None:
    """`wrong_status` while the price has not left for its seller."""
    if remitted:
        return None
    return Refusal(Code.WRONG_STATUS, "价款尚未划付出让方收款账户，请先由财政部门办理划付。")


def why_not_claim(
    *, status: ListingStatus, sold: Quantity, retested: Quantity, claimed_before: bool
) -> Refusal | None:
    """A claim comes after transfer, once per kind, and only for less than what was sold."""
    refusal = why_not_in(status, AFTER_TRANSFER, labels=LABELS)
    if refusal is not None:
        return refusal
    if claimed_before:
        return Refusal(
            Code.DUPLICATE_REQUEST,
            f"{sold.kind.label}的质量退款已提出，不能重复提出。",
            {"kind": str(sold.kind)},
        )
    if not sold.amount:
        return Refusal(Code.INVALID, f"本项目未出让{sold.kind.label}。", {"kind": str(sold.kind)})
    if retested.amount >= sold.amount or retested.amount < 0:
        return Refusal(
            Code.AMOUNT_EXCEEDS,
            f"复测{retested.text}须少于成交{sold.text}，方可提出质量退款。",
            {"sold": str(sold), "retested": str(retested)},
        )
    return None


def quality_refund(*, price: Yuan, sold: Quantity, retested: Quantity) -> Yuan:
    """price × shortfall share, in yuan, rounded half up to 分 (process: quality claim)."""
    return round_fen(price.amount * (sold.amount - retested.amount) / sold.amount)
