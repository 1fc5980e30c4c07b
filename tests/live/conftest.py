"""One market with committed bids and one live process beside it, for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from config import scratch
from tests.factories.deal import Deal
from tests.factories.journey import bidding_lot
from tests.factories.kept import kept
from tests.live.process import LiveProcess


@pytest.fixture(scope="module")
def database(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The name of the module's own database, where commits are real."""
    media: Path = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media),
        kept("committed-bidding", bidding_lot).copied("live") as name,
        scratch.point_at(name),
    ):
        yield name
        connections.close_all()


@pytest.fixture(scope="module")
def market(database: str) -> Deal:
    """A lot in bidding with two qualified bidders; `twins` makes more."""
    deal: Deal = kept("committed-bidding", bidding_lot).given
    return deal


@pytest.fixture(scope="module")
def live(database: str, market: Deal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProcess]:
    """The live process on that database and on the tests' Redis."""
    with LiveProcess(database, tmp_path_factory.mktemp("live")).running() as process:
        yield process
