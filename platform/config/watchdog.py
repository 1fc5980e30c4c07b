"""Ends a worker that no longer answers, from outside it: `python -m config.watchdog web -- granian …`.

C code may hold a Python interpreter for as long as it likes, and no thread of that interpreter can do anything about
it. This process starts the server as its child, reads what its workers are doing (`config/watch.py`), and kills the one
whose interpreter has stood still or that has had one request for longer than its limit. Whoever asked finds the
connection closed; the proxy in front asks another worker; granian starts a new one. What was asked, by whom and from
where is written into a log that only the exchange's own account can read. A server of one process is started again.
"""

import ctypes
import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config import protected_logs, watch
from config.env import environment

LOG = "held"
LOOK_EVERY_S = 0.25
_OWN_PAUSE_S = 2.0
"""Whoever was itself asleep for so long judges nobody by what it missed."""
_STACKS_S = 0.3
logger = logging.getLogger(__name__)


@dataclass
class _Seen:
    """What was seen of a worker: its last pulse, and since when that has not moved."""

    pulse: float
    since_s: float


@dataclass
class Watchdog:
    """Looks at the workers of one server. Times are seconds of the machine's own count."""

    folder: Path
    name: str
    request_s: float
    still_s: float
    _seen: dict[int, _Seen] = field(default_factory=dict)
    _looked_s: float = 0.0
    _spared_until_s: float = 0.0

    def look(self) -> list[int]:
        """Kill whoever has to be killed. Gives their numbers."""
        now = time.monotonic()
        if self._looked_s and now - self._looked_s > _OWN_PAUSE_S:
            self._seen.clear()
            self._spared_until_s = now + self.still_s
        self._looked_s = now
        return [pid for pid in self._workers() if self._judge(pid, now)]

    def _workers(self) -> list[int]:
        return [int(each.name) for each in self.folder.iterdir() if each.name.isdecimal()]

    def _judge(self, pid: int, now: float) -> bool:
        try:
            pulse, places = watch.read(self.folder / str(pid))
            os.kill(pid, 0)
        except (OSError, ProcessLookupError):
            self._forget(pid)
            return False
        seen = self._seen.get(pid)
        if seen is None or seen.pulse != pulse:
            seen = self._seen[pid] = _Seen(pulse, now)
        still_s = now - seen.since_s
        longest_s = max((now - each.since_s for each in places if each.is_under_way), default=0.0)
        if now < self._spared_until_s:
            return False
        if still_s > self.still_s:
            self._end(pid, "its interpreter stood still", still_s, places)
            return True
        if longest_s > self.request_s:
            self._end(pid, "one request took too long", longest_s, places)
            return True
        return False

    def _end(self, pid: int, why: str, for_s: float, places: Sequence[watch.Place]) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, watch.STACKS_SIGNAL)
            time.sleep(_STACKS_S)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        now = time.monotonic()
        line = {
            "server": self.name,
            "worker": pid,
            "why": why,
            "for_seconds": round(for_s, 1),
            "requests": [{"seconds": round(now - each.since_s, 1)} | each.said for each in places],
            "stacks": self._stacks(pid),
        }
        protected_logs.write(LOG, line)
        logger.critical(
            "%s worker %s was ended: %s for %.1f s; see %s",
            self.name,
            pid,
            why,
            for_s,
            protected_logs.path(LOG),
        )
        self._forget(pid)

    def _stacks(self, pid: int) -> str:
        try:
            return (self.folder / f"{pid}.stacks").read_text()[-6000:]
        except OSError:
            return ""

    def _forget(self, pid: int) -> None:
        self._seen.pop(pid, None)
        for name in (str(pid), f"{pid}.stacks"):
            (self.folder / name).unlink(missing_ok=True)


def command(name: str, line: Sequence[str]) -> list[str]:
    """The command line that runs another one under watch."""
    return [sys.executable, "-m", "config.watchdog", name, "--", *line]


class Kept:
    """The server as a child: ended with this process, and started again where it had to be killed itself."""

    def __init__(self, line: Sequence[str], folder: Path) -> None:
        self._line = line
        self._environment = dict(os.environ) | {watch.FOLDER: str(folder)}
        self._asked_to_end = False
        self.child = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        # This process has one thread.
        return subprocess.Popen(self._line, env=self._environment, preexec_fn=_end_with_parent)  # noqa: PLW1509

    def pass_on(self, number: int, frame: FrameType | None) -> None:
        """Whoever asks this process to end means the server."""
        self._asked_to_end = True
        with suppress(ProcessLookupError):
            self.child.send_signal(number)

    def ended(self, killed: Sequence[int]) -> int | None:
        """The code with which the server has ended; None while it runs, or was killed here and started again."""
        code = self.child.poll()
        if self.child.pid in killed and not self._asked_to_end:
            self.child.wait()
            self.child = self._start()
            return None
        return code


_FOLDERS = "exchange-watch-"


def memory() -> Path:
    """Where the folders lie: in memory, where the machine has such a place."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else Path(tempfile.gettempdir())


def own_folder(parent: Path) -> tuple[Path, int]:
    """A new folder, and the open file by which it is held for as long as this process lives."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_FOLDERS, dir=parent))
        held = _held(folder)
        if held is not None and folder.is_dir():
            return folder, held


def sweep(parent: Path) -> int:
    """Remove the folders of watchdogs that were killed; those of the living stay. Gives how many."""
    swept = 0
    for folder in parent.glob(f"{_FOLDERS}*"):
        held = _held(folder)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)
            swept += 1
    return swept


def _held(folder: Path) -> int | None:
    """The folder, open and locked; None when it is another's."""
    try:
        found = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(found)
        return None
    return found


def _end_with_parent() -> None:
    """This child is told to end when its parent has gone, however it went (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def main(arguments: Sequence[str]) -> int:
    """Run the server until it ends, and end its workers that do not answer. Gives the server's own code."""
    name, _, *line = arguments
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    sweep(memory())
    folder, _ = own_folder(memory())
    env = environment()
    dog = Watchdog(folder, name, request_s=env.request_limit_seconds, still_s=env.stillness_limit_seconds)
    try:
        kept = Kept(line, folder)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, kept.pass_on)
        killed: list[int] = []
        while (code := kept.ended(killed)) is None:
            time.sleep(LOOK_EVERY_S)
            killed = dog.look()
        return code if code >= 0 else 128 - code
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
