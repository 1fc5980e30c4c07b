"""The pulse of a process that takes bids: every few seconds proof, kept in the database, that it can.

A gap in it is an outage; lots over whose last hour it lay are suspended when service is back (process: the platform was
down). Every such process beats, and one that beats is enough: a web process that stands still stops nothing while the
live process takes bids. So a beat comes only from where bids are taken: at the live process through the thread that
decides them, at a web process only while a thread of it is free for the next request.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn

from django.db import connection

from apps.process.commands import keep_alive
from config import watch
from kernel import clock

EVERY_S = 10.0
logger = logging.getLogger(__name__)


def start() -> threading.Thread:
    """Begin to beat, in the background of a web process."""
    thread = threading.Thread(target=_beat, name="pulse", daemon=True)
    thread.start()
    return thread


async def beat_with(takes_bids: Callable[[], Awaitable[None]]) -> NoReturn:
    """Beat, in an event loop, whenever `takes_bids` came back: no thread that takes bids is kept waiting by it."""
    while True:
        try:
            await takes_bids()
            await asyncio.get_running_loop().run_in_executor(None, _beat_and_close)
        except Exception:  # as below
            logger.exception("the pulse could not be kept")
        await asyncio.sleep(EVERY_S)


def beat_once() -> None:
    """One beat, at the database's instant: a process that has just begun may not have been put right by it yet."""
    suspended = keep_alive(now=clock.under_lock())
    if suspended:
        logger.warning("service was interrupted; suspended listings %s", suspended)


def _beat() -> None:
    while True:
        if can_take():
            _beat_and_close()
        time.sleep(EVERY_S)


def can_take() -> bool:
    """Whether a bid that came to this web process now would find a thread."""
    board = watch.board()
    return board is None or board.takes_requests(within_s=EVERY_S)


def _beat_and_close() -> None:
    try:
        beat_once()
    except Exception:  # the next beat tries again; the gap that this leaves is what the pulse is for
        logger.exception("the pulse could not be kept")
    finally:
        connection.close()
