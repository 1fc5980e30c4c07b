"""Spectators, run as a process of their own: `python -m bench.listen PORT PATH COUNT`.

They open as many streams of server-sent events and note when each got each bid (`"bids":N` in the data). It says
`{"connected_s"}` when all have an answer, and on the end of its input how each event came: when the first, the middle,
the 99th of a hundred and the last of them had it, on this machine's monotonic clock.
"""

import asyncio
import json
import re
import resource
import sys
import time
from array import array
from collections import defaultdict
from typing import Any

import uvloop

HOST = "127.0.0.1"
_AT_ONCE = 512
_BIDS = re.compile(rb'"bids":(\d+)[,}]')
_KEPT = 32


class Spectator(asyncio.Protocol):
    """One open stream."""

    __slots__ = ("crowd", "last", "rest", "seen", "transport")

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.last = -1
        self.rest = b""
        self.seen = False
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        """Ask."""
        self.transport = transport
        transport.write(self.crowd.request)

    def data_received(self, data: bytes) -> None:
        """Note which bid has come."""
        now = time.monotonic()
        self.crowd.octets += len(data)
        if not self.seen:
            self.seen = True
            self.crowd.answered(data, now)
        text = self.rest + data
        self.rest = data[-_KEPT:]
        if b'"bids":' not in text:
            return
        for found in _BIDS.findall(text):
            number = int(found)
            if number > self.last:
                self.last = number
                self.crowd.came[number].append(now)

    def connection_lost(self, error: Exception | None) -> None:
        """A stream that ends by itself is counted."""
        if not self.crowd.over:
            self.crowd.lost += 1


class Crowd:
    """All spectators of this process."""

    def __init__(self, port: int, path: str, count: int) -> None:
        self.port, self.count = port, count
        self.request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/event-stream\r\n\r\n".encode()
        self.came: dict[int, array[float]] = defaultdict(lambda: array("d"))
        self.waits = count
        self.lost = 0
        self.refused = 0
        self.octets = 0
        self.over = False
        self.all_there = asyncio.Event()
        self.last_answer = 0.0

    def answered(self, data: bytes, now: float) -> None:
        """One more has its answer."""
        self.waits -= 1
        self.refused += not data.startswith(b"HTTP/1.1 200")
        self.last_answer = now
        if not self.waits:
            self.all_there.set()

    async def watch(self) -> None:
        """Connect all, then listen until the input ends."""
        loop = asyncio.get_running_loop()
        began = time.monotonic()
        gate = asyncio.Semaphore(_AT_ONCE)
        spectators = [Spectator(self) for _ in range(self.count)]

        async def connect(one: Spectator) -> None:
            async with gate:
                await loop.create_connection(lambda: one, HOST, self.port)

        await asyncio.gather(*(connect(one) for one in spectators))
        await self.all_there.wait()
        _say({"connected_s": self.last_answer - began, "refused": self.refused})
        await loop.run_in_executor(None, sys.stdin.read)
        self.over = True
        _say(
            {
                "lost": self.lost,
                "octets": self.octets,
                "events": {n: _times(at) for n, at in self.came.items()},
            }
        )
        for one in spectators:
            one.transport.abort()


def _times(at: "array[float]") -> dict[str, float]:
    ordered = sorted(at)
    last = len(ordered) - 1
    return {
        "count": len(ordered),
        "first": ordered[0],
        "p50": ordered[last // 2],
        "p99": ordered[int(last * 0.99)],
        "last": ordered[last],
    }


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def _main() -> None:
    await Crowd(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])).watch()


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    uvloop.run(_main())
