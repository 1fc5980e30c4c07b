"""Lots at three moments, played through real commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django import Settings

from tests.api.market import BIDDING, DONE, UNDECIDED, Market, market_at


@pytest.fixture
def own_files(settings: Settings, tmp_path: Path) -> None:
    """Files of a test lie in its own folder; counters of requests start at nought."""
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def undecided(db: None, own_files: None) -> Iterator[Market]:
    """An announced lot on which one application waits for a decision."""
    with market_at(UNDECIDED) as market:
        yield market


@pytest.fixture
def bidding(db: None, own_files: None) -> Iterator[Market]:
    """A lot in bidding."""
    with market_at(BIDDING) as market:
        yield market


@pytest.fixture
def done(db: None, own_files: None) -> Iterator[Market]:
    """A lot whose result is being published."""
    with market_at(DONE) as market:
        yield market
