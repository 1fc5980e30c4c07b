"""A hundred lots at once: bids go to any of them, each higher than the last on its lot."""

from bench import pgbench
from bench.bids import at_api, at_live, bid, group
from bench.hot import has_bid_address, live, pages
from bench.report import Row, compare, figure
from bench.run import Gathered, Run

NAME = "A hundred lots"
LOTS = 100
BIDDERS = 8
SIZES = (32, 128)


def measure(run: Run) -> list[Row]:
    """Ours beside pgbench over as many lots, and on one."""
    pgbench.make_tables()
    got = Gathered()
    there = has_bid_address()
    made = at_live if there else at_api
    with live(run.world) if there else pages(run.world) as server:
        for _ in run.each_round():
            lots = run.world.lots(LOTS, bidders=BIDDERS)
            bidders = run.world.bidders[:BIDDERS]
            for clients in SIZES:
                requests = [
                    made(lot, each, place=place) for place, lot in enumerate(lots) for each in bidders
                ]
                # Prices go on where the smaller size left them.
                asked = group(requests, clients=clients)
                got.add(
                    "ours", clients, bid(run, server.port, asked, lots=LOTS, start=clients * 10**6)["good"]
                )
                for name, spread in (("spread", LOTS), ("one", 1)):
                    found = pgbench.lean(run.world, clients=clients, seconds=run.seconds, lots=spread)
                    got.add(name, clients, {"rate": found.rate, "p99": found.ms["p99"]})
    rows = []
    for clients in SIZES:
        rate = got.median("ours", clients, "rate")
        what = f"{clients} clients, accepted bids"
        beside = got.median("spread", clients, "rate")
        name = "pgbench, one statement, bare tables, 100 lots"
        least = 0.5 if clients == SIZES[0] else None
        rows.append(compare(NAME, what, rate, beside, unit="/s", name=name, at_least=least))
        name = "pgbench, one statement, bare tables, one lot"
        rows.append(compare(NAME, what, rate, got.median("one", clients, "rate"), unit="/s", name=name))
        p99, name = got.median("spread", clients, "p99"), "pgbench, 100 lots"
        rows.append(
            compare(
                NAME, f"{clients} clients, p99", got.median("ours", clients, "p99"), p99, unit="ms", name=name
            )
        )
    bad = got.total("ours", "errors") + got.total("ours", "undecided")
    refused = f"refused as too low on arrival: {got.total('ours', 'refused'):.0f}"
    return [
        *rows,
        figure(NAME, "errors and bids without an answer, all rounds", bad, unit="", at_most=0, note=refused),
    ]
