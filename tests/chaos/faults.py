"""What befalls the exchange: each fault is done, and undone as far as a supervisor would undo it."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg2
from django.db import connections
from psycopg2 import extensions

from apps.listings.models import Listing
from config.celery import app
from config.databases import LIMITS_MS
from kernel import clock, lanes
from kernel.deadlines import runner
from kernel.deadlines.tasks import run_due
from kernel.outbox import commands as outbox
from kernel.outbox.models import Message
from kernel.outbox.tasks import relay
from tests.chaos.exchange import SITE, Exchange

KILLED = {"postgres": 30, "valkey": 20, "worker": 20, "web": 15, "live": 10, "scheduler": 15, "beat": 10}
"""Whom a kill −9 meets, and how often in comparison."""
_FROZEN_S = (LIMITS_MS["lock_timeout"] + LIMITS_MS["idle_in_transaction_session_timeout"]) / 1000 + 2.0
"""For so long, at most, a frozen process keeps a lot: a request of its own may stand next in the queue for it."""


@dataclass
class Faults:
    """The faults on one exchange; `rng` decides what is left open, so that a seed gives the same again."""

    exchange: Exchange
    rng: random.Random
    notes: list[str] = field(default_factory=list)

    def kill(self) -> str:
        """Kill −9, one process or two at once, and start them again."""
        names = list(KILLED)
        victims = {
            self.rng.choices(names, list(KILLED.values()))[0] for _ in range(self.rng.choice((1, 1, 1, 2)))
        }
        for name in sorted(victims):
            self.exchange.kill(name)
        time.sleep(self.rng.uniform(0.0, 0.5))
        for name in sorted(victims):
            self.exchange.start(name)
        return f"kill −9 {' and '.join(sorted(victims))}"

    def others(self) -> dict[str, Callable[[], str]]:
        """Every other fault by its name."""
        found = {
            "deliveries": self.deliveries,
            "frozen-web": self.frozen_web,
            "frozen-backend": self.frozen_backend,
            "connections": self.connections,
            "clocks": self.clocks,
        }
        return found | ({"disk-full": self.disk_full} if self.exchange.has_own_disk else {})

    def deliveries(self) -> str:
        """Everything is delivered several times and out of order: pulses, relays, hints of long ago."""
        for task in self.rng.sample([run_due, relay] * 4, 8):
            with suppress(Exception), app.connection_for_write() as line:
                app.send_task(task.name, connection=line, retry=False)
        both = [threading.Thread(target=_in_vain, args=(call,)) for call in (_run_due, _relay) * 2]
        for each in both:
            each.start()
        old = list(Message.objects.order_by("-id").values_list("pk", flat=True)[:60])
        again = self.rng.sample(old, min(len(old), 10))
        Message.objects.filter(pk__in=again).update(sent_at=None, position=None)
        for each in both:
            each.join()
        return "deliveries doubled and disordered"

    def frozen_web(self) -> str:
        """The process of the pages stops in the middle of a transaction that holds a lot, and stays stopped."""
        held = 0
        for _ in range(400):
            self.exchange.signal("web", signal.SIGSTOP)
            held = self._lanes_held_by("web")
            if held:
                break
            self.exchange.signal("web", signal.SIGCONT)
            time.sleep(0.01)
        began = time.monotonic()
        try:
            while held and self._lanes_held_by("web") and time.monotonic() - began < _FROZEN_S:
                time.sleep(0.1)
            freed_s = time.monotonic() - began
        finally:
            self.exchange.signal("web", signal.SIGCONT)
        if held and freed_s >= _FROZEN_S:
            raise AssertionError("a frozen process keeps its lot")
        return f"web frozen {f'with a lot, freed after {freed_s:.1f} s' if held else 'without a lot'}"

    def _lanes_held_by(self, name: str) -> int:
        """How many lots are held over connections of a process of ours."""
        pids = {self.exchange.processes[name].pid}
        pids |= {
            each.pid for each in psutil.Process(self.exchange.processes[name].pid).children(recursive=True)
        }
        # A socket that is not bound has no address.
        ports = {
            getattr(each.laddr, "port", 0) for pid in pids for each in psutil.Process(pid).net_connections()
        }
        line = self.exchange.line()
        try:
            with line.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.granted"
                    " AND l.locktype = 'advisory' AND l.classid = %s"
                    " WHERE a.client_port = ANY(%s) AND a.state = 'idle in transaction'",
                    [int(lanes.CASE), list(ports)],
                )
                [held] = cursor.fetchone() or [0]
                return int(held)
        finally:
            line.close()

    def frozen_backend(self) -> str:
        """A server process of the database that holds a lot stops for a few seconds; who waits hears yes or no."""
        line = self.exchange.line()
        pid = 0
        try:
            with line.cursor() as cursor:
                for _ in range(400):
                    cursor.execute(
                        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s LIMIT 1",
                        [int(lanes.CASE)],
                    )
                    row = cursor.fetchone()
                    if row:
                        pid = row[0]
                        break
                    time.sleep(0.005)
            if pid:
                os.kill(pid, signal.SIGSTOP)
                time.sleep(self.rng.uniform(2.0, 5.0))
        finally:
            if pid:
                os.kill(pid, signal.SIGCONT)
            line.close()
        return "a backend that held a lot was frozen" if pid else "no backend held a lot"

    def connections(self) -> str:
        """Somebody takes every connection that is to be had, and breaks those that are there."""
        taken: list[extensions.connection] = []
        with suppress(psycopg2.OperationalError):
            while len(taken) < 200:
                taken.append(self.exchange.line(user="exchange_owner"))
        line = self.exchange.line()
        with line.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = 'exchange_app' AND application_name = 'exchange'"
            )
        with suppress(psycopg2.OperationalError):
            while len(taken) < 200:
                taken.append(self.exchange.line(user="exchange_owner"))
        time.sleep(3)
        for each in (line, *taken):
            each.close()
        return f"{len(taken)} connections taken away"

    def clocks(self) -> str:
        """A process comes back on a machine whose clock is 90 seconds ahead or behind."""
        name = self.rng.choice([each for each in SITE if each != "beat"])
        by_s = self.rng.choice((-90.0, 90.0, 0.0))
        self.exchange.kill(name)
        self.exchange.wrong_by_s[name] = by_s
        self.exchange.start(name)
        return f"{name} comes back with a clock {by_s:+.0f} s off"

    def disk_full(self) -> str:
        """The disk of the data fills up, bids go on, and then there is room again."""
        ballast = self.exchange.data.parent / "ballast"
        _fill(ballast)
        try:
            time.sleep(5)
        finally:
            ballast.unlink()
        return "the disk was full"


def _fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65536)


def _in_vain(call: Callable[[], object]) -> None:
    """The database may go away meanwhile; the engine elsewhere goes on."""
    try:
        with suppress(Exception):
            call()
    finally:
        connections.close_all()


def _run_due() -> None:
    now = clock.now()
    runner.run_due(now=now)
    for lot in Listing.objects.filter(status="bidding").values_list("pk", flat=True):
        runner.run_due(now=now, case_id=lot)


def _relay() -> None:
    outbox.relay(now=clock.now())
