"""How the deadlines stand: for timelines, for desks, for the lag alarm."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus


@dataclass(frozen=True)
class Lag:
    """How far the engine is behind: the oldest overdue, how many, and how many have failed."""

    oldest_overdue: timedelta
    overdue: int
    failed: int


def of_listing(listing_id: int) -> QuerySet[Deadline]:
    """All deadlines of a listing in order of their opening."""
    return Deadline.objects.filter(listing_id=listing_id).order_by("id")


def open_of(listing_ids: list[int]) -> QuerySet[Deadline]:
    """Open deadlines of several listings, the nearest first."""
    return Deadline.objects.filter(listing_id__in=listing_ids, status=DeadlineStatus.PENDING).order_by(
        "due_at", "id"
    )


def next_look_at(*, after: datetime) -> datetime | None:
    """When the engine has to look next, later than `after`; None when no deadline is open."""
    rows = Deadline.objects.filter(status=DeadlineStatus.PENDING, paused_at=None).values_list(
        "due_at", "try_at"
    )
    moments = [max(due_at, try_at) for due_at, try_at in rows]
    return min((moment for moment in moments if moment > after), default=None)


def lag(*, now: datetime) -> Lag:
    """Overdue deadlines that nobody has handled, not counting those that wait for something outside."""
    overdue = Deadline.objects.filter(
        status=DeadlineStatus.PENDING, paused_at=None, due_at__lte=now, try_at__lte=now
    ).order_by("due_at", "id")
    oldest = overdue.first()
    return Lag(
        oldest_overdue=now - oldest.due_at if oldest else timedelta(0),
        overdue=overdue.count(),
        failed=Deadline.objects.filter(status=DeadlineStatus.FAILED).count(),
    )
