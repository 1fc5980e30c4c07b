"""Hints for the live process, published to Redis after commit. A lost one costs nothing: it looks by itself as well."""

import json
import logging
import os
import queue
import threading
import time
from collections.abc import Sequence
from functools import cache

import redis
from django.conf import settings

from kernel.outbox.commands import NewMessage
from kernel.outbox.models import Message

CHANNEL = "live"
_REST_S = 0.02
"""So long it rests after a hint: what comes meanwhile is told in the next one."""
_MOST_WAITING = 1000
_queues: dict[int, "queue.Queue[set[str]]"] = {}
_guard = threading.Lock()
logger = logging.getLogger(__name__)


@cache
def client(url: str) -> redis.Redis:
    """This process's line to Redis, with short patience."""
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2)


def publish_live(messages: Sequence[Message]) -> None:
    """Tell the live processes which lots changed, in one hint. For the relay: raises where Redis is away."""
    _publish({message.key for message in messages})


def _publish(keys: set[str]) -> None:
    if settings.REDIS_URL:
        client(settings.REDIS_URL).publish(CHANNEL, json.dumps(sorted(keys)))


def hint_live(messages: Sequence[NewMessage]) -> None:
    """The same at once and from the background: a bid's answer never waits for Redis. The relay says it again."""
    if not settings.REDIS_URL:
        return
    try:
        _queue().put_nowait({message.key for message in messages})
    except queue.Full:
        logger.warning("too many live hints are waiting; this one is left to the relay")


def _queue() -> "queue.Queue[set[str]]":
    """The queue of this process, with the thread that empties it. A forked process has one of its own."""
    pid = os.getpid()
    with _guard:
        if pid not in _queues:
            _queues.clear()
            _queues[pid] = queue.Queue(_MOST_WAITING)
            threading.Thread(
                target=_publish_all, args=(_queues[pid],), name="live-hints", daemon=True
            ).start()
        return _queues[pid]


def _publish_all(waiting: "queue.Queue[set[str]]") -> None:
    while True:
        keys = waiting.get()
        while not waiting.empty():  # what came meanwhile goes with it
            keys |= waiting.get_nowait()
        try:
            _publish(keys)
        except (
            Exception
        ) as error:  # whatever it is, the next hint is tried again, and the relay repeats this one
            logger.warning("a live hint could not be published: %s", error)
        time.sleep(_REST_S)
