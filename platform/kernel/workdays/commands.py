"""Loading and revoking years of the official calendar. Recounting open deadlines is the callers' affair."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from kernel.workdays.calendar import Calendar, CalendarYear
from kernel.workdays.models import FIRST_YEAR, LAST_YEAR, Year
from kernel.workdays.queries import current

_MOST_DAYS_OFF = 60
_MOST_WORKDAYS_ON = 20
_SATURDAY = 5
_LOCK = 0x776F726B


@transaction.atomic
def load(
    *,
    year: int,
    notice_no: str,
    published_on: date,
    days_off: Iterable[date],
    workdays_on: Iterable[date],
    by: str,
    now: datetime,
) -> Year:
    """Put a year's official calendar in force and keep the earlier revision as history.

    `days_off` are the days of the holidays, weekends within them included; `workdays_on` the weekend days
    that are worked (调休). Loading what is in force already changes nothing and gives that row.
    `ValueError` with a Chinese sentence naming the date when the notice cannot be right.
    """
    off, worked = list(days_off), list(workdays_on)
    _check(year=year, notice_no=notice_no, days_off=off, workdays_on=worked, by=by)
    _check_published(year, published_on)
    digest = _digest(year, notice_no, published_on, off, worked)
    _hold(year)
    former = _in_force(year)
    if former is not None:
        if former.digest == digest:
            return former
        _end(former, by=by, now=now)
    return Year.objects.create(
        year=year,
        notice_no=notice_no,
        published_on=published_on,
        days_off=_texts(off),
        workdays_on=_texts(worked),
        digest=digest,
        loaded_at=now,
        loaded_by=by,
    )


def proposed(
    *,
    year: int,
    notice_no: str,
    published_on: date,
    days_off: Iterable[date],
    workdays_on: Iterable[date],
    by: str,
) -> Calendar:
    """The calendar as it would be if the notice were loaded; nothing is stored. `ValueError` as for `load`."""
    off, worked = list(days_off), list(workdays_on)
    _check(year=year, notice_no=notice_no, days_off=off, workdays_on=worked, by=by)
    _check_published(year, published_on)
    made = CalendarYear(year, notice_no, published_on, frozenset(off), frozenset(worked))
    return Calendar([*(each for each in current().years if each.year != year), made])


@transaction.atomic
def revoke(*, year: int, by: str, now: datetime) -> Year:
    """Take a year out of force: its dates are provisional again. `ValueError` when it is not loaded."""
    if not by:
        raise ValueError("须写明经手人。")
    _hold(year)
    row = _in_force(year)
    if row is None:
        raise ValueError(f"{year} 年的工作日历尚未载入。")
    _end(row, by=by, now=now)
    return row


def _hold(year: int) -> None:
    """Two people loading one year take turns, even when it has no row yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, year])


def _in_force(year: int) -> Year | None:
    return Year.objects.filter(year=year, revoked_at__isnull=True).first()


def _end(row: Year, *, by: str, now: datetime) -> None:
    row.revoked_at, row.revoked_by = now, by
    row.save(update_fields=["revoked_at", "revoked_by"])


def _texts(days: Iterable[date]) -> list[str]:
    return [day.isoformat() for day in sorted(days)]


def _digest(year: int, notice_no: str, published_on: date, off: list[date], worked: list[date]) -> str:
    content = [year, notice_no, published_on.isoformat(), _texts(off), _texts(worked)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _check(*, year: int, notice_no: str, days_off: list[date], workdays_on: list[date], by: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"年度须在{FIRST_YEAR}至{LAST_YEAR}之间，现为{year}。")
    if not notice_no.strip() or len(notice_no) > 200:
        raise ValueError("须写明国务院办公厅通知的文号（不超过 200 字）。")
    if not by.strip() or len(by) > 200:
        raise ValueError("须写明经手人（不超过 200 字）。")
    for name, days in (("放假日", days_off), ("调休上班日", workdays_on)):
        _check_dates(name, days, year)
    both = sorted(set(days_off) & set(workdays_on))
    if both:
        raise ValueError(f"{both[0]} 不能既是放假日又是调休上班日。")
    for day in sorted(workdays_on):
        if day.weekday() < _SATURDAY:
            raise ValueError(f"{day} 不是周六或周日，不能作为调休上班日。")
    if not 1 <= len(days_off) <= _MOST_DAYS_OFF:
        raise ValueError(f"{year} 年放假 {len(days_off)} 天，应为 1 至 {_MOST_DAYS_OFF} 天，请核对。")
    if len(workdays_on) > _MOST_WORKDAYS_ON:
        raise ValueError(
            f"{year} 年调休上班 {len(workdays_on)} 天，应不超过 {_MOST_WORKDAYS_ON} 天，请核对。"
        )


def _check_dates(name: str, days: list[date], year: int) -> None:
    seen: set[date] = set()
    for day in days:
        if type(day) is not date:
            raise ValueError(f"{name}须为日期，写成“2026-01-01”的样子。")
        if day.year != year:
            raise ValueError(f"{name} {day} 不在 {year} 年。")
        if day in seen:
            raise ValueError(f"{name} {day} 重复。")
        seen.add(day)


def _check_published(year: int, published_on: date) -> None:
    if type(published_on) is not date:
        raise ValueError("通知日期须写成“2026-01-01”的样子。")
    if not year - 2 <= published_on.year <= year + 1:
        raise ValueError(f"通知日期 {published_on} 与 {year} 年不符，请核对。")
