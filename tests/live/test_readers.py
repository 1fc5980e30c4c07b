"""Readers are served in rounds: who is slow holds nobody up, misses nothing, and is cut off when it takes nothing."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Message

from apps.live import readers
from apps.live.hub import Channel, Hub
from apps.live.readers import Reader, begun, chunk


class _Counter(Channel):
    """A channel that says the numbers up to its own; each reader is told all that it has not seen."""

    number = 0

    @property
    def version(self) -> int:
        return self.number

    async def read(self) -> bool:
        return False

    def news_for(self, reader: Reader) -> Message | None:
        if reader.version >= self.number:
            return None
        since, reader.version = reader.version, self.number
        return self.said("count", since, lambda: f'"from":{since + 1},"to":{self.number}', place="")


class _Line:
    """The other end of a stream: it takes what is sent while its gate is open, and waits while it is shut."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, message: Message) -> None:
        await self._passed()
        self.taken.append(message["body"].decode())

    async def _passed(self) -> None:
        if not self.gate.is_set():
            await self.gate.wait()

    @property
    def numbers(self) -> list[tuple[int, int]]:
        found = re.findall(r'"from":(-?\d+),"to":(\d+)', "".join(self.taken))
        return [(int(first), int(last)) for first, last in found]


async def _opened(channel: Channel, line: _Line) -> Reader:
    reader = Reader(line.send)
    channel.join(reader)
    await channel.catch_up(reader)
    return reader


async def _told(channel: _Counter, count: int) -> None:
    for _ in range(count):
        channel.number += 1
        channel._texts.clear()
        channel._made.clear()
        await channel.round()


def _run(test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(20):
            await test()

    asyncio.run(limited())


def test_a_slow_reader_holds_nobody_up_and_then_gets_the_newest_with_all_that_it_missed() -> None:
    async def meet() -> None:
        channel = _Counter(Hub())
        slow, quick = _Line(), _Line()
        reader = await _opened(channel, slow)
        await _opened(channel, quick)
        slow.gate.clear()
        await _told(channel, 5)
        assert quick.numbers[-1] == (5, 5)
        assert slow.numbers == [(0, 0)]
        slow.gate.set()
        while reader.behind:
            await asyncio.sleep(0)
        assert slow.numbers == [(0, 0), (1, 1), (2, 5)], "one message was on its way, the rest came in one"
        await _told(channel, 1)
        assert slow.numbers[-1] == quick.numbers[-1] == (6, 6)
        channel.leave(reader)

    _run(meet)


def test_a_reader_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "STUCK_S", 0.05)

    async def meet() -> None:
        channel = _Counter(Hub())
        line = _Line()

        async def stream() -> None:
            await _opened(channel, line)
            await asyncio.Event().wait()

        task = asyncio.create_task(stream())
        await asyncio.sleep(0)
        line.gate.clear()
        await _told(channel, 1)
        with pytest.raises(asyncio.CancelledError):
            await task
        [reader] = channel.readers
        assert reader.is_cut
        channel.leave(reader)

    _run(meet)


def test_one_that_has_gone_harms_nobody() -> None:
    async def meet() -> None:
        channel = _Counter(Hub())
        gone, there = _Line(), _Line()

        async def stream(line: _Line) -> None:
            await _opened(channel, line)
            await asyncio.Event().wait()

        async def broken(message: Any) -> None:
            raise OSError("broken pipe")

        tasks = [asyncio.create_task(stream(line)) for line in (gone, there)]
        await asyncio.sleep(0)
        next(each for each in channel.readers if each.send == gone.send).send = broken
        await _told(channel, 2)
        assert there.numbers[-1] == (2, 2)
        with pytest.raises(asyncio.CancelledError):
            await tasks[0]
        tasks[1].cancel()
        for reader in list(channel.readers):
            channel.leave(reader)

    _run(meet)


def test_all_who_stand_at_the_same_place_are_sent_the_same_bytes() -> None:
    async def meet() -> None:
        channel = _Counter(Hub())
        bodies: list[bytes] = []

        async def send(message: Message) -> None:
            bodies.append(message["body"])

        opened = [Reader(send) for _ in range(50)]
        for reader in opened:
            channel.join(reader)
            await channel.catch_up(reader)
        bodies.clear()
        await _told(channel, 1)
        assert len(bodies) == 50
        assert len({id(body) for body in bodies}) == 1
        for reader in opened:
            channel.leave(reader)

    _run(meet)


def test_what_is_left_of_a_send_is_done_once() -> None:
    async def meet() -> None:
        line = _Line()
        assert begun(line.send(chunk("at once"))) is None
        line.gate.clear()
        rest = begun(line.send(chunk("later")))
        assert rest is not None
        assert line.taken == ["at once"]
        finishing = asyncio.ensure_future(rest)
        await asyncio.sleep(0)
        line.gate.set()
        await finishing
        assert line.taken == ["at once", "later"]

    _run(meet)


def test_ten_thousand_who_come_at_once_ask_the_database_once() -> None:
    async def meet() -> None:
        hub = Hub()
        asked: list[Any] = []

        async def ask(question: Any) -> None:
            asked.append(question)
            await asyncio.sleep(0)

        hub.ask = ask  # type: ignore[method-assign, assignment]
        found = await asyncio.gather(*(hub.lot(7) for _ in range(100)))
        assert found == [None] * 100
        assert len(asked) == 1
        await hub.lot(7)
        assert len(asked) == 2, "and again later, for it may have been published"

    _run(meet)
