"""Opening, bidding, timed rounds and the close (网上挂牌报价、限时竞价)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.listings.queries import ancestry, locked, require_visible
from apps.listings.states import ListingStatus
from apps.parties.queries import bar_on, superiors
from apps.stages.announcement.models import Announcement
from apps.stages.bidding import queries, rules
from apps.stages.bidding.events import (
    BiddingOpened,
    BidPlaced,
    ListingClosed,
    ListingUnsold,
    TimedRoundStarted,
)
from apps.stages.bidding.models import Award, Bid
from apps.stages.deposit.models import Certificate
from apps.stages.deposit.queries import deposit_is_full, paddles
from apps.stages.qualification.queries import registration_of
from apps.stages.qualification.states import RegistrationStatus
from kernel import clock
from kernel.access.checks import require_role
from kernel.actors import SYSTEM, TRADERS, Actor
from kernel.audit import commands as audit
from kernel.availability.queries import worst_gap
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refused, refuse
from kernel.events import emit
from kernel.money import Yuan
from kernel.sealing import open_sealed

LAST_HOUR = timedelta(hours=1)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Receipt:
    """What a bidder gets for an accepted bid; `repeated` when the same request was accepted before."""

    bid: Bid
    closes_at: datetime
    repeated: bool


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
    read_clock: Callable[[], datetime] = clock.under_lock,
) -> Receipt:
    """Bid `unit_price` (元/亩 or 元/公斤) on a lot. An accepted bid is irrevocable.

    Everything is decided under the lot's lane by one reading of the clock taken after it is held; `now` only names
    the attempt. With `request_id`, the same request again is answered with its first receipt.
    `seen_price` is the price the bidder decided on; `saw_none`, that there was none: it is told of a bid in between.
    Refuses: not_permitted, not_found, suspended, bidding_not_open, bidding_closed, self_dealing, not_qualified,
    barred, deposit_missing, below_start, below_increment, not_a_multiple, above_ceiling, stale_price,
    duplicate_request; each price refusal names the lowest valid price.
    """
    require_role(by, TRADERS)
    require_visible(listing_id, by=by)
    listing = locked(listing_id)
    at = read_clock()
    require_settled(listing_id=listing_id, now=at)
    first = _first_receipt(listing, unit_price, request_id, by=by)
    if first is not None:
        return first
    lot = queries.lot_of(listing)
    if lot is None:
        raise Refused.because(Code.BIDDING_NOT_OPEN, "该项目尚未公告，不能报价。", status=listing.status)
    certificate = Certificate.objects.filter(
        listing_id=listing_id, registration__organisation_id=by.organisation_id
    ).first()
    bidder = _bidder(listing, certificate, by=by, now=at)
    refuse(
        rules.why_not_bid(
            lot=lot, bidder=bidder, unit_price=unit_price, seen_price=seen_price, saw_none=saw_none, at=at
        )
    )
    if certificate is None:
        raise Refused.because(Code.DEPOSIT_MISSING, "贵单位尚未取得竞买资格确认书，不能报价。")
    before = queries.last_bid(listing_id)
    bid = _store(listing, certificate, before, unit_price, at=at, request_id=request_id, by=by)
    _extend(listing, at=at)
    audit.record(
        verb="bid.place",
        by=by,
        now=at,
        listing_id=listing_id,
        subject=bid,
        after={"sequence": bid.sequence, "unit_price": str(unit_price)},
    )
    listings.announce_change(listing, now=at)
    leader = before.certificate.registration.organisation_id if before else None
    outbid = leader if leader != by.organisation_id else None
    emit(BidPlaced(listing_id=listing_id, bid_id=bid.pk, outbid_id=outbid, now=at))
    return Receipt(bid, listing.closes_at or at, repeated=False)


def _first_receipt(listing: Listing, unit_price: Yuan, request_id: str, *, by: Actor) -> Receipt | None:
    if not request_id:
        return None
    known = (
        Bid.objects.filter(
            listing=listing,
            request_id=request_id,
            certificate__registration__organisation_id=by.organisation_id,
        )
        .select_related("certificate")
        .first()
    )
    if known is None:
        return None
    if known.unit_price != unit_price:
        raise Refused.because(
            Code.DUPLICATE_REQUEST,
            f"该请求标识已用于{known.unit_price}元的报价，请以新的请求标识报价。",
            request_id=request_id,
            unit_price=str(known.unit_price),
        )
    return Receipt(known, listing.closes_at or known.received_at, repeated=True)


def _bidder(listing: Listing, certificate: Certificate | None, *, by: Actor, now: datetime) -> rules.Bidder:
    registration = registration_of(listing_id=listing.pk, organisation_id=by.organisation_id)
    bar = bar_on(organisation_id=by.organisation_id, listing_ids=ancestry(listing), now=now)
    at_ceiling = (
        certificate is not None
        and listing.ceiling is not None
        and Bid.objects.filter(certificate=certificate, unit_price=listing.ceiling).exists()
    )
    return rules.Bidder(
        is_seller_side=listing.seller_id == by.organisation_id
        or listing.seller_id in superiors(by.organisation_id),
        qualified=registration is not None and registration.state is RegistrationStatus.QUALIFIED,
        barred_until=bar.until if bar else None,
        deposit_full=registration is not None and certificate is not None and deposit_is_full(registration),
        at_ceiling=at_ceiling,
    )


def _store(
    listing: Listing,
    certificate: Certificate,
    before: Bid | None,
    unit_price: Yuan,
    *,
    at: datetime,
    request_id: str,
    by: Actor,
) -> Bid:
    sequence = before.sequence + 1 if before else 1
    previous = before.hash if before else rules.GENESIS
    return Bid.objects.create(
        listing=listing,
        certificate=certificate,
        sequence=sequence,
        unit_price=unit_price,
        received_at=at,
        timed_round=listing.timed_round,
        request_id=request_id,
        placed_by_id=by.person_id,
        previous_hash=previous,
        hash=rules.bid_hash(
            listing=listing.number or "",
            sequence=sequence,
            paddle=certificate.paddle,
            unit_price=unit_price,
            received_at=at,
            previous=previous,
        ),
    )


def _extend(listing: Listing, *, at: datetime) -> None:
    """In timed bidding every accepted bid starts the round again."""
    if listing.timed_round == 0 or listing.closes_at is None:
        return
    listing.closes_at = rules.round_ends(
        bid_at=at, closes_at=listing.closes_at, rules=listing.rules.parameters
    )
    listing.timed_round += 1
    listing.save(update_fields=["closes_at", "timed_round"])
    closing = deadlines.pending(kind="bidding_close", listing_id=listing.pk)
    if closing is not None:
        deadlines.move(closing, due_at=listing.closes_at, reason="限时竞价顺延", now=at)


def open_bidding(deadline: Deadline, now: datetime) -> None:
    """The opening instant has come: bids are taken. An open objection suspends the lot instead."""
    listing = locked(deadline.listing_id)
    if listing.open_objections:
        listings.suspend_by_system(
            listing, reason="异议处理期间中止交易", cause="objection", began_at=deadline.due_at, now=now
        )
        _open_again(deadline, now=now)
        return
    listings.advance(listing, ListingStatus.BIDDING, now=now)
    audit.record(verb="bidding.open", by=SYSTEM, now=deadline.due_at, listing_id=listing.pk, subject=listing)
    emit(BiddingOpened(listing_id=listing.pk, at=deadline.due_at, now=now))


def _open_again(deadline: Deadline, *, now: datetime) -> None:
    """The opening comes when the lot is resumed."""
    again = deadlines.set_at(
        kind="bidding_open", listing_id=deadline.listing_id, due_at=deadline.due_at, now=now
    )
    again.paused_at = deadline.due_at
    again.save(update_fields=["paused_at"])


def close_bidding(deadline: Deadline, now: datetime) -> None:
    """The close has come: timed rounds begin, or the lot is awarded, or it is unsold. As of the due instant.

    A lot over whose last hour bidders could not bid is suspended instead (the platform was down).
    """
    listing = locked(deadline.listing_id)
    due = deadline.due_at
    gap = worst_gap(since=due - LAST_HOUR, until=due, now=now)
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


def _suspend_over_gap(listing: Listing, *, began_at: datetime, due: datetime, now: datetime) -> None:
    """The close comes again after the resumption; it stands still with everything else."""
    deadlines.set_at(kind="bidding_close", listing_id=listing.pk, due_at=due, now=now)
    listings.suspend_by_system(listing, reason=_outage(began_at), cause="outage", began_at=began_at, now=now)


def _outage(began_at: datetime) -> str:
    return f"平台自{clock.beijing(began_at):%Y年%m月%d日%H时%M分}起无法受理报价，中止交易，恢复后保证规定的报价时间"


def suspend_after_outage(*, began_at: datetime, now: datetime) -> list[int]:
    """The platform is back: suspend every lot whose last hour before close it could not serve. Gives their ids."""
    suspended: list[int] = []
    running = Listing.objects.filter(
        status=ListingStatus.BIDDING, closes_at__gt=began_at, closes_at__lte=now + LAST_HOUR
    )
    for listing_id in list(running.order_by("id").values_list("id", flat=True)):
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
    gap = worst_gap(since=listing.closes_at - LAST_HOUR, until=listing.closes_at, now=now)
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
    deadlines.set_at(kind="bidding_close", listing_id=listing.pk, due_at=listing.closes_at, now=now)
    audit.record(verb="bidding.timed_round", by=SYSTEM, now=due, listing_id=listing.pk, subject=listing)
    listings.announce_change(listing, now=now)
    emit(TimedRoundStarted(listing_id=listing.pk, closes_at=listing.closes_at, now=now))


def _finish(listing: Listing, *, at: datetime, now: datetime) -> None:
    best = (
        Bid.objects.filter(listing=listing)
        .order_by("-unit_price", "sequence")
        .select_related("certificate")
        .first()
    )
    reserve = Yuan(open_sealed(listing.sealed_reserve)) if listing.sealed_reserve else None
    if best is None or (reserve is not None and best.unit_price < reserve):
        _leave_unsold(listing, reserve=reserve, at=at, now=now)
        return
    award = _award(listing, best, at=at)
    listings.advance(
        listing, ListingStatus.CLOSED, now=now, closed_at=at, closes_at=at, reserve_price=reserve
    )
    audit.record(
        verb="bidding.close",
        by=SYSTEM,
        now=at,
        listing_id=listing.pk,
        subject=award,
        after={"unit_price": str(award.unit_price), "sequence": award.bid.sequence, "drawn": award.drawn},
    )
    emit(ListingClosed(listing_id=listing.pk, winner_id=award.winner_id, at=at, now=now))


def _leave_unsold(listing: Listing, *, reserve: Yuan | None, at: datetime, now: datetime) -> None:
    listings.advance(
        listing, ListingStatus.UNSOLD, now=now, closed_at=at, closes_at=at, reserve_price=reserve
    )
    listings.release_quota(listing, now=now)
    audit.record(verb="bidding.unsold", by=SYSTEM, now=at, listing_id=listing.pk, subject=listing)
    emit(ListingUnsold(listing_id=listing.pk, at=at, now=now))


def _award(listing: Listing, best: Bid, *, at: datetime) -> Award:
    """The highest bid wins; two or more at the ceiling are drawn with the secret that the announcement committed to."""
    ties = list(
        Bid.objects.filter(listing=listing, unit_price=best.unit_price)
        .select_related("certificate")
        .order_by("sequence")
    )
    award = Award(
        listing=listing,
        bid=best,
        unit_price=best.unit_price,
        total_price=listing.total(best.unit_price),
        at=at,
    )
    if len(ties) > 1:
        secret = open_sealed(Announcement.objects.get(listing=listing).sealed_draw_secret)
        drawn = [bid.certificate.paddle for bid in ties]
        winner = rules.draw(secret_hex=secret, last_hash=ties[-1].hash, paddles=drawn)
        award.bid = next(bid for bid in ties if bid.certificate.paddle == winner)
        award.drawn, award.draw_secret, award.draw_paddles = True, secret, sorted(drawn)
    award.save(force_insert=True)
    return award
