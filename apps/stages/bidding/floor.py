"""The floor (交易席): what deciding the bids that wait takes from the database.

Two functions of the database read it (migration 0004), so that their plans are made once. Nothing here decides.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from apps.listings.states import ListingStatus
from apps.rulebook.parameters import Parameters
from apps.stages.bidding import rules
from kernel import clock, lanes
from kernel.actors import Actor, Duty, Role
from kernel.audit import commands as audit
from kernel.money import Yuan


@dataclass(frozen=True)
class Ask:
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
    trial: bool = False


@dataclass
class Place:
    """A lot while bids on it are decided: how it stands for the next one. `recorded` is the end of its record."""

    number: str
    seller_id: int
    announced: bool
    lot: rules.Lot | None
    sequence: int
    hash: str
    unsettled: bool
    recorded: tuple[int, str]


class Known(NamedTuple):
    """A bid that was taken, as its receipt says it."""

    bid_id: int
    sequence: int
    unit_price: Yuan
    received_at: datetime
    hash: str
    previous_hash: str


class Asker(NamedTuple):
    """Who asks, as the database knows them now. `actor` is None for somebody who may not act for the organisation.

    `bid_id` is the id that the bid will have if it is taken.
    """

    actor: Actor | None
    credential: str
    bidder: rules.Bidder
    certificate_id: int | None
    paddle: int
    known: Known | None
    bid_id: int


@dataclass(frozen=True)
class Reading:
    """The one instant at which bids are decided, and the lots that exist, by id, as they stand then."""

    at: datetime
    places: dict[int, Place]


def read(listing_ids: Sequence[int], *, read_clock: Callable[[], datetime] | None = None) -> Reading:
    """Read the clock and the lots, whose lanes are held, in one round trip that first holds their record's lanes.

    `read_clock` reads another clock in the place of the one in force.
    """
    chains = [audit.lane_of(audit.chain_of(each)) for each in listing_ids]
    hold, held = lanes.holding(lanes.Lane.AUDIT, chains)
    reading, given = ("%s::timestamptz", [read_clock()]) if read_clock else clock.under_lock_sql()
    with connection.cursor() as cursor:
        # Statement by statement: what is read after the lock is as it stands after the lock.
        cursor.execute(
            f"{hold}; SELECT reading.at, lot.* FROM (SELECT {reading} AS at) reading"
            " LEFT JOIN LATERAL bidding_lots(%s::bigint[], reading.at) lot ON true",
            [*held, *given, list(listing_ids)],
        )
        rows = cursor.fetchall()
    return Reading(
        rows[0][0].astimezone(UTC), {row[1]: _place(*row[2:]) for row in rows if row[1] is not None}
    )


def _place(
    number: str | None, seller_id: int, announced: bool, status: str, opens_at: datetime | None,
    closes_at: datetime | None, period_ends_at: datetime | None, timed_round: int, starting_price: Any,
    increment: Any, ceiling: Any, priced: Decimal, parameters: str, sequence: int | None, digest: str | None,
    current: Any, unsettled: bool, recorded: int, recorded_hash: str | None,
) -> Place:  # fmt: skip
    lot = None
    if opens_at and closes_at and period_ends_at and increment is not None:
        lot = rules.Lot(
            status=ListingStatus(status),
            opens_at=opens_at,
            closes_at=closes_at,
            listing_period_ends_at=period_ends_at,
            timed_round=timed_round,
            starting_price=Yuan(starting_price),
            increment=Yuan(increment),
            ceiling=None if ceiling is None else Yuan(ceiling),
            current=None if current is None else Yuan(current),
            rules=_parameters(parameters),
            highest=rules.highest_of(priced),
        )
    return Place(
        number=number or "",
        seller_id=seller_id,
        announced=announced,
        lot=lot,
        sequence=sequence or 0,
        hash=digest or rules.GENESIS,
        unsettled=unsettled,
        recorded=(recorded, recorded_hash or audit.GENESIS),
    )


@lru_cache(maxsize=512)
def _parameters(text: str) -> Parameters:
    """The rules of a lot; many lots have the same."""
    return Parameters.model_validate(json.loads(text))


def askers(asks: Sequence[Ask], *, at: datetime) -> list[Asker]:
    """Who asks, for each bid in order. Read under the lanes of their lots."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('bidding_bid_id_seq'), asker.*"
            " FROM bidding_askers(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s) asker",
            [
                [ask.listing_id for ask in asks],
                [ask.organisation_id for ask in asks],
                [ask.person_id for ask in asks],
                [ask.request_id for ask in asks],
                at,
            ],
        )
        return [_asker(ask, *row) for ask, row in zip(asks, cursor.fetchall(), strict=True)]


def _asker(
    ask: Ask, bid_id: int, name: str | None, organisation: str | None, kind: str, duty: str, region: str,
    credential: str,
    seller_side: bool, qualified: bool, barred_until: datetime | None, deposit_full: bool,
    certificate_id: int | None, paddle: int | None, at_ceiling: bool | None, *known: Any,
) -> Asker:  # fmt: skip
    actor = None
    if name is not None and organisation is not None:
        actor = Actor(
            person_id=ask.person_id,
            person_name=name,
            organisation_id=ask.organisation_id,
            organisation_name=organisation,
            role=Role(kind),
            duty=Duty(duty),
            region=region,
            address=ask.address,
            trial=ask.trial,
        )
    bidder = rules.Bidder(
        is_seller_side=seller_side,
        qualified=qualified,
        barred_until=barred_until,
        deposit_full=deposit_full,
        at_ceiling=bool(at_ceiling),
    )
    return Asker(actor, credential, bidder, certificate_id, paddle or 0, _known(*known), bid_id)


def _known(
    bid_id: int | None, sequence: int, price: Any, at: datetime, digest: str, previous: str
) -> Known | None:
    if bid_id is None:
        return None
    return Known(bid_id, sequence, Yuan(price), at.astimezone(UTC), digest, previous)
