"""A browser and a stand for each module; nothing of Playwright's stays in the process after it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import people


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with people.browser() as found:
        yield found
