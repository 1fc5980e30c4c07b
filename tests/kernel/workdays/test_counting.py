"""Periods: hand-counted cases, and any period against a calendar read day by day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.clock import BEIJING
from kernel.workdays import (
    Calendar,
    CalendarYear,
    Due,
    calendar_days_end,
    trigger_day,
    working_days_between,
    working_days_end,
)
from tests.kernel.workdays.samples import official

OFFICIAL = official()
CLOSE_OF_BUSINESS = time(17, 30)


def at(text: str) -> datetime:
    """An instant by Beijing's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("trigger", "days", "due"),
    [
        ("2026-03-02T10:00", 10, "2026-03-17T00:00"),
        ("2026-03-30T10:00", 5, "2026-04-08T00:00"),
        ("2026-04-30T15:00", 10, "2026-05-19T00:00"),
        ("2026-09-29T10:12:59.500000", 2, "2026-10-09T00:00"),
        ("2026-09-29T10:12:59.500000", 5, "2026-10-13T00:00"),
        ("2026-09-19T00:00", 3, "2026-09-23T00:00"),
        ("2026-02-13T23:59:59.999999", 1, "2026-02-15T00:00"),
        ("2026-02-14T00:00", 1, "2026-02-15T00:00"),
        ("2026-02-14T00:00:00.000001", 1, "2026-02-25T00:00"),
        ("2026-02-18T12:00", 1, "2026-02-25T00:00"),
        ("2024-02-28T12:00", 1, "2024-03-01T00:00"),
        ("2020-01-23T09:00", 1, "2020-02-04T00:00"),
        ("2026-03-02T10:00", 0, "2026-03-03T00:00"),
    ],
)
def test_working_days_counted_by_hand(trigger: str, days: int, due: str) -> None:
    assert working_days_end(OFFICIAL, trigger=at(trigger), days=days) == Due(at(due), provisional=False)


@pytest.mark.parametrize(
    ("trigger", "days", "due"),
    [
        ("2026-05-08T09:00", 7, "2026-05-16T00:00"),
        ("2026-05-05T09:00", 4, "2026-05-10T00:00"),  # ends on a Saturday that is worked
        ("2026-05-09T09:00", 7, "2026-05-19T00:00"),  # ends on a Saturday that is not
        ("2026-09-24T09:00", 7, "2026-10-09T00:00"),  # ends on National Day
        ("2026-05-08T00:00", 7, "2026-05-15T00:00"),  # belongs to the day before
        ("2026-05-09T10:00", 0, "2026-05-10T00:00"),
    ],
)
def test_calendar_days_counted_by_hand(trigger: str, days: int, due: str) -> None:
    assert calendar_days_end(OFFICIAL, trigger=at(trigger), days=days) == Due(at(due), provisional=False)


def test_a_period_may_end_at_the_close_of_business() -> None:
    due = working_days_end(OFFICIAL, trigger=at("2026-03-02T10:00"), days=10, daily_end=CLOSE_OF_BUSINESS)
    assert due.at == at("2026-03-16T17:30")
    due = calendar_days_end(OFFICIAL, trigger=at("2026-05-08T09:00"), days=7, daily_end=CLOSE_OF_BUSINESS)
    assert due.at == at("2026-05-15T17:30")


def test_due_instants_are_in_utc_whatever_the_zone_of_the_trigger() -> None:
    here = working_days_end(OFFICIAL, trigger=at("2026-03-02T10:00"), days=10)
    there = working_days_end(OFFICIAL, trigger=at("2026-03-02T10:00").astimezone(UTC), days=10)
    assert here == there
    assert here.at.tzinfo is UTC
    assert here.at.isoformat() == "2026-03-16T16:00:00+00:00"


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-20T00:00", date(2026, 3, 19)),
        ("2026-03-20T00:00:00.000001", date(2026, 3, 20)),
        ("2026-03-19T23:59:59.999999", date(2026, 3, 19)),
        ("2026-01-01T00:00", date(2025, 12, 31)),
        ("2024-03-01T00:00", date(2024, 2, 29)),
    ],
)
def test_midnight_belongs_to_the_day_that_has_just_ended(instant: str, day: date) -> None:
    assert trigger_day(at(instant)) == trigger_day(at(instant).astimezone(UTC)) == day


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        trigger_day(datetime(2026, 3, 2, 10))  # noqa: DTZ001


@pytest.mark.parametrize("days", [-1, 3661, True, 1.0])
def test_impossible_numbers_of_days_are_refused(days: int) -> None:
    for count in (working_days_end, calendar_days_end):
        with pytest.raises(ValueError, match="期限天数"):
            count(OFFICIAL, trigger=at("2026-03-02T10:00"), days=days)


def test_dates_beyond_the_last_loaded_year_are_provisional_and_know_weekends_only() -> None:
    within = working_days_end(OFFICIAL, trigger=at("2026-12-28T10:00"), days=3)
    assert within == Due(at("2027-01-01T00:00"), provisional=False)
    beyond = working_days_end(OFFICIAL, trigger=at("2026-12-28T10:00"), days=4)
    assert beyond == Due(at("2027-01-02T00:00"), provisional=True)
    rolled = calendar_days_end(OFFICIAL, trigger=at("2027-01-01T10:00"), days=1)
    assert rolled == Due(at("2027-01-05T00:00"), provisional=True)


def test_a_period_that_starts_on_new_years_eve_counts_the_new_year_only() -> None:
    only_2026 = Calendar(year for year in OFFICIAL.years if year.year == 2026)
    due = working_days_end(only_2026, trigger=at("2025-12-31T10:00"), days=1)
    assert due == Due(at("2026-01-05T00:00"), provisional=False)
    assert working_days_end(only_2026, trigger=at("2025-12-30T10:00"), days=1).provisional


def test_an_unknown_year_in_the_middle_makes_a_period_provisional() -> None:
    gap = Calendar(year for year in OFFICIAL.years if year.year != 2025)
    assert calendar_days_end(gap, trigger=at("2024-12-01T10:00"), days=400).provisional


# --- against a calendar read day by day ---

YEAR_DAYS = [date(2030, 1, 1) + timedelta(days=ahead) for ahead in range(365)]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any plausible year 2030, with years before and after loaded or not."""
    off = draw(st.frozensets(st.sampled_from(YEAR_DAYS), max_size=40))
    weekend = [day for day in YEAR_DAYS if day.weekday() >= 5 and day not in off]
    worked = draw(st.frozensets(st.sampled_from(weekend), max_size=20))
    years = [CalendarYear(2030, "国办发明电〔2029〕1号", date(2029, 11, 1), off, worked)]
    for year in draw(st.sets(st.sampled_from([2029, 2031]))):
        years.append(
            CalendarYear(
                year, "国办发明电", date(year - 1, 11, 1), frozenset({date(year, 1, 1)}), frozenset()
            )
        )
    return Calendar(years)


TRIGGERS = st.one_of(
    st.datetimes(datetime.fromisoformat("2029-12-01"), datetime.fromisoformat("2030-12-31")),
    st.dates(min_value=date(2029, 12, 1), max_value=date(2030, 12, 31)).map(
        lambda day: datetime.combine(day, time())
    ),
).map(lambda naive: naive.replace(tzinfo=BEIJING))
DAILY_ENDS = st.sampled_from([None, CLOSE_OF_BUSINESS, time(23, 59, 59)])


def read_day_by_day(
    calendar: Calendar, trigger: datetime, days: int, daily_end: time | None, *, working: bool
) -> Due:
    """Turn the leaves of the calendar one by one, as a clerk would."""
    day = (trigger - timedelta(microseconds=1)).astimezone(BEIJING).date()
    unsure, left = False, days
    while left > 0 or (not working and not worked(calendar, day)):
        day += timedelta(days=1)
        unsure = unsure or day.year not in {each.year for each in calendar.years}
        if left > 0 and (not working or worked(calendar, day)):
            left -= 1
    if daily_end is None:
        return Due(datetime.combine(day + timedelta(days=1), time(), BEIJING), unsure)
    return Due(datetime.combine(day, daily_end, BEIJING), unsure)


def worked(calendar: Calendar, day: date) -> bool:
    for year in calendar.years:
        if day in year.workdays_on:
            return True
        if day in year.days_off:
            return False
    return day.isoweekday() <= 5


@given(calendar=calendars(), trigger=TRIGGERS, days=st.integers(1, 45), daily_end=DAILY_ENDS)
def test_any_period_is_what_a_clerk_counts(
    calendar: Calendar, trigger: datetime, days: int, daily_end: time | None
) -> None:
    wd = working_days_end(calendar, trigger=trigger, days=days, daily_end=daily_end)
    assert wd == read_day_by_day(calendar, trigger, days, daily_end, working=True)
    cd = calendar_days_end(calendar, trigger=trigger, days=days, daily_end=daily_end)
    assert cd == read_day_by_day(calendar, trigger, days, daily_end, working=False)
    assert trigger < cd.at <= wd.at


@given(calendar=calendars(), trigger=TRIGGERS, days=st.integers(1, 45))
def test_one_day_more_ends_at_the_next_workday(calendar: Calendar, trigger: datetime, days: int) -> None:
    one = working_days_end(calendar, trigger=trigger, days=days)
    more = working_days_end(calendar, trigger=trigger, days=days + 1)
    assert trigger_day(more.at) == calendar.next_workday(trigger_day(one.at))
    assert more.provisional >= one.provisional
    between = working_days_between(calendar, after=trigger_day(trigger), through=trigger_day(one.at))
    assert between == days


def test_workdays_between_days_that_are_not_in_order_are_none() -> None:
    assert working_days_between(OFFICIAL, after=date(2026, 3, 5), through=date(2026, 3, 5)) == 0
    assert working_days_between(OFFICIAL, after=date(2026, 3, 6), through=date(2026, 3, 2)) == 0
    assert working_days_between(OFFICIAL, after=date(2026, 9, 19), through=date(2026, 9, 20)) == 1


def test_a_calendar_holds_each_year_once() -> None:
    with pytest.raises(ValueError, match="once"):
        Calendar([*OFFICIAL.years, OFFICIAL.years[0]])


def test_a_calendar_without_workdays_is_refused_and_not_searched_for_ever() -> None:
    off = frozenset(date(2030, 1, 1) + timedelta(days=ahead) for ahead in range(365))
    endless = Calendar([CalendarYear(2030, "国办发明电", date(2029, 11, 1), off, frozenset())])
    with pytest.raises(ValueError, match="没有工作日"):
        working_days_end(endless, trigger=at("2030-01-05T10:00"), days=1)
