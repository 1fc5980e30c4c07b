"""Searching a desk's lists: what was asked in the address, read strictly, and the same for every page."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_noop

from kernel.clock import beijing
from kernel.web.filters import whole_number
from kernel.workdays import day_end

MOST_SIGNS = 60
_MOST_PAGES = 1_000

DUE = {
    "overdue": gettext_noop("逾期"),
    "today": gettext_noop("今日到期"),
    "week": gettext_noop("本周到期"),
}
"""Which deadlines: passed, by the end of the day, by the end of the week (Sunday), in Beijing time."""


def typed(request: HttpRequest, name: str, *, most: int = MOST_SIGNS) -> str:
    """One input as it was typed, cut to a bearable length, without NUL."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:most]


def folded(text: str) -> str:
    """A text as searches compare it: full-width forms and case do not matter."""
    plain = text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    return plain.casefold()


@dataclass(frozen=True)
class Filters:
    """What is looked for. `show` is the tab, `due` a key of DUE, `county` a division code; the rest is text."""

    show: str = ""
    act: str = ""
    status: str = ""
    kind: str = ""
    lot: str = ""
    county: str = ""
    person: str = ""
    due: str = ""
    since: str = ""
    until: str = ""
    q: str = ""

    @classmethod
    def of(cls, request: HttpRequest, *names: str) -> "Filters":
        """Those of the page's own filters that the address names."""
        return cls(**{name: typed(request, name) for name in names})

    @property
    def query(self) -> str:
        """The same after a question mark, without what is empty."""
        return urlencode(self.given)

    @property
    def given(self) -> dict[str, str]:
        """What was asked."""
        return {each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name)}

    def but(self, **changes: str) -> str:
        """The query with some of it changed, for links."""
        return replace(self, **changes).query


class Item(Protocol):
    """One row of a queue."""

    act: str
    county: str
    county_name: str
    seller: str
    due_at: datetime | None
    overdue: bool
    title: str

    @property
    def person(self) -> str: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class DueDates:
    """The ends of the day and of the week."""

    now: datetime
    day: datetime
    week: datetime

    @classmethod
    def at(cls, now: datetime) -> "DueDates":
        """As seen at an instant."""
        today = beijing(now).date()
        return cls(now, day_end(today), day_end(today + timedelta(days=6 - today.weekday())))

    def holds(self, due: str, item: Item) -> bool:
        """Whether a row's deadline is one of those asked for; today's and this week's are not those that passed."""
        if item.due_at is None:
            return False
        if due == "overdue":
            return item.overdue
        end = self.day if due == "today" else self.week
        return not item.overdue and item.due_at <= end

    def between(self, due: str, path: str) -> Q:
        """The same for rows of the database with their deadline at `path`."""
        if due == "overdue":
            return Q(**{f"{path}__lte": self.now})
        return Q(**{f"{path}__gt": self.now, f"{path}__lte": self.day if due == "today" else self.week})


T = TypeVar("T", bound=Item)
R = TypeVar("R")


def matching(filters: Filters, items: Iterable[T], *, lot_text: Callable[[T], str]) -> list[T]:
    """The rows that answer to act, county, lot, person and free text. Every word of the text has to occur."""
    tests: list[Callable[[T], bool]] = []
    if filters.act:
        tests.append(lambda each: each.act == filters.act)
    if filters.county:
        tests.append(lambda each: each.county == filters.county)
    if filters.lot:
        lot = folded(filters.lot)
        tests.append(lambda each: lot in folded(lot_text(each)))
    if filters.person:
        person = folded(filters.person)
        tests.append(lambda each: person in folded(each.person))
    if filters.q:
        words = folded(filters.q).split()
        tests.append(lambda each: all(word in folded(each.text) for word in words))
    return [each for each in items if all(test(each) for test in tests)]


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page of a list that was put in order, with the numbers of the pages around it."""

    rows: Sequence[R]
    number: int
    count: int
    pages: int
    name: str
    query: str = ""
    """What else the address asks for."""

    @property
    def before(self) -> int | None:
        """The page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        """The page after, if there is one."""
        return self.number + 1 if self.number < self.pages else None


def page_of(rows: Sequence[R], request: HttpRequest, *, size: int, name: str = "page") -> Page[R]:
    """The page of a list that the address asks for; one beyond its end is its last."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(whole_number(request.GET.get(name), most=_MOST_PAGES) or 1, 1), pages)
    asked = request.GET.copy()
    asked.pop(name, None)
    shown = rows[(number - 1) * size : number * size]
    return Page(shown, number, len(rows), pages, name, asked.urlencode())
