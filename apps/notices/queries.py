"""Inboxes."""

from django.db.models import QuerySet

from apps.notices.models import Notice
from kernel.actors import Actor


def inbox(by: Actor) -> QuerySet[Notice]:
    """The notices of the actor's organisation, newest first."""
    return Notice.objects.filter(organisation_id=by.organisation_id).order_by("-id")


def unread(by: Actor) -> int:
    """How many of them nobody has read."""
    return inbox(by).filter(read_at=None).count()
