"""A bid against the closer in both orders and by chance; three closers; and what happens with the locks off."""

import random
import time
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest

from apps.listings.models import Listing
from apps.money.models import Refund
from apps.notices.models import Notice
from apps.stages.award.models import Award
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import chain_is_whole
from kernel import bulk, lanes
from kernel.audit.models import AuditEntry
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.money import Yuan
from tests.factories.actors import codes, errors, in_order, taken, together
from tests.factories.deal import A, B, Deal, at
from tests.factories.journey import CLOSES, MICROSECOND, TIMED, bid, bid_history_of, twins

NOON = at("03-26 12:00")
ROUND = timedelta(minutes=5)
LAST = CLOSES - MICROSECOND


def closer(lot: int, *, now: datetime = CLOSES) -> Any:
    """The worker's call for one lot."""
    return lambda: runner.run_due(now=now, case_id=lot)


def last_bid(deal: Deal, lot: int, *, now: datetime = LAST) -> Any:
    """Bidder b's bid in the last microsecond."""
    return lambda: bid(deal, B, 55000, now=now, listing_id=lot)


def the_history_holds(lot: int, outcomes: list[Any]) -> bool:
    """Whatever the order was: accepted is published, the highest won, once, and nothing came after the close."""
    listing = Listing.objects.get(pk=lot)
    accepted = [str(each.unit_price) for each in taken(outcomes) if not isinstance(each, int)]
    assert not errors(outcomes), outcomes
    assert bid_history_of(lot) == ["50000.00", *accepted]
    assert listing.status == "closed"
    award = Award.objects.get(listing_id=lot)
    assert str(award.unit_price) == bid_history_of(lot)[-1]
    assert not Bid.objects.filter(listing_id=lot, received_at__gte=listing.closed_at).exists()
    assert chain_is_whole(listing)
    return bool(accepted)


def lots_with_a_bid(deal: Deal, count: int, **facts: Any) -> list[int]:
    """Lots that a leads at 50,000."""
    lots = twins(deal, count, **facts)
    for lot in lots:
        bid(deal, A, 50000, now=NOON, listing_id=lot)
    return lots


def test_a_bid_that_queues_before_the_closer_is_taken_and_wins(market: Deal) -> None:
    [lot] = lots_with_a_bid(market, 1)
    outcomes = in_order(lanes.CASE, lot, last_bid(market, lot), closer(lot))
    assert the_history_holds(lot, outcomes)


def test_a_bid_that_queues_behind_the_closer_is_refused_though_it_came_in_time(market: Deal) -> None:
    """Order is the order in which the server took them; the bidder hears a definite no."""
    [lot] = lots_with_a_bid(market, 1)
    outcomes = in_order(lanes.CASE, lot, closer(lot), last_bid(market, lot))
    assert codes(outcomes) == ["bidding_closed"]
    assert not the_history_holds(lot, outcomes)


def test_bid_and_closer_meet_eighty_times_and_no_accepted_bid_is_ever_lost(market: Deal) -> None:
    chance = random.Random(2026)
    won = 0

    def after(pause_s: float, call: Any) -> Any:
        def run() -> Any:
            time.sleep(pause_s)
            return call()

        return run

    # In every fourth meeting one side has a start over the other, so that both orders are seen whoever is quicker.
    starts = [(0.05, 0.0), (0.0, 0.05), (0.0, 0.0), (0.0, 0.0)]
    for turn, lot in enumerate(lots_with_a_bid(market, 80)):
        first, second = (start + chance.uniform(0, 0.004) for start in starts[turn % 4])
        outcomes = together(after(first, last_bid(market, lot)), after(second, closer(lot)))
        runner.run_due(now=CLOSES, case_id=lot)
        won += the_history_holds(lot, outcomes)
    assert 0 < won < 80


def test_a_round_that_a_bid_extends_is_never_closed_at_its_old_end(market: Deal) -> None:
    ends = CLOSES + ROUND
    lots = lots_with_a_bid(market, 20, rules=TIMED)
    for turn, lot in enumerate(lots):
        runner.run_due(now=CLOSES, case_id=lot)
        race = [last_bid(market, lot, now=ends - MICROSECOND), closer(lot, now=ends)]
        outcomes = together(*(race if turn % 2 else reversed(race)))
        extended = bool([each for each in taken(outcomes) if not isinstance(each, int)])
        listing = Listing.objects.get(pk=lot)
        assert listing.status == ("bidding" if extended else "closed")
        assert listing.closes_at == (ends - MICROSECOND + ROUND if extended else ends)
        runner.run_due(now=ends + ROUND, case_id=lot)
        the_history_holds(lot, outcomes)


def test_three_closers_make_one_award_one_set_of_refunds_and_one_notice(market: Deal) -> None:
    for lot in lots_with_a_bid(market, 5):
        bid(market, B, 60000, now=NOON, listing_id=lot)
        handled = together(closer(lot), closer(lot), closer(lot))
        assert sum(handled) == 1
        assert Award.objects.filter(listing_id=lot).count() == 1
        assert Refund.objects.filter(entry__sub_account__case_id=lot).count() == 1
        assert AuditEntry.objects.filter(case_id=lot, verb="bidding.close").count() == 1
        assert Deadline.objects.filter(case_id=lot, kind="confirmation").count() == 1
        told = Notice.objects.filter(case_id=lot, kind__in=["won", "lost", "closed"]).order_by("kind")
        assert list(told.values_list("kind", flat=True)) == ["closed", "lost", "won"]


@pytest.mark.parametrize("locks", ["on", "off"])
def test_only_the_lane_keeps_the_closer_from_overtaking_a_bid_that_is_being_written(
    market: Deal, locks: str, without_locks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the locks off the closer awards the lot while a bid that was decided is on its way: the race is real.

    Only the table stops it then, with an error in the place of a receipt.
    """
    [lot] = lots_with_a_bid(market, 1)
    decided, closed = Event(), Event()
    insert_all = bulk.insert_all

    def pause_then_insert(tables: Any) -> None:
        decided.set()
        closed.wait(0.5)
        insert_all(tables)

    monkeypatch.setattr(bulk, "insert_all", pause_then_insert)

    def close() -> Any:
        decided.wait(5)
        handled = runner.run_due(now=CLOSES, case_id=lot)
        closed.set()
        return handled

    if locks == "on":
        outcomes = together(last_bid(market, lot), close)
        assert the_history_holds(lot, outcomes)
        return
    with without_locks():
        outcomes = together(last_bid(market, lot), close)
    assert len(errors(outcomes)) == 1
    assert bid_history_of(lot) == ["50000.00"]
    assert Award.objects.get(listing_id=lot).unit_price == Yuan(50000)
