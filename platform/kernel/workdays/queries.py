"""Reading the official calendar."""

from django.db.models import QuerySet

from kernel.workdays.calendar import Calendar
from kernel.workdays.models import Year

_made: dict[tuple[str, ...], Calendar] = {}
_MOST_KEPT = 16


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
