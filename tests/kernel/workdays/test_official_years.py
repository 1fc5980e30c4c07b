"""The shipped years against two libraries that others keep."""

from datetime import date, timedelta

import chinese_calendar
import holidays

from kernel.workdays import shipped
from tests.kernel.workdays.samples import official

EVERY_DAY = [
    date(2018, 1, 1) + timedelta(days=ahead)
    for ahead in range((date(2026, 12, 31) - date(2018, 1, 1)).days + 1)
]


def test_every_day_from_2018_to_2026_is_known() -> None:
    calendar = official()
    assert [each.year for each in calendar.years] == list(range(2018, 2027))
    assert all(calendar.knows(day) for day in EVERY_DAY)
    assert not calendar.knows(date(2027, 1, 1))
    assert not calendar.knows(date(2017, 12, 31))


def test_every_day_agrees_with_chinesecalendar() -> None:
    calendar = official()
    assert [day for day in EVERY_DAY if calendar.is_workday(day) != chinese_calendar.is_workday(day)] == []


def test_every_day_agrees_with_holidays() -> None:
    calendar, theirs = official(), holidays.country_holidays("CN", years=range(2018, 2027))
    assert [day for day in EVERY_DAY if calendar.is_workday(day) != theirs.is_working_day(day)] == []


def test_make_up_days_of_2026() -> None:
    this_year = official().years[-1]
    assert sorted(this_year.workdays_on) == [
        date(2026, month, day) for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
    ]
    assert this_year.notice_no == "国办发明电〔2025〕7号"
    assert {date(2026, 2, day) for day in range(15, 24)} <= this_year.days_off


def test_a_year_names_the_notices_that_changed_it() -> None:
    years = {each.year: each for each in official().years}
    assert years[2020].notice_no == "国办发明电〔2019〕16号（经国办发明电〔2020〕1号调整）"
    assert date(2020, 2, 1) in years[2020].days_off
    assert date(2018, 12, 29) in years[2018].workdays_on


def test_make_up_days_are_weekend_days_and_stay_in_their_year() -> None:
    for path in shipped.files():
        year = shipped.read(path)
        assert path.stem == str(year.year)
        assert all(day.weekday() >= 5 for day in year.workdays_on)
        assert {day.year for day in year.days_off | year.workdays_on} == {year.year}
        assert not year.days_off & year.workdays_on
