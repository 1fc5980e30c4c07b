"""Races happen on lots of one market, in a database of the module's own, where commits are real."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.models import QuerySet
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from config import scratch
from kernel import lanes
from tests.factories.deal import Deal
from tests.factories.journey import bidding_lot
from tests.factories.kept import kept


@pytest.fixture(scope="module")
def market(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deal]:
    """A lot in bidding with two qualified bidders; `twins` makes as many more as a race needs."""
    media: Path = tmp_path_factory.mktemp("media")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media),
    ):
        world = kept("committed-bidding", bidding_lot)
        with world.copied("market") as name, scratch.point_at(name):
            yield world.given
            connections.close_all()


@pytest.fixture
def own_media(settings: Any, tmp_path: Path) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path


@contextmanager
def locks_off() -> Iterator[None]:
    """Nobody waits for anybody: lanes are not held and rows are read without a lock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lanes, "hold", lambda lane, key: None)
        patch.setattr(lanes, "hold_all", lambda lane, keys: None)
        patch.setattr(lanes, "holding_beside", lambda lane, beside, held: (f"SELECT {held}", []))
        patch.setattr(lanes, "holding", lambda lane, keys: ("SELECT 1", []))
        patch.setattr(QuerySet, "select_for_update", lambda self, **_: self.all())
        yield


@pytest.fixture
def without_locks() -> Any:
    """The way to turn the locks off for a while, to show that a race is there."""
    return locks_off
