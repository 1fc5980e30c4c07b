"""A database with one lot of each flavour at each station of the road, from which walks set out and are taken back."""

import gc
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, connections, transaction
from django.test import override_settings

from apps.land.queries import with_polygons
from apps.listings.states import ListingStatus
from apps.money.accounts import open_accounts
from apps.rulebook import presets
from apps.rulebook.commands import install
from apps.stages.announcement.queries import portal_facts
from apps.stages.bidding.queries import lot_of
from apps.stages.bidding.rules import lowest_valid
from apps.stages.contract.queries import contract_of
from apps.stages.payment.queries import price_account
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.review.queries import opinion_facts
from apps.stages.review.states import Subject
from config import scratch
from kernel import clock, entropy
from kernel.clock import BEIJING
from kernel.deadlines.models import Deadline
from tests.factories.kept import kept
from tests.simulation import invariants, steps
from tests.simulation.cast import BIDDERS, CENTRE, FINANCE, PROVINCE, SELLER, Cast
from tests.simulation.walk import TWISTS, Broken, Seen, Walk

S = ListingStatus
STATIONS = (S.DRAFT, S.UNDER_REVIEW, S.ANNOUNCED, S.BIDDING, S.CLOSED, S.CONTRACTED, S.PAID, S.PUBLICISED)
"""Where walks set out."""

_AREA = {"farmland_area": "20.0000", "grain_capacity": "18000"}
_BY_AREA = {"starting_price": "50000.00", "price_unit": "yuan_per_mu"}


@dataclass(frozen=True)
class Flavour:
    """One sort of lot: its rules, its facts, and the day on which its application is drafted."""

    preset: str
    start: str
    quantities: dict[str, str] = field(default_factory=lambda: dict(_AREA))
    facts: dict[str, str] = field(default_factory=lambda: dict(_BY_AREA))
    rules: dict[str, Any] = field(default_factory=dict)


_TIMED = {"enabled": True, "round_minutes": 5, "least_bidders": 2, "pause_minutes": 10}
FLAVOURS = (
    Flavour("baseline", "2026-03-02T09:00"),
    Flavour(
        "henan",
        "2026-04-13T09:00",
        facts={**_BY_AREA, "ceiling": "65000.00"},
        rules={"increment_multiple": True},
    ),
    Flavour("hunan", "2026-10-12T09:00", facts={**_BY_AREA, "reserve_price": "55000.00"}),
    Flavour(
        "henan",
        "2026-11-16T09:00",
        quantities={"grain_capacity": "20000"},
        facts={"starting_price": "30.00", "price_unit": "yuan_per_kg", "increment": "0.50"},
        rules={
            "quiet_last_minutes": 30,
            "timed_bidding": _TIMED,
            "allocation": "fee_first",
            "late_fee_cap": "0.1",
        },
    ),
)


@dataclass
class Stations:
    """The cast, and where each walk can set out: a lot, its instant, its flavour."""

    cast: Cast
    starts: list[tuple[int, datetime, int]] = field(default_factory=list)
    _sequences: list[tuple[str, int]] = field(default_factory=list)

    def rewind(self) -> None:
        """Sequences stand as when the stations were built, so that a walk gives the same ids every time."""
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT setval(name::regclass, at) FROM unnest(%s, %s) t (name, at)",
                           [[name for name, _ in self._sequences], [at for _, at in self._sequences]])  # fmt: skip

    def settle(self) -> None:
        """The stations are as they shall be: remember their sequences."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename), coalesce(last_value, start_value)"
                " FROM pg_sequences ORDER BY 1"
            )
            self._sequences = list(cursor.fetchall())


@contextmanager
def built(name_hint: str = "stations") -> Iterator[Stations]:
    """The stations in a database of their own, dropped afterwards."""
    with TemporaryDirectory() as media, override_settings(MEDIA_ROOT=media), entropy.seeded("stations"):
        world = kept("simulation", _build)
        with world.copied(name_hint) as name, scratch.point_at(name):
            yield from _ready(world.given)


def _ready(stations: Stations) -> Iterator[Stations]:
    _hasten()
    invariants.prepare()
    # What is there by now stays: the collector need not look at it during every walk.
    gc.collect()
    gc.freeze()
    try:
        yield stations
    finally:
        gc.unfreeze()
        connections.close_all()


def _hasten() -> None:
    """Nothing here is to survive a crash of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET lock_timeout = '30s'")


def _build() -> Stations:
    _hasten()
    first = _instant(FLAVOURS[0].start)
    stations = Stations(Cast.assembled(now=first))
    with clock.simulated(first):
        Road(stations.cast, first, number=0).book_for("rival")
    for place, flavour in enumerate(FLAVOURS):
        with transaction.atomic():
            _install(flavour, now=_instant(flavour.start))
            for number, station in enumerate(STATIONS):
                start = _instant(flavour.start) + timedelta(hours=number)
                with clock.simulated(start) as moved:
                    road = Road(stations.cast, start, number=place * 100 + number + 1, moved=moved)
                    lot = road.travel(flavour, station)
                    stations.starts.append((lot, moved.now(), place))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    invariants.prepare()
    watch = invariants.Watch([])
    broken = watch.look([lot for lot, _, _ in stations.starts])
    if broken:
        raise Broken(f"the stations are not sound: {broken}")
    stations.settle()
    return stations


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def _install(flavour: Flavour, *, now: datetime) -> None:
    install(
        province="410000",
        name="河南省规则",
        legal_basis=["演示文号"],
        parameters=presets.parameters(flavour.preset, flavour.rules),
        now=now,
    )


class Road:
    """The straight road of one lot, through the acts that walks take."""

    def __init__(
        self, cast: Cast, start: datetime, *, number: int, moved: clock.SimulatedClock | None = None
    ) -> None:
        self.walk = Walk(cast, moved or clock.SimulatedClock(start), random.Random(number))
        self.number = number

    def book_for(self, key: str) -> int:
        """A project of that seller, and a batch of twice what a lot sells."""
        parts = [
            {
                "kind": kind,
                "land_class": "irrigated",
                "quantity": quantity,
                "grade_before": before,
                "grade_after": 7,
            }
            for kind, quantity, before in (
                ("farmland_area", "30.0000", 16),
                ("grain_capacity", "130.0000", 8),
            )
        ]
        facts = {
            "name": f"通许县土地整治项目{self.number}",
            "approval_no": f"演示立〔2025〕{self.number}号",
            "acceptance_no": f"演示验〔2025〕{self.number}号",
            "region": "410222",
            "farmland_before": "0",
            "farmland_after": "30.0000",
            "farmland_area": "30.0000",
            "paddy_area": "0",
            "grain_capacity": "40000",
            "parts": parts,
        }
        project = self._done("project.record", key, 0, with_polygons(facts))["project"]
        booked = {"certificate_no": f"演示库〔2025〕{self.number}号", "farmland_area": "30.0000"}
        booked |= {"grain_capacity": "40000"}
        batch: int = self._done("quota.book", PROVINCE, project, {**booked, "grade": 7})["batch"]
        return batch

    def travel(self, flavour: Flavour, station: ListingStatus) -> int:
        """A lot of that flavour, brought to the station. Gives its id."""
        walk, batch = self.walk, self.book_for(SELLER)
        lot_facts = {
            "title": "通许县补充耕地指标",
            **flavour.quantities,
            **flavour.facts,
            "lines": [
                {"batch": batch, "kind": kind, "amount": amount}
                for kind, amount in flavour.quantities.items()
            ],
            "grade": 7,
            "acceptance_record_no": "豫省备〔2025〕1号",
            "ecology_no": "汴环评〔2025〕1号",
            "fiscal_account": open_accounts(walk.cast.organisations[SELLER].pk)[0].pk,
        }
        lot: int = self._done("listing.draft", SELLER, 0, lot_facts)["listing"]
        walk.lots.append(lot)
        for step in (self._review, self._announce, self._bid, self._conclude, self._hand_over):
            if step(lot, station):
                break
        return lot

    def _done(
        self, name: str, who: str, subject: int, data: dict[str, Any] | None = None, *, number: int = 1
    ) -> Any:
        done = self.walk.do(name, who, subject, data, number=number)
        if done is None or done.outcome != "done":
            raise Broken(f"the road is closed: {self.walk.trace[-2:]}")
        return done.answer

    def _there(self, lot: int, station: ListingStatus) -> bool:
        return self.walk.listing(lot).state is station

    def _review(self, lot: int, station: ListingStatus) -> bool:
        if station is S.DRAFT:
            return True
        walk = self.walk
        walk.cast.bring(SELLER, lot, now=walk.now)
        self._done("listing.submit", SELLER, lot)
        if station is S.UNDER_REVIEW:
            return True
        walk.pass_to(walk.now + timedelta(days=1))
        for number, subject in enumerate(Subject, start=1):
            office = CENTRE if subject is Subject.ELIGIBILITY else PROVINCE
            self._done("review.decide", office, lot, opinion_facts(lot, subject, "pass"), number=number)
        return False

    def _announce(self, lot: int, station: ListingStatus) -> bool:
        walk = self.walk
        moments = steps.announced_moments(walk, walk.listing(lot), spare=timedelta(hours=1))
        self._done("announcement.publish", CENTRE, lot, moments)
        self._done("announcement.note_portal", CENTRE, lot, portal_facts(lot, at=walk.now))
        walk.pass_to(walk.now + timedelta(hours=3))
        for key in BIDDERS[: 2 if station is S.ANNOUNCED else 3]:
            walk.cast.bring(key, lot, now=walk.now)
            made = self._done("registration.submit", key, lot, confirmation_facts(lot))
            self._done("registration.decide", CENTRE, made["registration"], {"outcome": "qualified"})
            if station is not S.ANNOUNCED or key == "a":
                self._pay(made["sub_account"], key, str(walk.listing(lot).deposit_amount))
        return station is S.ANNOUNCED

    def _pay(self, number: str, key: str, amount: str) -> None:
        walk = self.walk
        entry = {
            "reference": f"road-{self.number}-{walk.fresh(key)}",
            "credited_number": number,
            "amount": amount,
            "payer_name": walk.cast.organisations[key].name,
            "payer_account": "6222000000000001",
            "arrived_at": clock.iso(walk.now),
        }
        self._done("money.line", FINANCE, 0, entry)
        self._done("money.cover", FINANCE, 0, steps.statement_of(number, walk.now))

    def _bid(self, lot: int, station: ListingStatus) -> bool:
        walk = self.walk
        opens = walk.listing(lot).opens_at
        assert opens is not None
        walk.pass_to(opens)
        for key in ("a", "b", "a"):
            terms = lot_of(walk.listing(lot))
            assert terms is not None
            self._done("bid.place", key, lot, {"unit_price": str(lowest_valid(terms))})
            walk.pass_to(walk.now + timedelta(hours=1))
        if station is S.BIDDING:
            return True
        for _ in range(2):  # the listing period, and a timed round where there is one
            closes = walk.listing(lot).closes_at
            assert closes is not None
            walk.pass_to(closes)
        if not self._there(lot, S.CLOSED):
            raise Broken(f"lot {lot} did not close on the road")
        return station is S.CLOSED

    def _conclude(self, lot: int, station: ListingStatus) -> bool:
        walk = self.walk
        self._done("confirmation.issue", CENTRE, lot)
        winner = self._winner(lot)
        for key in (SELLER, winner, CENTRE):
            self._done("contract.sign", key, lot)
        if station is S.CONTRACTED:
            return True
        walk.pass_to(walk.now + timedelta(days=2))
        contract, account = contract_of(lot), price_account(walk.listing(lot), now=walk.now)
        assert contract is not None
        assert account is not None
        self._pay(contract.terms["payment_account"], winner, str(account.outstanding))
        return station is S.PAID

    def _winner(self, lot: int) -> str:
        contract = contract_of(lot)
        assert contract is not None
        return self.walk.cast.key_of(contract.winner_id)

    def _hand_over(self, lot: int, station: ListingStatus) -> bool:
        self._done("remittance.release", FINANCE, lot)
        self._done("transfer.execute", PROVINCE, lot)
        self._done("publication.start", CENTRE, lot)
        return station is S.PUBLICISED


@dataclass(frozen=True)
class Walked:
    """What came of one seed: its trace, what it reached, and what did not hold, if anything."""

    seed: int
    trace: list[str]
    seen: Seen
    broken: str = ""

    @property
    def report(self) -> str:
        """The seed, its steps and the invariant, to be read by a person."""
        return "\n".join([f"seed {self.seed}", *self.trace, f"BROKEN: {self.broken}"])


def walked(stations: Stations, seed: int) -> Walked:
    """One seed's walk, from its start until it is taken back. The same seed gives the same walk."""
    chance = random.Random(seed)
    whole_road = seed % 20 == 0
    lot, at, place = chance.choice(stations.starts)
    if whole_road:
        lot, at, place = stations.starts[seed // 20 % len(FLAVOURS) * len(STATIONS)]
    stations.rewind()
    with clock.simulated(at) as moved, entropy.seeded(f"walk {seed}"), transaction.atomic():
        walk = Walk(stations.cast, moved, chance)
        walk.lots.append(lot)
        _install(FLAVOURS[place], now=at)
        broken = ""
        try:
            _take_steps(walk, count=45 if whole_road else chance.randint(8, 20), steady=whole_road)
        except Broken as fault:
            broken = str(fault)
        handled = Deadline.objects.filter(case_id__in=walk.lots, handled_at__gte=at).order_by("kind")
        walk.seen.deadlines.update(handled.values_list("kind", flat=True))
        transaction.set_rollback(True)
    return Walked(seed, walk.trace, walk.seen, broken)


def _take_steps(walk: Walk, *, count: int, steady: bool) -> None:
    watch = invariants.Watch(walk.lots)
    for _ in range(count):
        lot = walk.lots[-1] if walk.likely(0.8) else walk.chance.choice(walk.lots)
        found = steps.of(walk, lot)
        if steady:
            found = [each for each in found if each.weight >= 1 and each.name != "beside"]
        chosen = walk.chance.choices(found, [each.weight for each in found])[0]
        walk.twist = walk.chance.choice(TWISTS) if walk.likely(0.02 if steady else 0.12) else ""
        walk.note(f"lot {lot} {watch.statuses.get(lot)}: {chosen.name} {walk.twist}".rstrip())
        walk.settled = False
        chosen.step()
        broken = watch.look(walk.lots)
        if walk.settled:
            broken += invariants.overdue(walk.lots, now=walk.now)
        walk.seen.statuses.update(str(each) for each in watch.statuses.values())
        if broken:
            raise Broken("; ".join(broken))
