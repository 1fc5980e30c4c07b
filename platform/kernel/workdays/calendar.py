"""The official calendar: which days are worked (工作日), year by year, make-up workdays (调休) included."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

_SATURDAY = 5
_LONGEST_HOLIDAY_DAYS = 62


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What the State Council's notice says about one year."""

    year: int
    notice_no: str
    published_on: date
    days_off: frozenset[date]
    workdays_on: frozenset[date]


@dataclass(frozen=True, slots=True)
class Due:
    """The end of a period: the instant (UTC) from which it is over, exclusive.

    `provisional` when a day of the period lies in a year without an official calendar; nothing punitive may
    then hang on it.
    """

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True, init=False)
class Calendar:
    """The loaded years; immutable. Years that are not loaded have weekends only."""

    years: tuple[CalendarYear, ...]
    _off: frozenset[date] = field(repr=False, compare=False)
    _on: frozenset[date] = field(repr=False, compare=False)
    _known: frozenset[int] = field(repr=False, compare=False)

    def __init__(self, years: Iterable[CalendarYear] = ()) -> None:
        loaded = tuple(sorted(years, key=lambda each: each.year))
        known = frozenset(each.year for each in loaded)
        if len(known) != len(loaded):
            raise ValueError("a calendar holds each year once")
        object.__setattr__(self, "years", loaded)
        object.__setattr__(self, "_off", frozenset().union(*(each.days_off for each in loaded)))
        object.__setattr__(self, "_on", frozenset().union(*(each.workdays_on for each in loaded)))
        object.__setattr__(self, "_known", known)

    def knows(self, day: date) -> bool:
        """Whether the official calendar of the day's year is loaded."""
        return day.year in self._known

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked: make-up workdays are, days off are not, else Monday to Friday."""
        return day in self._on or (day not in self._off and day.weekday() < _SATURDAY)

    def next_workday(self, day: date) -> date:
        """The first workday after the day."""
        for ahead in range(1, _LONGEST_HOLIDAY_DAYS):
            if self.is_workday(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise ValueError(f"{day} 之后两个月内没有工作日，请核对工作日历。")
