"""What a worker is doing, written where a process outside it can read it even when this interpreter stands still.

One file of shared memory a worker: a pulse that a thread (or an event loop) renews, and a place for each thread with
the request that it answers. `config/watchdog.py` reads them. Costs a request some microseconds and no round trip.
"""

import asyncio
import faulthandler
import json
import mmap
import os
import signal
import struct
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from kernel.web.addresses import client_address

FOLDER = "EXCHANGE_WATCH"
"""The environment variable that names the folder; without it nobody watches and nothing is written."""
PULSE_EVERY_S = 0.5
PLACES = 64
_SIZE = 4096
_HEAD = struct.Struct("<dI")
_MOST_SIGNS = 900
_TOLD_TO_LOOP = ("method", "path", "query", "address", "forwarded", "ticket")
"""What is kept of a request to a process of one event loop; `forwarded` is X-Forwarded-For as it came."""
STACKS_SIGNAL = signal.SIGUSR2
"""Has a worker write where all its threads stand, whatever they do: the handler is C."""


@dataclass(frozen=True)
class Place:
    """A request: since when, by the machine's count of seconds, what it is, and whether it is known to be under way."""

    since_s: float
    said: dict[str, Any]
    is_under_way: bool = True


class Board:
    """The file of one worker. Places are given to threads as they come; who comes after the last one has none."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.ftruncate(descriptor, _SIZE * (PLACES + 1))
            self._memory = mmap.mmap(descriptor, _SIZE * (PLACES + 1))
        finally:
            os.close(descriptor)
        self._guard = threading.Lock()
        self._taken = 0
        self._own = threading.local()

    def pulse(self) -> None:
        """Say that this interpreter runs."""
        _HEAD.pack_into(self._memory, 0, time.monotonic(), 0)

    def begin(self, said: Mapping[str, Any]) -> None:
        """This thread starts on a request."""
        place = self._place()
        if not place:
            return
        self._own.said = dict(said)
        self._write(place, time.monotonic())

    def add(self, **more: Any) -> None:
        """Something that became known of the request of this thread, such as who asks."""
        place = self._place()
        if place and getattr(self._own, "said", None) is not None:
            self._own.said.update(more)
            since, _ = _HEAD.unpack_from(self._memory, place * _SIZE)
            self._write(place, since)

    def end(self) -> None:
        """This thread has done."""
        place = self._place()
        if place:
            self._own.said = None
            _HEAD.pack_into(self._memory, place * _SIZE, 0.0, 0)

    def takes_requests(self, *, within_s: float) -> bool:
        """Whether some thread is free, or has been busy for less than `within_s`: the next request has a chance."""
        now = time.monotonic()
        since = [_HEAD.unpack_from(self._memory, place * _SIZE)[0] for place in range(1, self._taken + 1)]
        return not since or any(not each or now - each < within_s for each in since)

    def came(self, said: Sequence[bytes]) -> None:
        """What came last, in a process that answers many at once: told when it stands still, never judged by itself.

        Its parts are those of `_TOLD_TO_LOOP`. Written as they are: this costs each bid its time.
        """
        place = self._place()
        if place:
            self._keep(place, -time.monotonic(), b"\n".join(said)[: _SIZE - _HEAD.size])

    def _place(self) -> int:
        place: int | None = getattr(self._own, "place", None)
        if place is None:
            with self._guard:
                self._taken = min(self._taken + 1, PLACES + 1)
                place = self._taken if self._taken <= PLACES else 0
            self._own.place = place
        return place

    def _write(self, place: int, since_s: float) -> None:
        cut = {name: str(value)[:_MOST_SIGNS] for name, value in self._own.said.items() if value}
        text = json.dumps(cut, ensure_ascii=True).encode()
        self._keep(place, since_s, text if len(text) <= _SIZE - _HEAD.size else b"{}")

    def _keep(self, place: int, since_s: float, text: bytes) -> None:
        at = place * _SIZE
        # The beginning last: a reader never takes the words of one request for those of another.
        _HEAD.pack_into(self._memory, at, 0.0, 0)
        self._memory[at + _HEAD.size : at + _HEAD.size + len(text)] = text
        _HEAD.pack_into(self._memory, at, since_s, len(text))


def read(path: Path) -> tuple[float, list[Place]]:
    """The last pulse of a worker and the requests under way in it. OSError when there is no such file."""
    content = path.read_bytes()
    pulse = _HEAD.unpack_from(content, 0)[0] if len(content) >= _HEAD.size else 0.0
    found = []
    for at in range(_SIZE, len(content), _SIZE):
        since, length = _HEAD.unpack_from(content, at)
        if since:
            said = _read(content[at + _HEAD.size : at + _HEAD.size + length], by_loop=since < 0)
            found.append(Place(abs(since), said, is_under_way=since > 0))
    return pulse, found


def _read(text: bytes, *, by_loop: bool) -> dict[str, Any]:
    if by_loop:
        parts = [part.decode("latin-1")[:_MOST_SIGNS] for part in text.split(b"\n")]
        return {name: part for name, part in zip(_TOLD_TO_LOOP, parts, strict=False) if part}
    try:
        said: dict[str, Any] = json.loads(text)
    except ValueError:
        return {}
    return said


_board: Board | None = None


def board() -> Board | None:
    """The board of this process, made when it is first asked for; None where nobody watches."""
    global _board
    folder = os.environ.get(FOLDER)
    if _board is None and folder:
        _board = Board(Path(folder) / str(os.getpid()))
        faulthandler.register(STACKS_SIGNAL, file=_stacks(Path(folder)), all_threads=True)
    return _board


def _stacks(folder: Path) -> Any:
    """Open for as long as this process lives."""
    return os.open(folder / f"{os.getpid()}.stacks", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def note(**more: Any) -> None:
    """Something that became known of the request that this thread answers."""
    if _board is not None:
        _board.add(**more)


def start_pulse() -> None:
    """A thread of this process renews the pulse for as long as the interpreter lets it."""
    made = board()
    if made is None:
        return

    def run() -> None:
        while True:
            made.pulse()
            time.sleep(PULSE_EVERY_S)

    made.pulse()
    threading.Thread(target=run, name="watch", daemon=True).start()


class WatchedRequests:
    """A WSGI application whose requests are written on the board, and each piece of a stream as one of its own."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._board = board()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The application's answer."""
        if self._board is None:
            answer: Iterable[bytes] = self._application(environ, start_response)
            return answer
        said = _said(environ)
        self._board.begin(said)
        try:
            answer = self._application(environ, start_response)
        finally:
            self._board.end()
        return _Pieces(answer, self._board, said) if getattr(answer, "streaming", False) else answer


class _Pieces:
    """A streamed answer: making each piece of it is watched, waiting for whoever reads it is not."""

    def __init__(self, answer: Any, made: Board, said: Mapping[str, Any]) -> None:
        self._answer, self._board, self._said = answer, made, said

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(self._answer)
        while True:
            self._board.begin(self._said)
            try:
                piece = next(pieces)
            except StopIteration:
                return
            finally:
                self._board.end()
            yield piece

    def close(self) -> None:
        """Close what lies behind."""
        self._answer.close()


def _said(environ: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a request before anything of ours has looked at it."""
    address = client_address(
        remote=environ.get("REMOTE_ADDR", ""),
        forwarded=environ.get("HTTP_X_FORWARDED_FOR", ""),
        proxies=settings.PROXIES,
    )
    return {
        "method": environ.get("REQUEST_METHOD", ""),
        "path": environ.get("PATH_INFO", ""),
        "query": environ.get("QUERY_STRING", ""),
        "address": address,
    }


class WatchedLoop:
    """An ASGI application of one event loop: the loop itself renews the pulse, and what came last is written down.

    A stream stays for hours, so nothing is said of how long a request takes; a loop that is held up by one is seen.
    """

    def __init__(
        self, application: Any, *, beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    ) -> None:
        self._application = application
        self._board = board()
        self._beside = beside
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            self._tasks = [asyncio.create_task(work()) for work in (self._pulse, *self._beside)]
        elif self._board is not None:
            self._board.came(_said_to_loop(scope))
        await self._application(scope, receive, send)

    async def _pulse(self) -> None:
        while self._board is not None:
            self._board.pulse()
            await asyncio.sleep(PULSE_EVERY_S)


def _said_to_loop(scope: Any) -> tuple[bytes, ...]:
    forwarded = ticket = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            ticket = value
        elif name == b"x-forwarded-for":
            forwarded = value
    remote = scope["client"][0].encode() if scope["client"] else b""
    # Who it says it is, without the signature that would let a reader of the log say so too.
    who = ticket.rpartition(b":")[0]
    return scope["method"].encode(), scope["raw_path"], scope["query_string"], remote, forwarded, who
