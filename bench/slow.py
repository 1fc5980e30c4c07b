"""One hot lot on a slow disk: every fsync takes one millisecond more."""

from bench import pgbench
from bench.bids import at_api, at_live
from bench.hot import has_bid_address, live, ours, pages
from bench.report import Row, compare
from bench.run import Gathered, Run

NAME = "One hot lot on a slow disk"
SYNC_MS = 1
CLIENTS = 32


def measure(run: Run) -> list[Row]:
    """Waiting bids share a sync; one statement a bid cannot."""
    pgbench.make_tables()
    got = Gathered()
    there = has_bid_address()
    with live(run.world) if there else pages(run.world) as server:
        for _ in run.each_round():
            got.add("ours", CLIENTS, ours(run, server, CLIENTS, at_live if there else at_api))
            found = pgbench.lean(run.world, clients=CLIENTS, seconds=run.seconds)
            got.add("lean", CLIENTS, {"rate": found.rate, "p99": found.ms["p99"]})
    name = "pgbench, one statement on bare tables"
    what = f"{CLIENTS} clients, each fsync {SYNC_MS} ms slower"
    rate, beside = (got.median(who, CLIENTS, "rate") for who in ("ours", "lean"))
    p99, beside_p99 = (got.median(who, CLIENTS, "p99") for who in ("ours", "lean"))
    return [
        compare(NAME, f"{what}, accepted bids", rate, beside, unit="/s", name=name, at_least=5),
        compare(NAME, f"{what}, p99", p99, beside_p99, unit="ms", name=name),
    ]
