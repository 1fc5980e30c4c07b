"""Random walks through the whole process, with every invariant looked at after every step: the first half."""

from collections.abc import Callable, Sequence

import pytest

from tests.simulation import halves
from tests.simulation.stations import Walked


@pytest.mark.parametrize("seeds", halves.FIRST, ids=halves.name)
def test_whatever_people_do_in_whatever_order_everything_holds(
    walk: Callable[[int], Walked], seeds: Sequence[int]
) -> None:
    halves.everything_holds(walk, seeds)


def test_the_walks_come_everywhere(walk: Callable[[int], Walked]) -> None:
    halves.came_everywhere(walk, halves.FIRST)
