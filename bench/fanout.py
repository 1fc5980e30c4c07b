"""Live fan-out: how soon the last of 1,000, 5,000 and 10,000 spectators sees a bid, beside nginx with nchan.

One bid a second is placed on one lot. Time counts from the end of its commit; nchan is fed by the same publisher, with
the same text, right after that commit.
"""

import http.client
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from apps.live import state
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from apps.stages.bidding import commands
from bench.hot import live
from bench.processes import Server, a_port, running
from bench.report import Row, compare, figure, median, missing, plot, say
from bench.run import Gathered, Run
from bench.servers import FOLDER
from bench.world import START, STEP, Bidder
from config.env import ROOT
from config.servers.processes import HOST
from kernel import clock
from kernel.money import Yuan

NAME = "Live fan-out"
SIZES = (1_000, 5_000, 10_000)
_MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
_PACKAGES = ("nginx-light", "libnginx-mod-nchan")
_NGINX = """
load_module {module};
worker_processes 1;
worker_rlimit_nofile 20000;
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    nchan_max_reserved_memory 64M;
    server {{
        listen {host}:{port} backlog=4096;
        keepalive_timeout 600;
        keepalive_requests 100000;
        location = /tell {{ nchan_publisher; nchan_channel_id lot; nchan_message_buffer_length 10; }}
        location = /live {{ nchan_subscriber eventsource; nchan_channel_id lot; }}
        location = /healthz {{ return 200; }}
    }}
}}
"""


class Spectators:
    """A crowd in a process of its own."""

    def __init__(self, port: int, path: str, count: int) -> None:
        self.count = count
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.listen", str(port), path, str(count)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        said = json.loads(self._process.stdout.readline())
        self.connected_s: float = said["connected_s"]
        self.refused: int = said["refused"]

    def end(self) -> dict[str, Any]:
        """Let them go; gives what they saw."""
        said, _ = self._process.communicate("")
        found: dict[str, Any] = json.loads(said)
        return found


@contextmanager
def nchan() -> Iterator[Server]:
    """Nginx with the nchan module, one worker."""
    folder = FOLDER / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    port = a_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(module=_MODULE, folder=folder, host=HOST, port=port))
    command = [str(shutil.which("nginx") or "/usr/sbin/nginx"), "-c", str(configuration)]
    with running("nginx", command, environment={}, port=port, probe="/healthz") as server:
        yield server


def allow_many_files() -> None:
    """As many open files as this machine gives a process, for this one and those that it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def why_no_nchan() -> str:
    """Why nginx with nchan cannot be measured here; empty where it can. As root on Debian it is installed now."""
    if not _MODULE.exists() and os.geteuid() == 0 and shutil.which("apt-get"):
        say("  installing nginx with nchan from Debian")
        command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *_PACKAGES]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if shutil.which("nginx", path="/usr/sbin:/usr/bin") is None or not _MODULE.exists():
        return f"nginx with nchan is not installed (Debian: {', '.join(_PACKAGES)})"
    return ""


def measure(run: Run) -> list[Row]:
    """The table of the fan-out."""
    allow_many_files()
    got = Gathered()
    why_not = why_no_nchan()
    sizes = (1_000, 10_000) if run.quick else SIZES
    for _ in run.each_round():
        for size in sizes:
            publisher = Publisher(run)
            with live(run.world) as server:
                got.add(
                    "live", size, _watched(run, server, f"/live/lots/{publisher.lot}", size, publisher.bid)
                )
            if not why_not:
                with nchan() as server, publisher.telling(server):
                    got.add("nchan", size, _watched(run, server, "/live", size, publisher.bid_and_tell))
    rows = [row for size in sizes for row in _table(got, size, why_not=why_not, largest=size == SIZES[-1])]
    curves = {f"{who}, {name}": got.curve(who, name) for who in ("live", "nchan") for name in ("p50", "last")}
    plot("fan-out", {label: curve for label, curve in curves.items() if curve}, folder=run.folder,
         title="From commit to spectator", x="spectators", y="ms")  # fmt: skip
    return rows


class Publisher:
    """Bids on a lot of its own, and tells nchan."""

    def __init__(self, run: Run) -> None:
        self._bidders = run.world.bidders
        [self.lot] = run.world.lots(1, bidders=2)
        self._price = START - STEP
        self._count = 0
        self._nchan: http.client.HTTPConnection | None = None

    def bid(self) -> tuple[int, float]:
        """One bid; gives its number and the monotonic instant at which its commit had returned."""
        by: Bidder = self._bidders[self._count % 2]
        self._price += STEP
        self._count += 1
        actor = actor_of(Membership.objects.select_related("person", "organisation").get(pk=by.membership_id))
        commands.place(listing_id=self.lot, unit_price=Yuan(self._price), by=actor, now=clock.now())
        return self._count, time.monotonic()

    def bid_and_tell(self) -> tuple[int, float]:
        """The same, and the text that our own stream would carry goes to nchan."""
        number, at = self.bid()
        seen = state.look(self.lot, after=number - 1)
        assert seen is not None
        assert self._nchan is not None
        body = asdict(seen.state) | {"bid_history": [asdict(bid_line) for bid_line in seen.bid_lines]}
        text = json.dumps({"now": clock.iso(clock.now())} | body, ensure_ascii=False, separators=(",", ":"))
        self._nchan.request("POST", "/tell", body=text.encode())
        self._nchan.getresponse().read()
        return number, at

    @contextmanager
    def telling(self, server: Server) -> Iterator[None]:
        """Connected to nchan for as long as the block lasts."""
        self._nchan = http.client.HTTPConnection(HOST, server.port)
        yield
        self._nchan.close()


def _watched(
    run: Run, server: Server, path: str, size: int, tell: Callable[[], tuple[int, float]]
) -> dict[str, float]:
    """Connect a crowd, tell it of one bid a second, and see when each has it."""
    before = server.memory()
    crowd = Spectators(server.port, path, size)
    time.sleep(2)
    held = server.memory()
    told: dict[int, float] = {}
    for _ in range(5 if run.quick else 10):
        began = time.monotonic()
        number, at = tell()
        told[number] = at
        time.sleep(max(0.0, began + 1 - time.monotonic()))
    time.sleep(1.5)
    seen = crowd.end()
    events = {number: seen["events"].get(str(number), {"count": 0}) for number in told}
    lost = sum(size - each["count"] for each in events.values())
    whole = {number: each for number, each in events.items() if each["count"]}
    delay = {
        name: median((each[name] - told[number]) * 1000 for number, each in whole.items())
        for name in ("first", "p50", "p99", "last")
    }
    return delay | {
        "lost": float(lost + seen["lost"] + crowd.refused),
        "kib": (held - before) / size / 1024,
        "connected_s": crowd.connected_s,
        "octets": seen["octets"] / size,
    }


def _table(got: Gathered, size: int, *, why_not: str, largest: bool) -> list[Row]:
    what = f"{size:,} spectators"
    lost = got.total("live", "lost")
    rows = [figure(NAME, f"{what}, events lost", lost, unit="", at_most=0)]
    if why_not:
        rows.append(missing(NAME, f"{what}, beside nchan", why_not))
        for name, unit in (("p50", "ms"), ("p99", "ms"), ("last", "ms"), ("kib", "KiB each")):
            rows.append(figure(NAME, f"{what}, {name}", got.median("live", size, name), unit=unit))
    else:
        for name, label, unit, most in (
            ("p50", "half of them had it after", "ms", None),
            ("p99", "99 % after", "ms", None),
            ("last", "the last after", "ms", 1.5),
            ("kib", "memory of the process for each", "KiB", 1.0),
            ("connected_s", "all connected after", "s", None),
        ):
            ours, theirs = got.median("live", size, name), got.median("nchan", size, name)
            wanted = most if largest else None
            rows.append(
                compare(NAME, f"{what}, {label}", ours, theirs, unit=unit, name="nchan", at_most=wanted)
            )
    if largest:
        rows.append(
            figure(
                NAME,
                f"{what}, all connected after",
                got.median("live", size, "connected_s"),
                unit="s",
                at_most=2,
            )
        )
    return rows
