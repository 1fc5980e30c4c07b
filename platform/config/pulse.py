"""The web process's pulse: every few seconds proof, kept in the database, that it can take bids.

A gap in it is an outage; lots over whose last hour it lay are suspended when service is back (process: the platform
was down). It runs in a thread of the serving process and ends with it.
"""

import logging
import threading
import time

from django.db import connection

from apps.process.commands import keep_alive
from kernel import clock

EVERY_S = 10.0
logger = logging.getLogger(__name__)


def start() -> threading.Thread:
    """Begin to beat, in the background."""
    thread = threading.Thread(target=_beat, name="pulse", daemon=True)
    thread.start()
    return thread


def beat_once() -> None:
    """One beat, at the database's instant: a process that has just begun may not have been put right by it yet."""
    suspended = keep_alive(now=clock.under_lock())
    if suspended:
        logger.warning("service was interrupted; suspended listings %s", suspended)


def _beat() -> None:
    while True:
        try:
            beat_once()
        except Exception:  # the next beat tries again; the gap that this leaves is what the pulse is for
            logger.exception("the pulse could not be kept")
        finally:
            connection.close()
        time.sleep(EVERY_S)
