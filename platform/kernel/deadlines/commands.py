"""Opening, meeting, moving and pausing deadlines. Called by stage commands, under the case's lane."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import F, Value
from django.db.models.functions import Greatest

from kernel.deadlines.models import Deadline, DeadlineMove
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus, Unit
from kernel.workdays.calendar import Calendar, Due
from kernel.workdays.counting import calendar_days_end, working_days_end
from kernel.workdays.queries import current


@dataclass(frozen=True)
class Period:
    """A span counted from its trigger: `count` working or calendar days, ending at `daily_end` (None = 24:00)."""

    unit: Unit
    count: int
    daily_end: time | None = None


def working_days(count: int, *, daily_end: time | None = None) -> Period:
    """`count` working days (工作日)."""
    return Period(Unit.WORKING_DAYS, count, daily_end)


def calendar_days(count: int, *, daily_end: time | None = None) -> Period:
    """`count` calendar days (自然日); rolls to the next working day when the last is a rest day."""
    return Period(Unit.CALENDAR_DAYS, count, daily_end)


def end_of(period: Period, *, triggered_at: datetime, calendar: Calendar | None = None) -> Due:
    """The one way any part of the exchange counts a date (page, API, worker, document)."""
    calendar = calendar or current()
    count = working_days_end if period.unit is Unit.WORKING_DAYS else calendar_days_end
    return count(calendar, trigger=triggered_at, days=period.count, daily_end=period.daily_end)


def start(
    *,
    kind: str,
    case_id: int | None,
    triggered_at: datetime,
    period: Period,
    subject_id: int = 0,
    concerns_id: int | None = None,
    stood_still: timedelta = timedelta(0),
) -> Deadline:
    """Open a deadline counted from its trigger. Its due instant is stored, with whether it is provisional.

    `stood_still` is by how much its case stood still since a trigger that lies behind: it is moved out by that.
    """
    due = end_of(period, triggered_at=triggered_at)
    counted = _counted(kind, case_id, triggered_at=triggered_at, period=period, due=due)
    counted.subject_id, counted.concerns_id = subject_id, concerns_id
    counted.shift = stood_still
    counted.due_at = counted.try_at = due.at + stood_still
    return _create(counted)


def start_all(
    *, kind: str, case_id: int, subjects: Mapping[int, int], triggered_at: datetime, period: Period
) -> None:
    """Open the same deadline for several subjects, each with whom it concerns; those that run stay as they are."""
    running = Deadline.objects.filter(
        kind=kind, case_id=case_id, subject_id__in=subjects, status=DeadlineStatus.PENDING
    )
    already = set(running.values_list("subject_id", flat=True))
    due = end_of(period, triggered_at=triggered_at)
    opened = []
    for subject_id, concerns_id in subjects.items():
        if subject_id not in already:
            counted = _counted(kind, case_id, triggered_at=triggered_at, period=period, due=due)
            counted.subject_id, counted.concerns_id = subject_id, concerns_id
            opened.append(counted)
    Deadline.objects.bulk_create(opened)


def _counted(kind: str, case_id: int | None, *, triggered_at: datetime, period: Period, due: Due) -> Deadline:
    """A deadline counted from its trigger, not stored yet. A kind that no stage registered is a KeyError."""
    kind_of(kind)
    return Deadline(
        kind=kind,
        case_id=case_id,
        triggered_at=triggered_at,
        unit=period.unit,
        count=period.count,
        daily_end=period.daily_end,
        due_at=due.at,
        try_at=due.at,
        provisional=due.provisional,
    )


def set_at(
    *,
    kind: str,
    case_id: int | None,
    due_at: datetime,
    now: datetime,
    subject_id: int = 0,
    concerns_id: int | None = None,
) -> Deadline:
    """Open a deadline at a given instant (such as the close of bidding)."""
    return _create(
        Deadline(
            kind=kind,
            case_id=case_id,
            subject_id=subject_id,
            concerns_id=concerns_id,
            triggered_at=now,
            unit=Unit.INSTANT,
            due_at=due_at,
        )
    )


def _create(deadline: Deadline) -> Deadline:
    """Store it; a kind that no stage registered is a KeyError now, not when it is due."""
    kind_of(deadline.kind)
    deadline.try_at = deadline.due_at
    deadline.save(force_insert=True)
    return deadline


def pending(*, kind: str, case_id: int | None, subject_id: int = 0) -> Deadline | None:
    """The open deadline of a kind, locked; None when there is none."""
    return (
        Deadline.objects.select_for_update()
        .filter(kind=kind, case=case_id, subject_id=subject_id, status=DeadlineStatus.PENDING)
        .first()
    )


def meet(*, kind: str, case_id: int | None, at: datetime, subject_id: int = 0) -> None:
    """What the deadline asked for was done at `at`. Done late, the breach stays written beside it; done in time and
    entered late, as money that was at the bank, there was none."""
    latest = (
        Deadline.objects.select_for_update()
        .filter(kind=kind, case=case_id, subject_id=subject_id, met_at=None)
        .exclude(status=DeadlineStatus.CANCELLED)
        .order_by("-id")
        .first()
    )
    if latest is None:
        return
    latest.met_at = at
    if latest.status == DeadlineStatus.PENDING:
        latest.status = DeadlineStatus.MET
        latest.breached_at = latest.due_at if at >= latest.due_at else None
    elif at < latest.due_at:
        latest.breached_at = None
    latest.save(update_fields=["met_at", "status", "breached_at"])


_OPEN = (DeadlineStatus.PENDING, DeadlineStatus.FAILED)


def cancel(*, kind: str, case_id: int, subject_id: int | None = None) -> int:
    """The deadline falls away, because what it waited for cannot come any more. Gives how many did."""
    open_ones = Deadline.objects.filter(kind=kind, case_id=case_id, status__in=_OPEN)
    if subject_id is not None:
        open_ones = open_ones.filter(subject_id=subject_id)
    return open_ones.update(status=DeadlineStatus.CANCELLED)


def cancel_all(*, case_id: int, keep: frozenset[str] = frozenset()) -> int:
    """All open deadlines of a case fall away, except the kinds in `keep`."""
    open_ones = Deadline.objects.filter(case_id=case_id, status__in=_OPEN).exclude(kind__in=keep)
    return open_ones.update(status=DeadlineStatus.CANCELLED)


def move(
    deadline: Deadline, *, due_at: datetime, reason: str, now: datetime, provisional: bool | None = None
) -> None:
    """Put a deadline to another instant and leave a trace."""
    provisional = deadline.provisional if provisional is None else provisional
    if (due_at, provisional) == (deadline.due_at, deadline.provisional):
        return
    DeadlineMove.objects.create(
        deadline=deadline,
        old_due_at=deadline.due_at,
        new_due_at=due_at,
        old_provisional=deadline.provisional,
        new_provisional=provisional,
        reason=reason,
        moved_at=now,
    )
    deadline.due_at, deadline.provisional, deadline.try_at = due_at, provisional, due_at
    deadline.save(update_fields=["due_at", "provisional", "try_at"])


def pause_all(*, case_id: int, at: datetime, keep: frozenset[str] = frozenset()) -> int:
    """All running deadlines of a case stop at `at`, except the kinds in `keep`."""
    running = Deadline.objects.filter(case_id=case_id, status=DeadlineStatus.PENDING, paused_at=None)
    return running.exclude(kind__in=keep).update(paused_at=at)


def resume_all(*, case_id: int, at: datetime, now: datetime) -> list[Deadline]:
    """Stopped deadlines run on, each moved out by as long as it stood still. Gives them as they are now."""
    stopped = Deadline.objects.select_for_update().filter(
        case_id=case_id, status=DeadlineStatus.PENDING, paused_at__isnull=False
    )
    resumed = []
    for deadline in stopped.order_by("due_at", "id"):
        pause = at - deadline.paused_at if deadline.paused_at else timedelta(0)
        deadline.paused_at = None
        deadline.shift += pause
        deadline.save(update_fields=["paused_at", "shift"])
        move(deadline, due_at=deadline.due_at + pause, reason="恢复交易，期限顺延", now=now)
        resumed.append(deadline)
    return resumed


def look_again(*, case_id: int | None = None, now: datetime) -> int:
    """Deadlines that waited for something are tried at once when due: what they waited for may have come."""
    waiting = Deadline.objects.filter(status=DeadlineStatus.PENDING).exclude(waiting_for="")
    if case_id is not None:
        waiting = waiting.filter(case_id=case_id)
    return waiting.update(try_at=Greatest(F("due_at"), Value(now)))
