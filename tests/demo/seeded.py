"""The demonstration's market, seeded once for all tests that look at it."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from config import scratch
from kernel import clock
from tests.demo.present import PRESENT
from tests.factories.kept import World, kept


def told_market() -> World:
    """The market as of `PRESENT`, as the demonstration's own command tells it."""

    def tell() -> None:
        with clock.simulated(PRESENT):
            call_command("seed_market", stdout=io.StringIO())

    return kept("market", tell)


@pytest.fixture(scope="session")
def seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The name of a database that holds the market as of `PRESENT`."""
    stack = ExitStack()
    with django_db_blocker.unblock():
        name = stack.enter_context(told_market().copied("market"))
    yield name
    with django_db_blocker.unblock():
        stack.close()


@pytest.fixture(scope="module")
def market(seeded: str, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A seeded market in which every status is found, a minute after its present."""
    with django_db_blocker.unblock(), scratch.point_at(seeded), clock.simulated(PRESENT) as moved:
        moved.move_to(PRESENT + timedelta(minutes=1))
        yield
