"""An outage means that bids were not taken: whoever could take one in a gap ends it, and no lot is stopped for less."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from apps.process.commands import keep_alive
from config import heartbeat, watch
from kernel.availability.models import Heartbeat, Outage
from tests.factories.deal import A
from tests.factories.journey import CLOSES, bid, bidding_lot

_NEAR = CLOSES - timedelta(minutes=20)


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.django_db
def test_a_web_process_that_stood_still_stops_no_lot_while_the_live_process_beat() -> None:
    """One row, whoever beats: a minute and a half of silence of one of them is nothing."""
    deal = bidding_lot()
    for beat_s in range(0, 91, 10):
        keep_alive(now=_NEAR + timedelta(seconds=beat_s))
    assert not Outage.objects.exists()
    assert deal.listing.status == "bidding"


@pytest.mark.django_db
def test_a_gap_in_which_nobody_could_bid_stops_the_lot() -> None:
    deal = bidding_lot()
    keep_alive(now=_NEAR)
    assert keep_alive(now=_NEAR + _minutes(3)) == [deal.listing_id]
    assert deal.listing.status == "suspended"


@pytest.mark.django_db
def test_a_gap_in_the_pulse_in_which_bids_were_taken_stops_no_lot() -> None:
    deal = bidding_lot()
    keep_alive(now=_NEAR)
    for at_s, price in ((50, 60_000), (100, 65_000), (150, 70_000)):
        bid(deal, A, price, now=_NEAR + timedelta(seconds=at_s))
    assert keep_alive(now=_NEAR + _minutes(3)) == []
    assert deal.listing.status == "bidding"
    for beat in range(1, 35):
        keep_alive(now=_NEAR + _minutes(3 + beat / 2))
    deal.run(CLOSES)
    assert deal.listing.status != "suspended"


@pytest.mark.django_db
def test_what_is_left_of_a_gap_beside_a_bid_counts() -> None:
    deal = bidding_lot()
    keep_alive(now=_NEAR)
    bid(deal, A, 60_000, now=_NEAR + timedelta(seconds=50))
    assert keep_alive(now=_NEAR + _minutes(3)) == [deal.listing_id]


@pytest.mark.django_db
def test_the_close_itself_believes_bids_too() -> None:
    """The pulse has not come back yet; the last hour is looked at when the closing instant has come."""
    deal = bidding_lot()
    keep_alive(now=CLOSES - timedelta(seconds=100))
    bid(deal, A, 60_000, now=CLOSES - timedelta(seconds=45))
    deal.run(CLOSES)
    assert deal.listing.status != "suspended"


@pytest.mark.django_db
def test_the_close_over_a_gap_without_bids_is_a_suspension() -> None:
    deal = bidding_lot()
    keep_alive(now=CLOSES - timedelta(seconds=100))
    deal.run(CLOSES)
    assert deal.listing.status == "suspended"


def test_the_live_process_beats_only_after_the_thread_that_decides_bids_has_turned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beats: list[int] = []
    monkeypatch.setattr(heartbeat, "_beat_and_close", lambda: beats.append(1))
    monkeypatch.setattr(heartbeat, "EVERY_S", 0.01)

    async def run() -> None:
        held = asyncio.Event()

        async def stuck() -> None:
            await held.wait()

        task: asyncio.Task[Any] = asyncio.create_task(heartbeat.beat_with(stuck))
        await asyncio.sleep(0.1)
        assert beats == []
        held.set()
        await asyncio.sleep(0.1)
        assert beats
        task.cancel()

    asyncio.run(run())


def test_a_web_process_whose_threads_are_all_held_does_not_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    class Held:
        def takes_requests(self, *, within_s: float) -> bool:
            return False

    monkeypatch.setattr(watch, "board", Held)
    assert not heartbeat.can_take()


@pytest.mark.django_db
def test_the_pulse_is_one_row() -> None:
    keep_alive(now=_NEAR)
    keep_alive(now=_NEAR + timedelta(seconds=10))
    assert Heartbeat.objects.count() == 1
