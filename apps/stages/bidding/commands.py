"""Opening, bidding, timed rounds and the close (网上挂牌报价、限时竞价)."""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import compress
from typing import Any

from django.db import transaction

from apps.listings import commands as listings
from apps.listings.models import Listing, bidding_window
from apps.listings.names import (
    BIDDING_CLOSE_DEADLINE,
    BIDDING_OPEN_DEADLINE,
    REGISTRATION_CLOSE_DEADLINE,
)
from apps.listings.queries import locked
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.rulebook.parameters import Parameters
from apps.stages.announcement.commands import frozen_facts
from apps.stages.announcement.models import Announcement
from apps.stages.award import commands as awards
from apps.stages.award.events import ListingClosed, ListingUnsold
from apps.stages.bidding import rules, snapshot
from apps.stages.bidding.decision import AcceptedBid, Answer, Decision, Receipt
from apps.stages.bidding.events import (
    AwardWithheld,
    BiddingOpened,
    BidsPlaced,
    TimedRoundStarted,
)
from apps.stages.bidding.methods import METHOD
from apps.stages.bidding.models import AuctionResult, Bid
from apps.stages.bidding.names import BID_PLACE
from apps.stages.bidding.queries import fault_of_bid_history
from apps.stages.bidding.snapshot import BidContext, BidderState, BidRequest
from apps.stages.deposit.queries import paddles
from kernel import bulk, clock
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.audit.models import AuditEntry
from kernel.availability.queries import Gap, worst_gap
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import Unsettled
from kernel.errors import Refusal, Refused
from kernel.events import emit
from kernel.money import Yuan
from kernel.outbox import commands as outbox
from kernel.outbox.models import Message
from kernel.sealing import open_sealed

_WIDEST_WINDOW = timedelta(days=1)
"""What `outage_window_minutes` may be at most: no lot that closes later is looked at after an outage."""
logger = logging.getLogger(__name__)


@transaction.atomic
def place(
    *,
    listing_id: int,
    unit_price: Yuan,
    by: Actor,
    now: datetime,
    request_id: str = "",
    seen_price: Yuan | None = None,
    saw_none: bool = False,
    read_clock: Callable[[], datetime] | None = None,
) -> Receipt:
    """Bid `unit_price` (元/亩 or 元/公斤) on a lot. An accepted bid is irrevocable.

    Everything is decided under the lot's lane by one reading of the clock taken after it is held; `now` only names
    the attempt. With `request_id`, the same request again is answered with its first receipt.
    `seen_price` is the price the bidder decided on; `saw_none`, that there was none: it is told of a bid in between.
    Refuses: not_permitted, not_found, suspended, bidding_not_open, bidding_closed, self_dealing, not_qualified,
    barred, deposit_missing, below_start, below_increment, not_a_multiple, above_ceiling, stale_price,
    duplicate_request, invalid (a total beyond what can be dealt with); each price refusal names the lowest valid price.
    """
    require_capability(by, Can.BUY)
    ask = BidRequest(
        listing_id=listing_id,
        organisation_id=by.organisation_id,
        person_id=by.person_id,
        unit_price=unit_price,
        request_id=request_id,
        seen_price=seen_price,
        saw_none=saw_none,
        address=by.address,
        dry_run=by.dry_run,
    )
    decision = _decide([ask], snapshot.read([ask], read_clock=read_clock))
    [answer] = decision.answers
    if isinstance(answer, Unsettled):
        raise answer
    if isinstance(answer, Refusal):
        raise Refused(answer)
    _keep(decision)
    return answer


@transaction.atomic
def place_all(
    asks: Sequence[BidRequest], *, read_clock: Callable[[], datetime] | None = None
) -> list[Answer]:
    """Decide bids that wait, of any lots, together and in their order: one transaction, one reading of the clock.

    Gives for each what `place` would have: its receipt, or why it is refused (which is recorded); or `Unsettled` where
    a deadline of the lot comes first, and the asker settles it and asks again.
    """
    decision = _decide(asks, snapshot.read(asks, read_clock=read_clock))
    _keep(decision)
    return decision.answers


@transaction.atomic
def place_those_free(asks: Sequence[BidRequest]) -> list[Answer | None]:
    """The same for the lots that nobody holds. None for the others: they are to be asked again, by whoever can wait."""
    reading = snapshot.read(asks, wait=False)
    aside = set(snapshot.lots_of(asks)) - reading.held
    free = [ask.listing_id not in aside for ask in asks]
    decision = _decide(list(compress(asks, free)), reading, list(compress(reading.askers, free)))
    _keep(decision)
    answers = iter(decision.answers)
    return [next(answers) if now else None for now in free]


def _decide(
    asks: Sequence[BidRequest], reading: BidContext, askers: Sequence[BidderState] | None = None
) -> Decision:
    """The lots are held, and the clock was read once: decide in order."""
    decision = Decision(reading.at, reading.places)
    decision.decide(asks, reading.askers if askers is None else askers)
    return decision


def _keep(decision: Decision) -> None:
    """The bids, the record of all that was asked, a hint for each lot and what follows: in one round trip."""
    taken, at = decision.taken, decision.at
    spans: dict[int, tuple[int, int]] = {}
    for each in taken:
        first, _ = spans.get(each.ask.listing_id, (each.receipt.sequence, 0))
        spans[each.ask.listing_id] = (first, each.receipt.sequence)
    told = [listings.change_of(listing_id) for listing_id in spans]
    if spans:
        told.append(outbox.NewMessage("outbid", {"lots": {str(key): span for key, span in spans.items()}}))
    ends = {audit.chain_of(pk): place.recorded for pk, place in decision.places.items()}
    bulk.insert_all(
        [
            (Bid, [_row(each) for each in taken]),
            (AuditEntry, audit.rows_of(list(_notes(decision)), ends)),
            (Message, outbox.rows_of(told, now=at)),
        ]
    )
    outbox.publish_on_commit(told)
    if not taken:
        return
    for listing_id, lot in decision.extended():
        _extend(listing_id, lot, now=at)
    emit(BidsPlaced(lots=spans, now=at))


def _notes(decision: Decision) -> Iterator[audit.Note]:
    """What was done, and what was tried on lots that exist, for the record."""
    for each in decision.taken:
        if not each.actor.dry_run:
            yield audit.Note(
                verb=BID_PLACE,
                by=each.actor,
                now=decision.at,
                case_id=each.ask.listing_id,
                subject=f"bidding.bid:{each.bid_id}",
                after={"sequence": each.receipt.sequence, "unit_price": str(each.receipt.unit_price)},
            )
    for ask, actor, refusal in decision.refused:
        if ask.listing_id in decision.places:
            yield audit.refused(
                verb=BID_PLACE,
                by=actor,
                now=decision.at,
                case_id=ask.listing_id,
                refusal=refusal,
                tried={"unit_price": str(ask.unit_price), "request_id": ask.request_id},
            )


def _row(taken: AcceptedBid) -> dict[str, Any]:
    receipt = taken.receipt
    return {
        "id": taken.bid_id,
        "listing_id": receipt.listing_id,
        "certificate_id": taken.certificate_id,
        "sequence": receipt.sequence,
        "unit_price": str(receipt.unit_price),
        "received_at": receipt.received_at,
        "timed_round": taken.timed_round,
        "request_id": taken.ask.request_id,
        "placed_by_id": taken.actor.person_id,
        "previous_hash": receipt.previous_hash,
        "hash": receipt.hash,
    }


def _extend(listing_id: int, lot: rules.Lot, *, now: datetime) -> None:
    """In timed bidding every accepted bid starts the round again."""
    Listing.objects.filter(pk=listing_id).update(closes_at=lot.closes_at, timed_round=lot.timed_round)
    closing = deadlines.pending(kind=BIDDING_CLOSE_DEADLINE, case_id=listing_id)
    if closing is None:
        raise RuntimeError(f"listing {listing_id} is in a timed round without a close")
    deadlines.move(closing, due_at=lot.closes_at, reason="限时竞价顺延", now=now)


def open_bidding(deadline: Deadline, now: datetime) -> None:
    """The opening instant has come: bids are taken. An open objection suspends the lot instead."""
    listing = locked(deadline.of_case)
    if listing.open_objections:
        listings.suspend_by_system(
            listing, reason="异议处理期间中止交易", cause="objection", began_at=deadline.due_at, now=now
        )
        _open_again(deadline, now=now)
        return
    first_round = 1 if listing.trade.rounds_from_opening else 0
    listings.advance(listing, ListingStatus.BIDDING, now=now, timed_round=first_round)
    audit.record(verb="bidding.open", by=SYSTEM, now=deadline.due_at, case_id=listing.pk, subject=listing)
    emit(BiddingOpened(listing_id=listing.pk, at=deadline.due_at, now=now))


def expect(*, listing_id: int, now: datetime) -> None:
    """A lot is announced: registration ends, bidding opens and closes when the announcement says."""
    listing = locked(listing_id)
    registered_until, window = listing.registration_closes_at, bidding_window(listing)
    if registered_until is None or window is None:
        raise ValueError(f"{listing} is announced without its timetable")
    opens_at, closes_at = window
    deadlines.set_at(kind=REGISTRATION_CLOSE_DEADLINE, case_id=listing_id, due_at=registered_until, now=now)
    deadlines.set_at(kind=BIDDING_OPEN_DEADLINE, case_id=listing_id, due_at=opens_at, now=now)
    deadlines.set_at(kind=BIDDING_CLOSE_DEADLINE, case_id=listing_id, due_at=closes_at, now=now)


def _open_again(deadline: Deadline, *, now: datetime) -> None:
    """The opening comes when the lot is resumed."""
    again = deadlines.set_at(
        kind=BIDDING_OPEN_DEADLINE, case_id=deadline.case_id, due_at=deadline.due_at, now=now
    )
    again.paused_at = deadline.due_at
    again.save(update_fields=["paused_at"])


def close_bidding(deadline: Deadline, now: datetime) -> None:
    """The close has come: timed rounds begin, or the lot is awarded, or it is unsold. As of the due instant.

    A lot over whose last hour bidders could not bid is suspended instead (the platform was down).
    """
    listing = locked(deadline.of_case)
    due = deadline.due_at
    gap = _gap_before(due, book=listing.rules.parameters, now=now)
    if gap is not None:
        _suspend_over_gap(
            listing, began_at=max(gap.began_at, listing.opens_at or gap.began_at), due=due, now=now
        )
        return
    book = listing.rules.parameters
    bidders = len(paddles(listing.pk))
    if rules.starts_timed_round(timed_round=listing.timed_round, bidders=bidders, rules=book):
        _start_timed_rounds(listing, due=due, now=now)
    else:
        _finish(listing, at=due, now=now)


def _gap_before(closes_at: datetime, *, book: Parameters, now: datetime) -> Gap | None:
    """The span before a close in which nobody could bid, as the rules count; a bid that was taken proves otherwise."""
    return worst_gap(
        since=closes_at - timedelta(minutes=book.outage_window_minutes),
        until=closes_at,
        now=now,
        tolerated=timedelta(seconds=book.outage_tolerated_seconds),
        served_at=_bids_within,
    )


def _bids_within(gap: Gap) -> list[datetime]:
    """When bids were taken in a span, on whatever lot was open in it."""
    open_then = Listing.objects.filter(opens_at__lt=gap.ended_at, closes_at__gte=gap.began_at)
    found = Bid.objects.filter(
        listing__in=open_then, received_at__gte=gap.began_at, received_at__lt=gap.ended_at
    )
    return list(found.order_by("received_at").values_list("received_at", flat=True))


def _suspend_over_gap(listing: Listing, *, began_at: datetime, due: datetime, now: datetime) -> None:
    """The close comes again after the resumption; it stands still with everything else."""
    deadlines.set_at(kind=BIDDING_CLOSE_DEADLINE, case_id=listing.pk, due_at=due, now=now)
    listings.suspend_by_system(listing, reason=_outage(began_at), cause="outage", began_at=began_at, now=now)


def _outage(began_at: datetime) -> str:
    return f"平台自{clock.beijing(began_at):%Y年%m月%d日%H时%M分}起无法受理报价，中止交易，恢复后保证规定的报价时间"


def suspend_after_outage(*, began_at: datetime, now: datetime) -> list[int]:
    """The platform is back: suspend every lot that it could not serve before its close, as its rules count.

    Gives their ids.
    """
    suspended: list[int] = []
    running = Listing.objects.filter(
        status=ListingStatus.BIDDING, closes_at__gt=began_at, closes_at__lte=now + _WIDEST_WINDOW
    )
    for listing_id in list(running.order_by("pk").values_list("pk", flat=True)):
        try:
            suspended += _suspend_one(listing_id, now=now)
        except Exception:  # one lot must not keep the others going; its close finds the gap by itself
            logger.exception("listing %s could not be suspended after an outage", listing_id)
    return suspended


@transaction.atomic
def _suspend_one(listing_id: int, *, now: datetime) -> list[int]:
    listing = locked(listing_id)
    if listing.state is not ListingStatus.BIDDING or listing.closes_at is None:
        return []
    gap = _gap_before(listing.closes_at, book=listing.rules.parameters, now=now)
    if gap is None:
        return []
    listings.suspend_by_system(
        listing, reason=_outage(gap.began_at), cause="outage", began_at=gap.began_at, now=now
    )
    return [listing_id]


def _start_timed_rounds(listing: Listing, *, due: datetime, now: datetime) -> None:
    listing.timed_round = 1
    listing.listing_period_ends_at = due
    listing.closes_at = rules.first_round_ends(listing_period_ends_at=due, rules=listing.rules.parameters)
    listing.save(update_fields=["timed_round", "closes_at", "listing_period_ends_at"])
    deadlines.set_at(kind=BIDDING_CLOSE_DEADLINE, case_id=listing.pk, due_at=listing.closes_at, now=now)
    audit.record(verb="bidding.timed_round", by=SYSTEM, now=due, case_id=listing.pk, subject=listing)
    listings.announce_change(listing, now=now)
    emit(TimedRoundStarted(listing_id=listing.pk, closes_at=listing.closes_at, now=now))


def _finish(listing: Listing, *, at: datetime, now: datetime) -> None:
    fault = _fault_of_facts(listing) or fault_of_bid_history(listing, closes_at=at)
    if fault:
        _withhold(listing, fault=fault, due=at, now=now)
        return
    best = (
        Bid.objects.filter(listing=listing)
        .order_by("-unit_price", "sequence")
        .select_related("certificate__registration")
        .first()
    )
    reserve = Yuan(open_sealed(listing.sealed_reserve)) if listing.sealed_reserve else None
    if best is None or (reserve is not None and best.unit_price < reserve):
        _leave_unsold(listing, reserve=reserve, at=at, now=now)
        return
    result = _award(listing, best, at=at)
    award = result.award
    listings.advance(
        listing, ListingStatus.CLOSED, now=now, closed_at=at, closes_at=at, reserve_price=reserve
    )
    audit.record(
        verb="bidding.close",
        by=SYSTEM,
        now=at,
        case_id=listing.pk,
        subject=award,
        after={
            "unit_price": str(award.unit_price),
            "sequence": result.bid.sequence,
            "drawn": result.drawn,
        },
    )
    emit(ListingClosed(listing_id=listing.pk, winner_id=award.winner_id, at=at, now=now))


_MAY_DIFFER = frozenset(
    {"seller", "contact", "registration_closes_at", "deposit_cutoff_at", "opens_at", "closes_at"}
)
"""Announced facts that a supplement, a resumption or a new name may have changed since."""


def _fault_of_facts(listing: Listing) -> str:
    """What of the lot does not agree with its announcement any more, as a sentence; empty when all agrees."""
    announced = Announcement.objects.get(listing=listing)
    if access.digest(announced.facts) != announced.facts_sha256:
        return "公告留存的交易事实与其摘要不符"
    present = frozen_facts(listing)
    changed = [
        name for name in announced.facts.keys() - _MAY_DIFFER if announced.facts[name] != present[name]
    ]
    return f"交易事实与公告不符（{'、'.join(sorted(changed))}）" if changed else ""


def _withhold(listing: Listing, *, fault: str, due: datetime, now: datetime) -> None:
    """No award on a record that does not agree: the lot stands still, and the centre and the supervisor are told."""
    deadlines.set_at(kind=BIDDING_CLOSE_DEADLINE, case_id=listing.pk, due_at=due, now=now)
    listings.suspend_by_system(
        listing, reason="报价记录核验不一致，中止交易待查", cause="inquiry", began_at=due, now=now
    )
    audit.record(
        verb="bidding.withhold",
        by=SYSTEM,
        now=due,
        case_id=listing.pk,
        subject=listing,
        after={"fault": fault},
    )
    emit(AwardWithheld(listing_id=listing.pk, fault=fault, at=due, now=now))


def _leave_unsold(listing: Listing, *, reserve: Yuan | None, at: datetime, now: datetime) -> None:
    listings.advance(
        listing, ListingStatus.UNSOLD, now=now, closed_at=at, closes_at=at, reserve_price=reserve
    )
    listings.release_quota(listing, now=now)
    audit.record(verb="bidding.unsold", by=SYSTEM, now=at, case_id=listing.pk, subject=listing)
    emit(ListingUnsold(listing_id=listing.pk, at=at, now=now))


def _award(listing: Listing, best: Bid, *, at: datetime) -> AuctionResult:
    """The highest bid wins; two or more at the ceiling are drawn with the secret that the announcement committed to."""
    ties = list(
        Bid.objects.filter(listing=listing, unit_price=best.unit_price)
        .select_related("certificate__registration")
        .order_by("sequence")
    )
    result = AuctionResult(bid=best)
    if len(ties) > 1:
        secret = open_sealed(Announcement.objects.get(listing=listing).sealed_draw_secret)
        drawn = [bid.certificate.paddle for bid in ties]
        winner = rules.draw(secret_hex=secret, last_hash=ties[-1].hash, paddles=drawn)
        result.bid = next(bid for bid in ties if bid.certificate.paddle == winner)
        result.drawn, result.draw_secret, result.draw_paddles = True, secret, sorted(drawn)
    result.award = awards.give(
        listing=listing,
        registration=result.bid.certificate.registration,
        unit_price=result.bid.unit_price,
        method=METHOD,
        proof={"bid": result.bid.sequence, "hash": result.bid.hash},
        at=at,
    )
    result.save(force_insert=True)
    return result
