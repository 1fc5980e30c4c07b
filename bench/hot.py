"""One hot lot: accepted bids a second, every bid higher than the last, beside the database alone and a plain peer."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from apps.live import tickets
from bench import pgbench
from bench.bids import at_api, at_live, bid, group, plain, task
from bench.peers.stand import Peer, plain_peer
from bench.processes import Server, a_port, load, running
from bench.report import Row, compare, figure, plot
from bench.run import Gathered, Run
from bench.world import World
from config import web
from config.servers.processes import HOST

NAME = "One hot lot"
SIZES = (1, 8, 32, 128)
_LEAN = "pgbench, one statement on bare tables"
_PEER = "plain DRF peer, refused ones counted too"
_CEILINGS = {
    "asgi one": "ceiling: bare ASGI, one statement, one process",
    "asgi none": "ceiling: bare ASGI, no statement",
    "wsgi one": "ceiling: Django view of one statement, two processes",
}
# The peer keeps one lot: each measurement starts above all before it.
_peers_rounds = itertools.count(1)


@contextmanager
def pages(world: World) -> Iterator[Server]:
    """The process of pages and API, as production runs it."""
    port = a_port()
    command = web.command(host=HOST, port=port, workers=2)
    with running("web", command, environment=world.environment(), port=port, probe="/healthz") as server:
        yield server


@contextmanager
def live(world: World) -> Iterator[Server]:
    """The live process."""
    port = a_port()
    command = web.live_command(host=HOST, port=port)
    with running("live", command, environment=world.environment(), port=port, probe="/live/time") as server:
        yield server


@contextmanager
def ceiling(world: World) -> Iterator[Server]:
    """The bare ASGI application, one process as the live process."""
    port = a_port()
    command = web.asgi_command("bench.peers.ceiling:application", host=HOST, port=port)
    with running("ceiling", command, environment=world.environment(), port=port, probe="/one") as server:
        yield server


def has_bid_address() -> bool:
    """Whether the live process takes bids."""
    return hasattr(tickets, "issue_bidding")


def measure(run: Run) -> list[Row]:
    """The table of the hot lot."""
    world = run.world
    pgbench.make_tables()
    world.enrol(max(SIZES))
    got = Gathered()
    with ExitStack() as stack:
        served = {"api": stack.enter_context(pages(world))}
        if has_bid_address():
            served["live"] = stack.enter_context(live(world))
        peer = stack.enter_context(plain_peer(world))
        bare = stack.enter_context(ceiling(world))
        for _ in run.each_round():
            for clients in SIZES:
                for name, server in served.items():
                    got.add(name, clients, ours(run, server, clients, at_live if name == "live" else at_api))
                _beside(run, got, clients, peer, bare)
        rows = _table(got, live_there="live" in served)
        if "live" in served:
            rows += _storm(run, served["live"]) + _open(run, served["live"], got.median("live", 32, "rate"))
    plot(
        "hot-lot-rate",
        {name: got.curve(name, "rate") for name in ("live", "api", "lean", "full", "peer") if got.curve(name, "rate")},
        folder=run.folder, title="One hot lot: accepted bids a second", x="clients", y="bids/s",
    )  # fmt: skip
    plot(
        "hot-lot-p99",
        {name: got.curve(name, "p99") for name in ("live", "api", "lean", "full", "peer") if got.curve(name, "p99")},
        folder=run.folder, title="One hot lot: p99", x="clients", y="ms",
    )  # fmt: skip
    return rows


def ours(run: Run, server: Server, clients: int, made: Any) -> dict[str, float]:
    [lot] = run.world.lots(1, bidders=clients)
    requests = [made(lot, bidder) for bidder in run.world.bidders[:clients]]
    return bid(run, server.port, group(requests, clients=clients))["good"]


def _beside(run: Run, got: Gathered, clients: int, peer: Peer, bare: Server) -> None:
    for name, way in (("lean", pgbench.lean), ("full", pgbench.full)):
        found = way(run.world, clients=clients, seconds=run.seconds)
        got.add(name, clients, {"rate": found.rate, "p50": found.ms["p50"], "p99": found.ms["p99"]})
    asked = group(peer.requests(clients), clients=clients)
    start = next(_peers_rounds) * 10**9
    got.add("peer", clients, bid(run, peer.server.port, asked, start=start)["good"])
    if clients == 32:
        for name, server, path in (
            ("asgi one", bare, "/one"),
            ("asgi none", bare, "/none"),
            ("wsgi one", peer.server, "/one"),
        ):
            asked = {"name": "good", "clients": clients, "requests": [{"method": "GET", "path": path}]}
            got.add(name, clients, bid(run, server.port, asked)["good"])


def _table(got: Gathered, *, live_there: bool) -> list[Row]:
    ours = "live" if live_there else "api"
    rows = [row for clients in SIZES for row in _of_size(got, clients, ours)]
    at_32 = got.median(ours, 32, "rate")
    row = partial(compare, NAME)
    rows.append(
        row("128 clients beside 32", got.median(ours, 128, "rate"), at_32, "/s", "ours at 32", at_least=1.0)
    )
    for name, label in _CEILINGS.items():
        rows.append(
            row(
                f"32 clients, accepted bids, beside the {label}",
                at_32,
                got.median(name, 32, "rate"),
                "/s",
                label,
            )
        )
    bad = got.total(ours, "errors") + got.total(ours, "undecided")
    refused = f"refused as too low on arrival: {got.total(ours, 'refused'):.0f}"
    rows.append(
        figure(NAME, "errors and bids without an answer, all rounds", bad, unit="", at_most=0, note=refused)
    )
    return rows


def _of_size(got: Gathered, clients: int, ours: str) -> list[Row]:
    row = partial(compare, NAME)
    judged = clients == 32

    def of(subject: str, name: str = "rate") -> float:
        return got.median(subject, clients, name)

    what = f"{clients} clients, accepted bids"
    note = f"p50 {of(ours, 'p50'):.1f}"
    rows = [
        row(what, of(ours), of("lean"), "/s", _LEAN, at_least=1.5 if judged else None),
        row(what, of(ours), of("full"), "/s", "pgbench, one statement on our tables"),
        row(what, of(ours), of("peer", "answered"), "/s", _PEER, at_least=10 if judged else None),
        row(f"{clients} clients, p99", of(ours, "p99"), of("lean", "p99"), "ms", _LEAN, note=note,
            at_most=1 / 3 if judged else None),
    ]  # fmt: skip
    if ours != "api":
        rows.append(row(f"{what} at the API address", of("api"), of("peer", "answered"), "/s", _PEER))
    return rows


def _storm(run: Run, server: Server) -> list[Row]:
    """The same good bids, alone and beside a storm of stale ones."""
    got = Gathered()
    bidders = run.world.bidders
    storm_rate = 1000
    for _ in run.each_round():
        for name in ("alone", "storm"):
            [lot] = run.world.lots(1, bidders=64)
            groups = [group([at_live(lot, each) for each in bidders[:32]], clients=32)]
            if name == "storm":
                stale = [at_live(lot, each) for each in bidders[32:64]]
                groups.append(
                    {"name": "stale", "clients": 32, "rate": storm_rate, "price": "stale", "requests": stale}
                )
            found = bid(run, server.port, *groups)
            got.add(name, 32, found["good"])
            if name == "storm":
                got.add("stale", 32, found["stale"])
    refused = got.median("stale", 32, "refused") / run.seconds
    return [
        compare(
            NAME,
            f"good bids in a storm of {refused:.0f} stale bids/s from 32 others",
            got.median("storm", 32, "rate"),
            got.median("alone", 32, "rate"),
            unit="/s",
            name="without the storm",
            at_least=0.8,
        ),
        compare(
            NAME,
            "their p99",
            got.median("storm", 32, "p99"),
            got.median("alone", 32, "p99"),
            unit="ms",
            name="without the storm",
        ),
    ]


def _open(run: Run, server: Server, full_rate: float) -> list[Row]:
    """Bids that fall due by a schedule, at parts of the rate that a closed loop reaches."""
    rows = []
    for part in (0.5, 0.8):
        got = Gathered()
        for _ in run.each_round():
            [lot] = run.world.lots(1, bidders=128)
            requests = [at_live(lot, each) for each in run.world.bidders[:128]]
            asked = task(run, server.port, group(requests, clients=128, rate=full_rate * part), warm_s=0)
            got.add("open", part, plain(load(asked)["good"]))
        rate = got.median("open", part, "rate")
        rows.append(
            figure(
                NAME,
                f"open loop at {part:.0%} of that rate ({rate:,.0f}/s accepted), p99 from the scheduled instant",
                got.median("open", part, "p99"),
                unit="ms",
                note=f"p50 {got.median('open', part, 'p50'):.1f} ms",
            )
        )
    return rows
