"""What both servers need of the machine: programs, ports, and whether a process lives."""

import socket
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import psutil

HOST = "127.0.0.1"
START_SECONDS = 60.0


class ServerFailed(Exception):
    """A server could not be started; the sentence says where its log lies."""


def package(name: str) -> Path:
    """Where an installed package lies. It is not imported: only the programs that it carries are used."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed(f"{name} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL")
    return Path(spec.submodule_search_locations[0])


def free_port(remembered: str | None) -> str:
    """The remembered port if nobody has taken it, otherwise another free one."""
    for wanted in (int(remembered or 0), 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                continue
            return str(probe.getsockname()[1])
    raise ServerFailed("no free port on 127.0.0.1")


def runs(pid: int, program: str) -> bool:
    """Is `pid` a living process of that program, and not a remainder nobody has collected?"""
    try:
        process = psutil.Process(pid)
        return bool(process.status() != psutil.STATUS_ZOMBIE and process.name().startswith(program))
    except psutil.NoSuchProcess:
        return False


def lives(pid: int, *, since: str) -> bool:
    """Is `pid` still the process that left the note, and not a later one with its number?"""
    try:
        return bool(abs(psutil.Process(pid).create_time() - float(since)) < 1)
    except (psutil.NoSuchProcess, ValueError):
        return False


def wait_until(holds: Callable[[], bool], *, what: str, log: Path) -> None:
    """Return as soon as `holds()`; after START_SECONDS raise ServerFailed, naming `what` and its log."""
    ends = time.monotonic() + START_SECONDS
    while not holds():
        if time.monotonic() > ends:
            raise ServerFailed(f"waited {START_SECONDS:.0f} s in vain for {what}; its log is {log}")
        time.sleep(0.02)
