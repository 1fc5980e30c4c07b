"""Putting messages into the outbox, and the relay that carries them away."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from kernel import bulk, lanes
from kernel.numbering.commands import next_numbers
from kernel.outbox.models import Message

Carrier = Callable[[Message], None]
Together = Callable[[Sequence[Message]], None]
_one_by_one: dict[str, Carrier] = {}
_together: dict[str, Together] = {}
_hurried: dict[str, Together] = {}
_BATCH = 500
_MOST_ATTEMPTS = 12


@dataclass(frozen=True)
class Tell:
    """A message to be put: `key` says what it is about."""

    topic: str
    payload: dict[str, Any]
    key: str = ""


def carry(topic: str, carrier: Carrier) -> None:
    """Say who carries messages of `topic`, one by one. Called once, when an app is ready."""
    _one_by_one[topic] = carrier


def carry_together(topic: str, carrier: Together, *, at_once: Together | None = None) -> None:
    """Say who carries messages of `topic`, all that wait in one call; a failure keeps them all.

    `at_once` is told of messages right after their commit, besides the relay: a hint for those who watch. It must
    not wait for anybody; what it raises is logged and harms nothing.
    """
    _together[topic] = carrier
    if at_once is not None:
        _hurried[topic] = at_once


def put(*, topic: str, key: str = "", payload: dict[str, Any], now: datetime) -> None:
    """Add a message to the caller's transaction; a rollback takes it away again."""
    put_all([Tell(topic, payload, key)], now=now)


def put_all(told: Sequence[Tell], *, now: datetime) -> None:
    """Add several messages in one round trip."""
    rows = [
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
    ids = bulk.insert(Message, rows)
    by_topic: dict[str, list[Message]] = defaultdict(list)
    for pk, row in zip(ids, rows, strict=True):
        if row["topic"] in _hurried:
            by_topic[str(row["topic"])].append(Message(id=pk, **row))
    for topic, messages in by_topic.items():
        transaction.on_commit(partial(_hurried[topic], messages), robust=True)


@transaction.atomic
def relay(*, now: datetime) -> int:
    """Carry waiting messages away, oldest first; one relay at a time. Gives how many left.

    A carrier that fails keeps its messages, with the error and a growing pause; the others go on.
    """
    if not lanes.try_hold(lanes.Lane.RELAY, 1):
        return 0
    waiting = Message.objects.filter(sent_at=None, try_at__lte=now, attempts__lt=_MOST_ATTEMPTS)
    loads: dict[str, list[Message]] = {}
    for message in waiting.order_by("id")[:_BATCH]:
        load = message.topic if message.topic in _together else str(message.pk)
        loads.setdefault(load, []).append(message)
    carried = [message for load in loads.values() if _carry(load, now=now) for message in load]
    _note_sent(sorted(carried, key=lambda message: message.pk), now=now)
    return len(carried)


def _carry(messages: list[Message], *, now: datetime) -> bool:
    topic = messages[0].topic
    try:
        if topic not in _together and topic not in _one_by_one:
            raise LookupError(f"no carrier for topic {topic}")
        with transaction.atomic():
            if topic in _together:
                _together[topic](messages)
            else:
                _one_by_one[topic](messages[0])
    except Exception as error:  # a message that cannot leave must not hold back the others
        for message in messages:
            message.attempts += 1
            message.last_error = f"{type(error).__name__}: {error}"[:500]
            message.try_at = now + timedelta(seconds=min(2**message.attempts, 3600))
        Message.objects.bulk_update(messages, ["attempts", "last_error", "try_at"], batch_size=_BATCH)
        return False
    return True


def _note_sent(messages: list[Message], *, now: datetime) -> None:
    """Give those that left their positions, in the order in which they were put."""
    if not messages:
        return
    for position, message in enumerate(messages, start=next_numbers("outbox", len(messages))):
        message.sent_at, message.position = now, position
    Message.objects.bulk_update(messages, ["sent_at", "position"], batch_size=_BATCH)
