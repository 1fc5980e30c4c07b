"""The one clock (时钟). Every instant in the exchange is read here and passed on as an argument.

Three sources: the machine's clock; a simulated one, moved by hand, for rehearsals and seeding; and one kept in
the database, so that several processes can share a clock that a rehearsal or a demonstration moves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
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


@lru_cache(maxsize=256)
def iso_utc(instant: datetime) -> str:
    """ISO 8601 in UTC, as the hash chains have it: 2026-03-16T16:00:00+00:00."""
    return instant.astimezone(UTC).isoformat()


def hours(count: int) -> timedelta:
    """`count` hours as a span of time."""
    return timedelta(hours=count)
