"""The closing second: 200 bidders, 50 bids a second in the last ten, 2,000 spectators; was everybody told right?

A real scheduler closes the lot. Afterwards every bid answered as accepted must stand in the bid history, the chain
must be whole, and the highest must have won, once. Then fifty lots close in the same second.
"""

import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from apps.stages.award.models import Award
from apps.stages.bidding import commands
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import chain_is_whole
from bench.bids import at_api, at_live, group, task
from bench.fanout import Spectators, allow_many_files
from bench.hot import has_bid_address, live, pages
from bench.processes import Server, load, running
from bench.report import Row, figure, median, say
from bench.run import Run
from bench.world import START, STEP
from kernel import clock
from kernel.money import Yuan

NAME = "The closing second"
BIDDERS = 200
RATE = 50
_AFTER_S = 1.0
_TOGETHER = 50
_PATIENCE_S = 60.0


@dataclass
class Closings:
    """What came of all rounds."""

    accepted_p99: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    undecided: int = 0
    not_in_history: int = 0
    wrong_ends: int = 0
    final_after_s: list[float] = field(default_factory=list)
    together_s: list[float] = field(default_factory=list)


def measure(run: Run) -> list[Row]:
    """The table of the closing second."""
    allow_many_files()
    spectators = 200 if run.quick else 2_000
    before_s = 3.0 if run.quick else 10.0
    run.world.enrol(BIDDERS)
    found = Closings()
    with ExitStack() as stack:
        streams = stack.enter_context(live(run.world))
        bids = streams if has_bid_address() else stack.enter_context(pages(run.world))
        command = [sys.executable, "-m", "bench.scheduler"]
        stack.enter_context(running("scheduler", command, environment=run.world.environment(), port=0))
        for _ in run.each_round():
            _one(run, found, streams, bids, spectators=spectators, before_s=before_s)
            found.together_s.append(_many(run))
    return _table(found, spectators)


def _one(
    run: Run, found: Closings, streams: Server, bids: Server, *, spectators: int, before_s: float
) -> None:
    """One lot closes under fire."""
    closes_at = clock.now() + timedelta(seconds=before_s + 5)
    [lot] = run.world.lots(1, bidders=BIDDERS, closes_at=closes_at)
    crowd = Spectators(streams.port, f"/live/lots/{lot}", spectators)
    made = at_live if has_bid_address() else at_api
    clients = group(
        [made(lot, each) for each in run.world.bidders[:BIDDERS]], clients=BIDDERS, rate=RATE, keep=True
    )
    _sleep_until(closes_at - timedelta(seconds=before_s))
    said = load(task(run, bids.port, clients, seconds=before_s + _AFTER_S, warm_s=0))["good"]
    found.final_after_s.append(_final([lot], closes_at))
    crowd.end()
    for name in ("p50", "p95", "p99"):
        getattr(found, name).append(said["answered_ms"][name])
    found.accepted_p99.append(said["accepted_ms"]["p99"])
    found.accepted += said["accepted"]
    found.refused.update(said["refused"])
    found.errors.update(said["errors"])
    found.undecided += said["undecided"]
    _look_behind(found, lot, [each["detail"] for each in said["receipts"]])
    say(f"    accepted {said['accepted']} in {said['accepted_ms']}")
    say(f"    refused {said['refused']}; all answers in {said['answered_ms']}")


def _look_behind(found: Closings, lot: int, receipts: list[dict[str, Any]]) -> None:
    """Is everything that was promised in the published history, and did the highest win?"""
    history = dict(Bid.objects.filter(listing_id=lot).values_list("sequence", "hash"))
    found.not_in_history += sum(history.get(each["sequence"]) != each["hash"] for each in receipts)
    listing = Listing.objects.get(pk=lot)
    highest = Bid.objects.filter(listing_id=lot).order_by("-unit_price", "sequence").first()
    awards = list(Award.objects.filter(listing_id=lot))
    right = (
        listing.state is ListingStatus.CLOSED
        and len(awards) == 1
        and awards[0].auction.bid_id == (highest.pk if highest else None)
        and len(receipts) == len(history)
        and chain_is_whole(listing)
    )
    found.wrong_ends += not right


def _many(run: Run) -> float:
    """Fifty lots close at one instant; gives after how many seconds the last was final."""
    closes_at = clock.now() + timedelta(seconds=6)
    lots = run.world.lots(_TOGETHER, bidders=2, closes_at=closes_at)
    for lot in lots:
        for place, bidder in enumerate(run.world.bidders[:2]):
            by = actor_of(
                Membership.objects.select_related("person", "organisation").get(pk=bidder.membership_id)
            )
            commands.place(listing_id=lot, unit_price=Yuan(START + place * STEP), by=by, now=clock.now())
    return _final(lots, closes_at)


def _final(lots: list[int], closes_at: datetime) -> float:
    """Wait until all are final; gives how long after the close that was, in seconds."""
    _sleep_until(closes_at)
    ends = time.monotonic() + _PATIENCE_S
    while Listing.objects.filter(pk__in=lots, status=ListingStatus.BIDDING).exists():
        if time.monotonic() > ends:
            return float("inf")
        time.sleep(0.02)
    return (clock.now() - closes_at).total_seconds()


def _sleep_until(at: datetime) -> None:
    time.sleep(max(0.0, (at - clock.now()).total_seconds()))


def _table(found: Closings, spectators: int) -> list[Row]:
    told = ", ".join(f"{code} {count}" for code, count in found.refused.most_common()) or "none"
    what = f"{BIDDERS} bidders, {RATE} bids/s, {spectators:,} spectators"
    failed = sum(found.errors.values())
    return [
        figure(NAME, f"{what}: p50 of all answers", median(found.p50), unit="ms"),
        figure(NAME, f"{what}: p95", median(found.p95), unit="ms", at_most=200),
        figure(NAME, f"{what}: p99", median(found.p99), unit="ms", at_most=500),
        figure(NAME, f"{what}: p99 of the accepted alone", median(found.accepted_p99), unit="ms"),
        figure(NAME, "accepted, all rounds", found.accepted, unit="", note=f"refused: {told}"),
        figure(NAME, "5xx and broken connections", failed, unit="", at_most=0, note=str(dict(found.errors))),
        figure(NAME, "undecided", found.undecided, unit="", at_most=0),
        figure(NAME, "accepted and not in the bid history", found.not_in_history, unit="", at_most=0),
        figure(NAME, "lots without exactly the right end", found.wrong_ends, unit="", at_most=0),
        figure(
            NAME,
            "final after the close",
            max(found.final_after_s),
            unit="s",
            at_most=5,
            note="in addition to load",
        ),
        figure(
            NAME,
            f"{_TOGETHER} lots closing at one instant, the last final after",
            max(found.together_s),
            unit="s",
            at_most=5,
        ),
    ]
