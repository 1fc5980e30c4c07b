"""Counting time (期间计算): Civil Code arts. 200–204 and "Counting time" of the process.

The day of the trigger is not counted. A period that ends with day D is over at D+1 00:00 Asia/Shanghai, or on
D at the close of business where the rulebook sets one. Everything is pure: the calendar is passed in.
"""

from datetime import UTC, date, datetime, time, timedelta

from kernel.clock import BEIJING
from kernel.workdays.calendar import Calendar, Due

MOST_DAYS = 3660
"""No period of the process is longer than this, in days."""

_MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)


def trigger_day(trigger: datetime) -> date:
    """The day in Asia/Shanghai on which something happened; exactly 00:00 belongs to the day just ended.

    `ValueError` for an instant without a time zone.
    """
    if trigger.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    local = trigger.astimezone(BEIJING)
    return local.date() - _ONE_DAY if local.time() == _MIDNIGHT else local.date()


def day_end(day: date, *, daily_end: time | None = None) -> datetime:
    """The instant (UTC) at which the day is over: next day 00:00, or `daily_end` on the day itself."""
    if daily_end is None:
        return datetime.combine(day + _ONE_DAY, _MIDNIGHT, BEIJING).astimezone(UTC)
    return datetime.combine(day, daily_end, BEIJING).astimezone(UTC)


def working_days_end(
    calendar: Calendar, *, trigger: datetime, days: int, daily_end: time | None = None
) -> Due:
    """When a period of so many working days (工作日) from the trigger is over.

    `days` is 0 to 3660; a period of 0 ends with the day of the trigger at 24:00. Provisional when any day
    counted over lies in a year without an official calendar.
    """
    start = trigger_day(trigger)
    last = start
    for _ in range(_checked(days)):
        last = calendar.next_workday(last)
    return _due(calendar, start, last, daily_end=daily_end)


def calendar_days_end(
    calendar: Calendar, *, trigger: datetime, days: int, daily_end: time | None = None
) -> Due:
    """When a period of so many calendar days (日历日) from the trigger is over.

    When its last day is a rest day it ends with the next working day (Civil Code art. 203). `days` as for
    `working_days_end`. Provisional when any day counted or rolled over lies in a year without an official
    calendar.
    """
    start = trigger_day(trigger)
    last = start + _checked(days) * _ONE_DAY
    if last > start and not calendar.is_workday(last):
        last = calendar.next_workday(last)
    return _due(calendar, start, last, daily_end=daily_end)


def working_days_between(calendar: Calendar, *, after: date, through: date) -> int:
    """How many workdays lie after the one day, up to and including the other; 0 when it is not later."""
    span = range(1, (through - after).days + 1)
    return sum(calendar.is_workday(after + ahead * _ONE_DAY) for ahead in span)


def _checked(days: int) -> int:
    if type(days) is not int or not 0 <= days <= MOST_DAYS:
        raise ValueError(f"期限天数须为0至{MOST_DAYS}的整数。")
    return days


def _due(calendar: Calendar, start: date, last: date, *, daily_end: time | None) -> Due:
    """A period without days has no day to be unsure of, and cannot end before its trigger."""
    if last == start:
        return Due(at=day_end(start), provisional=False)
    years = range((start + _ONE_DAY).year, last.year + 1)
    return Due(
        at=day_end(last, daily_end=daily_end),
        provisional=not all(calendar.knows(date(year, 1, 1)) for year in years),
    )
