"""No request holds a worker: one that stands still, in C code too, is ended from outside and another follows."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config import watch, watchdog, web
from config.env import ROOT
from config.servers.processes import HOST, free_port
from tests.factories.actors import until

_GRANIAN = str(Path(sys.executable).with_name("granian"))


class Site:
    """The small site of `tests/config/held.py` with two workers under watch."""

    def __init__(self, logs: Path) -> None:
        self.port = int(free_port(None))
        self.logs = logs
        line = [
            _GRANIAN, "--interface", "wsgi", "--host", HOST, "--port", str(self.port), "--workers", "2",
            "--blocking-threads", "2", "--respawn-failed-workers", "--respawn-interval", "0.2",
            "--log-level", "warning", "--http1-header-read-timeout", "1000", "tests.config.held:application",
        ]  # fmt: skip
        environment = web.variables() | {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "LOG_FOLDER": str(logs),
            "STILLNESS_LIMIT_SECONDS": "2",
            "REQUEST_LIMIT_SECONDS": "4",
        }
        self.process = subprocess.Popen(
            watchdog.command("web", line), cwd=ROOT, env=environment, start_new_session=True
        )

    def get(self, path: str, *, timeout_s: float = 20.0) -> str:
        """What it answers; empty where the connection was closed or nothing came."""
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.port}{path}", timeout=timeout_s) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, OSError):
            return ""

    def held(self) -> list[dict[str, object]]:
        """The lines of the protected log."""
        return [
            json.loads(line) for each in self.logs.glob("held-*") for line in each.read_text().splitlines()
        ]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Running, for as long as the test lasts."""
    made = Site(tmp_path / "logs")
    try:
        until(lambda: bool(made.get("/", timeout_s=2)), "it answers")
        yield made
    finally:
        with suppress(ProcessLookupError):
            os.killpg(made.process.pid, signal.SIGKILL)
        made.process.wait()
        watchdog.sweep(watchdog.memory())


@pytest.mark.parametrize("path", ["/hold", "/wait"])
def test_a_worker_that_a_request_holds_is_ended_while_the_other_answers(site: Site, path: str) -> None:
    answers: list[str] = []
    began = time.monotonic()
    holder = threading.Thread(
        target=lambda: answers.append(site.get(f"{path}?listing=-1e3000000", timeout_s=50))
    )
    holder.start()
    holder.join()
    took_s = time.monotonic() - began
    assert answers == [""], "the request that held the worker is not answered"
    assert took_s < 15
    (line,) = site.held()
    assert line["why"] == ("its interpreter stood still" if path == "/hold" else "one request took too long")
    (request,) = line["requests"]  # type: ignore[misc]
    assert {name: request[name] for name in ("path", "query", "address", "person")} == {  # type: ignore[has-type]
        "path": path,
        "query": "listing=-1e3000000",
        "address": HOST,
        "person": "7",
    }
    assert "tests/config/held.py" in str(line["stacks"]) or "held" in str(line["stacks"])
    # Each worker that answers now is alive; the one that was killed has been followed by another.
    until(lambda: len({site.get("/", timeout_s=2) for _ in range(40)} - {""}) >= 1, "it answers again")
    log = next(site.logs.iterdir())
    assert (log.stat().st_mode & 0o777, site.logs.stat().st_mode & 0o777) == (0o600, 0o700)


def test_half_open_requests_are_cut_off_and_hold_nobody_up(site: Site) -> None:
    """As many as hung the pages: each is closed when its head does not come, and pages are answered meanwhile."""
    lines = [socket.create_connection((HOST, site.port)) for _ in range(300)]
    for line in lines:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    assert site.get("/", timeout_s=5)
    for line in lines:
        line.settimeout(10)
        with suppress(ConnectionResetError):
            while line.recv(500):
                pass
        line.close()
    command = web.command(host=HOST, port=1, workers=1)
    assert int(command[command.index("--http1-header-read-timeout") + 1]) <= 10_000


def test_a_watchdog_that_goes_takes_the_server_with_it(site: Site) -> None:
    os.kill(site.process.pid, signal.SIGKILL)
    site.process.wait()
    until(lambda: not site.get("/", timeout_s=1), "nobody serves")


def _folder_of(process: subprocess.Popen[bytes]) -> Path:
    """The folder that a running watchdog holds."""
    links = [os.readlink(each) for each in Path(f"/proc/{process.pid}/fd").iterdir()]
    [found] = [Path(each) for each in links if "exchange-watch-" in each]
    return found


def test_what_a_killed_watchdog_left_is_removed_and_what_a_living_one_holds_is_not(site: Site) -> None:
    def folders() -> set[Path]:
        return set(watchdog.memory().glob("exchange-watch-*"))

    living = _folder_of(site.process)
    left, held = watchdog.own_folder(watchdog.memory())
    watchdog.sweep(watchdog.memory())
    assert {living, left} <= folders()
    os.close(held)  # as when its process is killed
    assert watchdog.sweep(watchdog.memory()) >= 1
    assert left not in folders()
    assert living in folders()
    site.process.terminate()
    site.process.wait()
    assert living not in folders()


def test_a_watchdog_that_slept_itself_judges_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole machine that was stopped and goes on: the workers' pulses are old, and it is nobody's fault."""
    seconds = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: seconds[0])
    board = watch.Board(tmp_path / str(os.getpid()))
    dog = watchdog.Watchdog(tmp_path, "web", request_s=30, still_s=10)
    ended: list[str] = []
    monkeypatch.setattr(dog, "_end", lambda pid, why, for_s, places: ended.append(why))
    board.pulse()
    board.begin({"path": "/"})
    for later in (0.25, 0.5, 60, 60.25, 65):
        seconds[0] = 100.0 + later
        dog.look()
    assert ended == []
    for step in range(60):
        seconds[0] = 165.0 + step / 4
        dog.look()
    assert ended


def test_a_web_process_with_every_thread_held_takes_no_bid(tmp_path: Path) -> None:
    board = watch.Board(tmp_path / "1")
    assert board.takes_requests(within_s=0)
    board.begin({"path": "/"})
    assert board.takes_requests(within_s=10)
    assert not board.takes_requests(within_s=0)
    board.end()
    assert board.takes_requests(within_s=0)


def test_what_stands_on_the_board_is_read_from_outside(tmp_path: Path) -> None:
    board = watch.Board(tmp_path / "1")
    board.pulse()
    board.begin({"path": "/x", "query": "q" * 10_000})
    board.add(person=3)
    pulse, (place,) = watch.read(tmp_path / "1")
    assert pulse > 0
    assert place.is_under_way
    assert place.said["person"] == "3"
    assert len(place.said["query"]) < 1000
    board.end()
    assert watch.read(tmp_path / "1")[1] == []
