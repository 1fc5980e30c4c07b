"""The whole exchange for a browser: pages, live streams, worker and beat as processes of their own, on a scratch
database and the shared clock, as the demonstration runs them."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connections
from django.test import override_settings

from apps.demo.organisations import PASSWORD, settle_province
from apps.parties.models import Person
from config import scratch, web
from config.env import ROOT
from config.servers.processes import HOST, free_port
from kernel import clock
from kernel.availability.commands import move_shared_clock
from kernel.availability.models import ClockSetting
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from tests.demo.present import PRESENT
from tests.demo.seeded import told_market

_PATIENCE_S = 90
# What the pages' own process can check; the tests' cheap one is theirs alone.
_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@dataclass
class LiveSite:
    """One running exchange. `origin` is where its pages are."""

    database: str
    folder: Path
    media: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    port: int = 0
    live_port: int = 0

    @property
    def origin(self) -> str:
        """The address of its first page, without the slash."""
        return f"http://{HOST}:{self.port}"

    @contextmanager
    def running(self) -> Iterator["LiveSite"]:
        """For as long as the block lasts."""
        self.port, self.live_port = int(free_port(None)), int(free_port(None))
        try:
            self._start("web", web.command(host=HOST, port=self.port, workers=1))
            self.start_live()
            celery = [str(Path(sys.executable).with_name("celery")), "-A", "config"]
            self._start(
                "worker",
                [*celery, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"],
            )
            schedule = str(self.folder / "beat-schedule")
            self._start("beat", [*celery, "beat", "--schedule", schedule, "--pidfile", ""])
            self._wait(f"{self.origin}/healthz")
            yield self
        finally:
            for name in list(self.processes):
                self.stop(name)

    @contextmanager
    def serving(self) -> Iterator["LiveSite"]:
        """Pages and live process alone, for as long as the block lasts."""
        self.port, self.live_port = int(free_port(None)), int(free_port(None))
        try:
            self._start("web", web.command(host=HOST, port=self.port, workers=1))
            self.start_live()
            self._wait(f"{self.origin}/healthz")
            yield self
        finally:
            for name in list(self.processes):
                self.stop(name)

    def start_live(self) -> None:
        """Start the process of the live streams, anew after `stop("live")`."""
        self._start("live", web.live_command(host=HOST, port=self.live_port))
        self._wait(f"http://{HOST}:{self.live_port}/live/healthz")

    def stop(self, name: str) -> None:
        """Kill one of the processes."""
        process = self.processes.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name: str) -> str:
        """The end of what a process wrote."""
        return (self.folder / f"{name}.log").read_text()[-4000:]

    def environment(self) -> dict[str, str]:
        """What its processes know of the world."""
        return (
            web.variables()
            | scratch.environment(self.database)
            | {
                "DJANGO_SETTINGS_MODULE": "config.settings.local",
                "CLOCK": "shared",
                "LIVE_PORT": str(self.live_port),
                "MEDIA_ROOT": str(self.media),
                "SITE_URL": self.origin,
                "REDIS_URL": settings.REDIS_URL,
                "LOG_LEVEL": "WARNING",
                "CELERY_SKIP_CHECKS": "yes",
            }
        )

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self, address: str) -> None:
        ends = time.monotonic() + _PATIENCE_S
        while time.monotonic() < ends:
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} ended: {self.log(name)}"
            try:
                with urllib.request.urlopen(address, timeout=5):
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError(f"{address} does not answer: {self.log('web')}")

    # --- its clock ---

    def now(self) -> datetime:
        """The time it lives in."""
        with override_settings(CLOCK="shared"):
            return clock.now()

    def move(self, by: timedelta) -> None:
        """Let time pass, and what falls due be handled."""
        with override_settings(CLOCK="shared"):
            runner.run_due(now=move_shared_clock(by=by, now=clock.now()))

    def pass_deadline(self, kind: str, listing_id: int) -> None:
        """Let time pass until just after one deadline of a lot."""
        due = Deadline.objects.get(kind=kind, case_id=listing_id, status=DeadlineStatus.PENDING).due_at
        self.move(due - self.now() + timedelta(seconds=1))


@contextmanager
def running_site(folder: Path, *, market: bool) -> Iterator[LiveSite]:
    """An exchange with everybody's logins, or (`market`) with the demonstration's whole market."""
    media = folder / "media"
    media.mkdir()
    with ExitStack() as stack:
        stack.enter_context(override_settings(MEDIA_ROOT=media))
        made = told_market().copied("browser") if market else scratch.scratch_database("browser")
        name = stack.enter_context(made)
        stack.enter_context(scratch.point_at(name))
        with override_settings(PASSWORD_HASHERS=_HASHERS):
            if market:
                _open_market()
            else:
                settle_province(now=clock.now())
        stack.callback(connections.close_all)
        yield stack.enter_context(LiveSite(name, folder, media).running())


def _open_market() -> None:
    """The market's present is now, and everybody's password one that the pages' own process can check."""
    Person.objects.update(password=make_password(PASSWORD))
    ClockSetting.objects.update_or_create(
        pk=1, defaults={"stands_at": None, "ahead_by": PRESENT + timedelta(minutes=1) - clock.now()}
    )
