"""What is measured runs as processes of its own, started and ended here."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.servers import FOLDER
from config.env import ROOT
from config.servers.processes import HOST, free_port

_PATIENCE_S = 60.0
_PROGRAMS = Path(sys.executable).parent


@dataclass
class Server:
    """One running server."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def family(self) -> list[psutil.Process]:
        """The process and all that it started."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]

    def memory(self) -> int:
        """Bytes that its processes hold, shared ones counted once."""
        return sum(each.memory_full_info().pss for each in self.family())


def granian(interface: str, target: str, *, port: int, workers: int, **options: Any) -> list[str]:
    """The command line of granian for a peer, as the exchange starts its own."""
    given = {"interface": interface, "host": HOST, "port": port, "workers": workers, "log-level": "warning"}
    given |= {name.replace("_", "-"): value for name, value in options.items()}
    return [
        str(_PROGRAMS / "granian"),
        *(str(part) for name, value in given.items() for part in (f"--{name}", value)),
        target,
    ]


@contextmanager
def running(
    name: str,
    command: list[str],
    *,
    environment: dict[str, str],
    port: int,
    probe: str = "",
) -> Iterator[Server]:
    """A server for as long as the block lasts, begun when `probe` answers. Its words go to `.local/bench/logs/`."""
    logs = FOLDER / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        if probe:
            _wait(f"http://{HOST}:{port}{probe}", process, log=logs / f"{name}.log")
        yield Server(name, port, process)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process of ours with all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait(address: str, process: subprocess.Popen[bytes], *, log: Path) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError as said:
            said.close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer: {log.read_text()[-2000:]}")


def a_port() -> int:
    """A free port."""
    return int(free_port(None))


def load(task: dict[str, Any]) -> dict[str, Any]:
    """Let the generator do a task, as a process of its own. Gives what each group found."""
    patience_s = task["seconds"] + task.get("warm_s", 0) + 60
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}"},
        input=json.dumps(task),
        capture_output=True,
        text=True,
        timeout=patience_s,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found
