"""Canonical JSON is what anybody else's tools make of the same content."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kernel.canonical import canonical

plain = st.none() | st.booleans() | st.integers() | st.text()
content = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
)


@given(content)
def test_it_is_what_the_standard_encoder_makes_with_sorted_keys_and_no_blanks(said: Any) -> None:
    expected = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert canonical(said) == expected


@given(st.dictionaries(st.text(), content))
def test_the_order_in_which_it_was_written_down_changes_nothing(said: dict[str, Any]) -> None:
    assert canonical(dict(reversed(said.items()))) == canonical(said)
