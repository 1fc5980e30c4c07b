"""One open stream (读者), and sending to it without waiting for it.

Ten thousand readers are served in turn by one loop. What a reader can take at once costs it one step; who cannot take
it is left behind with a task of its own, and is cut off when it takes nothing for half a minute.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from starlette.types import Message, Send

logger = logging.getLogger(__name__)
GONE = (OSError,)
"""What a server raises when the other end has gone; waiting for it in vain (TimeoutError) is one of them."""
STUCK_S = 30.0
"""A reader that takes nothing for so long is cut off; its page comes back by itself."""

Serve = Callable[["Reader"], Coroutine[Any, Any, None]]


def chunk(text: str) -> Message:
    """A piece of a stream, ready to be sent to any number of readers."""
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


class Reader:
    """One open stream. `bids` and `version` say what it has been sent; `paddle` is empty for spectators.

    `behind` while it is being greeted, takes its time, or is given bids from the database: it is served by itself then.
    """

    __slots__ = ("_stream", "_work", "behind", "bids", "is_cut", "paddle", "send", "version")

    def __init__(self, send: Send) -> None:
        self.send = send
        self.paddle = ""
        self.bids: int | None = None
        self.version = -1
        self.behind = True
        self.is_cut = False
        self._stream = asyncio.current_task()
        self._work: asyncio.Task[None] | None = None

    async def say(self, message: Message) -> None:
        """Send, and wait until it is taken. TimeoutError after half a minute."""
        await _in_time(begun(self.send(message)))

    def offer(self, message: Message, *, then: Serve) -> None:
        """Send without waiting. Where the reader is slow it is behind from here on, and goes on with `then`."""
        try:
            rest = begun(self.send(message))
        except Exception as error:
            self._lose(error)
        else:
            if rest is not None:
                self.follow(then, after=rest)

    def follow(self, then: Serve, *, after: Awaitable[None] | None = None) -> None:
        """Serve this reader by itself: `then` says how, once `after` is taken."""
        self.behind = True
        self._work = asyncio.create_task(self._followed(then, after))

    async def _followed(self, then: Serve, after: Awaitable[None] | None) -> None:
        try:
            await _in_time(after)
            await then(self)
        except Exception as error:
            self._lose(error)

    def _lose(self, error: Exception) -> None:
        """Nothing more can be sent: it is stuck or has gone, which happens, or we have made a mistake."""
        usual = isinstance(error, GONE)
        logger.log(logging.DEBUG if usual else logging.ERROR, "a reader was lost", exc_info=error)
        self.cut()

    def cut(self) -> None:
        """End its stream."""
        self.is_cut = True
        if self._stream is not None:
            self._stream.cancel()

    def leave(self) -> None:
        """Its stream has ended; so does what is done for it alone."""
        self._stream = None
        if self._work is not None:
            self._work.cancel()


def begun(sending: Awaitable[None]) -> Awaitable[None] | None:
    """Take the first step of a send: None when that was all, else what is left of it, to be awaited."""
    steps = sending.__await__()
    try:
        waits_for = next(steps)
    except StopIteration:
        return None
    return _Rest(waits_for, steps)


async def _in_time(sending: Awaitable[None] | None) -> None:
    if sending is not None:
        async with asyncio.timeout(STUCK_S):
            await sending


class _Rest:
    """An awaitable whose first step was taken already."""

    def __init__(self, waits_for: Any, steps: Generator[Any, None, None]) -> None:
        self._waits_for = waits_for
        self._steps = steps

    def __await__(self) -> Generator[Any, None, None]:
        yield self._waits_for
        yield from self._steps
