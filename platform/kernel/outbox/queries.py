"""How the outbox stands."""

from datetime import datetime

from kernel.outbox.models import Message


def unsent() -> int:
    """How many messages wait."""
    return Message.objects.filter(sent_at=None).count()


def oldest_unsent_at() -> datetime | None:
    """Since when the oldest waits; None when none does."""
    return Message.objects.filter(sent_at=None).order_by("id").values_list("created_at", flat=True).first()
