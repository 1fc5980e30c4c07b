"""One set of stations for the walks of each module: two modules walk on two cores at once."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from pytest_django import DjangoDbBlocker

from tests.simulation.stations import Stations, Walked, built, walked


@pytest.fixture(scope="module")
def stations(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stations]:
    """The stations for all walks of this module."""
    with django_db_blocker.unblock(), built("simulation") as made:
        yield made


@pytest.fixture(scope="module")
def walk(stations: Stations) -> Callable[[int], Walked]:
    """One seed's walk, taken once."""
    return cache(lambda seed: walked(stations, seed))
