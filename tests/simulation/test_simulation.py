"""Random walks through the whole process, with every invariant looked at after every step; and proof that they see."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from apps.listings.states import ListingStatus
from kernel.acts.act import all_acts
from kernel.errors import Code
from tests.simulation.town import Town, Walked, built, walked
from tests.simulation.walk import Seen

SEEDS, BLOCK = 500, 25
KEPT = Path(__file__).parent / "kept.txt"
BLOCKS = [range(first, first + BLOCK) for first in range(0, SEEDS, BLOCK)]


@pytest.fixture(scope="module")
def town(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """A town for all walks of this module."""
    with django_db_blocker.unblock(), built("simulation") as made:
        yield made


@pytest.fixture(scope="module")
def walk(town: Town) -> Callable[[int], Walked]:
    """One seed's walk, taken once."""
    return cache(lambda seed: walked(town, seed))


@pytest.mark.parametrize("seeds", BLOCKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_whatever_people_do_in_whatever_order_everything_holds(
    walk: Callable[[int], Walked], seeds: range
) -> None:
    broken = [result.report for seed in seeds if (result := walk(seed)).broken]
    assert not broken, "\n\n".join(broken)


def test_what_once_broke_something_holds(town: Town) -> None:
    kept = [int(line.split()[0]) for line in KEPT.read_text().splitlines() if line and line[0].isdigit()]
    broken = [result.report for seed in kept if (result := walked(town, seed)).broken]
    assert not broken, "\n\n".join(broken)


def test_the_walks_come_everywhere(walk: Callable[[int], Walked]) -> None:
    seen = Seen()
    for seeds in BLOCKS:
        for seed in seeds:
            seen.add(walk(seed).seen)
    assert set(seen.statuses) == {str(each) for each in ListingStatus}
    assert set(seen.acts) == {act.name for act in all_acts()} - {"rulebook.try"}
    assert {str(each) for each in Code} - set(seen.codes) <= _SELDOM


_SELDOM = {
    "barred",
    "deposit_missing",
    "calendar_unconfirmed",
    "facts_frozen",
    "not_a_multiple",
    "below_start",
}
"""Refusals that five hundred walks may miss."""


def test_the_same_seed_gives_the_same_walk(town: Town) -> None:
    for seed in (0, 1, 2, 3):
        first, again = walked(town, seed), walked(town, seed)
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
    town: Town, monkeypatch: pytest.MonkeyPatch, guard: str, gone: Callable[..., Any], said: str
) -> None:
    monkeypatch.setattr(guard, gone)
    walks = (walked(town, seed) for seed in range(1, _ENOUGH))
    broken = next((each for each in walks if each.broken), None)
    assert broken is not None, "no walk has seen it"
    assert said in broken.broken
    assert broken.report.startswith(f"seed {broken.seed}\n")


_ENOUGH = 80
"""Walks in which a guard that is gone is seen."""
