"""Deciding waiting bids together (合并裁决): while one call is at the database, the bids that come meanwhile gather.

All of it runs in the event loop but the call itself, so nothing is shared between threads and no wake-up can be lost.
It keeps nothing: PostgreSQL decides and remembers, and any number of such processes may run side by side.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import Error as DatabaseError
from django.db import connection, transaction

from apps.stages.bidding.commands import place_all
from apps.stages.bidding.decision import Answer
from apps.stages.bidding.floor import Ask
from kernel import clock
from kernel.deadlines import runner
from kernel.deadlines.runner import Unsettled

MOST_AT_ONCE = 256
"""How many bids one transaction decides."""
MOST_WAITING = 4000
"""How many may wait; more are turned away at once, before they cost anything."""
_MOST_ROUNDS = 20
logger = logging.getLogger(__name__)

Outcome = Answer | Exception


class Busy(Exception):
    """So many bids wait that another one would not be answered in time."""


class Combiner:
    """The bids of this process that wait, and the one call that is under way."""

    def __init__(self, decide: Callable[[Sequence[Ask]], Sequence[Outcome]] | None = None) -> None:
        self._decide = decide or decide_all
        self._waiting: deque[tuple[Ask, asyncio.Future[Answer]]] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bids")
        self._work: asyncio.Task[None] | None = None

    async def place(self, ask: Ask) -> Answer:
        """The answer to a bid, given after the commit. Raises `Busy`, or whatever kept the bid from being decided."""
        if len(self._waiting) >= MOST_WAITING:
            raise Busy
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, future))
        if self._work is None:
            self._work = asyncio.create_task(self._run())
        return await future

    async def stop(self) -> None:
        """Let what is under way end."""
        if self._work is not None:
            await self._work
        self._thread.shutdown(wait=True)

    async def _run(self) -> None:
        """Decide until nothing waits. The next bid starts it anew: both happen in this loop, one after the other."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            try:
                outcomes = await loop.run_in_executor(self._thread, self._decide, [ask for ask, _ in batch])
            except Exception as error:  # every bidder of the batch hears of it; none is left waiting
                outcomes = [error] * len(batch)
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if (
                    future.done()
                ):  # the bidder has gone; the bid stands, and the same request gives its receipt
                    continue
                if isinstance(outcome, Exception) and not isinstance(outcome, Unsettled):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
        self._work = None


def decide_all(asks: Sequence[Ask]) -> Sequence[Outcome]:
    """Decide bids in one transaction. Where that cannot be done, each is decided by itself: a bad one fails alone."""
    connection.close_if_unusable_or_obsolete()
    try:
        return _settled(asks)
    except DatabaseError as error:
        if not _connected():
            logger.warning("the database is away; %s bids are undecided: %s", len(asks), error)
            return [error] * len(asks)
        logger.warning("%s bids could not be decided together: %s", len(asks), error)
    except Exception:
        logger.exception("%s bids could not be decided together", len(asks))
    return [_alone(ask) for ask in asks]


def _alone(ask: Ask) -> Outcome:
    try:
        return _settled([ask])[0]
    except Exception as error:
        logger.exception("a bid on lot %s could not be decided", ask.listing_id)
        return error


def _settled(asks: Sequence[Ask]) -> list[Outcome]:
    """Decide; what waits for a deadline of its lot is decided again when that has been dealt with."""
    answers: list[Outcome] = list(place_all(asks))
    for _ in range(_MOST_ROUNDS):
        left = [place for place, answer in enumerate(answers) if isinstance(answer, Unsettled)]
        if not left:
            return answers
        for listing_id in dict.fromkeys(asks[place].listing_id for place in left):
            runner.run_due(now=clock.now(), listing_id=listing_id)
        for place, answer in zip(left, place_all([asks[place] for place in left]), strict=True):
            answers[place] = answer
    raise RuntimeError(f"lots do not settle: {sorted({asks[place].listing_id for place in left})}")


def _connected() -> bool:
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("a decision left its transaction open")
    return connection.connection is not None and connection.is_usable()
