"""What a version of the rules says, and what it changes against the version before it, in words and exactly."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from apps.rulebook.declaring import Parameter, Shape, Strict, Unit
from apps.rulebook.subjects import Subject
from kernel.canonical import canonical

_WITH_UNIT = {
    Unit.WORKING_DAYS: "{}个工作日",
    Unit.CALENDAR_DAYS: "{}个自然日",
    Unit.CALENDAR_DAYS_AFTER_TRANSFER: "划转后{}个自然日",
    Unit.DAYS: "{}日",
    Unit.HOURS: "{}小时",
    Unit.MINUTES: "{}分钟",
    Unit.YUAN: "{}元",
    Unit.SHARE: "{}%",
    Unit.TIMES: "{}倍",
    Unit.BIDDERS: "{}家",
    Unit.GRADE: "{}等",
}
_NONE = "不设"


def exact(value: Any) -> Any:
    """A loaded value as JSON has it, equal for equal values: "500" and "500.00" are one amount."""
    match value:
        case Mapping():
            return {str(name): exact(each) for name, each in value.items()}
        case Decimal():
            return f"{value.normalize():f}" if value else "0"
        case StrEnum() | date() | time():
            return str(value)
        case set() | frozenset():
            return sorted(exact(each) for each in value)
        case list() | tuple():
            return [exact(each) for each in value]
    return value


def digest_of(rules: Strict) -> str:
    """SHA-256 over the loaded parameters, whichever way their numbers were typed."""
    return hashlib.sha256(canonical(exact(rules.model_dump()))).hexdigest()


def in_words(value: Any, of: Parameter) -> str:
    """One value in Chinese, with its unit: 10个工作日, 20%, 5,000元, 是."""
    match value:
        case None:
            return _NONE
        case bool():
            return "是" if value else "否"
        case int() | Decimal():
            number = value * 100 if of.unit is Unit.SHARE else value
            return _WITH_UNIT.get(of.unit, "{}").format(f"{Decimal(exact(Decimal(number))):,}")
        case list() | tuple() | set() | frozenset():
            return "、".join(in_words(each, of) for each in value) or _NONE
    return of.words.get(str(value), str(value))


def row_in_words(row: Strict, columns: Iterable[Parameter]) -> str:
    """A row of a table: each column that says something, by its name."""
    given = [(each, getattr(row, each.path)) for each in columns]
    return "，".join(
        f"{each.name}：{in_words(value, each)}" for each, value in given if value not in (None, "")
    )


def said_of(subject: Subject, rules: Strict) -> Iterator[tuple[str, str]]:
    """(label, text) of every parameter, of tables row by row."""
    for each in subject.declared.values():
        value = _at(rules, each.path)
        if each.shape is not Shape.ROWS:
            yield each.name, in_words(value, each)
        else:
            yield from (
                (f"{each.name}第{place}行", row_in_words(row, each.columns))
                for place, row in enumerate(value, start=1)
            )


def changes_of(subject: Subject, before: Strict, after: Strict) -> Iterator[tuple[str, str]]:
    """(label, text) of every parameter that differs: old → new; of tables each row added, removed or changed."""
    for each in subject.declared.values():
        old, new = _at(before, each.path), _at(after, each.path)
        if each.shape is Shape.ROWS:
            yield from _rows_changed(each, old, new)
        elif exact(old) != exact(new):
            yield each.name, f"{in_words(old, each)} → {in_words(new, each)}"


def _rows_changed(
    table: Parameter, old: Iterable[Strict], new: Iterable[Strict]
) -> Iterator[tuple[str, str]]:
    """Rows that are about the same thing from the same day are one row that changed."""
    gone, come = _only_in(old, new), _only_in(new, old)
    about = {_about(row): place for place, row in gone.items()}
    for place, row in come.items():
        said, earlier = row_in_words(row, table.columns), about.pop(_about(row), None)
        if earlier is None:
            yield f"{table.name}新增第{place}行", said
        else:
            was = row_in_words(gone.pop(earlier), table.columns)
            yield f"{table.name}修改第{place}行", f"{was} → {said}"
    for place, row in gone.items():
        yield f"{table.name}删除原第{place}行", row_in_words(row, table.columns)


def _only_in(rows: Iterable[Strict], others: Iterable[Strict]) -> dict[int, Strict]:
    """The rows that the others lack, each as often as it is missing, by their place in the table."""
    there = Counter(_exactly(each) for each in others)
    found = {}
    for place, row in enumerate(rows, start=1):
        same = _exactly(row)
        if there[same]:
            there[same] -= 1
        else:
            found[place] = row
    return found


def _exactly(row: Strict) -> bytes:
    return canonical(exact(row.model_dump()))


def _about(row: Strict) -> Any:
    """What a row is about, and from which day; the row itself where it does not say so."""
    thing = getattr(row, "thing", None)
    return (thing, getattr(row, "valid_from", None)) if thing is not None else _exactly(row)


def _at(rules: Any, path: str) -> Any:
    for name in path.split("."):
        rules = getattr(rules, name)
    return rules.strftime("%H:%M") if isinstance(rules, time) else rules
