"""Ids as they are shown: one number for each, from which neither order nor distance is read; signs that hide text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import hidden_sign
from kernel.web.opaque import converters, meant, shown

_IDS = st.integers(min_value=0, max_value=2**52 - 1)


@given(_IDS)
def test_what_is_shown_means_the_id_again(pk: int) -> None:
    assert meant(shown(pk, "bid"), "bid") == pk
    for converter in converters().values():
        assert converter().to_python(converter().to_url(pk)) == pk


def test_rows_that_people_make_at_will_tell_nothing_of_another_table() -> None:
    """Saved searches may be made and deleted without end, and are counted from one: they must not be a dictionary."""
    tables = ("savedview", "registration", "document", "attachment", "cursor:listings.listing", "page:/desk/")
    for pk in range(1, 50):
        assert len({shown(pk, of) for of in tables}) == len(tables)
    views = {shown(pk, "savedview"): pk for pk in range(1, 400)}
    assert not [pk for pk in range(1, 400) if shown(pk, "registration") in views]


def test_neighbours_are_shown_far_apart_and_out_of_order() -> None:
    numbers = [shown(pk, "bid") for pk in range(1, 400)]
    steps = [after - before for before, after in pairwise(numbers)]
    assert 150 < sum(step > 0 for step in steps) < 250
    assert min(abs(step) for step in steps) > 2**36
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("number", [2**52, 10**18, -1])
def test_what_was_never_shown_means_no_row(number: int) -> None:
    assert meant(number, "bid") == 0


@pytest.mark.parametrize("pk", [-1, 2**52])
def test_what_is_no_id_is_not_shown(pk: int) -> None:
    with pytest.raises(ValueError, match="no id"):
        shown(pk, "bid")


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
