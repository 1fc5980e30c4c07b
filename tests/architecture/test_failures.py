"""docs/failures.md names a test for every failure; every test that it, corrections.md or security.md names exists."""

import ast
import re

import pytest

from config.env import ROOT

FAILURES = range(1, 40)
_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROWS = [
    (int(number), sentence, _NAMED.findall(tests))
    for number, sentence, tests in _ROW.findall((ROOT / "docs" / "failures.md").read_text(encoding="utf-8"))
]
CORRECTED = [
    (number, sentence, _NAMED.findall(tests))
    for number, sentence, tests in re.findall(
        r"^\| (C\d+) \| (.+?) \| (.+) \|$",
        (ROOT / "docs" / "corrections.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
]
FOUND = [
    (number, sentence, _NAMED.findall(tests))
    for number, sentence, tests in re.findall(
        r"^\| ((?:defect|security) A\d+) \| (.+?) \| (.+) \|$",
        (ROOT / "docs" / "corrections.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
]

ATTACKS = [
    (number, sentence, _NAMED.findall(tests))
    for number, sentence, tests in re.findall(
        r"^\| (A\d+) \| (.+?) \| (.+) \|$",
        (ROOT / "docs" / "security.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
]


def test_every_attack_that_is_listed_has_a_sentence_and_tests_in_order() -> None:
    numbers = [int(number[1:]) for number, _, _ in ATTACKS]
    assert numbers == sorted(numbers)
    assert {1, 5, 9, 10, 12, 14, 15, 16, 17, 18, 19, 20, 21} <= set(numbers)
    assert all(sentence.endswith(".") and tests for _, sentence, tests in ATTACKS)


def test_every_failure_is_there_once_with_a_sentence_and_a_test() -> None:
    assert [number for number, _, _ in ROWS] == list(FAILURES)
    assert all(sentence.endswith(".") and tests for _, sentence, tests in ROWS)


def test_every_correction_stands_once_in_order_with_a_sentence_and_a_test() -> None:
    numbers = [int(number[1:]) for number, _, _ in CORRECTED]
    assert numbers == [*range(1, 13), 14]
    found = {number for number, _, _ in FOUND}
    assert found >= {
        *(f"defect A{each}" for each in range(1, 8)),
        *(f"security A{each}" for each in (2, 3, 4, 7, 8, 11, 13)),
    }
    assert all(sentence.endswith(".") and tests for _, sentence, tests in [*CORRECTED, *FOUND])


@pytest.mark.parametrize(
    ("number", "tests"), [(str(number), tests) for number, _, tests in [*ROWS, *CORRECTED, *FOUND, *ATTACKS]]
)
def test_every_test_that_is_named_exists(number: str, tests: list[tuple[str, str]]) -> None:
    for path, name in tests:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}, (
            f"{path}::{name}"
        )
