"""docs/law.md names code and test for every clause of the trade: what it names exists, and what it counts is right."""

import ast
import re
from functools import cache
from itertools import groupby

import pytest

from config.env import ROOT

TEXT = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| (\d+)\.(\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
ROWS = [
    (int(step), int(place), clause, code, tests) for step, place, clause, code, tests in _ROW.findall(TEXT)
]
NONE, DIFFERS = "no test", "*Differs:*"
_CODE = re.compile(r"(?:apps|platform)/[\w/]+\.(?:py|sql|typ)(?:::\w+)?")
_TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)(?:\[([\w-]+)-(?:direct|api)\])?")


@cache
def _defined(path: str) -> frozenset[str]:
    """What a file defines at its top: functions, classes, constants; of SQL its functions, of anything else nothing."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".sql"):
        return frozenset(re.findall(r"CREATE OR REPLACE FUNCTION (\w+)\(", text))
    if not path.endswith(".py"):
        return frozenset()
    names: set[str] = set()
    for each in ast.parse(text).body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(each.name)
        targets = each.targets if isinstance(each, ast.Assign) else []
        targets = [each.target] if isinstance(each, ast.AnnAssign) else targets
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(names)


def _quoted(cell: str) -> list[str]:
    """What stands in backquotes, and nothing else does in the cell."""
    found = re.findall(r"`([^`]+)`", cell)
    assert cell == " ".join(f"`{each}`" for each in found), cell
    return found


def test_clauses_are_numbered_by_step_and_run_on() -> None:
    headings = [int(number) for number in re.findall(r"^## (\d+) .+$", TEXT, re.MULTILINE)]
    assert headings == list(range(len(headings)))
    by_step = {step: [row[1] for row in rows] for step, rows in groupby(ROWS, key=lambda row: row[0])}
    assert list(by_step) == headings
    assert all(places == list(range(1, len(places) + 1)) for places in by_step.values())
    assert len(ROWS) == len(re.findall(r"^\| \d", TEXT, re.MULTILINE)), "a row that cannot be read"


def test_every_clause_is_a_sentence_once() -> None:
    clauses = [row[2] for row in ROWS]
    assert all(each.endswith(".") for each in clauses)
    assert len(set(clauses)) == len(clauses)


def test_the_counts_at_the_top_are_right() -> None:
    said = re.search(
        r"^\*\*(\d+) clauses, (\d+) with no test, (\d+) in which the code differs\.\*\*", TEXT, re.MULTILINE
    )
    assert said is not None
    without = sum(row[4] == NONE for row in ROWS)
    differing = sum(DIFFERS in row[2] for row in ROWS)
    assert tuple(map(int, said.groups())) == (len(ROWS), without, differing)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}.{row[1]}" for row in ROWS])
def test_the_code_and_the_tests_that_are_named_exist(row: tuple[int, int, str, str, str]) -> None:
    code = _quoted(row[3])
    assert code
    for each in code:
        assert _CODE.fullmatch(each), each
        path, _, name = each.partition("::")
        assert (ROOT / path).is_file(), path
        assert name in _defined(path) if name else path.endswith(".typ"), each
    for each in [] if row[4] == NONE else _quoted(row[4]):
        found = _TEST.fullmatch(each)
        assert found, each
        path, name, case = found.groups()
        assert name in _defined(path), each
        assert case is None or (ROOT / "tests" / "cases" / f"{case}.expected.json").is_file(), each
