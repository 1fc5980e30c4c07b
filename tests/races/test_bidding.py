"""Bids at the same moment, at the last moment, twice, and from those who may not."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from apps.listings.models import Listing
from apps.listings.queries import locked
from apps.parties.commands import bar
from apps.stages.announcement.models import Announcement
from apps.stages.award.models import Award
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import chain_is_whole, highest_price
from apps.stages.bidding.rules import draw
from apps.stages.qualification.models import Registration
from kernel import clock, lanes
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import Unsettled
from kernel.errors import Code, Refused
from kernel.money import Yuan
from kernel.sealing import open_sealed
from tests.factories.actors import Call, codes, enrol, errors, in_order, outcome_of, taken, together
from tests.factories.deal import SELLER, A, B, Deal, at
from tests.factories.journey import (
    CLOSES,
    MICROSECOND,
    TIMED,
    act,
    bid,
    bid_history_of,
    bidding_lot,
    give_deposit_back,
    twins,
)

NOON = at("03-26 12:00")
ROUND = timedelta(minutes=5)


def at_the_gate(deal: Deal, lot: int, now: datetime, price: int = 50000, key: str = A, **data: Any) -> Any:
    """A bid as a page or the API makes it, on a clock that stands at `now`."""
    with clock.simulated(now):
        return act(deal.operator(key), "bid.place", lot, now=now, unit_price=str(price), **data)


def bidding_at_once(deal: Deal, lot: int, price: int, *keys: str) -> list[Any]:
    """All keys bid the same price in the same instant."""
    return together(*(lambda key=key: bid(deal, key, price, now=NOON, listing_id=lot) for key in keys))


def test_of_two_who_both_saw_no_bid_only_the_first_is_taken_however_high_the_second(market: Deal) -> None:
    [lot] = twins(market, 1)

    def first_bid(key: str, price: int) -> Any:
        return at_the_gate(market, lot, NOON, price, key, saw_none=True, request_id=f"first {key}")

    outcomes = together(lambda: first_bid(A, 50000), lambda: first_bid(B, 60000))
    assert len(taken(outcomes)) == 1
    lower_came_first = outcomes[0] in taken(outcomes)
    assert codes(outcomes) == [Code.STALE_PRICE if lower_came_first else Code.BELOW_INCREMENT]
    again = first_bid(*((A, 50000) if lower_came_first else (B, 60000)))
    assert again.outcome == "repeated"


def test_of_two_bids_of_one_amount_at_once_one_is_taken_and_the_other_hears_the_lowest_valid_price(
    market: Deal,
) -> None:
    [lot] = twins(market, 1)
    for price in range(50000, 100000, 5000):
        outcomes = bidding_at_once(market, lot, price, A, B)
        assert len(taken(outcomes)) == 1
        [refused] = [each.refusal for each in outcomes if isinstance(each, Refused)]
        assert refused.code == Code.BELOW_INCREMENT
        assert refused.detail["lowest_valid"] == f"{price + 5000}.00"
    assert bid_history_of(lot) == [f"{price}.00" for price in range(50000, 100000, 5000)]
    assert chain_is_whole(Listing.objects.get(pk=lot))


def test_with_the_locks_off_both_bids_of_one_amount_get_past_the_rule(
    market: Deal, without_locks: Any
) -> None:
    """The race is there: only the table's own trigger and index stop the second bid, with an error for the bidder."""
    broken = 0
    with without_locks():
        for lot in twins(market, 12):
            broken += len(errors(bidding_at_once(market, lot, 50000, A, B, A, B)))
            assert bid_history_of(lot) == ["50000.00"]
    assert broken


def test_every_bidder_may_bid_the_ceiling_at_once_and_the_draw_is_the_announced_one(
    committed_db: str, own_media: None
) -> None:
    deal = bidding_lot(ceiling=Yuan(60000), rules={"timed_bidding": {"enabled": False}})
    outcomes = bidding_at_once(deal, deal.listing_id, 60000, A, B, A, B)
    assert (len(taken(outcomes)), codes(outcomes)) == (2, ["duplicate_request", "duplicate_request"])
    deal.run(CLOSES)
    award = Award.objects.get()
    bids = list(Bid.objects.order_by("sequence").select_related("certificate"))
    secret = open_sealed(Announcement.objects.get().sealed_draw_secret)
    paddles = [each.certificate.paddle for each in bids]
    assert award.auction.drawn
    assert award.auction.bid.certificate.paddle == draw(
        secret_hex=secret, last_hash=bids[-1].hash, paddles=paddles
    )


@pytest.mark.parametrize(
    ("offset", "says"), [(-MICROSECOND, "done"), (timedelta(0), "refused"), (MICROSECOND, "refused")]
)
def test_a_bid_is_taken_until_a_microsecond_before_the_close_and_refused_from_the_close_on(
    market: Deal, offset: timedelta, says: str
) -> None:
    """Half-open, as on the gate's own clock; the late one is told when the server took it."""
    [lot] = twins(market, 1)
    said = outcome_of(lambda: at_the_gate(market, lot, CLOSES + offset))
    if says == "done":
        assert said.outcome == "done"
        assert Bid.objects.get(listing_id=lot).received_at == CLOSES - MICROSECOND
        return
    assert said.refusal.code == Code.BIDDING_CLOSED
    assert said.refusal.detail["received_at"] == clock.iso(CLOSES + offset)
    assert bid_history_of(lot) == []
    assert Listing.objects.get(pk=lot).status == "unsold"


def test_a_bid_after_the_close_before_the_closer_woke_is_never_taken(market: Deal) -> None:
    """Under the lane the command sees that a close is due and steps back; the gate closes first, then refuses."""
    [lot] = twins(market, 1)
    late = CLOSES + timedelta(seconds=2)
    assert isinstance(outcome_of(lambda: bid(market, A, 50000, now=late, listing_id=lot)), Unsettled)
    assert Listing.objects.get(pk=lot).status == "bidding"
    refused = outcome_of(lambda: at_the_gate(market, lot, late)).refusal
    assert (refused.code, refused.detail["received_at"]) == (Code.BIDDING_CLOSED, clock.iso(late))
    assert Listing.objects.get(pk=lot).closed_at == CLOSES


@pytest.mark.parametrize("timed_round", [0, 1], ids=["listing period", "timed round"])
def test_a_lot_whose_closer_fails_and_backs_off_takes_no_bid_from_the_close_on(
    market: Deal, timed_round: int
) -> None:
    """The status still says bidding and nobody closes it: the instant alone refuses the bid."""
    ended = CLOSES - ROUND * timed_round
    [lot] = twins(market, 1, rules=TIMED, timed_round=timed_round, listing_period_ends_at=ended)
    Deadline.objects.filter(case_id=lot).update(try_at=CLOSES + timedelta(hours=1), attempts=3)
    bid(market, A, 50000, now=NOON if not timed_round else ended, listing_id=lot)
    closes = Listing.objects.get(pk=lot).closes_at
    assert closes == CLOSES
    for now in (closes, closes + MICROSECOND):
        said = outcome_of(partial(bid, market, B, 60000, now=now, listing_id=lot))
        assert codes([said]) == ["bidding_closed"]
    assert (Listing.objects.get(pk=lot).status, bid_history_of(lot)) == ("bidding", ["50000.00"])


def test_the_clock_is_read_once_with_the_lane_held_and_that_reading_is_checked_and_stored(
    market: Deal,
) -> None:
    [lot] = twins(market, 1)
    readings = [CLOSES - MICROSECOND, CLOSES + timedelta(seconds=1)]
    held: list[bool] = []

    def read_clock() -> datetime:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND pid = pg_backend_pid() AND classid = %s AND objid = %s)",
                [int(lanes.CASE), lot],
            )
            held.append(cursor.fetchone()[0])
        return readings[len(held) - 1]

    bid(market, A, 50000, now=NOON, listing_id=lot, read_clock=read_clock)
    assert held == [True]
    assert Bid.objects.get(listing_id=lot).received_at == readings[0]


def test_two_web_processes_take_their_readings_from_the_database_and_in_the_order_of_the_bid_history(
    market: Deal,
) -> None:
    """Without a simulated clock every bid carries the database's instant, so its instants never go back."""
    begins = clock.under_lock()
    [lot] = twins(
        market, 1, closes_at=begins + timedelta(days=1), listing_period_ends_at=begins + timedelta(days=1)
    )

    def climb(key: str) -> int:
        won = 0
        for step in range(20):
            price = str(50000 + 5000 * step)
            said = outcome_of(
                partial(act, market.operator(key), "bid.place", lot, now=begins, unit_price=price)
            )
            won += not isinstance(said, Refused)
        return won

    wins = together(lambda: climb(A), lambda: climb(B))
    instants = list(
        Bid.objects.filter(listing_id=lot).order_by("sequence").values_list("received_at", flat=True)
    )
    assert sum(wins) == len(instants)
    assert instants == sorted(instants)
    assert all(begins <= each <= clock.under_lock() for each in instants)


# --- timed rounds


def test_the_listing_period_gives_way_to_a_round_and_every_bid_starts_it_anew(market: Deal) -> None:
    [lot] = twins(market, 1, rules=TIMED)
    instants = [CLOSES + ROUND - MICROSECOND]
    at_the_gate(market, lot, instants[0])
    for step, key in enumerate((B, A, B), start=1):
        instants.append(instants[-1] + ROUND - MICROSECOND)
        at_the_gate(market, lot, instants[-1], 50000 + 5000 * step, key)
        assert Listing.objects.get(pk=lot).closes_at == instants[-1] + ROUND
    refused = outcome_of(lambda: at_the_gate(market, lot, instants[-1] + ROUND, 90000)).refusal
    assert refused.code == Code.BIDDING_CLOSED
    assert Listing.objects.get(pk=lot).closed_at == instants[-1] + ROUND
    assert Award.objects.get(listing_id=lot).unit_price == Yuan(65000)


def test_several_bids_in_the_last_instant_of_a_round_all_extend_it_while_the_worker_sleeps(
    market: Deal,
) -> None:
    [lot] = twins(market, 1, rules=TIMED)
    last = CLOSES + ROUND - MICROSECOND
    with clock.simulated(last):
        outcomes = together(
            *(
                lambda key=key, price=price: act(
                    market.operator(key), "bid.place", lot, now=last, unit_price=str(price)
                )
                for price in (50000, 60000, 70000)
                for key in (A, B)
            )
        )
    assert not errors(outcomes)
    accepted = [each.answer["unit_price"] for each in taken(outcomes)]
    assert sorted(accepted) == sorted(bid_history_of(lot))
    listing = Listing.objects.get(pk=lot)
    assert (listing.closes_at, listing.timed_round) == (last + ROUND, 1 + len(accepted))
    assert Deadline.objects.get(case_id=lot, kind="bidding_close", status="pending").due_at == last + ROUND


def test_a_round_runs_past_midnight_into_the_next_day(market: Deal) -> None:
    late = at("03-30 23:57")
    [lot] = twins(market, 1, rules=TIMED, closes_at=late, listing_period_ends_at=late)
    at_the_gate(market, lot, at("03-31 00:01"))
    runner.run_due(now=at("03-31 08:00"), case_id=lot)
    assert Listing.objects.get(pk=lot).closed_at == at("03-31 00:06")
    confirmation = Deadline.objects.get(case_id=lot, kind="confirmation")
    assert confirmation.due_at == at("04-03 00:00")


# --- the closer


@pytest.mark.parametrize(
    "late", [timedelta(0), timedelta(seconds=1), timedelta(minutes=3), timedelta(hours=2)], ids=str
)
def test_a_closer_that_was_away_closes_as_of_the_due_instant(market: Deal, late: timedelta) -> None:
    [lot] = twins(market, 1)
    bid(market, A, 50000, now=NOON, listing_id=lot)
    bid(market, B, 55000, now=CLOSES - MICROSECOND, listing_id=lot)
    if late:
        refused = outcome_of(lambda: at_the_gate(market, lot, CLOSES + late, 60000))
        assert codes([refused]) == ["bidding_closed"]
    runner.run_due(now=CLOSES + late, case_id=lot)
    listing = Listing.objects.get(pk=lot)
    assert (listing.status, listing.closed_at, listing.closes_at) == ("closed", CLOSES, CLOSES)
    assert Award.objects.get(listing_id=lot).at == CLOSES
    following = Deadline.objects.filter(case_id=lot, kind__in=["confirmation", "deposit_refund"]).order_by(
        "id"
    )
    assert [(each.triggered_at, each.due_at) for each in following] == [
        (CLOSES, at("04-08 00:00")),
        (CLOSES, at("04-02 00:00")),
    ]


def test_the_highest_bid_is_found_by_amount_and_sequence_never_by_text_or_time(market: Deal) -> None:
    """100,000 is less than 95,000 as text; and a machine clock that was set back makes the last bid the earliest."""
    [lot] = twins(market, 1)
    for price, key, now in ((95000, A, NOON + timedelta(hours=1)), (100000, B, NOON)):
        bid(market, key, price, now=now, listing_id=lot)
    runner.run_due(now=CLOSES, case_id=lot)
    award = Award.objects.get(listing_id=lot)
    assert (award.unit_price, award.auction.bid.sequence) == (Yuan(100000), 2)


# --- who may not


def _no_money(deal: Deal, lot: int) -> None:
    give_deposit_back(_on(deal, lot), A, now=NOON)


def _on(deal: Deal, lot: int) -> Deal:
    return Deal(people=deal.people, listing_id=lot)


def _disqualified(deal: Deal, lot: int) -> None:
    Registration.objects.filter(listing_id=lot, organisation=deal.organisation(A)).update(
        status="rejected", reason="资格被撤销"
    )


def _barred(deal: Deal, lot: int) -> None:
    bar(
        organisation_id=deal.organisation(A).pk,
        case_id=lot,
        reason="违约",
        since=at("03-01 00:00"),
        until=at("06-01 00:00"),
    )


MEANWHILE = {Code.DEPOSIT_MISSING: _no_money, Code.NOT_QUALIFIED: _disqualified, Code.BARRED: _barred}


@pytest.mark.parametrize("code", list(MEANWHILE))
def test_what_was_taken_away_while_a_bid_waited_for_the_lane_counts(market: Deal, code: Code) -> None:
    """Two bids, and the loss between them: it is looked at anew, under the lock, for every bid."""
    [lot] = twins(market, 1)

    def lose() -> None:
        with transaction.atomic():
            locked(lot)
            MEANWHILE[code](market, lot)

    outcomes = in_order(
        lanes.CASE,
        lot,
        lambda: bid(market, A, 50000, now=NOON, listing_id=lot),
        lose,
        lambda: bid(market, A, 55000, now=NOON, listing_id=lot),
    )
    if code is Code.BARRED:
        market.organisation(A).bars.all().delete()
    assert codes(outcomes) == [code]
    assert bid_history_of(lot) == ["50000.00"]


def test_the_seller_its_subordinate_and_one_registered_for_another_lot_never_bid(market: Deal) -> None:
    [lot] = twins(market, 1, bidders=(B,))
    twins(market, 1, bidders=(A,))
    enrol(market, "under", "通许县某局", superior=market.organisation(SELLER))
    for key, code in (
        (SELLER, Code.SELF_DEALING),
        ("under", Code.SELF_DEALING),
        (A, Code.NOT_QUALIFIED),
    ):
        said = outcome_of(partial(bid, market, key, 50000, now=NOON, listing_id=lot))
        assert codes([said]) == [code]
    assert bid_history_of(lot) == []


# --- again


@pytest.mark.parametrize("given", ["request_id", "key", "both"])
def test_eight_clicks_on_one_bid_make_one_bid_and_eight_equal_receipts(market: Deal, given: str) -> None:
    [lot] = twins(market, 1)
    by = market.operator(A)
    data = {} if given == "key" else {"request_id": f"click-{lot}"}
    key = "" if given == "request_id" else f"key-{lot}"

    def click() -> Any:
        return act(by, "bid.place", lot, now=NOON, key=key, unit_price="50000.00", **data)

    with clock.simulated(NOON):
        outcomes = together(*([click] * 8))
        outcomes.append(outcome_of(click))
    assert sorted(each.outcome for each in outcomes) == ["done"] + ["repeated"] * 8
    assert all(each.answer == outcomes[0].answer for each in outcomes)
    assert bid_history_of(lot) == ["50000.00"]


@pytest.mark.parametrize("given", ["request_id", "key"])
def test_another_bid_under_a_used_name_is_refused_and_not_placed(market: Deal, given: str) -> None:
    [lot] = twins(market, 1)
    by = market.operator(A)

    def click(price: str) -> Any:
        if given == "key":
            return act(by, "bid.place", lot, now=NOON, key=f"used-{lot}", unit_price=price)
        return act(by, "bid.place", lot, now=NOON, request_id=f"used-{lot}", unit_price=price)

    with clock.simulated(NOON):
        calls: list[Call] = [lambda: click("50000.00"), lambda: click("60000.00")]
        outcomes = (
            in_order(lanes.CASE, lot, *calls) if given == "request_id" else [outcome_of(c) for c in calls]
        )
    assert codes(outcomes) == ["duplicate_request"]
    assert bid_history_of(lot) == ["50000.00"]


def test_a_reply_that_was_lost_after_the_close_is_still_answered_with_the_receipt(market: Deal) -> None:
    [lot] = twins(market, 1)
    first = at_the_gate(market, lot, CLOSES - MICROSECOND, request_id="lost")
    again = at_the_gate(market, lot, CLOSES + timedelta(hours=1), request_id="lost")
    assert (first.outcome, again.outcome) == ("done", "repeated")
    assert again.answer["hash"] == first.answer["hash"]
    assert highest_price(lot) == Yuan(50000)
