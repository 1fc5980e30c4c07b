"""Ids as they are shown: one number for each, from which neither order nor distance is read; signs that hide text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import hidden_sign
from kernel.web.opaque import OpaqueConverter, meant, shown

_IDS = st.integers(min_value=0, max_value=2**52 - 1)


@given(_IDS)
def test_what_is_shown_means_the_id_again(pk: int) -> None:
    assert meant(shown(pk)) == pk
    assert OpaqueConverter().to_python(OpaqueConverter().to_url(pk)) == pk


def test_neighbours_are_shown_far_apart_and_out_of_order() -> None:
    numbers = [shown(pk) for pk in range(1, 400)]
    steps = [after - before for before, after in pairwise(numbers)]
    assert 150 < sum(step > 0 for step in steps) < 250
    assert min(abs(step) for step in steps) > 2**36
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("number", [2**52, 10**18, -1])
def test_what_was_never_shown_means_no_row(number: int) -> None:
    assert meant(number) == 0


@pytest.mark.parametrize("pk", [-1, 2**52])
def test_what_is_no_id_is_not_shown(pk: int) -> None:
    with pytest.raises(ValueError, match="no id"):
        shown(pk)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("通许县财政\u202e", "U+202E"),
        ("\u2067账号", "U+2067"),
        ("a\x00b", "U+0000"),
        ("a\x1bb", "U+001B"),
        ("第一行\n第二行\t完", ""),
        ("𠮷野家、㎡、①", ""),
    ],
)
def test_signs_that_turn_or_break_a_text_are_found(text: str, sign: str) -> None:
    assert hidden_sign(text) == sign
