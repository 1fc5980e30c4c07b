"""Calendars for tests."""

from datetime import UTC, date, datetime
from typing import TypedDict

from kernel.workdays import Calendar, shipped

NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


class Notice(TypedDict):
    """What `load` takes of a notice."""

    year: int
    notice_no: str
    published_on: date
    days_off: list[date]
    workdays_on: list[date]


# New Year 2031 falls on a Wednesday; Saturday the 4th is worked.
BY_HAND: Notice = {
    "year": 2031,
    "notice_no": "国办发明电〔2030〕99号",
    "published_on": date(2030, 11, 1),
    "days_off": [date(2031, 1, 1), date(2031, 1, 2)],
    "workdays_on": [date(2031, 1, 4)],
}


def official() -> Calendar:
    """The shipped years, 2018 to 2026."""
    return Calendar(shipped.read(path) for path in shipped.files())
