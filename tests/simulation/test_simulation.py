"""The walks can be trusted: a seed gives the same walk again, and they see a guard that is gone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.stations import Stations, walked

KEPT = Path(__file__).parent / "kept.txt"


def test_what_once_broke_something_holds(stations: Stations) -> None:
    kept = [int(line.split()[0]) for line in KEPT.read_text().splitlines() if line and line[0].isdigit()]
    broken = [result.report for seed in kept if (result := walked(stations, seed)).broken]
    assert not broken, "\n\n".join(broken)


def test_the_same_seed_gives_the_same_walk(stations: Stations) -> None:
    for seed in (0, 1, 2, 3):
        first, again = walked(stations, seed), walked(stations, seed)
        assert first.trace == again.trace
        assert first.seen == again.seen


# --- the walks see a guard that is gone

_GUARDS: list[tuple[str, Callable[..., Any], str]] = [
    ("apps.listings.commands.release_quota", lambda *_, **__: None, "has its own quota frozen"),
    ("apps.stages.deposit.commands.give_back", lambda **_: None, "a deposit is held, on its way back"),
    ("apps.stages.payment.commands.apply_to_price", lambda **_: None, "a deposit is held, on its way back"),
    ("kernel.deadlines.commands.resume_all", lambda **_: [], "deadlines stand still while their lot does"),
    ("apps.stages.bidding.rules._why_not_open", lambda *_: None, "the lot takes no bids"),
]
"""What is left out, and what the walks then say. The last is stopped by the table itself."""


@pytest.mark.parametrize(("guard", "gone", "said"), _GUARDS, ids=[guard for guard, *_ in _GUARDS])
def test_a_walk_sees_a_guard_that_is_gone(
    stations: Stations, monkeypatch: pytest.MonkeyPatch, guard: str, gone: Callable[..., Any], said: str
) -> None:
    monkeypatch.setattr(guard, gone)
    walks = (walked(stations, seed) for seed in range(1, _ENOUGH))
    broken = next((each for each in walks if each.broken), None)
    assert broken is not None, "no walk has seen it"
    assert said in broken.broken
    assert broken.report.startswith(f"seed {broken.seed}\n")


_ENOUGH = 80
"""Walks in which a guard that is gone is seen."""
