"""Reading the official calendar."""

from datetime import datetime, time

from django.db.models import QuerySet

from kernel.clock import BEIJING, beijing
from kernel.workdays.calendar import Calendar
from kernel.workdays.models import Year

_made: dict[tuple[str, ...], Calendar] = {}
_MOST_KEPT = 16
_NINE = time(9)


def current() -> Calendar:
    """The calendar in force in this transaction.

    One small query; the calendar itself is kept under the digests of its years, so that every process,
    database and transaction sees exactly what it has loaded.
    """
    known = _made.get(tuple(_current_years().values_list("digest", flat=True)))
    return known if known is not None else _remembered(list(_current_years()))


def _remembered(rows: list[Year]) -> Calendar:
    if len(_made) >= _MOST_KEPT:
        _made.clear()
    calendar = Calendar(row.as_calendar_year() for row in rows)
    _made[tuple(row.digest for row in rows)] = calendar
    return calendar


def _current_years() -> QuerySet[Year]:
    return Year.objects.filter(revoked_at__isnull=True).order_by("year")


def years() -> QuerySet[Year]:
    """The years in force, newest first."""
    return _current_years().order_by("-year")


def revisions(*, year: int) -> QuerySet[Year]:
    """Every revision of a year, newest first, the revoked ones included."""
    return Year.objects.filter(year=year).order_by("-id")


def at_nine(moment: datetime) -> datetime:
    """The first 09:00 of a working day (Beijing's time) not before `moment`: when an office would set a date."""
    calendar = current()
    day = beijing(moment).date()
    nine = datetime.combine(day, _NINE, BEIJING)
    if calendar.is_workday(day) and nine >= moment:
        return nine
    return datetime.combine(calendar.next_workday(day), _NINE, BEIJING)
