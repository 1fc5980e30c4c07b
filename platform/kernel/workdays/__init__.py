"""Working days: the official calendar by year and the counting of periods."""

from kernel.workdays.calendar import Calendar, CalendarYear, Due
from kernel.workdays.counting import (
    calendar_days_end,
    day_end,
    trigger_day,
    working_days_between,
    working_days_end,
)

__all__ = [
    "Calendar",
    "CalendarYear",
    "Due",
    "calendar_days_end",
    "day_end",
    "trigger_day",
    "working_days_between",
    "working_days_end",
]
