"""What everybody may see of a lot while it runs, read from the database: paddles and prices, never a name.

Amounts are exact text in yuan, instants ISO 8601 with Beijing's offset. `version` grows with every change of the lot
(it is the id of its last outbox message), `bids` with every accepted bid (it is the last one's sequence).
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from apps.kinds.trade import AUCTIONED
from apps.listings.models import Listing
from apps.listings.queries import before_close, is_public
from apps.listings.states import LABELS, ListingStatus
from apps.stages.bidding import rules
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import lot_of
from kernel import clock
from kernel.clock import iso
from kernel.money import Yuan, capitals
from kernel.outbox.models import Message

TAIL = 30
"""How many of the last bids a newcomer is sent."""
MOST_LINES = 200
"""How many bids go into one message."""
OFFERED = 3
MOST_ON_WALL = 300
_STILL_SHOWN = timedelta(hours=1)
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Amount:
    """A unit price with what it comes to: `total` in yuan, and both in capitals (大写)."""

    price: str
    total: str
    capitals: str
    total_capitals: str


@dataclass(frozen=True)
class BidHistoryLine:
    """One accepted bid: its sequence, the bidder's paddle, unit price, instant, and the start of its hash."""

    n: int
    paddle: str
    price: str
    at: str
    hash: str


@dataclass(frozen=True)
class LotState:
    """A lot as it stands. `current` is the highest bid; `start` counts before there is one.

    Bids are taken in [takes_from, takes_until); both are None while the lot takes none. `quantity` times a unit price
    is the total, in 亩 or 公斤.
    """

    id: int
    version: int
    bids: int
    number: str
    status: str
    label: str
    current: Amount | None
    start: Amount
    increment: str
    ceiling: str | None
    quantity: str
    next: list[Amount]
    round: int
    opens_at: str
    closes_at: str
    takes_from: str | None
    takes_until: str | None


@dataclass(frozen=True)
class WallEntry:
    """A lot as one line of a list."""

    id: int
    status: str
    label: str
    price: str
    bids: int
    round: int
    opens_at: str
    closes_at: str
    last_at: str | None


@dataclass(frozen=True)
class Look:
    """A lot's state with the bids after a position (the last ones, for a newcomer), the oldest first."""

    state: LotState
    bid_lines: list[BidHistoryLine]


def look(listing_id: int, *, after: int | None = None) -> Look | None:
    """The public state of a lot and its bids after sequence `after`, 200 at most; None for what is not public.

    The version is read first, so that what follows is never older than it says.
    """
    version = lot_version(listing_id)
    listing = Listing.objects.filter(pk=listing_id).first() if 0 < listing_id <= _LARGEST_ID else None
    lot = lot_of(listing) if listing is not None and is_public(listing) else None
    if listing is None or lot is None:
        return None
    tail = last_lines(listing_id) if after is None else lines_after(listing_id, after)
    bids = tail[-1].n if tail and len(tail) < MOST_LINES else _bids(listing_id)
    return Look(_state(listing, lot, version=version, bids=bids), tail)


def _state(listing: Listing, lot: rules.Lot, *, version: int, bids: int) -> LotState:
    takes = listing.state is ListingStatus.BIDDING
    quiet_from = lot.listing_period_ends_at - timedelta(minutes=lot.rules.quiet_last_minutes)
    until = min(lot.closes_at, quiet_from) if lot.timed_round == 0 else lot.closes_at
    return LotState(
        id=listing.pk,
        version=version,
        bids=bids,
        number=listing.number or "",
        status=str(listing.state),
        label=LABELS[listing.state],
        current=amount(listing, lot.current) if lot.current is not None else None,
        start=amount(listing, lot.starting_price),
        increment=str(lot.increment),
        ceiling=str(lot.ceiling) if lot.ceiling is not None else None,
        quantity=str(listing.priced.amount),
        next=[amount(listing, price) for price in rules.next_valid(lot, count=OFFERED)] if takes else [],
        round=listing.timed_round,
        opens_at=iso(lot.opens_at),
        closes_at=iso(lot.closes_at),
        takes_from=iso(rules.opening(lot)) if takes else None,
        takes_until=iso(until) if takes else None,
    )


def amount(listing: Listing, unit_price: Yuan) -> Amount:
    """A unit price of this lot with its total, both also in capitals."""
    total = listing.total(unit_price)
    return Amount(str(unit_price), str(total), capitals(unit_price), capitals(total))


def _bids(listing_id: int) -> int:
    last = Bid.objects.filter(listing_id=listing_id).order_by("-sequence").values_list("sequence", flat=True)
    return last.first() or 0


def last_lines(listing_id: int, *, count: int = TAIL) -> list[BidHistoryLine]:
    """The last bids of a lot, the oldest first."""
    found = Bid.objects.filter(listing_id=listing_id).select_related("certificate").order_by("-sequence")
    return [_line(bid) for bid in reversed(found[:count])]


def lines_after(listing_id: int, after: int) -> list[BidHistoryLine]:
    """The bids that follow sequence `after`, the oldest first, 200 at most."""
    found = Bid.objects.filter(listing_id=listing_id, sequence__gt=after).select_related("certificate")
    return [_line(bid) for bid in found.order_by("sequence")[:MOST_LINES]]


def _line(bid: Bid) -> BidHistoryLine:
    return BidHistoryLine(
        bid.sequence, str(bid.certificate), str(bid.unit_price), iso(bid.received_at), bid.hash[:12]
    )


def lot_version(listing_id: int) -> int:
    """The version of the lot's last live message; 0 where nothing was told of it."""
    said = Message.objects.filter(topic="live", key=f"listing:{listing_id}").order_by("-id")
    return said.values_list("version", flat=True).first() or 0


def last_version() -> int:
    """The version of the last live message of all."""
    return Message.objects.filter(topic="live").order_by("-id").values_list("version", flat=True).first() or 0


def wall(*, now: datetime) -> tuple[int, list[WallEntry]]:
    """The version, and every lot now announced, in bidding or suspended there, or closed within the hour."""
    version = last_version()
    last = Bid.objects.filter(listing=OuterRef("pk")).order_by("-sequence")
    found = (
        Listing.objects.filter(announced_at__isnull=False, form__in=AUCTIONED)
        .filter(before_close() | Q(closed_at__gt=now - _STILL_SHOWN))
        .annotate(
            last_sequence=Subquery(last.values("sequence")[:1]),
            last_price=Subquery(last.values("unit_price")[:1]),
            last_at=Subquery(last.values("received_at")[:1]),
        )
        .order_by("closes_at", "pk")
    )
    return version, [_entry(listing) for listing in found[:MOST_ON_WALL]]


def _entry(listing: Any) -> WallEntry:
    price = listing.last_price if listing.last_price is not None else listing.starting_price
    return WallEntry(
        id=listing.pk,
        status=listing.status,
        label=LABELS[listing.state],
        price=str(price),
        bids=listing.last_sequence or 0,
        round=listing.timed_round,
        opens_at=iso(listing.opens_at),
        closes_at=iso(listing.closes_at),
        last_at=iso(listing.last_at) if listing.last_at else None,
    )


def clock_reading() -> datetime:
    """The instant of the clock that decides on bids."""
    return clock.under_lock()


def as_json(thing: Any) -> str:
    """A state or a list of bids as compact JSON text."""
    plain = [asdict(each) for each in thing] if isinstance(thing, list) else asdict(thing)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def snapshot(listing_id: int, *, now: datetime, after: int | None = None) -> dict[str, Any] | None:
    """What a stream's message says, for a page that asks now and then instead; None for what is not public."""
    seen = look(listing_id, after=after)
    if seen is None:
        return None
    return {
        "now": iso(now),
        **asdict(seen.state),
        "bid_history": [asdict(bid_line) for bid_line in seen.bid_lines],
    }
