"""Deciding waiting bids together (合并裁决): while one call is at the database, the bids that come meanwhile gather.

Two sorts of lines. In the quick one wait the bids on all lots, and a call decides those whose lots nobody holds. A bid
on a lot that is held, by a close or by somebody's page, goes to that lot's own line, which queues for it: one lot that
stands still holds up no other. All of it runs in the event loop but the calls themselves, so nothing is shared between
threads and no wake-up can be lost. It keeps nothing: PostgreSQL decides and remembers, and any number of such processes
may run.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from django.db import OperationalError, connection

from apps.stages.bidding.commands import place_all, place_those_free
from apps.stages.bidding.decision import Answer, Receipt
from apps.stages.bidding.snapshot import BidRequest
from kernel.deadlines import runner
from kernel.deadlines.runner import Unsettled

MOST_AT_ONCE = 256
"""How many bids one transaction decides."""
MOST_WAITING = 4000
"""How many may wait; more are turned away at once, before they cost anything."""
PATIENCE_S = 2.5
"""A bid that waited so long is not decided any more: its bidder is about to ask again, or has gone."""
GATHER_S = 0.005
"""For so long, at most, a call waits for the next bids of those whose last ones were just taken."""
_MOST_ROUNDS = 20
_HELD_LOTS_AT_ONCE = 4
logger = logging.getLogger(__name__)

Outcome = Answer | Exception | None
"""An answer, why none could be given, or None: the lot is held, and whoever can wait asks again."""
Decide = Callable[[Sequence[BidRequest]], Sequence[Outcome]]


class Busy(Exception):
    """The bid was not decided: too many wait, or it waited too long. The same request may come again."""


@dataclass
class _Waiting:
    """A bid, its bidder's ear, and since when it waits."""

    ask: BidRequest
    answer: "asyncio.Future[Answer | None]"
    since_s: float

    def is_worth_deciding(self, now_s: float) -> bool:
        """Whether somebody still listens; tells who waited too long."""
        if not self.answer.done() and now_s - self.since_s > PATIENCE_S:
            self.answer.set_exception(Busy())
        return not self.answer.done()

    def hear(self, outcome: Outcome) -> None:
        """Give the outcome, if the bidder has not gone; the bid stands, and the same request gives its receipt."""
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
        else:
            self.answer.set_result(outcome)


class Line:
    """Bids that wait for one call after the other, each call in a thread of `threads`."""

    def __init__(self, decide: Decide, threads: ThreadPoolExecutor) -> None:
        self._decide = decide
        self._threads = threads
        self._waiting: deque[_Waiting] = deque()
        self._work: asyncio.Task[None] | None = None
        self._expected = 0
        self._enough = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return self._work is None

    async def place(self, ask: BidRequest) -> Answer | None:
        """The answer to a bid, given after the commit. Raises `Busy`, or whatever kept the bid from being decided."""
        if len(self._waiting) >= MOST_WAITING:
            raise Busy
        loop = asyncio.get_running_loop()
        waiting = _Waiting(ask, loop.create_future(), time.monotonic())
        self._waiting.append(waiting)
        if len(self._waiting) >= self._expected:
            self._enough.set()
        if self._work is None:
            self._work = loop.create_task(self._run())
        return await waiting.answer

    async def end(self) -> None:
        """Let what waits be decided."""
        if self._work is not None:
            await self._work

    async def _run(self) -> None:
        """Decide until nothing waits. The next bid starts it anew: both happen in this loop, one after the other."""
        try:
            while self._waiting:
                await self._turn()
        finally:
            self._work = None
            for left in self._waiting:  # something ended the loop: nobody is left listening for ever
                left.hear(Busy())
            self._waiting.clear()

    async def _gather(self) -> None:
        """Give those whose bids were just taken a moment to bid again: a call for all costs little more than for one.

        Who was refused is not waited for, or a storm of stale bids would hold up the good ones. It costs a lone bidder
        nothing, and whoever comes after a crowd has gone five milliseconds, once.
        """
        self._enough.clear()
        if len(self._waiting) < self._expected:
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHER_S):
                    await self._enough.wait()

    async def _turn(self) -> None:
        """One call, for all that wait."""
        await self._gather()
        most = min(len(self._waiting), MOST_AT_ONCE)
        now_s = time.monotonic()
        batch = [self._waiting.popleft() for _ in range(most)]
        batch = [each for each in batch if each.is_worth_deciding(now_s)]
        self._expected = 0
        if not batch:
            return
        asks = [each.ask for each in batch]
        loop = asyncio.get_running_loop()
        try:
            outcomes = await loop.run_in_executor(self._threads, self._decide, asks)
            for each, outcome in zip(batch, outcomes, strict=True):
                each.hear(outcome)
            # Nobody could ask while these were answered: whoever waits now came during the call, and is not back yet.
            back = sum(isinstance(each, Receipt) for each in outcomes)
            self._expected = min(len(self._waiting) + back, MOST_AT_ONCE)
        except Exception as error:
            # `decide` gives errors and raises none: whatever this is, everybody hears of it.
            _log(error, asks)
            for each in batch:
                each.hear(error)


class Combiner:
    """The bids of this process that wait."""

    def __init__(self, *, free: Decide | None = None, held: Decide | None = None) -> None:
        self._held = held or decide_held
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bids")
        self._patient = ThreadPoolExecutor(max_workers=_HELD_LOTS_AT_ONCE, thread_name_prefix="held-lots")
        self._quick = Line(free or decide_free, self._threads)
        self._lots: dict[int, Line] = {}

    async def place(self, ask: BidRequest) -> Answer:
        """The answer to a bid. Bids on one lot are decided in the order in which they came, held or not."""
        line = self._lots.get(ask.listing_id)
        if line is None:
            answer = await self._quick.place(ask)
            if answer is not None:
                return answer
            line = self._lots.setdefault(ask.listing_id, Line(self._held, self._patient))
        answer = await line.place(ask)
        if line.is_idle and self._lots.get(ask.listing_id) is line:
            del self._lots[ask.listing_id]
        if answer is None:
            raise Busy
        return answer

    async def turns(self) -> None:
        """Come back when the thread that decides bids has turned once more, and its database. Raises what it met."""
        await asyncio.get_running_loop().run_in_executor(self._threads, _turn_once)

    async def stop(self) -> None:
        """Let what waits be decided, and end."""
        await self._quick.end()
        for line in list(self._lots.values()):
            await line.end()
        self._threads.shutdown(wait=True)
        self._patient.shutdown(wait=True)


def _turn_once() -> None:
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def decide_free(asks: Sequence[BidRequest]) -> Sequence[Outcome]:
    """Decide bids in one transaction, leaving aside those on lots that are held or have a deadline to settle first."""
    outcomes = _decided(asks, place_those_free)
    return [None if isinstance(each, Unsettled) else each for each in outcomes]


def decide_held(asks: Sequence[BidRequest]) -> Sequence[Outcome]:
    """Queue for the lots and decide; what waits for a deadline of its lot is decided again when that is dealt with."""
    outcomes = list(_decided(asks, place_all))
    for _ in range(_MOST_ROUNDS):
        left = {place: each for place, each in enumerate(outcomes) if isinstance(each, Unsettled)}
        if not left:
            return outcomes
        try:
            for unsettled in {each.case_id: each for each in left.values()}.values():
                runner.run_due(now=unsettled.now, case_id=unsettled.case_id)
        except Exception as error:  # what was committed before stays answered
            _log(error, asks)
            return [error if place in left else each for place, each in enumerate(outcomes)]
        again = _decided([asks[place] for place in left], place_all)
        for place, outcome in zip(left, again, strict=True):
            outcomes[place] = outcome
    return [Busy() if isinstance(each, Unsettled) else each for each in outcomes]


def _decided(
    asks: Sequence[BidRequest], decide: Callable[[Sequence[BidRequest]], Sequence[Answer | None]]
) -> Sequence[Outcome]:
    """Decide together; where that fails, each by itself, so that a bad bid fails alone.

    Where the database is away or a lot does not come free, all hear of it and nobody waits again.
    """
    try:
        connection.close_if_unusable_or_obsolete()
        return decide(asks)
    except OperationalError as error:
        _log(error, asks)
        return [error] * len(asks)
    except Exception as error:
        _log(error, asks)
        if len(asks) == 1:
            return [error]
    return [_decided([ask], decide)[0] for ask in asks]


def _log(error: Exception, asks: Sequence[BidRequest]) -> None:
    """What went wrong, without the error's own words: they may name a bidder."""
    code = getattr(error.__cause__, "pgcode", None) or ""
    lots = sorted({ask.listing_id for ask in asks})
    logger.error("%s bids on lots %s were not decided: %s %s", len(asks), lots, type(error).__name__, code)
