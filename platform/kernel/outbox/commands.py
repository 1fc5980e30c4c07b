"""Putting messages into the outbox, and the relay that carries them away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from kernel import lanes
from kernel.numbering.commands import next_number
from kernel.outbox.models import Message

Carrier = Callable[[Message], None]
_carriers: dict[str, Carrier] = {}
_hurried: dict[str, Carrier] = {}
_BATCH = 200
_MOST_ATTEMPTS = 12


def carry(topic: str, carrier: Carrier, *, at_once: Carrier | None = None) -> None:
    """Say who carries messages of `topic`. Called once, when an app is ready.

    `at_once` is told of each message right after its commit, besides the relay: a hint for those who watch. It must
    not wait for anybody; what it raises is logged and harms nothing.
    """
    _carriers[topic] = carrier
    if at_once is not None:
        _hurried[topic] = at_once


def put(*, topic: str, key: str = "", payload: dict[str, Any], now: datetime) -> Message:
    """Add a message to the caller's transaction; a rollback takes it away again."""
    message = Message.objects.create(topic=topic, key=key, payload=payload, created_at=now, try_at=now)
    if topic in _hurried:
        transaction.on_commit(partial(_hurried[topic], message), robust=True)
    return message


@transaction.atomic
def relay(*, now: datetime) -> int:
    """Carry waiting messages away, oldest first; one relay at a time. Gives how many left.

    A carrier that fails keeps its message, with the error and a growing pause; the others go on.
    """
    if not lanes.try_hold(lanes.Lane.RELAY, 1):
        return 0
    sent = 0
    waiting = Message.objects.filter(sent_at=None, try_at__lte=now, attempts__lt=_MOST_ATTEMPTS).order_by(
        "id"
    )
    for message in waiting[:_BATCH]:
        sent += _carry_one(message, now=now)
    return sent


def _carry_one(message: Message, *, now: datetime) -> int:
    carrier = _carriers.get(message.topic)
    try:
        if carrier is None:
            raise LookupError(f"no carrier for topic {message.topic}")
        with transaction.atomic():
            carrier(message)
    except Exception as error:  # a message that cannot leave must not hold back the others
        message.attempts += 1
        message.last_error = f"{type(error).__name__}: {error}"[:500]
        message.try_at = now + timedelta(seconds=min(2**message.attempts, 3600))
        message.save(update_fields=["attempts", "last_error", "try_at"])
        return 0
    message.sent_at = now
    message.position = next_number("outbox")
    message.save(update_fields=["sent_at", "position"])
    return 1
