"""One browser for all tests of this folder; a stand for each module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import people


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with people.browser() as found:
        yield found
