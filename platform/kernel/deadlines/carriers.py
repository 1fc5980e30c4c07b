"""Exact wake-ups: the relay asks Celery to look again at a due instant."""

from datetime import datetime, timedelta

from kernel import clock
from kernel.deadlines.tasks import run_due
from kernel.outbox.models import Message

_FARTHEST = timedelta(minutes=9)
_STALE = timedelta(minutes=5)


def wake(message: Message) -> None:
    """Schedule one pulse at the message's instant.

    A far instant is left to the regular pulse, because Redis delivers an ETA task again after its visibility
    time-out; a near one gets an ETA well within it.
    """
    at = datetime.fromisoformat(message.payload["at"])
    now = clock.now()
    if now - _STALE < at < now + _FARTHEST:
        run_due.apply_async(eta=at, expires=at + _STALE, retry=False)
