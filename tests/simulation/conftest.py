"""One town for the walks of each module: two modules walk on two cores at once."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from pytest_django import DjangoDbBlocker

from tests.simulation.town import Town, Walked, built, walked


@pytest.fixture(scope="module")
def town(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """A town for all walks of this module."""
    with django_db_blocker.unblock(), built("simulation") as made:
        yield made


@pytest.fixture(scope="module")
def walk(town: Town) -> Callable[[int], Walked]:
    """One seed's walk, taken once."""
    return cache(lambda seed: walked(town, seed))
