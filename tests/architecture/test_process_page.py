"""docs/process.md draws the moves of every process, and no other."""

import re
from typing import Any

import pytest

from apps.crossprovince import demand_states
from apps.crossprovince import states as adjustment_states
from apps.listings import states as listing_states
from apps.surplus import states as verification_states
from config.env import ROOT
from kernel.transitions import Moves

_SIDE = {"suspended", "terminated", "withdrawn", "revoked"}
"""Said in words under a diagram: they come from many statuses and would cover the rest."""
_DRAWN = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)
_ARROW = re.compile(r"^ +(\w+) --> (\w+)", re.MULTILINE)
DIAGRAMS = _DRAWN.findall((ROOT / "docs" / "process.md").read_text(encoding="utf-8"))
TABLES: dict[str, Moves[Any]] = {
    "listing": listing_states.MOVES,
    "verification": verification_states.MOVES,
    "adjustment": adjustment_states.MOVES,
    "demand": demand_states.MOVES,
}


def test_every_process_has_its_diagram() -> None:
    assert len(DIAGRAMS) == len(TABLES)


@pytest.mark.parametrize(("process", "diagram"), list(zip(TABLES, DIAGRAMS, strict=False)))
def test_a_diagram_draws_each_move_of_its_table(process: str, diagram: str) -> None:
    moves = set(TABLES[process].pairs())
    drawn = set(_ARROW.findall(diagram))
    assert drawn <= moves, f"no such move: {drawn - moves}"
    wanted = {(old, new) for old, new in moves if old != new and not {old, new} & _SIDE}
    assert wanted <= drawn, f"not drawn: {wanted - drawn}"
