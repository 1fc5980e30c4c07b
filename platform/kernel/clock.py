"""The one clock (时钟). Every instant in the exchange is read here and passed on as an argument.

Three sources: the machine's clock; a simulated one, moved by hand, for rehearsals and seeding; and one kept in
the database, so that several processes can share a clock that a rehearsal or a demonstration moves.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

BEIJING = ZoneInfo("Asia/Shanghai")


class Source(Protocol):
    """Where instants come from."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def under_lock(self) -> datetime:
        """The instant that decides a race, read once after the lock is held."""

    def under_lock_sql(self) -> tuple[str, list[datetime]]:
        """The same reading as an expression with its parameters, for what is read in the same round trip."""


class MachineClock:
    """The machine's clock, put right by the database's, which all processes share and which decides races.

    A process whose machine runs ahead or behind would otherwise close lots, or miss the platform's pulse, by its own
    time. The correction is taken after the database has answered, so that no process is ever ahead of it.
    """

    def __init__(self) -> None:
        self._correction = timedelta(0)

    def now(self) -> datetime:
        """The machine's instant in UTC, put right."""
        return _machine_time() + self._correction

    def put_right(self, database_time: datetime) -> None:
        """The database has just said what time it is."""
        self._correction = database_time.astimezone(UTC) - _machine_time()

    def under_lock(self) -> datetime:
        """`clock_timestamp()` of the database: one clock for every web process."""
        return _read(*self.under_lock_sql())

    def under_lock_sql(self) -> tuple[str, list[datetime]]:
        """The database's clock."""
        return "clock_timestamp()", []


class SimulatedClock:
    """A clock that stands still until it is moved, never backwards."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._at

    def under_lock(self) -> datetime:
        """The same: simulated races have one order."""
        return self._at

    def under_lock_sql(self) -> tuple[str, list[datetime]]:
        """The same again."""
        return "%s::timestamptz", [self._at]

    def move_to(self, at: datetime) -> None:
        """Stand at `at`; a move backwards is a ValueError."""
        if at < self._at:
            raise ValueError(
                f"the clock stands at {self._at.isoformat()} and cannot go back to {at.isoformat()}"
            )
        self._at = at.astimezone(UTC)


class SharedClock:
    """The clock kept in the database (`availability_clocksetting`): stopped at an instant, or ahead by an offset."""

    def now(self) -> datetime:
        """The shared instant in UTC."""
        return _read(*self.under_lock_sql())

    def under_lock(self) -> datetime:
        """The same reading, made when the lock is held."""
        return self.now()

    def under_lock_sql(self) -> tuple[str, list[datetime]]:
        """Where it stands, or the database's clock and how far it is ahead."""
        return (
            "(SELECT COALESCE(max(stands_at), clock_timestamp() + COALESCE(max(ahead_by), interval '0'))"
            " FROM availability_clocksetting)",
            [],
        )


def _read(expression: str, given: list[datetime]) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", given)
        instant: datetime = cursor.fetchone()[0]
    return instant.astimezone(UTC)


def _machine_time() -> datetime:
    return datetime.now(UTC)


_simulated: list[SimulatedClock] = []
_MACHINE = MachineClock()
_SHARED = SharedClock()


def source() -> Source:
    """The source in force in this process."""
    if _simulated:
        return _simulated[-1]
    return _SHARED if settings.CLOCK == "shared" else _MACHINE


def now() -> datetime:
    """The present instant, aware, in UTC. Read at the edge and passed on as `now`."""
    return source().now()


def under_lock() -> datetime:
    """The instant that decides, read once, after the lane is held."""
    return source().under_lock()


def under_lock_sql() -> tuple[str, list[datetime]]:
    """The same as an expression with its parameters, to be read with something else in one round trip."""
    return source().under_lock_sql()


def put_right(database_time: datetime) -> None:
    """Set this process's clock by the database's, read a moment ago. Every new connection does."""
    _MACHINE.put_right(database_time)


@contextmanager
def simulated(at: datetime) -> Iterator[SimulatedClock]:
    """This process lives at `at` until the block ends, and moves by `move_to`."""
    clock = SimulatedClock(at)
    _simulated.append(clock)
    try:
        yield clock
    finally:
        _simulated.remove(clock)


def beijing(instant: datetime) -> datetime:
    """The same instant on Beijing's wall clock."""
    return instant.astimezone(BEIJING)


@lru_cache(maxsize=4096)
def iso(instant: datetime) -> str:
    """ISO 8601 with Beijing's offset, as in case files and the API: 2026-03-17T00:00:00+08:00."""
    return beijing(instant).isoformat()


def written(instant: datetime) -> str:
    """A moment as people write it, Beijing's time: 2026-03-17 17:00; with seconds where there are any."""
    local = beijing(instant)
    return f"{local:%Y-%m-%d %H:%M}{f':{local:%S}' if local.second else ''}"


def ended(instant: datetime) -> str:
    """The end of a period as people write it: one that ends at 00:00 ends with the day before, 2026-03-16 24:00."""
    local = beijing(instant)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


@lru_cache(maxsize=256)
def iso_utc(instant: datetime) -> str:
    """ISO 8601 in UTC, as the hash chains have it: 2026-03-16T16:00:00+00:00."""
    return instant.astimezone(UTC).isoformat()


_DATE = r"(?P<year>[0-9]{4})(?P<between>[-/])(?P<month>[0-9]{1,2})(?P=between)(?P<day>[0-9]{1,2})"
_A_DATE = re.compile(_DATE)
_AN_INSTANT = re.compile(
    _DATE + r"(?:T| {1,2})(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:\.(?P<part>[0-9]{1,9}))?)? ?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""No calendar of this trade reaches further."""


def read_date(text: object) -> date:
    """A day as a person or a program writes it: 2026-03-01 or 2026/3/1, between 2000 and 2100.

    `ValueError` with a Chinese sentence for anything else: week dates, days of a year, dates without separators.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError("请填写日期，例如“2026-03-01”。")
    match = _A_DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError("日期须写成“2026-03-01”的样子。")
    return _day_of(match)


def _day_of(match: re.Match[str]) -> date:
    if not FIRST_YEAR <= int(match["year"]) <= LAST_YEAR:
        raise ValueError(f"日期须在{FIRST_YEAR}年至{LAST_YEAR}年之间。")
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise ValueError(f"没有{match['year']}年{match['month']}月{match['day']}日这一天，请核对。") from None


def read_instant(text: object) -> datetime:
    """A moment as a person or a program writes it, with its time of day: 2026-03-01 09:30, …T09:30:00+08:00, …Z.

    Without an offset it is Beijing's time; years from 2000 to 2100. `ValueError` with a Chinese sentence for anything
    else: a day without its time (it would decide at midnight), week dates, dates without separators, 24:00.
    """
    if isinstance(text, datetime):
        if not FIRST_YEAR <= text.year <= LAST_YEAR:
            raise ValueError(f"日期须在{FIRST_YEAR}年至{LAST_YEAR}年之间。")
        return text if text.tzinfo else text.replace(tzinfo=BEIJING)
    if not isinstance(text, str) or not text.strip():
        raise ValueError("请填写日期和时间，例如“2026-03-01 09:30”。")
    plain = text.strip()
    match = _AN_INSTANT.fullmatch(plain)
    if match is None:
        if _A_DATE.fullmatch(plain):
            raise ValueError("须写明日期和时间，如“2026-03-01 09:30”；只有日期不能确定时点。")
        raise ValueError("时间须写成“2026-03-01 09:30”的样子。")
    day = _day_of(match)
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("时间须在00:00至23:59:59之间；当日24时请写成次日00:00。")
    micros = int((match["part"] or "").ljust(6, "0")[:6])
    return datetime(day.year, day.month, day.day, hour, minute, second, micros, tzinfo=_zone(match["offset"]))


def _zone(offset: str | None) -> ZoneInfo | timezone:
    if not offset:
        return BEIJING
    if offset == "Z":
        return UTC
    ahead_min = int(offset[1:3]) * 60 + int(offset[-2:])
    if int(offset[-2:]) > 59 or ahead_min > 14 * 60:
        raise ValueError(f"时区偏移“{offset}”无效，北京时间为+08:00。")
    return timezone(timedelta(minutes=-ahead_min if offset[0] == "-" else ahead_min))


def hours(count: int) -> timedelta:
    """`count` hours as a span of time."""
    return timedelta(hours=count)
