"""Loading, reloading and revoking years, on a real PostgreSQL."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from kernel.workdays import commands, queries
from kernel.workdays.models import Year
from tests.kernel.workdays.samples import BY_HAND, NOW, Notice

LATER = NOW + timedelta(days=1)
NEW_YEAR, WORKED_SATURDAY = date(2031, 1, 1), date(2031, 1, 4)
FRIDAY_OFF = date(2031, 1, 3)
pytestmark = pytest.mark.django_db


def changed(**facts: Any) -> Notice:
    return {**BY_HAND, **facts}  # type: ignore[typeddict-item]


def test_a_loaded_year_is_in_force() -> None:
    assert not queries.current().knows(NEW_YEAR)
    row = commands.load(**BY_HAND, by="测试", now=NOW)
    calendar = queries.current()
    assert calendar.knows(NEW_YEAR)
    assert not calendar.is_workday(NEW_YEAR)
    assert calendar.is_workday(WORKED_SATURDAY)
    assert str(row) == "2031 年工作日历（国办发明电〔2030〕99号）"
    assert row.as_calendar_year() in calendar.years


def test_loading_the_same_again_changes_nothing() -> None:
    first = commands.load(**BY_HAND, by="测试", now=NOW)
    backwards = changed(days_off=BY_HAND["days_off"][::-1])
    assert commands.load(**backwards, by="另一人", now=LATER) == first
    assert queries.revisions(year=2031).count() == 1


def test_a_year_loaded_anew_replaces_the_former_and_keeps_it() -> None:
    former = commands.load(**BY_HAND, by="甲", now=NOW)
    latter = commands.load(**changed(days_off=[*BY_HAND["days_off"], FRIDAY_OFF]), by="乙", now=LATER)
    assert list(queries.revisions(year=2031)) == [latter, former]
    former.refresh_from_db()
    assert (former.revoked_at, former.revoked_by) == (LATER, "乙")
    assert not queries.current().is_workday(FRIDAY_OFF)
    assert list(queries.years().filter(year=2031)) == [latter]


def test_a_revoked_year_is_unknown_again_and_can_be_loaded_again() -> None:
    commands.load(**BY_HAND, by="甲", now=NOW)
    commands.revoke(year=2031, by="乙", now=LATER)
    assert not queries.current().knows(NEW_YEAR)
    assert queries.current().is_workday(NEW_YEAR)
    commands.load(**BY_HAND, by="甲", now=LATER)
    assert queries.current().knows(NEW_YEAR)
    assert queries.revisions(year=2031).count() == 2


def test_a_year_that_is_not_loaded_cannot_be_revoked() -> None:
    with pytest.raises(ValueError, match="2031 年的工作日历尚未载入"):
        commands.revoke(year=2031, by="乙", now=NOW)


def test_a_rolled_back_load_is_forgotten() -> None:
    def fail() -> None:
        commands.load(**BY_HAND, by="甲", now=NOW)
        assert queries.current().knows(NEW_YEAR)
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        fail()
    assert not queries.current().knows(NEW_YEAR)


def test_reading_the_calendar_again_costs_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    commands.load(**BY_HAND, by="甲", now=NOW)
    before = queries.current()
    with django_assert_num_queries(1):
        assert queries.current() is before


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"year": 1999}, "年度须在"),
        ({"year": 2201}, "年度须在"),
        ({"notice_no": " "}, "文号"),
        ({"notice_no": "号" * 201}, "文号"),
        ({"published_on": date(2028, 12, 31)}, "2028-12-31"),
        ({"published_on": datetime(2030, 11, 1, tzinfo=UTC)}, "通知日期"),
        ({"days_off": []}, "放假 0 天"),
        ({"days_off": [date(2031, 3, 1) + timedelta(days=n) for n in range(61)]}, "放假 61 天"),
        ({"days_off": [NEW_YEAR, NEW_YEAR]}, "2031-01-01 重复"),
        ({"days_off": [date(2030, 12, 31)]}, "2030-12-31 不在 2031 年"),
        ({"days_off": ["2031-01-01"]}, "须为日期"),
        ({"workdays_on": [date(2032, 1, 3)]}, "2032-01-03 不在 2031 年"),
        ({"workdays_on": [date(2031, 1, 6)]}, "2031-01-06 不是周六或周日"),
        ({"days_off": [NEW_YEAR, WORKED_SATURDAY]}, "2031-01-04 不能既是"),
        ({"workdays_on": [date(2031, 1, 4) + timedelta(weeks=n) for n in range(21)]}, "调休上班 21 天"),
    ],
)
def test_a_notice_that_cannot_be_right_is_refused_by_name(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        commands.load(**changed(**wrong), by="测试", now=NOW)
    assert queries.revisions(year=2031).count() == 0


def test_a_load_names_who_did_it() -> None:
    with pytest.raises(ValueError, match="经手人"):
        commands.load(**BY_HAND, by="", now=NOW)


def a_row(**facts: Any) -> Year:
    fields: dict[str, Any] = {
        "year": 2031, "notice_no": "国办发明电", "published_on": NEW_YEAR, "days_off": [], "workdays_on": [],
        "digest": "0" * 64, "loaded_at": NOW, "loaded_by": "测试",
    }  # fmt: skip
    return Year.objects.create(**fields | facts)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"year": 1999}, "workdays_year_is_plausible"),
        ({"notice_no": ""}, "workdays_year_names_its_source"),
        ({"revoked_at": NOW}, "workdays_revoked_by_someone_or_not_at_all"),
        ({"revoked_by": "某人"}, "workdays_revoked_by_someone_or_not_at_all"),
    ],
)
def test_the_database_refuses_half_a_year(facts: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        a_row(**facts)


def test_the_database_refuses_two_current_revisions_of_a_year() -> None:
    a_row()
    with pytest.raises(IntegrityError, match="workdays_one_current_revision_per_year"), transaction.atomic():
        a_row()
    a_row(revoked_at=NOW, revoked_by="测试")


def test_the_command_loads_every_shipped_year_once() -> None:
    out = StringIO()
    call_command("load_calendar", stdout=out)
    assert "2026 年工作日历（国办发明电〔2025〕7号）：放假 33 天，调休上班 6 天" in out.getvalue()
    loaded = Year.objects.count()
    call_command("load_calendar", stdout=StringIO())
    assert Year.objects.count() == loaded
    calendar = queries.current()
    assert calendar.is_workday(date(2026, 10, 10))
    assert all(calendar.knows(date(year, 1, 1)) for year in range(2018, 2027))


def written(folder: Path, **facts: Any) -> str:
    content = {
        "year": 2031, "notice_no": "国办发明电〔2030〕99号", "published_on": "2030-11-01",
        "days_off": ["2031-01-01"], "workdays_on": ["2031-01-04"],
    }  # fmt: skip
    path = folder / "2031.json"
    path.write_text(json.dumps(content | facts, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_the_command_loads_a_file(tmp_path: Path) -> None:
    amended = [{"notice_no": "国办发明电〔2031〕1号", "published_on": "2031-01-02", "change": "1月4日上班"}]
    call_command("load_calendar", written(tmp_path, amended_by=amended), by="王某", stdout=StringIO())
    row = queries.years().get(year=2031)
    assert (row.loaded_by, row.notice_no) == ("王某", "国办发明电〔2030〕99号（经国办发明电〔2031〕1号调整）")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"year": "2031"}, "year 须为整数"),
        ({"days_off": "2031-01-01"}, "日期列表"),
        ({"days_off": ["2031-02-30"]}, "2031-02-30"),
        ({"days_off": [20310101]}, "20310101"),
        ({"days_off": ["2031-01-01", "2031-01-01"]}, "2031-01-01 重复"),
        ({"holidays": []}, "须恰好包含"),
        ({"amended_by": [{"notice_no": "国办发明电"}]}, "amended_by"),
        ({"workdays_on": ["2031-01-06"]}, "2031-01-06 不是周六或周日"),
    ],
)
def test_the_command_refuses_a_file_that_is_not_right(
    tmp_path: Path, facts: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("load_calendar", written(tmp_path, **facts))


def test_the_command_refuses_what_is_not_a_calendar_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'{"year": \xff')
    with pytest.raises(CommandError, match="JSON"):
        call_command("load_calendar", str(broken))
    with pytest.raises(CommandError, match="无法读取"):
        call_command("load_calendar", str(tmp_path / "absent.json"))
