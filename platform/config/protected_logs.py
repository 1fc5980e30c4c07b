"""Logs that name people and addresses (受保护日志): one JSON object a line, a file a day, closed to other accounts.

Several processes write into one file: each line is one write at its end. Files older than `ACCESS_LOG_DAYS` are removed
by whoever begins a new one; the law wants half a year, which can be 184 days.
"""

import json
import os
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from config.env import environment
from kernel import clock

_guard = Lock()
_open: dict[str, tuple[Path, int]] = {}


def folder() -> Path:
    """Where they lie; made when it is missing, closed to others."""
    found = environment().log_folder
    if not found.is_dir():
        found.mkdir(parents=True, exist_ok=True)
        found.chmod(0o700)
    return found


def path(name: str, day: date | None = None) -> Path:
    """The file of one log for a day of Beijing's, today's where none is given."""
    return folder() / f"{name}-{day or clock.beijing(_now()):%Y-%m-%d}.jsonl"


def write(name: str, line: dict[str, Any]) -> None:
    """Add a line, with the instant before everything else. Never raises: no request fails over its own trace."""
    now = _now()
    whole = {"at": clock.iso(now.replace(microsecond=now.microsecond // 1000 * 1000))} | line
    data = (json.dumps(whole, ensure_ascii=False, default=str) + "\n").encode("utf-8", "replace")
    try:
        os.write(_descriptor(name), data)
    except OSError:
        _open.pop(name, None)


def remove_old(name: str, *, today: date, keep_days: int) -> list[Path]:
    """Remove the files of more than `keep_days` before today. Gives those that went."""
    oldest = f"{name}-{today - timedelta(days=keep_days):%Y-%m-%d}.jsonl"
    gone = [each for each in folder().glob(f"{name}-????-??-??.jsonl") if each.name < oldest]
    for each in gone:
        each.unlink(missing_ok=True)
    return gone


def _now() -> Any:
    # The machine's own time, also where a demonstration moves its clock: the law counts in real days.
    return clock.MachineClock().now()


def _descriptor(name: str) -> int:
    wanted = path(name)
    with _guard:
        held = _open.get(name)
        if held is not None and held[0] == wanted:
            return held[1]
        if held is not None:
            os.close(held[1])
        made = os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        _open[name] = (wanted, made)
        remove_old(name, today=clock.beijing(_now()).date(), keep_days=environment().access_log_days)
        return made
