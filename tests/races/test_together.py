"""Bids decided together, one by one, by the pure rule and by the table itself: always the same."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.live.combiner import Busy, Combiner, decide_free, decide_held
from apps.stages.bidding import rules
from apps.stages.bidding.commands import place, place_all
from apps.stages.bidding.decision import Answer, Receipt
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import chain_is_whole, lot_of
from apps.stages.bidding.snapshot import BidRequest
from apps.stages.deposit.models import Certificate
from kernel import bulk, clock, lanes
from kernel.actors import Actor
from kernel.audit.models import AuditEntry
from kernel.audit.queries import is_whole
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.errors import Refusal, Refused
from kernel.money import Yuan
from tests.factories.actors import together
from tests.factories.deal import SELLER, A, B, Deal, at
from tests.factories.journey import CLOSES, MICROSECOND, OPENS, TIMED, twins

NOON = at("03-26 12:00")
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class _Back(Exception):
    """Takes everything back."""


def ask_of(by: Actor, lot: int, price: int | str, **more: Any) -> BidRequest:
    """A bid that waits."""
    return BidRequest(
        listing_id=lot,
        organisation_id=by.organisation_id,
        person_id=by.person_id,
        unit_price=Yuan(price),
        **more,
    )


def said(answer: Answer) -> tuple[Any, ...]:
    """An answer as it can be compared."""
    if isinstance(answer, Receipt):
        return (
            answer.sequence,
            answer.unit_price,
            answer.hash,
            answer.previous_hash,
            answer.closes_at,
            answer.repeated,
        )
    assert isinstance(answer, Refusal)
    return (answer.code, answer.sentence, dict(answer.detail))


def one_by_one(asks: Sequence[tuple[str, BidRequest]], deal: Deal, now: datetime) -> list[tuple[Any, ...]]:
    """The same bids, each in a call of its own."""
    found = []
    for key, ask in asks:
        try:
            receipt = place(
                listing_id=ask.listing_id, unit_price=ask.unit_price, by=deal.operator(key), now=now,
                request_id=ask.request_id, seen_price=ask.seen_price, saw_none=ask.saw_none, read_clock=lambda: now,
            )  # fmt: skip
            found.append(said(receipt))
        except Refused as no:
            found.append(said(no.refusal))
    return found


def lots_now(lots: Sequence[int]) -> list[Any]:
    """How the lots and their bids stand."""
    rows = Bid.objects.filter(listing__in=lots).order_by("listing_id", "sequence")
    listings = Listing.objects.filter(pk__in=lots).order_by("pk").values_list("closes_at", "timed_round")
    return [
        *rows.values_list("listing_id", "sequence", "unit_price", "hash", "timed_round", "request_id"),
        *listings,
    ]


@pytest.fixture(scope="module")
def lots(market: Deal) -> list[int]:
    """An ordinary lot, one with a ceiling, one in a timed round."""
    return [
        *twins(market, 1),
        *twins(market, 1, ceiling=Yuan(65000)),
        *twins(
            market, 1, rules=TIMED, timed_round=1, listing_period_ends_at=NOON - timedelta(minutes=1),
            closes_at=NOON + timedelta(minutes=2),
        ),
    ]  # fmt: skip


@FEW
@given(
    wanted=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from([A, B, A, B, SELLER]),
            st.sampled_from(
                ["45000", "50000", "52500", "55000", "60000", "60000.01", "65000", "70000", "90000"]
            ),
            st.sampled_from(["", "r1", "r2"]),
            st.sampled_from([None, "50000", "55000"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_bids_decided_together_get_the_answers_that_they_would_get_one_by_one(
    market: Deal, lots: list[int], wanted: list[Any]
) -> None:
    asks = [
        (
            key,
            ask_of(
                market.operator(key), lots[which], price, request_id=request,
                seen_price=None if seen is None else Yuan(seen), saw_none=none and seen is None,
            ),
        )
        for which, key, price, request, seen, none in wanted
    ]  # fmt: skip
    outcomes = []
    for how in ("together", "one by one"):
        try:
            with transaction.atomic():
                if how == "together":
                    answers = [
                        said(each) for each in place_all([ask for _, ask in asks], read_clock=lambda: NOON)
                    ]
                else:
                    answers = one_by_one(asks, market, NOON)
                outcomes.append((answers, lots_now(lots)))
                assert all(chain_is_whole(Listing.objects.get(pk=lot)) for lot in lots)
                assert all(is_whole(chain=f"case:{lot}") for lot in lots)
                raise _Back
        except _Back:
            pass
    assert outcomes[0] == outcomes[1]


def _insert(lot: Listing, price: Yuan, received_at: datetime) -> str:
    """What the table itself says of a bid that nobody decided: empty where it takes it."""
    last = Bid.objects.filter(listing=lot).order_by("-sequence").first()
    holder = Certificate.objects.filter(listing=lot).order_by("-paddle").first()
    assert holder is not None
    try:
        with transaction.atomic():
            bulk.insert_all([(Bid, [{
                "listing_id": lot.pk, "certificate_id": holder.pk, "sequence": last.sequence + 1 if last else 1,
                "unit_price": str(price), "received_at": received_at, "timed_round": 0, "request_id": "",
                "placed_by_id": 1, "previous_hash": last.hash if last else rules.GENESIS,
                "hash": f"{random.getrandbits(256):064x}",
            }])])  # fmt: skip
            raise _Back
    except _Back:
        return ""
    except DatabaseError as no:
        return str(no)


@FEW
@given(
    prices=st.lists(st.integers(0, 8), max_size=4),
    price=st.integers(4_000_000, 8_000_000).map(lambda fen: Yuan(f"{fen // 100}.{fen % 100:02d}"))
    | st.integers(8, 16).map(lambda step: Yuan(step * 5000)),
    received_at=st.sampled_from(
        [OPENS - MICROSECOND, OPENS, NOON, CLOSES - MICROSECOND, CLOSES, CLOSES + MICROSECOND]
    ),
    status=st.sampled_from([ListingStatus.BIDDING, ListingStatus.BIDDING, ListingStatus.SUSPENDED]),
    ceiling=st.sampled_from([None, Yuan(65000)]),
)
def test_the_table_takes_just_what_the_rule_takes(
    market: Deal, lots: list[int], prices: list[int], price: Yuan, received_at: datetime, status: ListingStatus,
    ceiling: Yuan | None,
) -> None:  # fmt: skip
    """Price, time and status; whose bid it is the rule alone decides."""
    try:
        with transaction.atomic():
            lot = Listing.objects.get(pk=lots[0 if ceiling is None else 1])
            for step in sorted(set(prices)):
                with transaction.atomic():
                    place_all(
                        [ask_of(market.operator(A), lot.pk, 50000 + step * 5000)], read_clock=lambda: NOON
                    )
            if status is not ListingStatus.BIDDING:
                suspended = Listing.objects.filter(pk=lot.pk)
                suspended.update(status=ListingStatus.SUSPENDED, suspended_from=ListingStatus.BIDDING)
            lot.refresh_from_db()
            standing = lot_of(lot)
            assert standing is not None
            bidder = rules.Bidder(
                is_seller_side=False, qualified=True, barred_until=None, deposit_full=True, at_ceiling=False
            )
            no = rules.why_not_bid(
                lot=standing, bidder=bidder, unit_price=price, seen_price=None, at=received_at
            )
            fault = _insert(lot, price, received_at)
            assert (no is None) == (fault == ""), (no, fault)
            raise _Back
    except _Back:
        pass


def test_a_bad_bid_fails_alone_and_its_neighbours_are_taken(market: Deal) -> None:
    [lot] = twins(market, 1)
    by = market.operator(A)
    with clock.simulated(NOON):
        answers = decide_free(
            [
                ask_of(by, lot, 50000, request_id="good"),
                ask_of(by, lot, 55000, request_id="bad\x00"),
                ask_of(by, lot, 60000, request_id="good too"),
            ]
        )
    assert [type(answer) for answer in answers] == [Receipt, ValueError, Receipt]
    assert Bid.objects.filter(listing_id=lot).count() == 2
    assert chain_is_whole(Listing.objects.get(pk=lot))


def test_a_refusal_of_many_decided_together_is_recorded_with_its_asker(market: Deal) -> None:
    [lot] = twins(market, 1)
    asks = [ask_of(market.operator(key), lot, price) for key, price in ((A, 50000), (B, 50000), (B, 40000))]
    place_all(asks, read_clock=lambda: NOON)
    rows = AuditEntry.objects.filter(case_id=lot, verb="bid.place").order_by("sequence")
    assert [(row.outcome, row.code, row.person_id) for row in rows] == [
        ("done", "", market.operator(A).person_id),
        ("refused", "below_increment", market.operator(B).person_id),
        ("refused", "below_increment", market.operator(B).person_id),
    ]
    assert rows[1].after["detail"]["lowest_valid"] == "55000.00"
    assert rows[1].after["tried"]["unit_price"] == "50000.00"


def test_ids_that_no_lot_can_have_are_not_found_and_hold_nothing_up(market: Deal) -> None:
    [lot] = twins(market, 1)
    by = market.operator(A)
    asks = [ask_of(by, other, 50000) for other in (0, -1, 2**31, 2**62)] + [ask_of(by, lot, 50000)]
    *no, yes = place_all(asks, read_clock=lambda: NOON)
    assert [each.code for each in no if isinstance(each, Refusal)] == ["not_found"] * 4
    assert isinstance(yes, Receipt)


@pytest.mark.parametrize("seed", range(20))
def test_no_bid_is_left_waiting_however_they_arrive(seed: int) -> None:
    """A wake-up that gets lost would hang here: bids come while a call is under way, as it ends, and long after."""
    chance = random.Random(seed)
    batches: list[int] = []
    lasts = [chance.choice([0.0, 0.001, 0.004]) for _ in range(400)]

    def decide(asks: Sequence[BidRequest]) -> list[Answer]:
        batches.append(len(asks))
        if lasts[len(batches) % 400]:
            _pause(lasts[len(batches) % 400])
        return [Refusal(rules.NO_RIGHT.code, ask.request_id) for ask in asks]

    async def come(combiner: Combiner, number: int) -> None:
        await asyncio.sleep(chance.choice([0, 0, 0.001, 0.003, 0.02]))
        answer = await combiner.place(BidRequest(1, 1, 1, Yuan(1), request_id=str(number)))
        assert isinstance(answer, Refusal)
        assert answer.sentence == str(number)

    async def all_come() -> None:
        combiner = Combiner(free=decide)
        async with asyncio.timeout(20):
            await asyncio.gather(*(come(combiner, number) for number in range(150)))
        await combiner.stop()

    asyncio.run(all_come())
    assert sum(batches) == 150
    assert len(batches) < 150


def _pause(seconds: float) -> None:
    asyncio.run(asyncio.sleep(seconds))


TAKEN = Receipt(
    listing_id=1, sequence=1, unit_price=Yuan(1), paddle=1, received_at=NOON, hash="", previous_hash="", closes_at=NOON
)  # fmt: skip


def test_a_crowd_that_bids_again_is_decided_in_one_call_and_who_comes_when_it_has_gone_is_not_left_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However far apart its bids come in; the moment given to it is as long as this test cares to make it."""
    monkeypatch.setattr("apps.live.combiner.GATHER_S", 20.0)
    batches: list[int] = []

    def decide(asks: Sequence[BidRequest]) -> list[Answer]:
        batches.append(len(asks))
        return [TAKEN] * len(asks)

    async def bid_on(combiner: Combiner, number: int) -> None:
        for _ in range(4):
            await combiner.place(BidRequest(1, 1, 1, Yuan(1)))
            await asyncio.sleep(number * 0.001)

    async def come() -> None:
        combiner = Combiner(free=decide)
        await asyncio.gather(*(bid_on(combiner, number) for number in range(8)))
        monkeypatch.setattr("apps.live.combiner.GATHER_S", 0.01)
        async with asyncio.timeout(10):
            await bid_on(combiner, 0)
        await combiner.stop()

    asyncio.run(come())
    assert batches == [8, 8, 8, 8, 1, 1, 1, 1]


def test_stale_bids_neither_take_the_crowds_places_nor_are_they_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three come while four are decided: the next call takes the three and the four, the one after it the four."""
    monkeypatch.setattr("apps.live.combiner.GATHER_S", 20.0)
    batches: list[int] = []
    stale_are_here = Event()

    def decide(asks: Sequence[BidRequest]) -> list[Answer]:
        batches.append(len(asks))
        assert stale_are_here.wait(10)
        return [TAKEN if ask.saw_none else rules.NO_RIGHT for ask in asks]

    async def bid_on(combiner: Combiner, number: int) -> None:
        for _ in range(3):
            await combiner.place(BidRequest(1, 1, 1, Yuan(1), saw_none=True))
            await asyncio.sleep(number * 0.001)

    async def storm(combiner: Combiner) -> None:
        while not batches:
            await asyncio.sleep(0.001)
        stale = [asyncio.create_task(combiner.place(BidRequest(1, 1, 1, Yuan(1)))) for _ in range(3)]
        await asyncio.sleep(0)
        stale_are_here.set()
        await asyncio.gather(*stale)

    async def come() -> None:
        combiner = Combiner(free=decide)
        async with asyncio.timeout(15):
            await asyncio.gather(storm(combiner), *(bid_on(combiner, number) for number in range(4)))
        await combiner.stop()

    asyncio.run(come())
    assert batches == [4, 7, 4]


def test_more_bids_than_can_be_answered_are_turned_away_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.live.combiner.MOST_WAITING", 3)

    async def come() -> list[Any]:
        combiner = Combiner(free=lambda asks: [rules.NO_RIGHT] * len(asks))
        asks = [combiner.place(BidRequest(1, 1, 1, Yuan(1))) for _ in range(5)]
        said = await asyncio.gather(*asks, return_exceptions=True)
        await combiner.stop()
        return said

    assert [type(each) for each in asyncio.run(come())] == [Refusal, Refusal, Refusal, Busy, Busy]


def test_a_lot_that_is_held_keeps_no_other_lot_waiting_and_its_own_bids_keep_their_order(
    market: Deal,
) -> None:
    held, free = twins(market, 2)
    by = market.operator(A)
    taken, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            lanes.hold(lanes.CASE, held)
            taken.set()
            done.wait(20)

    async def bids() -> list[Answer]:
        combiner = Combiner()
        await asyncio.to_thread(taken.wait, 20)
        waiting = [
            asyncio.create_task(combiner.place(ask_of(by, held, price, request_id=f"h{price}")))
            for price in (50000, 55000, 60000)
        ]
        others = [await combiner.place(ask_of(by, free, price)) for price in (50000, 55000)]
        assert not any(each.done() for each in waiting)
        done.set()
        answers = [*others, *await asyncio.gather(*waiting)]
        await combiner.stop()
        return answers

    with clock.simulated(NOON):
        _, answers = together(hold, lambda: asyncio.run(bids()))
    assert all(isinstance(each, Receipt) for each in answers), answers
    assert [each.sequence for each in answers if isinstance(each, Receipt)] == [1, 2, 1, 2, 3]


def test_a_bid_that_waited_too_long_or_whose_bidder_has_gone_is_not_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("apps.live.combiner.PATIENCE_S", 0.05)
    decided: list[str] = []

    def decide(asks: Sequence[BidRequest]) -> list[Answer]:
        decided.extend(ask.request_id for ask in asks)
        _pause(0.2)
        return [rules.NO_RIGHT] * len(asks)

    async def come() -> list[Any]:
        combiner = Combiner(free=decide)
        first = asyncio.create_task(combiner.place(BidRequest(1, 1, 1, Yuan(1), request_id="first")))
        await asyncio.sleep(0.02)
        late = asyncio.create_task(combiner.place(BidRequest(1, 1, 1, Yuan(1), request_id="late")))
        gone = asyncio.create_task(combiner.place(BidRequest(1, 1, 1, Yuan(1), request_id="gone")))
        await asyncio.sleep(0.02)
        gone.cancel()
        said = await asyncio.gather(first, late, gone, return_exceptions=True)
        await combiner.stop()
        return list(said)

    first, late, gone = asyncio.run(come())
    assert (type(first), type(late), type(gone)) == (Refusal, Busy, asyncio.CancelledError)
    assert decided == ["first"]


def test_what_was_committed_stays_answered_when_another_lot_cannot_be_settled(
    market: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a request id: asked again, the accepted bid would be refused as too low."""
    open_one, due_one = twins(market, 2)
    by = market.operator(A)
    Deadline.objects.filter(case_id=due_one, kind="bidding_close").update(due_at=NOON, try_at=NOON)

    def fails(**_: Any) -> int:
        raise OperationalError("the lane does not come free")

    monkeypatch.setattr(runner, "run_due", fails)
    with clock.simulated(NOON):
        taken, failed = decide_held([ask_of(by, open_one, 50000), ask_of(by, due_one, 50000)])
    assert isinstance(taken, Receipt)
    assert isinstance(failed, OperationalError)
    assert Bid.objects.filter(listing_id=open_one).count() == 1


def test_a_line_that_breaks_answers_everybody_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = iter([True, False])

    def decide(asks: Sequence[BidRequest]) -> list[Answer]:
        return [] if next(broken, False) else [rules.NO_RIGHT] * len(asks)

    async def come() -> list[Any]:
        combiner = Combiner(free=decide)
        said: list[Any] = []
        for _ in range(2):
            async with asyncio.timeout(5):
                said += await asyncio.gather(
                    combiner.place(BidRequest(1, 1, 1, Yuan(1))), return_exceptions=True
                )
        await combiner.stop()
        return said

    first, second = asyncio.run(come())
    assert isinstance(first, ValueError)
    assert isinstance(second, Refusal)
