"""A real Celery worker under a rehearsal: killed, robbed of its Redis, and rung too often."""

import os
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import psutil
import psycopg2
import redis
from django.db import connection

from config import scratch
from config.celery import app
from config.env import ROOT
from config.servers.processes import HOST, free_port
from config.servers.valkey import Valkey
from kernel import lanes
from kernel.availability.commands import set_shared_clock
from kernel.availability.queries import is_down
from kernel.deadlines.models import Deadline
from kernel.deadlines.queries import lag
from kernel.deadlines.states import DeadlineStatus
from kernel.deadlines.tasks import run_due
from tests.factories.actors import until, waiting_for_lanes

_PATIENCE_S = 120
"""A worker that starts on a busy machine is not late: how long that takes is nothing that is tested here."""


class Trouble(StrEnum):
    """What befalls the worker at every firing."""

    NONE = "it is left in peace"
    KILLED = "it is killed in the middle of every effect"
    NO_REDIS = "its Redis is flushed or killed"


@dataclass
class RealWorker:
    """An engine of rehearsals: moves the shared clock, rings, and waits until the worker has nothing left to do."""

    database: str
    folder: Path
    trouble: Trouble = Trouble.NONE
    kills: int = 0
    losses: int = 0
    restarts: int = 0
    _memory: dict[str, str] = field(default_factory=lambda: {"valkey_password": "rehearsal"})

    @contextmanager
    def running(self) -> Iterator["RealWorker"]:
        """The worker and a Redis of its own, for as long as the block lasts."""
        self._valkey = Valkey(self.folder / "valkey")
        self._valkey.ensure(self._memory)
        self._start()
        try:
            yield self
        finally:
            if self._process.poll() is None:
                self._kill(self._process.pid)
            self._valkey.stop()

    @property
    def redis_url(self) -> str:
        """The address of its own Redis."""
        return f"redis://:rehearsal@{HOST}:{self._memory['valkey_port']}/0"

    def _start(self) -> None:
        environment = scratch.environment(self.database) | {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)]),
            "REDIS_URL": self.redis_url,
            "CLOCK": "shared",
            "CELERY_SKIP_CHECKS": "yes",
            "LOG_LEVEL": "ERROR",
        }
        command = (
            "-m celery -A config worker --pool prefork --concurrency 2 --without-gossip --without-mingle"
        )
        with (self.folder / "worker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command.split()],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _kill(self, pid: int) -> None:
        """Kill −9 a worker with its pool, all at once."""
        os.killpg(pid, signal.SIGKILL)
        self._process.wait()

    def _kill_pool(self) -> None:
        for child in psutil.Process(self._process.pid).children(recursive=True):
            child.send_signal(signal.SIGKILL)

    def ring(self) -> None:
        """One pulse, as beat gives it."""
        with app.connection_for_write(self.redis_url) as line:
            app.send_task(run_due.name, connection=line, retry=False)

    def run(self, now: datetime) -> None:
        """Handle everything that is due at `now`, through whatever befalls the worker."""
        set_shared_clock(stands_at=now)
        if is_down():
            return
        while lag(now=now).overdue:
            if self.trouble is Trouble.KILLED:
                self._kill_in_the_middle(now)
            elif self.trouble is Trouble.NO_REDIS:
                self._lose_redis()
            self._finish(now)

    def _finish(self, now: datetime) -> None:
        """Ring, and again every second, as beat does; start the worker where it has ended, as compose does."""
        for _ in range(_PATIENCE_S):
            if self._process.poll() is not None:
                self.restarts += 1
                self._start()
            self.ring()
            try:
                until(lambda: not lag(now=now).overdue, "all is handled", patience_s=1)
                return
            except AssertionError:
                continue
        raise AssertionError(
            f"the worker does not finish: {(self.folder / 'worker.log').read_text()[-2000:]}"
        )

    def _lose_redis(self) -> None:
        """The pulse is lost: by a flush, or with the whole server, which comes back empty."""
        self.losses += 1
        if self.losses != 2:
            self.ring()
            with redis.Redis.from_url(self.redis_url) as line:
                line.flushall()
            return
        pid = self._valkey.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: self._valkey.pid() is None, "Redis is gone")
        for file in self._valkey.data.glob("appendonlydir/*"):
            file.unlink()
        port = self._memory["valkey_port"]
        until(lambda: free_port(port) == port, "its port is free again")
        self._valkey.ensure(self._memory)

    def _kill_in_the_middle(self, now: datetime) -> None:
        """Hold what the effect needs next, first its lane, then its record, and kill where it waits.

        The record is written after the rows are changed, so that a kill there lands in the middle of the effect. A
        pulse that was rung before may come first: then there is nothing left to be killed in.
        """
        listing_id = (
            Deadline.objects.filter(status=DeadlineStatus.PENDING, due_at__lte=now).earliest("due_at").case_id
        )
        lane = (int(lanes.CASE), listing_id)
        record = (int(lanes.AUDIT), zlib.crc32(f"case:{listing_id}".encode()) - 2**31)
        with self._own_line() as line:
            line.execute("SELECT pg_advisory_lock(%s, %s)", lane)
            self.ring()
            self._until_claimed_or_done(now, "a deadline is claimed")
            if not waiting_for_lanes():
                return
            line.execute("SELECT pg_advisory_lock(%s, %s)", record)
            line.execute("SELECT pg_advisory_unlock(%s, %s)", lane)
            self._until_claimed_or_done(now, "it acts")
            if not waiting_for_lanes():
                return
            self.kills += 1
            if self.kills == 1:
                self._kill(self._process.pid)
                self._start()
            else:
                self._kill_pool()

    def _until_claimed_or_done(self, now: datetime, what: str) -> None:
        until(lambda: waiting_for_lanes() == 1 or not lag(now=now).overdue, what, patience_s=_PATIENCE_S)

    @contextmanager
    def _own_line(self) -> Iterator["psycopg2.extensions.cursor"]:
        """A connection beside Django's; what it holds is free when it closes."""
        at = connection.settings_dict
        line = psycopg2.connect(
            host=at["HOST"], port=at["PORT"], user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"]
        )
        line.autocommit = True
        try:
            yield line.cursor()
        finally:
            line.close()
