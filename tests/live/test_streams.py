"""What reaches those who watch: soon, whole, and without a name."""

import threading
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import transaction

from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.live import hub, presence, state, tickets
from apps.stages.bidding.models import Bid
from config.servers.processes import HOST, free_port
from kernel import clock
from tests.factories.actors import together, until
from tests.factories.deal import A, B, Deal, at
from tests.factories.journey import TIMED, bid, twins
from tests.live.process import LiveProcess

NOON = at("03-26 12:00")


def _bids(deal: Deal, lot: int, *prices: int, start: int = 0) -> None:
    for step, price in enumerate(prices, start=start):
        bid(deal, (A, B)[step % 2], price, now=NOON + timedelta(seconds=step), listing_id=lot)


def test_a_newcomer_gets_the_whole_state_with_exact_amounts(market: Deal, live: LiveProcess) -> None:
    [lot] = twins(market, 1)
    _bids(market, lot, 50000, 55000)
    with live.open(f"/live/lots/{lot}") as stream:
        first = stream.next()
    said = first.data
    assert first.name == "lot"
    assert first.id == f"2-{said['version']}"
    assert said["current"] == {
        "price": "55000.00",
        "total": "1100000.00",
        "capitals": "伍万伍仟元整",
        "total_capitals": "壹佰壹拾万元整",
    }
    assert [each["price"] for each in said["next"]] == ["60000.00", "65000.00", "70000.00"]
    assert (said["status"], said["label"], said["bids"], said["round"]) == ("bidding", "竞价中", 2, 0)
    assert (said["start"]["price"], said["increment"], said["quantity"]) == ("50000.00", "5000.00", "20.0000")
    assert said["closes_at"] == said["takes_until"] == "2026-03-30T10:00:00+08:00"
    assert [(bid_line["n"], bid_line["price"]) for bid_line in said["bid_history"]] == [
        (1, "50000.00"),
        (2, "55000.00"),
    ]
    assert said["bid_history"][1]["hash"] == Bid.objects.get(listing_id=lot, sequence=2).hash[:12]


def test_a_bid_is_hinted_to_everybody_and_not_only_found_by_looking(market: Deal, live: LiveProcess) -> None:
    [lot] = twins(market, 1)
    with live.open(f"/live/lots/{lot}") as one, live.open(f"/live/lots/{lot}") as other:
        one.next("lot")
        other.next("lot")
        for step, price in enumerate((50000, 55000, 60000)):
            _bids(market, lot, price, start=step)
            began = time.monotonic()
            assert one.next("lot").data["current"]["price"] == f"{price}.00"
            assert time.monotonic() - began < hub.LOOKS_ANYWAY_EVERY * hub.LOOKS_EVERY_S / 2
            assert other.next("lot").data["bid_history"] == [_line(lot, step + 1)]


def test_what_is_read_of_a_lot_is_of_one_instant(market: Deal) -> None:
    [lot] = twins(market, 1)

    def read_while_somebody_bids() -> tuple[state.Look | None, state.Look | None]:
        before = state.look(lot)
        together(lambda: _bids(market, lot, 50000))
        return before, state.look(lot)

    before, after = hub._asked(read_while_somebody_bids)
    assert before == after
    assert Bid.objects.filter(listing_id=lot).count() == 1


def _line(lot: int, sequence: int) -> dict[str, Any]:
    found = Bid.objects.select_related("certificate").get(listing_id=lot, sequence=sequence)
    return {
        "n": sequence,
        "paddle": str(found.certificate),
        "price": str(found.unit_price),
        "at": clock.iso(found.received_at),
        "hash": found.hash[:12],
    }


def test_a_beat_with_the_servers_time_comes_every_second(market: Deal, live: LiveProcess) -> None:
    [lot] = twins(market, 1)
    with live.open(f"/live/lots/{lot}") as stream:
        beats = [stream.next("beat") for _ in range(3)]
        gaps = [later.after_s - before.after_s for before, later in pairwise(beats)]
    assert all(0.7 < gap < 1.5 for gap in gaps)
    for beat in beats:
        away = abs(clock.now() - datetime.fromisoformat(beat.data["now"]))
        assert away < timedelta(seconds=5)


@pytest.mark.parametrize("as_header", [True, False])
def test_who_comes_back_gets_every_bid_that_was_missed(
    market: Deal, live: LiveProcess, as_header: bool
) -> None:
    [lot] = twins(market, 1)
    _bids(market, lot, 50000)
    with live.open(f"/live/lots/{lot}") as stream:
        place = stream.next("lot").id
    missed = 20
    _bids(market, lot, *range(55000, 55000 + 5000 * missed, 5000), start=1)
    path = f"/live/lots/{lot}" if as_header else f"/live/lots/{lot}?after={place}"
    with live.open(path, after=place if as_header else "") as stream:
        again = stream.next("lot")
    assert [bid_line["n"] for bid_line in again.data["bid_history"]] == list(range(2, missed + 2))
    assert again.id.startswith(f"{missed + 1}-")


def test_who_was_away_for_hundreds_of_bids_gets_them_in_pieces_and_in_order(
    market: Deal, live: LiveProcess
) -> None:
    [lot] = twins(market, 1)
    count = 450
    _bids(market, lot, *range(50000, 50000 + 5000 * count, 5000))
    numbers: list[int] = []
    with live.open(f"/live/lots/{lot}", after="1-1") as stream:
        for event in stream:
            numbers += [bid_line["n"] for bid_line in event.data["bid_history"]]
            if event.name == "lot":
                break
    assert numbers == list(range(2, count + 1))


def test_a_process_that_stood_still_tells_its_readers_of_every_bid(market: Deal, live: LiveProcess) -> None:
    [lot] = twins(market, 1)
    family = [psutil.Process(live.process.pid), *psutil.Process(live.process.pid).children(recursive=True)]
    numbers: list[int] = []
    with live.open(f"/live/lots/{lot}") as stream:
        stream.next("lot")
        for each in family:
            each.suspend()
        try:
            _bids(market, lot, *range(50000, 50000 + 5000 * 210, 5000))
        finally:
            for each in family:
                each.resume()
        while len(numbers) < 210:
            numbers += [bid_line["n"] for bid_line in stream.next("lot").data["bid_history"]]
    assert numbers == list(range(1, 211))


@pytest.mark.parametrize("place", ["999-1", "x", "-1", "1-", "9" * 40])
def test_a_position_that_does_not_exist_makes_a_newcomer(market: Deal, live: LiveProcess, place: str) -> None:
    [lot] = twins(market, 1)
    _bids(market, lot, 50000)
    with live.open(f"/live/lots/{lot}", after=place) as stream:
        assert [bid_line["n"] for bid_line in stream.next("lot").data["bid_history"]] == [1]


def test_status_and_timed_rounds_are_told(market: Deal, live: LiveProcess) -> None:
    ended = at("03-26 11:59")
    closes = at("03-26 12:04")
    [lot] = twins(market, 1, rules=TIMED, timed_round=1, listing_period_ends_at=ended, closes_at=closes)
    with live.open(f"/live/lots/{lot}") as stream:
        assert stream.next("lot").data["round"] == 1
        _bids(market, lot, 50000)
        after = stream.next("lot").data
        assert (after["round"], after["closes_at"]) == (2, "2026-03-26T12:05:00+08:00")
        listing = Listing.objects.get(pk=lot)
        with transaction.atomic():
            listings.advance(listing, ListingStatus.SUSPENDED, now=NOON, suspended_from="bidding")
        said = stream.next("lot").data
        assert (said["status"], said["next"], said["takes_until"]) == ("suspended", [], None)


def test_a_reader_that_hangs_costs_nothing_and_finds_the_newest_state(
    market: Deal, live: LiveProcess
) -> None:
    [lot] = twins(market, 1)
    asleep = [live.open_and_sleep(f"/live/lots/{lot}") for _ in range(20)]
    _bids(market, lot, 50000)
    before = psutil.Process(live.process.pid).memory_info().rss
    with live.open(f"/live/lots/{lot}") as awake:
        awake.next("lot")
        _bids(market, lot, *range(55000, 55000 + 5000 * 300, 5000), start=1)
        until(lambda: awake.next("lot").data["bids"] == 301, "those awake are served")
    grown = psutil.Process(live.process.pid).memory_info().rss - before
    assert grown < 30 * 2**20
    text = b""
    asleep[0].settimeout(5)
    while b'"bids":301' not in text:
        text += asleep[0].recv(65536)
    for each in asleep:
        each.close()


def test_a_ticket_is_checked_by_its_signature_its_lot_and_its_time(market: Deal, live: LiveProcess) -> None:
    lot, other = twins(market, 2)
    now = clock.now()
    good = tickets.issue(listing_id=lot, paddle="318", now=now)
    with live.open(f"/live/lots/{lot}?ticket={good}") as stream:
        assert stream.next("lot").data["id"] == lot
        until(lambda: presence.connected([lot]) == {lot: presence.Present(1, 1)}, "one bidder is counted")
    until(lambda: presence.connected([lot]) == {lot: presence.Present(0, 0)}, "and counted off")
    old = tickets.issue(listing_id=lot, paddle="318", now=now - tickets.LASTS - timedelta(minutes=1))
    strange = tickets.issue(listing_id=other, paddle="318", now=now)
    for bad in (old, strange, good[:-1] + "x", "x", good.partition(":")[0]):
        status, body, _ = live.get(f"/live/lots/{lot}?ticket={bad}")
        assert (status, body["code"]) == (403, "not_permitted"), bad


def test_what_is_not_public_does_not_exist(market: Deal, live: LiveProcess) -> None:
    [lot] = twins(market, 1, status="approved", announced_at=None)
    for path in (f"/live/lots/{lot}", "/live/lots/999999", f"/live/lots/{2**70}", "/live/lots/0"):
        assert live.get(path)[0] == 404, path


def test_any_page_may_read_and_nobody_may_keep(market: Deal, live: LiveProcess) -> None:
    [lot] = twins(market, 1)
    with live.open(f"/live/lots/{lot}") as stream:
        headers = stream._answer.headers
        assert headers["Content-Type"].startswith("text/event-stream")
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Accel-Buffering"] == "no"
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers
        assert "Set-Cookie" not in headers
    status, body, headers = live.get("/live/time")
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    assert abs(clock.now() - datetime.fromisoformat(body["now"])) < timedelta(seconds=5)


def test_the_wall_tells_of_all_open_lots_and_then_of_what_changes(market: Deal, live: LiveProcess) -> None:
    one, other = twins(market, 2)
    with live.open("/live/wall") as stream:
        first = stream.next("wall").data
        assert first["full"]
        assert {one, other} <= {lot["id"] for lot in first["lots"]}
        _bids(market, one, 50000)
        said = stream.next("wall").data
        assert not said["full"]
        [changed] = said["lots"]
        assert (changed["id"], changed["price"], changed["bids"]) == (one, "50000.00", 1)


def test_no_stream_names_a_bidder_before_the_close(market: Deal, live: LiveProcess) -> None:
    """The canary: everything that bidders are called by, in everything that is sent."""
    [lot] = twins(market, 1)
    texts: list[str] = []
    paths = (
        f"/live/lots/{lot}",
        f"/live/lots/{lot}?ticket=" + tickets.issue(listing_id=lot, paddle="1", now=clock.now()),
    )
    for path in (*paths, "/live/wall"):
        with live.open(path) as stream:
            stream.next()
            _bids(market, lot, 50000 + 5000 * len(texts), start=len(texts))
            stream.next("wall" if "wall" in path else "lot")
            stream.next("beat")
            texts.append(stream.text)
    with live.open(f"/live/lots/{lot}", after="0-0") as stream:
        stream.next("lot")
        texts.append(stream.text)
    for key in (A, B):
        body = market.organisation(key)
        people = [each.person for each in market.people[key]]
        for word in (body.name, body.region.name, *(person.name for person in people)):
            assert not any(word in text for text in texts)
    assert all("organisation" not in text and "certificate" not in text for text in texts)


def test_without_redis_the_database_is_looked_at_every_second(
    market: Deal, database: str, tmp_path: Path
) -> None:
    [lot] = twins(market, 1)
    nowhere = f"redis://{HOST}:{free_port(None)}/0"
    with LiveProcess(database, tmp_path, redis_url=nowhere).running() as process:
        assert process.get("/live/healthz")[1] == {"database": "up", "redis": "down"}
        with process.open(f"/live/lots/{lot}") as stream:
            stream.next("lot")
            _bids(market, lot, 50000)
            began = time.monotonic()
            assert stream.next("lot").data["bids"] == 1
            assert time.monotonic() - began < 2.5


def test_many_watch_and_the_process_reads_once_for_all(market: Deal, live: LiveProcess) -> None:
    [lot] = twins(market, 1)
    streams = [live.open(f"/live/lots/{lot}") for _ in range(60)]
    for stream in streams:
        stream.next("lot")
    got: list[str] = []

    def read(stream: Any) -> None:
        got.append(stream.next("lot").data["current"]["price"])

    readers = [threading.Thread(target=read, args=(stream,)) for stream in streams]
    for reader in readers:
        reader.start()
    _bids(market, lot, 50000)
    for reader in readers:
        reader.join(20)
    assert got == ["50000.00"] * 60
    for stream in streams:
        stream.close()


def test_a_hint_that_cannot_leave_harms_no_bid(market: Deal, settings: Any) -> None:
    [lot] = twins(market, 1)
    settings.REDIS_URL = f"redis://{HOST}:{free_port(None)}/0"
    began = time.monotonic()
    _bids(market, lot, 50000)
    assert time.monotonic() - began < 1
    seen = state.look(lot)
    assert seen is not None
    assert seen.state.bids == 1
