"""Lots at three moments, each played once a session through real commands in a database of its own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test.utils import override_settings
from pytest_django import DjangoDbBlocker

from apps.rehearsal.runner import Runner
from config import scratch
from tests.api.market import BIDDING, DONE, UNDECIDED, Market, market_at, played
from tests.factories.kept import passing_database

Stage = Callable[[datetime], AbstractContextManager[Market]]


@pytest.fixture(scope="session")
def stage(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """Gives the lot at a moment; what a test does to it is rolled back."""
    kept: dict[datetime, tuple[str, Path, Runner]] = {}

    def play(until: datetime, stack: ExitStack) -> tuple[str, Path, Runner]:
        name = stack.enter_context(passing_database("api"))
        folder = tmp_path_factory.mktemp("media")
        with scratch.point_at(name), override_settings(MEDIA_ROOT=folder):
            return name, folder, played(until)

    with ExitStack() as stack:

        @contextmanager
        def at(until: datetime) -> Iterator[Market]:
            cache.clear()
            with django_db_blocker.unblock():
                if until not in kept:
                    kept[until] = play(until, stack)
                name, folder, runner = kept[until]
                with (
                    scratch.point_at(name),
                    override_settings(MEDIA_ROOT=folder),
                    market_at(until, runner) as market,
                ):
                    yield market

        yield at
        with django_db_blocker.unblock():
            stack.close()


@pytest.fixture
def undecided(stage: Stage) -> Iterator[Market]:
    """An announced lot on which one application waits for a decision."""
    with stage(UNDECIDED) as market:
        yield market


@pytest.fixture
def bidding(stage: Stage) -> Iterator[Market]:
    """A lot in bidding."""
    with stage(BIDDING) as market:
        yield market


@pytest.fixture
def done(stage: Stage) -> Iterator[Market]:
    """A lot whose result is being published."""
    with stage(DONE) as market:
        yield market
