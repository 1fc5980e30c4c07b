"""Deadlines: ten thousand due at one instant, a thousand at random ones, and a sweep over a million that are not due.

Beside them Celery, with two processes and Valkey, and the same effect: one SQL statement.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection, connections

from bench import marks
from bench.load import percentiles
from bench.peers.stand import filled, plain_database
from bench.processes import running
from bench.report import Row, compare, figure, median, plot
from bench.run import Gathered, Run
from bench.world import World, copy_rows
from kernel import clock
from kernel.deadlines import commands, runner
from kernel.deadlines.models import Deadline
from tests.factories.cases import open_cases

NAME = "Deadlines"
_WORKERS = 2
_LANES_FROM = 10**7
_PATIENCE_S = 120.0


def measure(run: Run) -> list[Row]:
    """The table of the deadlines."""
    marks.know()
    _make_marks()
    at_once, spread, over_s = (1_000, 200, 5) if run.quick else (10_000, 1_000, 20)
    got = Gathered()
    for _ in run.each_round():
        with _ours(run.world) as ours, _celery(run.world) as theirs:
            for name, way in (("ours", ours), ("celery", theirs)):
                got.add(name, "at once", way(at_once, over_s=0))
                got.add(name, "spread", way(spread, over_s=over_s))
    rows = _beside_celery(got, at_once, spread)
    return rows + _sweeps(run)


def _beside_celery(got: Gathered, at_once: int, spread: int) -> list[Row]:
    def both(size: str, name: str) -> tuple[float, float]:
        return got.median("ours", size, name), got.median("celery", size, name)

    rate, took = both("at once", "rate"), both("at once", "all_s")
    p99 = both("spread", "p99")
    lost = got.total("ours", "lost")
    return [
        compare(
            NAME,
            f"{at_once:,} due at one instant, handled",
            *rate,
            unit="/s",
            name="Celery ETA tasks",
            at_least=5,
        ),
        compare(
            NAME,
            f"{at_once:,} due at one instant, the last done after",
            *took,
            unit="s",
            name="Celery ETA tasks",
        ),
        figure(NAME, f"{spread:,} at random instants, lateness p99", p99[0], unit="ms", at_most=20),
        compare(
            NAME, f"{spread:,} at random instants, lateness p99", *p99, unit="ms", name="Celery ETA tasks"
        ),
        figure(NAME, "effects lost or not done in time, all rounds", lost, unit="", at_most=0),
    ]


Way = Callable[..., dict[str, float]]


@contextmanager
def _ours(world: World) -> Iterator[Way]:
    """Two schedulers of the exchange."""

    def fall_due(count: int, *, over_s: float) -> dict[str, float]:
        due = _instants(count, first_s=3, over_s=over_s)
        _empty_marks()
        now = clock.now()
        open_cases(range(_LANES_FROM, _LANES_FROM + len(due)))
        Deadline.objects.bulk_create(
            [
                Deadline(
                    kind=marks.KIND, case_id=_LANES_FROM + number, subject_id=number,
                    triggered_at=now, unit="instant", due_at=at, try_at=at,
                )
                for number, at in enumerate(due)
            ],
            batch_size=1000,
        )  # fmt: skip
        with connection.cursor() as cursor:
            return _waited(cursor, due)

    with ExitStack() as stack:
        for number in range(_WORKERS):
            command = [sys.executable, "-m", "bench.scheduler"]
            stack.enter_context(
                running(f"scheduler{number}", command, environment=world.environment(), port=0)
            )
        time.sleep(3)
        yield fall_due


@contextmanager
def _celery(world: World) -> Iterator[Way]:
    """A Celery worker of two processes, its tasks put off by their ETA."""
    with plain_database(world) as environment:
        filled(environment, lots=1, bidders=1)
        command = [
            str(Path(sys.executable).with_name("celery")), "-A", "bench.peers.plain.tasks", "worker", "-Q", "plain",
            "--pool", "prefork", "--concurrency", str(_WORKERS), "--loglevel", "WARNING",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ]  # fmt: skip
        base = psycopg2.connect(environment["PLAIN_DATABASE_URL"])
        base.autocommit = True

        def fall_due(count: int, *, over_s: float) -> dict[str, float]:
            due = _instants(count, first_s=4 + count / 700, over_s=over_s)
            _send(environment, due)
            with base.cursor() as cursor:
                return _waited(cursor, due)

        with running("celery", command, environment=environment, port=0):
            time.sleep(4)
            yield fall_due
        base.close()


def _send(environment: dict[str, str], due: Sequence[datetime]) -> None:
    """Put the numbers into the peer's table and the tasks into its queue, from a process of its own."""
    subprocess.run(
        [sys.executable, "-m", "bench.peers.plain.send"],
        env=environment, input=json.dumps([at.isoformat() for at in due]), text=True, check=True,
    )  # fmt: skip


def _instants(count: int, *, first_s: float, over_s: float) -> list[datetime]:
    first = clock.now() + timedelta(seconds=first_s)
    chance = random.Random(count)
    return [first + timedelta(seconds=chance.uniform(0, over_s)) for _ in range(count)]


def _make_marks() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_mark (id bigint PRIMARY KEY, due_at timestamptz, done_at timestamptz)"
        )
    connections["owner"].close()


def _empty_marks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bench_mark")
        cursor.execute("INSERT INTO bench_mark (id) SELECT generate_series(0, 20000)")


def _waited(cursor: Any, due: Sequence[datetime]) -> dict[str, float]:
    """Wait until all are done; gives how late they were."""
    ends = time.monotonic() + (max(due) - clock.now()).total_seconds() + _PATIENCE_S
    done: dict[int, datetime] = {}
    time.sleep(max(0.0, (max(due) - clock.now()).total_seconds()))
    while len(done) < len(due) and time.monotonic() < ends:
        time.sleep(0.05)
        cursor.execute("SELECT count(done_at) FROM bench_mark")
        if cursor.fetchone()[0] >= len(due) or time.monotonic() >= ends - 1:
            cursor.execute("SELECT id, done_at FROM bench_mark WHERE done_at IS NOT NULL")
            done = dict(cursor.fetchall())
    late_ms = [(done[number] - at).total_seconds() * 1000 for number, at in enumerate(due) if number in done]
    all_s = (max(done.values()) - min(due)).total_seconds() if done else _PATIENCE_S
    found = percentiles(late_ms)
    return {"rate": len(done) / all_s, "all_s": all_s, "lost": float(len(due) - len(done))} | {
        name: found.get(name, float("inf")) for name in ("p50", "p99", "max")
    }


# --- the sweep


def _sweeps(run: Run) -> list[Row]:
    """How long a look takes when nothing is due, and when ten are, with ever more that wait."""
    curves: dict[str, list[tuple[float, float]]] = {"none due": [], "ten due": []}
    sizes = (1_000, 100_000) if run.quick else (1_000, 100_000, 1_000_000)
    there = Deadline.objects.filter(kind=marks.KIND).count()
    for size in sizes:
        _fill(size, first=there)
        there += size
        now = clock.now()
        curves["none due"].append((size, _timed(partial(runner.run_due, now=now))))
        _ten_due(now, first=size)
        later = now + timedelta(hours=1)
        # What is found is looked at only, so that the next round finds it again.
        curves["ten due"].append((size, _timed(partial(runner._ready, now=later))))
        runner.run_due(now=later)
    plot("sweep", curves, folder=run.folder, title="Looking for due deadlines", x="pending", y="ms")
    rows = []
    for name, points in curves.items():
        largest, cost = points[-1]
        rows.append(
            figure(
                NAME,
                f"sweep with {largest:,.0f} pending, {name}, as our engine asks through Django",
                cost,
                unit="ms",
                at_most=0.5,
            )
        )
        rows.append(
            compare(
                NAME,
                f"the same beside {points[0][0]:,.0f} pending",
                cost,
                points[0][1],
                unit="ms",
                name="small",
            )
        )
    return rows


def _timed(look: Callable[[], Any]) -> float:
    """Median milliseconds of many looks, after a few that warm up."""
    took = []
    for number in range(220):
        began = time.perf_counter()
        look()
        if number >= 20:
            took.append((time.perf_counter() - began) * 1000)
    return median(took)


def _fill(count: int, *, first: int) -> None:
    """Deadlines of lanes of their own, due from tomorrow on."""
    now = clock.now()
    open_cases([_LANES_FROM - 1 - first, *range(2 * _LANES_FROM + first, 2 * _LANES_FROM + first + count)])
    model = commands.set_at(
        kind=marks.KIND, case_id=_LANES_FROM - 1 - first, due_at=now + timedelta(days=9), now=now
    )
    with connection.cursor() as cursor:
        copy_rows(
            cursor,
            "deadlines_deadline",
            like=model.pk,
            source="generate_series(%s, %s) AS number",
            changes={
                "case_id": "number",
                "subject_id": "number",
                "due_at": "model.due_at + number * interval '1 second'",
                "try_at": "model.due_at + number * interval '1 second'",
            },
            given=[2 * _LANES_FROM + first, 2 * _LANES_FROM + first + count - 1],
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE deadlines_deadline")
    connections["owner"].close()


def _ten_due(now: datetime, *, first: int) -> None:
    at = now + timedelta(minutes=30)
    open_cases(range(_LANES_FROM * 5 + first, _LANES_FROM * 5 + first + 10))
    for number in range(10):
        commands.set_at(kind=marks.KIND, case_id=_LANES_FROM * 5 + first + number, due_at=at, now=now)
