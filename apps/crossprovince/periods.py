"""Quarters and years in Beijing, in which money is reported and audited. Each ends with its last day, at 24:00."""

import re
from dataclasses import dataclass
from datetime import datetime

from kernel.clock import BEIJING, beijing

_MONTHS = 3
_QUARTERS = 4
_YEAR = re.compile(r"2[0-9]{3}")


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of a year."""

    year: int
    number: int

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """Such as 2026Q4."""
        return f"{self.year}Q{self.number}"

    @property
    def label(self) -> str:
        """As users see it."""
        return f"{self.year}年第{self.number}季度"

    @property
    def key(self) -> int:
        """As a number, by which its deadlines are told apart."""
        return self.year * 10 + self.number

    @property
    def begins_at(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, (self.number - 1) * _MONTHS + 1, 1, tzinfo=BEIJING)

    @property
    def next(self) -> "Quarter":
        """The quarter after it."""
        return Quarter(self.year + 1, 1) if self.number == _QUARTERS else Quarter(self.year, self.number + 1)

    @property
    def ends_at(self) -> datetime:
        """The instant at which it is over."""
        return self.next.begins_at


def quarter_of(moment: datetime) -> Quarter:
    """The quarter in which something happened."""
    day = beijing(moment)
    return Quarter(day.year, (day.month - 1) // _MONTHS + 1)


def quarter_called(code: str) -> Quarter:
    """The quarter of a code; ValueError for any other text."""
    year, _, number = code.partition("Q")
    if number not in ("1", "2", "3", "4") or not _YEAR.fullmatch(year):
        raise ValueError(code)
    return Quarter(int(year), int(number))


def quarter_of_key(key: int) -> Quarter:
    """The same from its number."""
    return Quarter(*divmod(key, 10))


def year_of(moment: datetime) -> int:
    """The year in which something happened."""
    return beijing(moment).year


def year_begins_at(year: int) -> datetime:
    """The first instant of a year."""
    return datetime(year, 1, 1, tzinfo=BEIJING)
