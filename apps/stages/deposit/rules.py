"""Which money counts as a deposit (保证金)."""

from datetime import datetime

from apps.listings.states import BEFORE_CLOSE, ListingStatus
from apps.money.rules import Verdict, taken_but_for
from apps.stages.qualification.states import RegistrationStatus
from kernel.clock import iso, written
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan
from kernel.text import same


def why_not_receive(
    *,
    payer: str,
    bidder: str,
    is_own: bool = False,
    arrived_at: datetime,
    cutoff_at: datetime,
    listing: ListingStatus,
    registration: RegistrationStatus,
) -> Refusal | None:
    """Why an entry does not count: a third party's, arrived at or after the cut-off, or for nothing any more.

    What counts is arrival at the bank, whenever the entry was imported. `is_own`: two persons found the payer to be
    the bidder, though the bank writes its name in another way.
    """
    if not is_own and not same(payer, bidder):
        return Refusal(Code.PAYER_MISMATCH, "付款人与竞买人不一致，款项原路退回，请以竞买人名义缴纳。")
    if arrived_at >= cutoff_at:
        return Refusal(
            Code.TOO_LATE,
            f"到账时已过保证金到账截止时间{written(cutoff_at)}，款项原路退回。",
            {"cutoff": iso(cutoff_at)},
        )
    if registration is RegistrationStatus.REJECTED:
        return Refusal(Code.NOT_QUALIFIED, "竞买申请未获通过，款项原路退回。")
    if listing not in BEFORE_CLOSE:
        return Refusal(Code.WRONG_STATUS, "项目交易已结束，款项原路退回。", {"status": str(listing)})
    return None


def judged(
    *,
    payer: str,
    bidder: str,
    is_own: bool,
    arrived_at: datetime,
    cutoff_at: datetime | None,
    listing: ListingStatus,
    registration: RegistrationStatus,
    amount: Yuan,
    held: Yuan,
    required: Yuan,
    tolerance: Yuan,
) -> Verdict:
    """What becomes of an entry once it counts, `held` being there already: the same for preview and booking."""
    refusal = why_not_receive(
        payer=payer,
        bidder=bidder,
        is_own=is_own,
        arrived_at=arrived_at,
        cutoff_at=cutoff_at or arrived_at,
        listing=listing,
        registration=registration,
    )
    if refusal is not None:
        return Verdict(refusal=refusal, sentence=refusal.sentence)
    _counted, excess = split(amount=amount, held=held, required=required)
    return taken_but_for(excess, amount=amount, what=f"应缴保证金{required:,}元", tolerance=tolerance)


def cutoff_standing(cutoff: datetime | None, *, paused_at: datetime | None, now: datetime) -> datetime | None:
    """The cut-off as it will be: while the lot stands still it moves out with time."""
    if cutoff is None or paused_at is None or cutoff < paused_at:
        return cutoff
    return cutoff + (now - paused_at)


def split(*, amount: Yuan, held: Yuan, required: Yuan) -> tuple[Yuan, Yuan]:
    """(what counts, what is too much) of an amount that arrives when `held` of `required` is there."""
    missing = max(required - held, ZERO)
    counted = min(amount, missing)
    return counted, amount - counted


def is_full(*, held: Yuan, required: Yuan) -> bool:
    """Whether the deposit is there in full."""
    return held >= required
