"""When the calendar changes, every open deadline is counted again."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kernel import lanes
from kernel.deadlines.commands import Period, end_of, look_again, move
from kernel.deadlines.models import Deadline, DeadlineMove
from kernel.deadlines.states import DeadlineStatus, Unit
from kernel.workdays.calendar import Calendar


def preview(*, calendar: Calendar) -> list[tuple[Deadline, datetime, bool]]:
    """Which open deadlines a calendar would move, with the new instant and whether it is provisional."""
    moved = []
    for deadline in _counted():
        due = _recounted(deadline, calendar)
        if due != (deadline.due_at, deadline.provisional):
            moved.append((deadline, *due))
    return moved


def recount(*, reason: str, now: datetime) -> list[DeadlineMove]:
    """Count all open deadlines again; each moved one keeps a trace. Gives the traces."""
    before = DeadlineMove.objects.order_by("-id").values_list("id", flat=True).first() or 0
    for each in list(_counted()):
        _recount_one(each, reason=reason, now=now)
    look_again(now=now)
    return list(DeadlineMove.objects.filter(id__gt=before).select_related("deadline").order_by("id"))


@transaction.atomic
def _recount_one(found: Deadline, *, reason: str, now: datetime) -> None:
    lanes.hold(*found.lane)
    deadline = Deadline.objects.select_for_update().get(pk=found.pk)
    if deadline.status == DeadlineStatus.PENDING:
        due_at, provisional = _recounted(deadline, None)
        move(deadline, due_at=due_at, provisional=provisional, reason=reason, now=now)


def _counted() -> QuerySet[Deadline]:
    return Deadline.objects.filter(status=DeadlineStatus.PENDING).exclude(unit=Unit.INSTANT).order_by("id")


def _recounted(deadline: Deadline, calendar: Calendar | None) -> tuple[datetime, bool]:
    period = Period(Unit(deadline.unit), deadline.count, deadline.daily_end)
    due = end_of(period, triggered_at=deadline.triggered_at, calendar=calendar)
    return due.at + deadline.shift, due.provisional
