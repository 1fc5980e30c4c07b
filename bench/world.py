"""What is bid on: lots in bidding with many qualified bidders, whose deposits are paid.

One lot and its people come through the commands that people use; further lots and bidders are copies of its rows,
written many at once, so that a hundred lots are there in seconds.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, connections, transaction
from django.test import override_settings

from apps.parties import tokens
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import ApiToken, Region
from apps.parties.roles import Role
from apps.stages.deposit.models import Certificate
from apps.stages.qualification.models import Registration
from bench.servers import FOLDER, Servers
from config import scratch, web
from kernel import clock
from kernel.actors import SYSTEM, Duty
from kernel.deadlines import commands as deadlines
from kernel.money import ZERO, Yuan
from tests.factories.deal import A, Deal
from tests.factories.journey import announce_alike, bidding_lot, freeze_again

START = 50_000
STEP = 5_000
_names = itertools.count(1)


@dataclass(frozen=True)
class Bidder:
    """A signed-in person who bids for an organisation; `token` is the API's, `password` the hash that is kept."""

    organisation_id: int
    person_id: int
    membership_id: int
    password: str
    token: str


@dataclass
class World:
    """The database of a run, and whoever bids in it."""

    servers: Servers
    database: str
    deal: Deal
    bidders: list[Bidder] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """What a server of the exchange is told."""
        told = web.variables() | scratch.environment(self.database)
        return told | {
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "LOG_LEVEL": "WARNING",
            "EXCHANGE_PULSE": "0",
        }

    def enrol(self, count: int) -> None:
        """Leave at least `count` bidders registered and signed in."""
        codes = list(
            Region.objects.filter(code__startswith="41").order_by("code").values_list("code", flat=True)
        )
        now = clock.now()
        with transaction.atomic():
            for number in range(len(self.bidders), count):
                self.bidders.append(_enrolled(number, codes[number % len(codes)], now=now))

    def lots(
        self,
        count: int,
        *,
        bidders: int,
        closes_at: datetime | None = None,
        rules: dict[str, Any] | None = None,
    ) -> list[int]:
        """Ids of `count` new lots in bidding, each with the first `bidders` of the bidders, closing in two hours."""
        self.enrol(bidders)
        until = closes_at or clock.now() + timedelta(hours=2)
        with transaction.atomic(), connection.cursor() as cursor:
            made = _copied_lots(cursor, self.deal, count, until=until, rules=rules or {})
            announce_alike(self.deal.listing, made)
            _admit(cursor, self.deal, made, self.bidders[:bidders])
            for listing_id in made:
                deadlines.set_at(kind="bidding_close", case_id=listing_id, due_at=until, now=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        return made


@contextmanager
def world(servers: Servers) -> Iterator[World]:
    """A scratch database with one lot in bidding, for as long as the block lasts."""
    media = FOLDER / "media"
    media.mkdir(parents=True, exist_ok=True)
    with (
        override_settings(MEDIA_ROOT=media),
        scratch.scratch_database("bench") as name,
        scratch.point_at(name),
    ):
        deal = bidding_lot()
        # Its dates are long past: no scheduler is to close the lot that the others are copied from.
        deadlines.cancel_all(case_id=deal.listing_id)
        yield World(servers, name, deal)
        connections.close_all()


def _enrolled(number: int, region: str, *, now: datetime) -> Bidder:
    body = register_organisation(
        kind=Role.SITE_PROJECT_UNIT, name=f"第{number + 1}号用地单位", region=region, by=SYSTEM, now=now
    )
    member = register_person(
        username=f"bench{number + 1}", name="陈某", organisation=body, duty=Duty.OPERATOR, by=SYSTEM, now=now
    )
    key = hashlib.sha256(f"bench {number}".encode()).hexdigest()[:40]
    ApiToken.objects.create(
        person=member.person,
        name="bench",
        key_sha256=tokens.digest(key),
        under=tokens.digest(member.person.password)[:16],
        issued_at=now,
        expires_at=now + timedelta(days=tokens.MOST_DAYS),
    )
    return Bidder(body.pk, member.person_id, member.pk, member.person.password, f"Token {key}")


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND column_name <> 'id' ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in cursor.fetchall()]


def copy_rows(
    cursor: Any, table: str, *, like: int, source: str, changes: dict[str, str], given: Sequence[Any]
) -> None:
    """Copies of the row `like`, one for each row of `source` (SQL that follows FROM); `changes` are SQL expressions."""
    columns = [*_columns(cursor, table), *(["id"] if "id" in changes else [])]
    values = ", ".join(changes.get(name, f"model.{name}") for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
        f" FROM (SELECT * FROM {table} WHERE id = {int(like)}) model, {source}",
        given,
    )


def copy_lots(
    cursor: Any, *, like: int, numbers: Sequence[str], changes: dict[str, str], given: Sequence[Any]
) -> None:
    """Copies of the lot `like`, each of a case of its own, under these numbers; `changes` as of `copy_rows`."""
    copy_rows(
        cursor,
        "cases_case",
        like=like,
        source="unnest(%s::text[]) AS new (number)",
        changes={"number": "new.number", "holds": "0"},
        given=[list(numbers)],
    )
    # Before the lots themselves: nothing is added to a lot that is announced.
    cursor.execute(
        "INSERT INTO listings_listingline (listing_id, batch_id, kind, amount)"
        " SELECT new.id, line.batch_id, line.kind, line.amount"
        " FROM listings_listingline line, cases_case new WHERE line.listing_id = %s AND new.number = ANY (%s)",
        [like, list(numbers)],
    )
    copy_rows(
        cursor,
        "listings_listing",
        like=like,
        source="(SELECT id, number FROM cases_case WHERE number = ANY (%s)) AS new",
        changes=changes | {"id": "new.id", "number": "new.number"},
        given=[*given, list(numbers)],
    )


def _copied_lots(cursor: Any, deal: Deal, count: int, *, until: datetime, rules: dict[str, Any]) -> list[int]:
    first = deal.listing
    lot = first.rules_copy | {"parameters": first.rules_copy["parameters"] | rules}
    numbers = [f"测{next(_names):07d}" for _ in range(count)]
    columns = _columns(cursor, "listings_listing")
    changes = {
        "closes_at": "%s",
        "listing_period_ends_at": "%s",
        "rules_copy": "%s",
    }
    # The order of the parameters is the order of the columns.
    by_column = {
        "closes_at": until,
        "listing_period_ends_at": until,
        "rules_copy": json.dumps(lot, ensure_ascii=False),
    }
    given = [by_column[name] for name in columns if name in by_column]
    copy_lots(cursor, like=first.pk, numbers=numbers, changes=changes, given=given)
    freeze_again(first, case_id=first.pk, times=count)
    cursor.execute("SELECT id FROM listings_listing WHERE number = ANY (%s) ORDER BY id", [numbers])
    return [row[0] for row in cursor.fetchall()]


def _admit(cursor: Any, deal: Deal, lots: Sequence[int], bidders: Sequence[Bidder]) -> None:
    """Every bidder is qualified on every lot, has paid its deposit and holds a paddle."""
    model = Registration.objects.select_related("certificate").get(
        listing_id=deal.listing_id, organisation=deal.organisation(A)
    )
    copy_rows(
        cursor,
        "money_subaccount",
        like=model.sub_account_id,
        source="unnest(%s::bigint[]) AS lot (id), unnest(%s::bigint[]) AS body (id)",
        changes={
            "number": "'B' || lot.id || '-' || body.id",
            "case_id": "lot.id",
            "organisation_id": "body.id",
        },
        given=[list(lots), [each.organisation_id for each in bidders]],
    )
    mine = "money_subaccount account WHERE account.case_id = ANY (%s)"
    copy_rows(
        cursor,
        "qualification_registration",
        like=model.pk,
        source=mine,
        changes={
            "listing_id": "account.case_id",
            "organisation_id": "account.organisation_id",
            "sub_account_id": "account.id",
        },
        given=[list(lots)],
    )
    copy_rows(
        cursor,
        "deposit_certificate",
        like=model.certificate.pk,
        source="qualification_registration r WHERE r.listing_id = ANY (%s)",
        changes={
            "listing_id": "r.listing_id",
            "registration_id": "r.id",
            "paddle": "99 + row_number() OVER (PARTITION BY r.listing_id ORDER BY r.id)",
        },
        given=[list(lots)],
    )
    _pay_deposits(cursor, lots, amount=deal.listing.deposit_amount or ZERO)


def _pay_deposits(cursor: Any, lots: Sequence[int], *, amount: Yuan) -> None:
    mine = "money_subaccount account WHERE account.case_id = ANY (%s)"
    cursor.execute(
        "INSERT INTO money_account (sub_account_id, bucket, balance)"
        f" SELECT account.id, bucket, 0 FROM unnest(ARRAY['bank', 'held']) bucket, {mine}",
        [list(lots)],
    )
    cursor.execute(
        "WITH moved AS (INSERT INTO money_movement (reason, once, at)"
        f" SELECT 'arrival', 'bench:' || account.id, account.opened_at FROM {mine} RETURNING id, once)"
        " INSERT INTO money_entry (movement_id, account_id, amount)"
        " SELECT moved.id, side.id, CASE side.bucket WHEN 'bank' THEN -%s ELSE %s END"
        " FROM moved JOIN money_account side ON moved.once = 'bench:' || side.sub_account_id"
        " ORDER BY side.bucket DESC",
        [list(lots), amount.amount, amount.amount],
    )


def certificates_of(listing_id: int) -> dict[int, int]:
    """Certificate ids of a lot by organisation."""
    found = Certificate.objects.filter(listing_id=listing_id).values_list(
        "registration__organisation_id", "pk"
    )
    return dict(found)
