"""A snapshot of lots and bidders: what deciding the bids that wait takes from the database.

Two functions of the database read it (`sql/bidding.sql`), so that their plans are made once; they are called in the
same round trip that takes the locks, and their rows come over as typed JSON. Nothing here decides.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import msgspec
from django.db import connection
from msgspec import Struct

from apps.kinds.trade import TradeForm
from apps.listings.states import ListingStatus
from apps.rulebook.parameters import Parameters
from apps.rulebook.queries import rules_from
from apps.stages.award.rules import highest_of
from apps.stages.bidding import rules
from kernel import clock, lanes
from kernel.actors import Actor, Duty
from kernel.audit import commands as audit
from kernel.money import Yuan

_ASKED = ("listing_id", "organisation_id", "person_id", "request_id")


class BidRequest(Struct, frozen=True):
    """A bid that waits to be decided: who wants to pay how much a unit for which lot, and what they saw before.

    Person and organisation are only named here; what they may do is read anew. `credential` is what a ticket said of
    the person's password, empty where the person signed in just now.
    """

    listing_id: int
    organisation_id: int
    person_id: int
    unit_price: Yuan
    request_id: str = ""
    seen_price: Yuan | None = None
    saw_none: bool = False
    address: str = ""
    credential: str = ""
    dry_run: bool = False


class LotSnapshot(Struct):
    """A lot while bids on it are decided: how it stands for the next one. `recorded` is the end of its record."""

    number: str
    seller_id: int
    announced: bool
    lot: rules.Lot | None
    sequence: int
    hash: str
    unsettled: bool
    recorded: tuple[int, str]


class EarlierBid(NamedTuple):
    """A bid that was taken, as its receipt says it."""

    bid_id: int
    sequence: int
    unit_price: Yuan
    received_at: datetime
    hash: str
    previous_hash: str


class BidderState(NamedTuple):
    """Who asks, as the database knows them now. `actor` is None for somebody who may not act for the organisation.

    `bid_id` is the id that the bid will have if it is taken.
    """

    actor: Actor | None
    credential: str
    bidder: rules.Bidder
    certificate_id: int | None
    paddle: int
    known: EarlierBid | None
    bid_id: int


class BidContext(Struct, frozen=True):
    """The one instant at which bids are decided, the lots that are held and exist, and who asks, in order."""

    at: datetime
    held: frozenset[int]
    places: dict[int, LotSnapshot]
    askers: list[BidderState]


def read(
    asks: Sequence[BidRequest], *, wait: bool = True, read_clock: Callable[[], datetime] | None = None
) -> BidContext:
    """Hold the lots' lanes and their records', then read the clock, the lots and who asks: all in one round trip.

    Without `wait`, lots that somebody else holds are left aside; what is said of who asks for them holds for nothing.
    `read_clock` reads another clock in the place of the one in force, once the lanes are held.
    """
    wanted = lots_of(asks)
    if read_clock:
        lanes.hold_all(lanes.CASE, wanted)
        reading, at_given = "%s::timestamptz", [read_clock()]
    else:
        reading, at_given = clock.under_lock_sql()
    hold, lots_given = (lanes.holding if wait else lanes.trying)(lanes.CASE, wanted)
    held, held_given = ("%s::bigint[]", [wanted]) if wait else (lanes.TAKEN, [])
    records = {each: audit.lane_of(audit.chain_of(each)) for each in wanted}
    hold_records, records_given = lanes.holding_beside(lanes.AUDIT, records, held=held)
    asked = [[getattr(ask, name) for ask in asks] for name in _ASKED]
    with connection.cursor() as cursor:
        # Statement by statement: what is read after the locks is as it stands after the locks.
        cursor.execute(
            f"{hold}; {hold_records};"
            f" WITH reading AS MATERIALIZED (SELECT {reading} AS at) SELECT reading.at, {held},"
            f" (SELECT json_agg(lot) FROM bidding_lots({held}, reading.at) lot)::text,"
            " (SELECT json_agg(asker ORDER BY asker.ordinality) FROM ("
            "SELECT nextval('bidding_bid_id_seq') AS bid_id, one.* FROM bidding_askers("
            "%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], reading.at) WITH ORDINALITY one) asker)::text"
            " FROM reading",
            [*lots_given, *records_given, *held_given, *at_given, *held_given, *held_given, *asked],
        )
        at, free, lots, askers = cursor.fetchone()
    return BidContext(
        at=at.astimezone(UTC),
        held=frozenset(free),
        places={row.id: _place(row) for row in _lots.decode(lots or "[]")},
        askers=[_asker(ask, row) for ask, row in zip(asks, _askers.decode(askers or "[]"), strict=True)],
    )


def lots_of(asks: Sequence[BidRequest]) -> list[int]:
    """The lots asked for, in ascending order, but ids that no lot can have."""
    return sorted({ask.listing_id for ask in asks if 0 < ask.listing_id <= lanes.LARGEST_KEY})


class _Lot(Struct):
    """A row of `bidding_lots`."""

    id: int
    number: str | None
    seller_id: int
    announced: bool
    status: str
    opens_at: datetime | None
    closes_at: datetime | None
    listing_period_ends_at: datetime | None
    timed_round: int
    starting_price: Decimal | None
    increment: Decimal | None
    ceiling: Decimal | None
    priced: Decimal | None
    parameters: str | None
    form: str
    last_sequence: int | None
    last_hash: str | None
    current: Decimal | None
    unsettled: bool
    recorded: int
    recorded_hash: str | None


class _Asker(Struct):
    """A row of `bidding_askers`, with the id that the bid will have."""

    bid_id: int
    person_name: str | None
    organisation_name: str | None
    kind: str | None
    duty: str | None
    region: str | None
    credential: str | None
    seller_side: bool
    qualified: bool
    barred_until: datetime | None
    deposit_full: bool
    certificate_id: int | None
    paddle: int | None
    at_ceiling: bool | None
    known_id: int | None
    known_sequence: int | None
    known_price: Decimal | None
    known_at: datetime | None
    known_hash: str | None
    known_previous: str | None


_lots = msgspec.json.Decoder(list[_Lot])
_askers = msgspec.json.Decoder(list[_Asker])


def _place(row: _Lot) -> LotSnapshot:
    lot, trade = None, TradeForm(row.form).terms
    # A lot that was not announced lacks some of it.
    if (
        trade.auctioned
        and row.opens_at
        and row.closes_at
        and row.listing_period_ends_at
        and row.starting_price is not None
        and row.increment is not None
        and row.priced is not None
        and row.parameters
    ):
        lot = rules.Lot(
            status=ListingStatus(row.status),
            opens_at=row.opens_at.astimezone(UTC),
            closes_at=row.closes_at.astimezone(UTC),
            listing_period_ends_at=row.listing_period_ends_at.astimezone(UTC),
            timed_round=row.timed_round,
            starting_price=Yuan(row.starting_price),
            increment=Yuan(row.increment),
            ceiling=None if row.ceiling is None else Yuan(row.ceiling),
            current=None if row.current is None else Yuan(row.current),
            rules=_parameters(row.parameters),
            rounds_from_opening=trade.rounds_from_opening,
            highest=highest_of(row.priced),
        )
    return LotSnapshot(
        number=row.number or "",
        seller_id=row.seller_id,
        announced=row.announced,
        lot=lot,
        sequence=row.last_sequence or 0,
        hash=row.last_hash or rules.GENESIS,
        unsettled=row.unsettled,
        recorded=(row.recorded, row.recorded_hash or audit.GENESIS),
    )


@lru_cache(maxsize=512)
def _parameters(text: str) -> Parameters:
    """The rules of a lot; many lots have the same."""
    return rules_from(json.loads(text)).parameters


def _asker(ask: BidRequest, row: _Asker) -> BidderState:
    actor = None
    if row.person_name is not None and row.organisation_name is not None and row.kind and row.duty:
        actor = Actor(
            person_id=ask.person_id,
            person_name=row.person_name,
            organisation_id=ask.organisation_id,
            organisation_name=row.organisation_name,
            role=row.kind,
            duty=Duty(row.duty),
            region=row.region or "",
            address=ask.address,
            dry_run=ask.dry_run,
        )
    bidder = rules.Bidder(
        is_seller_side=row.seller_side,
        qualified=row.qualified,
        barred_until=row.barred_until and row.barred_until.astimezone(UTC),
        deposit_full=row.deposit_full,
        at_ceiling=bool(row.at_ceiling),
    )
    return BidderState(
        actor, row.credential or "", bidder, row.certificate_id, row.paddle or 0, _known(row), row.bid_id
    )


def _known(row: _Asker) -> EarlierBid | None:
    if (
        row.known_id is None
        or row.known_sequence is None
        or row.known_price is None
        or row.known_at is None
        or row.known_hash is None
        or row.known_previous is None
    ):
        return None
    return EarlierBid(
        row.known_id,
        row.known_sequence,
        Yuan(row.known_price),
        row.known_at.astimezone(UTC),
        row.known_hash,
        row.known_previous,
    )
