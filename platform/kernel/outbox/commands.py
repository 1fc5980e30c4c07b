"""Putting messages into the outbox, and the relay that carries them away."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from kernel import bulk, lanes
from kernel.numbering.commands import next_numbers
from kernel.outbox.models import Message


@dataclass(frozen=True)
class NewMessage:
    """A message to be put: `key` says what it is about."""

    topic: str
    payload: dict[str, Any]
    key: str = ""


Handler = Callable[[Message], None]
Together = Callable[[Sequence[Message]], None]
AtOnce = Callable[[Sequence[NewMessage]], None]
_one_by_one: dict[str, Handler] = {}
_together: dict[str, Together] = {}
_hurried: dict[str, AtOnce] = {}
_BATCH = 500
_MOST_ATTEMPTS = 12


def register_handler(topic: str, handler: Handler) -> None:
    """Say who carries messages of `topic`, one by one. Called once, when an app is ready."""
    _one_by_one[topic] = handler


def register_batch_handler(topic: str, handler: Together, *, at_once: AtOnce | None = None) -> None:
    """Say who carries messages of `topic`, all that wait in one call; a failure keeps them all.

    `at_once` is told of messages right after their commit, besides the relay: a hint for those who watch. It must
    not wait for anybody; what it raises is logged and harms nothing.
    """
    _together[topic] = handler
    if at_once is not None:
        _hurried[topic] = at_once


def enqueue(*, topic: str, key: str = "", payload: dict[str, Any], now: datetime) -> None:
    """Add a message to the caller's transaction; a rollback takes it away again."""
    enqueue_all([NewMessage(topic, payload, key)], now=now)


def enqueue_all(told: Sequence[NewMessage], *, now: datetime) -> None:
    """Add several messages in one round trip."""
    bulk.insert(Message, rows_of(told, now=now))
    publish_on_commit(told)


def rows_of(told: Sequence[NewMessage], *, now: datetime) -> list[dict[str, Any]]:
    """The rows of several messages, for who writes them with others and then calls `publish_on_commit`."""
    return [
        {
            "topic": each.topic,
            "key": each.key,
            "payload": each.payload,
            "created_at": now,
            "try_at": now,
            "attempts": 0,
            "last_error": "",
        }
        for each in told
    ]


def publish_on_commit(told: Sequence[NewMessage]) -> None:
    """Tell those who want to hear at once, when the caller's transaction is committed."""
    by_topic: dict[str, list[NewMessage]] = defaultdict(list)
    for each in told:
        if each.topic in _hurried:
            by_topic[each.topic].append(each)
    for topic, messages in by_topic.items():
        transaction.on_commit(partial(_hurried[topic], messages), robust=True)


def relay(*, now: datetime) -> int:
    """Carry waiting messages away, oldest first; one relay at a time. Gives how many left.

    Each load has a short transaction of its own, so what has left stays left, whatever befalls the next. A load is one
    message, or all that wait of a topic that is handled together. A handler that fails keeps its messages, with the
    error and a growing pause; the others go on.
    """
    left = 0
    for load in _loads(now=now):
        try:
            with transaction.atomic():
                if not lanes.try_hold(lanes.RELAY, 1):
                    break  # whoever holds the lane goes on with what waits
                carried = _deliver(load, now=now)
        except Exception as error:  # a message that cannot leave must not hold back the others
            _note_failed(load, error, now=now)
        else:
            left += carried
    return left


def _loads(*, now: datetime) -> list[list[int]]:
    """What waits, as ids, by what leaves in one go. Read without the lane: who carries a load looks again."""
    loads: dict[str, list[int]] = defaultdict(list)
    for pk, topic in _waiting(now=now).order_by("id").values_list("id", "topic")[:_BATCH]:
        loads[topic if topic in _together else str(pk)].append(pk)
    return list(loads.values())


def _waiting(*, now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(sent_at=None, try_at__lte=now, attempts__lt=_MOST_ATTEMPTS)


def _deliver(load: list[int], *, now: datetime) -> int:
    """Under the lane: carry those of a load that still wait. Gives how many."""
    messages = list(_waiting(now=now).filter(pk__in=load).order_by("id"))
    if not messages:
        return 0
    topic = messages[0].topic
    if topic in _together:
        _together[topic](messages)
    elif topic in _one_by_one:
        _one_by_one[topic](messages[0])
    else:
        raise LookupError(f"no handler for topic {topic}")
    _note_sent(messages, now=now)
    return len(messages)


def _note_sent(messages: list[Message], *, now: datetime) -> None:
    """Give those that left their positions, in the order in which they were put."""
    for position, message in enumerate(messages, start=next_numbers("outbox", len(messages))):
        message.sent_at, message.position = now, position
    Message.objects.bulk_update(messages, ["sent_at", "position"], batch_size=_BATCH)


@transaction.atomic
def _note_failed(load: list[int], error: Exception, *, now: datetime) -> None:
    """In a transaction of its own: what broke may have been the handler's, with all that it wrote."""
    messages = list(_waiting(now=now).select_for_update().filter(pk__in=load).order_by("id"))
    for message in messages:
        message.attempts += 1
        message.last_error = f"{type(error).__name__}: {error}"[:500]
        message.try_at = now + timedelta(seconds=min(2**message.attempts, 3600))
    Message.objects.bulk_update(messages, ["attempts", "last_error", "try_at"], batch_size=_BATCH)
