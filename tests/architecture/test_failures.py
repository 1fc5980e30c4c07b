"""docs/failures.md names a test for every failure, and every test that it names exists."""

import ast
import re

import pytest

from config.env import ROOT

FAILURES = range(1, 32)
_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROWS = [
    (int(number), sentence, _NAMED.findall(tests))
    for number, sentence, tests in _ROW.findall((ROOT / "docs" / "failures.md").read_text(encoding="utf-8"))
]


def test_every_failure_is_there_once_with_a_sentence_and_a_test() -> None:
    assert [number for number, _, _ in ROWS] == list(FAILURES)
    assert all(sentence.endswith(".") and tests for _, sentence, tests in ROWS)


@pytest.mark.parametrize(("number", "tests"), [(number, tests) for number, _, tests in ROWS])
def test_every_test_that_is_named_exists(number: int, tests: list[tuple[str, str]]) -> None:
    for path, name in tests:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}, (
            f"{path}::{name}"
        )
