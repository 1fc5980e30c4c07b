"""The heart of the live process: one copy of every watched lot, and whoever watches it.

A channel reads its lot from the database when it is hinted at, or when the hub finds a newer version by looking, and
sends its readers in one round what is new to each of them: one piece of bytes for all who stand at the same place. A
reader has no queue: a slow one takes, when it can, the newest state with the bids that it has not seen, so it costs
nothing and misses nothing.
"""

import asyncio
import json
import logging
import secrets
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import redis
import redis.asyncio
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from starlette.types import Message

from apps.live import presence, state
from apps.live.hints import CHANNEL
from apps.live.readers import Reader, chunk
from kernel import clock
from kernel.clock import iso

T = TypeVar("T")

LOOKS_EVERY_S = 1.0
"""How often the clock is read, and the database looked at while Redis is away."""
LOOKS_ANYWAY_EVERY = 5
"""While Redis is there: every so many looks, for hints that were lost."""
STALE_AFTER_S = 2.5
_KEPT_LINES = 400
_PAUSE_S = 0.02
_IN_ONE_GO = 250
_PRESENT_S = 0.05
"""How old the time in an event may be when it leaves."""
logger = logging.getLogger(__name__)


class Channel(ABC):
    """What several readers watch: read once, and sent to all in rounds, to each from where it stands."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub
        self.readers: set[Reader] = set()
        self.dirty = asyncio.Event()
        self.dirty.set()
        self._texts: dict[int, str] = {}
        self._made: dict[int, tuple[float, Message]] = {}
        self._told_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def join(self, reader: Reader) -> None:
        """One more; the first starts the reading. It is served by rounds once it has caught up."""
        self.readers.add(reader)
        if self._task is None:
            self._task = asyncio.create_task(self._keep())

    def leave(self, reader: Reader) -> None:
        """One less; with the last the channel rests."""
        self.readers.discard(reader)
        reader.leave()
        if not self.readers and self._task is not None:
            self._task.cancel()
            self._task = None
            self.hub.forget(self)

    async def _keep(self) -> None:
        """Read when something changed and tell everybody; with many readers not more often than they can be told."""
        while True:
            await self.dirty.wait()
            self.dirty.clear()
            began = time.monotonic()
            try:
                if await self.read():
                    self._texts.clear()
                    self._made.clear()
                    await self.round()
            except (
                Exception
            ) as error:  # the database may be away; beats say so, and the next look tries again
                logger.warning("a live channel could not be read: %s", error)
                await asyncio.sleep(LOOKS_EVERY_S)
                self.dirty.set()
            await asyncio.sleep(max(_PAUSE_S, time.monotonic() - began))

    async def round(self, beat: Message | None = None) -> None:
        """Send every reader what is new to it; in a round of beats, a beat to those for whom nothing is."""
        now = time.monotonic()
        if beat is None:
            self._told_at = now
        elif now - self._told_at < LOOKS_EVERY_S / 2:
            return
        for place, reader in enumerate(list(self.readers), start=1):
            if not reader.behind and reader in self.readers:
                self._serve(reader, beat)
            if place % _IN_ONE_GO == 0:
                await asyncio.sleep(0)  # a bid does not wait until ten thousand are served

    def _serve(self, reader: Reader, beat: Message | None) -> None:
        if self.lacks(reader):
            reader.follow(self.catch_up)
            return
        message = self.news_for(reader) or beat
        if message is not None:
            reader.offer(message, then=self.catch_up)

    async def catch_up(self, reader: Reader) -> None:
        """Send a reader whatever it has not seen, waiting for it; from then on rounds serve it."""
        with suppress(DatabaseError):  # a later round tries again
            while self.lacks(reader) and (part := await self.missed_by(reader)) is not None:
                await reader.say(part)
            while (message := self.news_for(reader)) is not None:
                await reader.say(message)
        reader.behind = False

    def lacks(self, reader: Reader) -> bool:
        """Whether a reader needs something that is no longer held here."""
        return False

    async def missed_by(self, reader: Reader) -> Message | None:
        """The next part of what it needs, from the database; None where everything is held here."""
        return None

    def said(self, name: str, since: int, body: Callable[[], str], *, place: str) -> Message:
        """The event for all who stand at `since`: its body is made once, the server's time in it is the present one."""
        now = time.monotonic()
        made_at, message = self._made.get(since, (-1.0, None))
        if message is None or now - made_at > _PRESENT_S:
            if since not in self._texts:
                self._texts[since] = body()
            message = chunk(event(name, self._texts[since], place=place, hub=self.hub))
            self._made[since] = (now, message)
        return message

    @property
    @abstractmethod
    def version(self) -> int:
        """The version of what is held; -1 before the first reading."""

    @abstractmethod
    async def read(self) -> bool:
        """Read the database; whether anything is new."""

    @abstractmethod
    def news_for(self, reader: Reader) -> Message | None:
        """The next event for a reader; None when it has seen everything."""


class LotChannel(Channel):
    """One lot. `bid_lines` are its last bids without gaps, so that most returning readers cost no query."""

    def __init__(self, hub: "Hub", first: state.Look) -> None:
        super().__init__(hub)
        self.state = first.state
        self.bid_lines: deque[state.BidHistoryLine] = deque(first.bid_lines, maxlen=_KEPT_LINES)

    @property
    def version(self) -> int:
        """The lot's version."""
        return self.state.version

    async def read(self) -> bool:
        """Take the lot's state and every bid since the last one held."""
        after = self.bid_lines[-1].n if self.bid_lines else 0
        seen = await self.hub.ask(partial(state.look, self.state.id, after=after))
        if seen is None or (seen.state == self.state and not seen.bid_lines):
            return False
        news = list(seen.bid_lines)
        while news and news[-1].n < seen.state.bids:
            news += await self.hub.ask(partial(state.lines_after, self.state.id, news[-1].n))
        self.bid_lines.extend(news)
        self.state = seen.state
        return True

    def news_for(self, reader: Reader) -> Message | None:
        """The state with the bids since the reader's."""
        held = self.state
        if reader.version >= held.version and reader.bids is not None and reader.bids >= held.bids:
            return None
        since = reader.bids if reader.bids is not None else held.bids - state.TAIL
        reader.bids, reader.version = held.bids, held.version
        return self.said("lot", since, partial(self._body, since), place=f"{held.bids}-{held.version}")

    def _body(self, since: int) -> str:
        news = [bid_line for bid_line in self.bid_lines if bid_line.n > since]
        return f'{state.as_json(self.state)[1:-1]},"bid_history":{state.as_json(news)}'

    def lacks(self, reader: Reader) -> bool:
        """Whether bids are missing between the reader's and those held."""
        if reader.bids is not None and reader.bids > self.state.bids:
            reader.bids = None  # a position that does not exist
        return reader.bids is not None and reader.bids + 1 < self._first_held

    @property
    def _first_held(self) -> int:
        return self.bid_lines[0].n if self.bid_lines else self.state.bids + 1

    async def missed_by(self, reader: Reader) -> Message:
        """The next bids that are no longer held."""
        assert reader.bids is not None
        first = self._first_held
        missed = await self.hub.ask(partial(state.lines_after, self.state.id, reader.bids))
        missed = [bid_line for bid_line in missed if bid_line.n < first]
        reader.bids = missed[-1].n if missed else first - 1
        return chunk(
            event("bids", f'"bid_history":{state.as_json(missed)}', place=f"{reader.bids}-0", hub=self.hub)
        )


class WallChannel(Channel):
    """All lots that are open. Every reader gets the whole first, then what changed since the version it has."""

    def __init__(self, hub: "Hub") -> None:
        super().__init__(hub)
        self._version = -1
        self._lots: dict[int, tuple[int, state.WallEntry]] = {}
        self._gone: dict[int, int] = {}

    @property
    def version(self) -> int:
        """The version of the whole."""
        return self._version

    async def read(self) -> bool:
        """Take the wall; every lot that changed bears the version at which it was seen to."""
        version, entries = await self.hub.ask(partial(state.wall, now=self.hub.now()))
        version = max(version, self._version + 1)
        now_there = {entry.id: entry for entry in entries}
        changed = self._version < 0
        for number, entry in now_there.items():
            if number not in self._lots or self._lots[number][1] != entry:
                self._lots[number] = (version, entry)
                self._gone.pop(number, None)
                changed = True
        for number in set(self._lots) - set(now_there):
            del self._lots[number]
            self._gone[number] = version
            changed = True
        if changed:
            self._version = version
        return changed

    def news_for(self, reader: Reader) -> Message | None:
        """What changed since the reader's version, in one message."""
        if self._version < 0 or reader.version >= self._version:
            return None
        since, reader.version = reader.version, self._version
        return self.said("wall", since, partial(self._body, since), place=str(self._version))

    def _body(self, since: int) -> str:
        lots = [asdict(entry) for version, entry in self._lots.values() if version > since]
        gone = [number for number, version in self._gone.items() if version > since >= 0]
        body = {"full": since < 0, "lots": lots, "gone": gone}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))[1:-1]


def event(name: str, body: str, *, hub: "Hub", place: str = "") -> str:
    """One server-sent event whose data is a JSON object: the server's time first, then `body`.

    With its place comes how soon a page that was cut off comes back.
    """
    line = f"retry: 1000\nid: {place}\n" if place else ""
    tail = f",{body}" if body else ""
    return f'{line}event: {name}\ndata: {{"now":"{iso(hub.now())}"{tail}}}\n\n'


class Hub:
    """The channels of this process, the clock they tell, and the one line to Redis."""

    def __init__(self) -> None:
        self.lots: dict[int, LotChannel] = {}
        self.wall: WallChannel | None = None
        self.hinted = False
        self._openings: dict[int, asyncio.Future[LotChannel | None]] = {}
        self._process = secrets.token_hex(6)
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live-db")
        self._tasks: list[asyncio.Task[None]] = []
        self._reading: datetime | None = None
        self._read_at = 0.0
        self._stands = False
        self._looks = 0

    async def start(self) -> None:
        """Read the clock once and begin; without a database it begins as well and tries again."""
        with suppress(Exception):
            await self._read_clock()
        self._tasks = [
            asyncio.create_task(work()) for work in (self._look, self._beat, self._listen, self._tell)
        ]

    async def stop(self) -> None:
        """End what runs in the background."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, question: Callable[[], T]) -> T:
        """The answer of the database, read in a thread of the pool on a connection that is kept and looked at."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(_asked, question))

    # --- the clock

    def now(self) -> datetime:
        """The instant of the clock that decides on bids, carried on by this machine's own count since its reading."""
        if self._reading is None:
            return clock.MachineClock().now()
        if self._stands:
            return self._reading
        return self._reading + timedelta(seconds=time.monotonic() - self._read_at)

    @property
    def stale(self) -> bool:
        """Whether the database has not answered for so long that prices may be old."""
        return self._reading is None or time.monotonic() - self._read_at > STALE_AFTER_S

    async def _read_clock(self) -> None:
        asked = time.monotonic()
        reading = await self.ask(state.clock_reading)
        answered = time.monotonic()
        self._stands = reading == self._reading
        self._reading, self._read_at = reading, (asked + answered) / 2

    async def time_now(self) -> datetime:
        """A fresh reading where a shared clock may have been moved; else the carried one, which costs nothing."""
        if settings.CLOCK == "shared":
            await self._read_clock()
        return self.now()

    # --- channels

    async def lot(self, listing_id: int) -> LotChannel | None:
        """The channel of a lot, read now if nobody watched it; None for what is not public."""
        held = self.lots.get(listing_id)
        if held is not None:
            return held
        if listing_id not in self._openings:  # ten thousand come at once, one question is asked
            self._openings[listing_id] = asyncio.ensure_future(self._opened(listing_id))
        return await asyncio.shield(self._openings[listing_id])

    async def _opened(self, listing_id: int) -> LotChannel | None:
        try:
            first = await self.ask(partial(state.look, listing_id))
        finally:
            del self._openings[listing_id]
        if first is None:
            return None
        return self.lots.setdefault(listing_id, LotChannel(self, first))

    def all_lots(self) -> WallChannel:
        """The channel of all open lots."""
        if self.wall is None:
            self.wall = WallChannel(self)
        return self.wall

    def forget(self, channel: Channel) -> None:
        """Nobody watches it any more."""
        if channel is self.wall:
            self.wall = None
        elif isinstance(channel, LotChannel) and self.lots.get(channel.state.id) is channel:
            del self.lots[channel.state.id]

    # --- what runs in the background

    async def _look(self) -> None:
        """Every second: the clock, and whether a watched lot has a newer version than is held."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            self._looks += 1
            try:
                await self._read_clock()
                if not self.hinted or self._looks % LOOKS_ANYWAY_EVERY == 0:
                    await self._compare()
            except Exception as error:  # the database is away: beats say so, the next second tries again
                logger.warning("the database does not answer: %s", error)

    async def _beat(self) -> None:
        """Every second, to all for whom nothing else was: that the line is alive, and the time."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            beat = chunk(event("beat", '"stale":true' if self.stale else "", hub=self))
            for channel in [*self.lots.values(), *([self.wall] if self.wall else [])]:
                await channel.round(beat)

    async def _compare(self) -> None:
        watched = list(self.lots)
        versions = await self.ask(lambda: [state.lot_version(each) for each in watched])
        for listing_id, version in zip(watched, versions, strict=True):
            channel = self.lots.get(listing_id)
            if channel is not None and version > channel.version:
                channel.dirty.set()
        if self.wall is not None:
            self.wall.dirty.set()

    async def _listen(self) -> None:
        """Hints from Redis, for as long as it is there."""
        while settings.REDIS_URL:
            try:
                await self._hear()
            except (redis.RedisError, OSError) as error:
                logger.warning("no hints from Redis: %s", error)
            self.hinted = False
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _hear(self) -> None:
        line = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1)
        try:
            async with line.pubsub() as hints:
                await hints.subscribe(CHANNEL)
                self.hinted = True
                for channel in self.lots.values():
                    channel.dirty.set()
                async for hint in hints.listen():
                    if hint["type"] == "message":
                        for key in json.loads(hint["data"]):
                            self._hinted_at(key)
        finally:
            self.hinted = False
            await line.aclose()

    def _hinted_at(self, key: str) -> None:
        kind, _, number = key.partition(":")
        if kind != "listing" or not number.isdecimal():
            return
        if int(number) in self.lots:
            self.lots[int(number)].dirty.set()
        if self.wall is not None:
            self.wall.dirty.set()

    async def _tell(self) -> None:
        """Every two seconds, how many are connected to each lot."""
        told: set[int] = set()
        while settings.REDIS_URL:
            counts = {number: _counted(channel) for number, channel in self.lots.items()}
            said = counts | {number: ([], 0) for number in told - set(counts)}
            try:
                if said:
                    await self._tell_once(said)
                told = set(counts)
            except (redis.RedisError, OSError) as error:
                logger.warning("the live counts could not be told: %s", error)
            await asyncio.sleep(2)

    async def _tell_once(self, counts: dict[int, tuple[list[str], int]]) -> None:
        line = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=2)
        try:
            await presence.tell(line, process=self._process, counts=counts)
        finally:
            await line.aclose()


def _counted(channel: Channel) -> tuple[list[str], int]:
    paddles = sorted({reader.paddle for reader in channel.readers if reader.paddle})
    return paddles, len(channel.readers)


def _asked(question: Callable[[], T]) -> T:
    """One picture of the database for all of a question: no price of one instant beside the bids of another."""
    connection.close_if_unusable_or_obsolete()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return question()
