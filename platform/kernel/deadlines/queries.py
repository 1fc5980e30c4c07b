"""How the deadlines stand: for timelines, for desks, for the lag alarm."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Min, QuerySet

from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus


@dataclass(frozen=True)
class Lag:
    """How far the engine is behind: the oldest overdue, how many, and how many have failed."""

    oldest_overdue: timedelta
    overdue: int
    failed: int


@dataclass(frozen=True)
class Lateness:
    """How long after their due instants deadlines were handled, and of how many that is said."""

    p50: timedelta
    p99: timedelta
    worst: timedelta
    count: int


MOST_COUNTED = 1000
"""Counts stop here: who sees it knows enough."""


def of_case(case_id: int) -> QuerySet[Deadline]:
    """All deadlines of a case in order of their opening."""
    return Deadline.objects.filter(case_id=case_id).order_by("id")


def open_of(case_ids: list[int]) -> QuerySet[Deadline]:
    """Open deadlines of several cases, the nearest first."""
    return Deadline.objects.filter(case_id__in=case_ids, status=DeadlineStatus.PENDING).order_by(
        "due_at", "id"
    )


def next_look_at(*, after: datetime) -> datetime | None:
    """When the engine has to look next, later than `after`; None when no deadline is open."""
    open_ones = Deadline.objects.filter(status=DeadlineStatus.PENDING, paused_at=None, try_at__gt=after)
    return open_ones.order_by("try_at", "id").values_list("try_at", flat=True).first()


def lag(*, now: datetime) -> Lag:
    """Overdue deadlines that nobody has handled, not counting those that wait for something outside."""
    overdue = Deadline.objects.filter(status=DeadlineStatus.PENDING, paused_at=None, try_at__lte=now)
    nearest = overdue.order_by("try_at", "id")[:MOST_COUNTED]
    found = nearest.aggregate(count=Count("id"), oldest=Min("due_at"))
    return Lag(
        oldest_overdue=now - found["oldest"] if found["oldest"] else timedelta(0),
        overdue=found["count"],
        failed=Deadline.objects.filter(status=DeadlineStatus.FAILED)[:MOST_COUNTED].count(),
    )


def lateness(*, kinds: list[str]) -> Lateness:
    """How late the latest `MOST_COUNTED` handled deadlines of `kinds` were: half of them, 99 of a hundred, all.

    Counts the ones handled when they fell due, not those that had to wait, failed before or were paused.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LATENESS, [kinds, MOST_COUNTED])
        half, most, worst, count = cursor.fetchone()
    return Lateness(
        p50=half or timedelta(0), p99=most or timedelta(0), worst=worst or timedelta(0), count=count
    )


_LATENESS = """
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY late), percentile_disc(0.99) WITHIN GROUP (ORDER BY late),
           max(late), count(*)
    FROM (SELECT handled_at - due_at AS late FROM deadlines_deadline
          WHERE status = 'handled' AND kind = ANY(%s) AND try_at = due_at
          ORDER BY handled_at DESC LIMIT %s) AS latest
"""
