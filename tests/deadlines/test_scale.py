"""Thousands due at once, several workers, held lanes, poison among hundreds: each once, in order, by index."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, connections, transaction

from config import scratch
from config.env import ROOT
from kernel import clock, lanes
from kernel.deadlines import commands as deadlines
from kernel.deadlines import queries, registry, runner
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import Kind
from kernel.deadlines.states import DeadlineStatus
from tests.factories.actors import together, until
from tests.factories.cases import open_cases
from tests.factories.deal import at

DUE = at("03-25 09:00")
NOW = DUE + timedelta(minutes=1)
FEW_PAGES = 100
"""A look-up reads fewer; the tables below have hundreds."""


class Effects:
    """Counts what took effect, in order; may be told to fail for one lane."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.poison = 0
        self._lock = Lock()

    def __call__(self, deadline: Deadline, now: object) -> None:
        """The effect of the kinds below."""
        if deadline.case_id == self.poison:
            raise ZeroDivisionError("poison")
        with self._lock:
            self.done.append(deadline.of_case)


@pytest.fixture
def effects(monkeypatch: pytest.MonkeyPatch) -> Effects:
    """Three kinds for tests: handled together, handled alone, and a punitive duty."""
    counted = Effects()
    for kind in (
        Kind("test_brief", "简短", effect=counted, brief=True),
        Kind("test_alone", "单独", effect=counted),
        Kind("test_punitive", "不利", effect=counted, punitive=True, brief=True),
    ):
        monkeypatch.setitem(registry._kinds, kind.name, kind)
    return counted


def due(count: int, *, kind: str, lanes_from: int = 1001, due_at: datetime = DUE) -> None:
    """As many deadlines of one kind, all due at one instant, each in a lane of its own."""
    open_cases(range(lanes_from, lanes_from + count))
    Deadline.objects.bulk_create(
        Deadline(kind=kind, case_id=lane, triggered_at=DUE, unit="instant", due_at=due_at, try_at=due_at)
        for lane in range(lanes_from, lanes_from + count)
    )


@pytest.mark.parametrize("kind", ["test_brief", "test_alone"])
def test_several_workers_share_what_is_due_at_once_and_each_takes_effect_once(
    committed_db: str, effects: Effects, kind: str
) -> None:
    count = 1200 if kind == "test_brief" else 150
    due(count, kind=kind)
    with clock.simulated(NOW):
        handled = together(*[lambda: runner.run_due(now=NOW)] * 3)
    assert sum(handled) == count
    assert set(Counter(effects.done).values()) == {1}
    assert len(effects.done) == count
    rows = Deadline.objects.order_by("status").values_list("status", "handled_at", "breached_at").distinct()
    assert list(rows) == [("handled", NOW, DUE)]


@pytest.mark.django_db
def test_each_says_when_its_own_turn_came_and_its_effect_gets_the_instant_of_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that the gauge of lateness sees slow handling, and not only a late start."""
    given: list[datetime] = []
    with clock.simulated(NOW) as moved:

        def slowly(_: Deadline, now: datetime) -> None:
            given.append(now)
            moved.move_to(moved.now() + timedelta(seconds=2))

        monkeypatch.setitem(registry._kinds, "test_slow", Kind("test_slow", "缓慢", effect=slowly))
        due(3, kind="test_slow")
        assert runner.run_due(now=DUE) == 3
        open_cases([2001])
        once = deadlines.set_at(kind="test_slow", case_id=2001, due_at=DUE, now=DUE)
        assert runner.run_one(deadline_id=once.pk, now=DUE) == 1
    handled = Deadline.objects.order_by("id").values_list("handled_at", "breached_at")
    assert list(handled) == [(DUE + timedelta(seconds=after_s), DUE) for after_s in (0, 2, 4, 0)]
    assert given == [DUE] * 4
    assert queries.lateness(kinds=["test_slow"]).worst == timedelta(seconds=4)


@pytest.mark.django_db
def test_a_clock_put_back_meanwhile_handles_nothing_before_it_is_due(
    effects: Effects, monkeypatch: pytest.MonkeyPatch
) -> None:
    due(1, kind="test_alone")
    readings = iter([NOW, NOW - timedelta(hours=1)])
    monkeypatch.setattr(clock, "now", lambda: next(readings))
    assert runner.run_due(now=NOW) == 1
    assert Deadline.objects.get().handled_at == DUE


@pytest.mark.parametrize("kind", ["test_brief", "test_alone"])
def test_a_held_lane_holds_back_nobody_else_and_is_come_back_to(
    committed_db: str, effects: Effects, kind: str
) -> None:
    """While a person acts on one lot, the others are handled; then it is that lot's turn, in the same run."""
    due(30, kind=kind)

    def hold() -> None:
        with transaction.atomic():
            lanes.hold(lanes.CASE, 1007)
            until(lambda: len(effects.done) == 29, "the others are handled")
            assert 1007 not in effects.done
            until(lambda: _waiting() == 1, "the engine queues for the held lane")

    def engine() -> int:
        until(lambda: _held(1007), "the lane is held")
        return runner.run_due(now=NOW)

    assert together(hold, engine) == [None, 30]
    assert effects.done[-1] == 1007


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return int(cursor.fetchone()[0])


def _held(lane: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [lane])
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
def test_poison_among_hundreds_is_kept_on_its_row_and_undoes_none_of_its_neighbours(effects: Effects) -> None:
    due(250, kind="test_brief")
    effects.poison = 1107
    assert runner.run_due(now=NOW) == 249
    failed = Deadline.objects.exclude(status=DeadlineStatus.HANDLED).get()
    assert (failed.case_id, failed.attempts, failed.handled_at) == (1107, 1, None)
    assert "ZeroDivisionError: poison" in failed.last_error
    effects.poison = 0
    assert runner.run_due(now=failed.try_at) == 1


@pytest.mark.django_db
def test_a_provisional_punitive_date_waits_also_among_hundreds(effects: Effects) -> None:
    due(120, kind="test_punitive")
    Deadline.objects.filter(case_id=1050).update(provisional=True)
    assert runner.run_due(now=NOW) == 119
    waiting = Deadline.objects.get(status=DeadlineStatus.PENDING)
    assert waiting.case_id == 1050
    assert "节假日安排" in waiting.waiting_for


@pytest.mark.django_db
@pytest.mark.parametrize("stands", ["failed", "pending"])
def test_nothing_is_handled_before_an_earlier_one_of_its_lane(effects: Effects, stands: str) -> None:
    """A failed one, and one that backs off, keep their place; other lanes go on."""
    due(3, kind="test_alone")
    Deadline.objects.filter(case_id=1002).update(status=stands, try_at=NOW + timedelta(hours=1))
    later = DUE + timedelta(seconds=1)
    deadlines.set_at(kind="test_brief", case_id=1002, due_at=later, now=DUE)
    deadlines.set_at(kind="test_brief", case_id=1003, due_at=later, now=DUE)
    runner.run_due(now=NOW)
    assert effects.done == [1001, 1003, 1003]


@pytest.mark.django_db
def test_the_database_refuses_to_look_at_a_deadline_before_it_is_due(effects: Effects) -> None:
    due(1, kind="test_brief")
    with pytest.raises(DatabaseError, match="deadline_not_tried_early"), transaction.atomic():
        Deadline.objects.update(try_at=DUE - timedelta(microseconds=1))
    deadlines.look_again(now=DUE - timedelta(days=1))
    assert Deadline.objects.get().try_at == DUE


@pytest.mark.django_db
def test_the_engine_knows_when_to_look_next(effects: Effects) -> None:
    assert queries.next_look_at(after=NOW) is None
    due(2, kind="test_brief")
    Deadline.objects.filter(case_id=1001).update(paused_at=DUE)
    assert queries.next_look_at(after=DUE - timedelta(microseconds=1)) == DUE
    assert queries.next_look_at(after=DUE) is None
    Deadline.objects.filter(case_id=1002).update(try_at=NOW)
    assert queries.next_look_at(after=DUE) == NOW


@pytest.mark.django_db
def test_the_gauges_count_up_to_a_thousand_and_say_how_late_it_was(effects: Effects) -> None:
    due(queries.MOST_COUNTED + 10, kind="test_brief")
    behind = queries.lag(now=NOW)
    assert (behind.overdue, behind.oldest_overdue, behind.failed) == (1000, NOW - DUE, 0)
    with clock.simulated(NOW):
        runner.run_due(now=NOW)
    late = queries.lateness(kinds=["test_brief"])
    assert (late.p50, late.p99, late.worst, late.count) == (NOW - DUE, NOW - DUE, NOW - DUE, 1000)
    assert queries.lateness(kinds=["test_alone"]).count == 0


def test_what_is_due_is_found_by_index_among_many_that_are_not(committed_db: str, effects: Effects) -> None:
    """Also before the planner has statistics, and with a line of one's own lane to look into."""
    due(10, kind="test_brief")
    due(20_000, kind="test_brief", lanes_from=30_000, due_at=DUE + timedelta(days=9))
    for analysed in (False, True):
        if analysed:
            with connections["owner"].cursor() as cursor:
                cursor.execute("ANALYZE deadlines_deadline")
        given: dict[str, Any] = {"now": NOW, "case_id": 1001, "most": 500, "ids": [1, 2, 3]}
        assert _pages_read(runner._CLAIM, given) < FEW_PAGES
        for lane in (None, 1001):
            assert _pages_read(runner._SWEEP_DUE, given | {"case_id": lane}) < FEW_PAGES
    assert runner.run_due(now=NOW) == 10


@pytest.mark.parametrize(("handled", "waiting"), [(600, 600), (0, 3)], ids=["half", "few"])
def test_what_is_due_is_found_by_index_whatever_the_statistics_say(
    committed_db: str, effects: Effects, handled: int, waiting: int
) -> None:
    """They are of a minute in which all that was pending was due; then many come that are not."""
    due(handled, kind="test_brief")
    with clock.simulated(NOW):
        runner.run_due(now=NOW)
    due(waiting, kind="test_brief", lanes_from=10_000)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE deadlines_deadline")
    with clock.simulated(NOW):
        runner.run_due(now=NOW)
    due(50_000, kind="test_brief", lanes_from=30_000, due_at=DUE + timedelta(days=9))
    assert _pages_read(runner._SWEEP_DUE, {"now": NOW, "most": 500, "case_id": None}) < FEW_PAGES


def _pages_read(statement: str, given: dict[str, Any]) -> int:
    """How many pages of the database a statement looks at, its plan being made and its function known."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", given)
        plan = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_the_minder_handles_a_deadline_at_its_instant_and_outlives_its_connection(
    committed_db: str, tmp_path: Path
) -> None:
    """A process of its own, without Celery and Redis; its connection is taken away between two deadlines."""
    environment = scratch.environment(committed_db) | {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    with (tmp_path / "scheduler.log").open("wb") as log:
        scheduler = subprocess.Popen(
            [sys.executable, "manage.py", "deadlines", "watch"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        for subject in (1, 2):
            now = clock.now()
            row = deadlines.set_at(
                kind="bar_end",
                case_id=None,
                concerns_id=7,
                subject_id=subject,
                due_at=now + timedelta(seconds=1.2),
                now=now,
            )
            until(lambda row=row: _is_handled(row.pk), "the scheduler has come", patience_s=40)  # type: ignore[misc]
            _cut_others_off()
        assert scheduler.poll() is None
    finally:
        scheduler.send_signal(signal.SIGTERM)
        scheduler.wait(20)


def _is_handled(deadline_id: int) -> bool:
    row = Deadline.objects.get(pk=deadline_id)
    return (
        row.status == DeadlineStatus.HANDLED and row.handled_at is not None and row.handled_at >= row.due_at
    )


def _cut_others_off() -> None:
    at_ = connection.settings_dict
    line = psycopg2.connect(
        host=at_["HOST"], port=at_["PORT"], user=at_["USER"], password=at_["PASSWORD"], dbname=at_["NAME"]
    )
    with line, line.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid NOT IN (pg_backend_pid(), %s) AND usename = current_user",
            [connection.connection.info.backend_pid],
        )
        [cut] = cursor.fetchone() or [0]
        assert cut >= 1
    line.close()
