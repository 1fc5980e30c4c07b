"""Random walks through the whole process, with every invariant looked at after every step; and proof that they see."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.money import commands as money
from apps.stages.contract import commands as contract
from apps.stages.deposit import commands as deposit
from apps.stages.review import rules as review_rules
from kernel.acts.act import all_acts
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
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


_SELDOM: set[str] = set()
"""Refusals that five hundred walks may miss."""


def test_the_same_seed_gives_the_same_walk(town: Town) -> None:
    for seed in (0, 1, 2, 3):
        first, again = walked(town, seed), walked(town, seed)
        assert first.trace == again.trace
        assert first.seen == again.seen
