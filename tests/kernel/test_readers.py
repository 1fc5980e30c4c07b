"""Each kind of value has one strict reader; every act's form reads by it, and by nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework import serializers

from kernel.acts.act import all_acts
from kernel.clock import BEIJING, read_date, read_instant
from kernel.money import Yuan
from kernel.web.fields import (
    DayInput,
    InstantInput,
    LineInput,
    LinesInput,
    NumberInput,
    WholeInput,
    YuanInput,
)


@pytest.mark.parametrize(
    "typed",
    ["2026-11-20 17:00", "2026-11-20T17:00", "2026/11/20 17:00", "2026-11-20T17:00:00+08:00", "2026-11-20T09:00:00Z",
     "2026-11-20T17:00:00.000", " 2026-11-20 17:00 ", "2026-11-20T04:00-05:00"],
)  # fmt: skip
def test_a_moment_is_read_with_its_time_of_day(typed: str) -> None:
    assert read_instant(typed) == datetime(2026, 11, 20, 17, tzinfo=BEIJING)


@pytest.mark.parametrize(
    "typed",
    ["2026-11-20", "20261120", "2026/11/20", "2026-W47-5", "2026-W47-5T10:00", "2026-324", "20261120T170000", "17:00",
     "2026-11-20 24:00", "2026-11-20 17:60", "2026-11-20 17", "2026-02-30 10:00", "1999-12-31 10:00",
     "2101-01-01 10:00", "2026-11-20 17:00+99:00", "２０２６-11-20 17:00", "46346.70833", "2026-11/20 17:00", "",
     "2026年11月20日17时", "2026-11-20 5:00 PM", None, 46346, 20261120.0],
)  # fmt: skip
def test_a_moment_without_its_time_of_day_or_in_another_form_is_refused(typed: Any) -> None:
    with pytest.raises(ValueError, match=r"[日时]"):
        read_instant(typed)


def test_a_day_is_read_as_people_write_it_and_nothing_else() -> None:
    assert read_date("2026-3-1") == read_date("2026/03/01")
    for typed in ("20260301", "2026-W09-7", "2026-060", "1/3/2026", "2026-03-01 00:00", "2026-02-29"):
        with pytest.raises(ValueError, match="日"):
            read_date(typed)


def test_a_moment_keeps_its_instant_whatever_its_offset() -> None:
    assert read_instant("2026-11-20T09:00:00Z").astimezone(UTC).hour == 9


@pytest.mark.parametrize("typed", ["1_000", "1.0", "+5", "007", "７", "1,000", "1e3", True, 1.0, "-0", ""])
def test_a_whole_number_is_plain_digits(typed: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        WholeInput().run_validation(typed)


@pytest.mark.parametrize(("typed", "read"), [("12", 12), (12, 12), (" 12 ", 12), ("0", 0), ("-3", -3)])
def test_a_whole_number_is_read(typed: Any, read: int) -> None:
    assert WholeInput().run_validation(typed) == read


@pytest.mark.parametrize(
    "typed", ["27240,00", "2,72,40,00.00", "27240.000", "２7240", " 27240", "1e4", "27 240", "+1", "0x10"]
)
def test_an_amount_has_separators_only_where_they_belong(typed: str) -> None:
    with pytest.raises(serializers.ValidationError):
        YuanInput().run_validation(typed)


def test_an_amount_is_read() -> None:
    assert YuanInput().run_validation("27,240.00") == Yuan("27240")


def test_lengths_are_measured_on_what_is_kept() -> None:
    assert LinesInput(max_length=3).run_validation("一\r\n二") == "一\n二"
    assert LineInput(max_length=2).run_validation("一\u200b二 ") == "一二"
    with pytest.raises(serializers.ValidationError):
        LineInput().run_validation("\u200b")


def test_a_number_of_a_document_is_text() -> None:
    for typed in (712345, 2.02611e16, "2.02611E+16", "712345.0"):
        with pytest.raises(serializers.ValidationError):
            NumberInput().run_validation(typed)
    assert NumberInput().run_validation("０00712345 ") == "000712345"


def fields_of(form: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, each in form.fields.items():
        inner = getattr(each, "child", None)
        if isinstance(each, serializers.ListSerializer):
            yield from fields_of(each.child, f"{path}.{name}")
        elif isinstance(each, serializers.Serializer):
            yield from fields_of(each, f"{path}.{name}")
        else:
            yield f"{path}.{name}", each
            if inner is not None:
                yield f"{path}.{name}[]", inner


STRICT = (LineInput, WholeInput, DayInput, InstantInput)
LOOSE = (
    serializers.CharField,
    serializers.IntegerField,
    serializers.FloatField,
    serializers.DecimalField,
    serializers.DateField,
    serializers.DateTimeField,
    serializers.TimeField,
)


def test_every_act_reads_its_values_by_the_strict_readers() -> None:
    read = [pair for act in all_acts() for pair in fields_of(act.form(), act.name)]
    assert len(read) > 150
    patterned = (serializers.RegexField, serializers.EmailField, serializers.URLField)
    loose = [
        name for name, each in read if isinstance(each, LOOSE) and not isinstance(each, STRICT + patterned)
    ]
    assert loose == []
