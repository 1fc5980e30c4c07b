"""What the portal showed is noted by the digest of a screenshot, which the page computes from the file."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import DjangoDbBlocker

from tests.browser.hall_pages import HallPages, tell
from tests.browser.live_site import running_site


@pytest.fixture(scope="module")
def hall_pages(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
) -> Iterator[HallPages]:
    """One lot in bidding."""
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("digest"), market=False) as made:
        yield tell(made, chromium, open=timedelta(hours=12))


def test_a_chosen_screenshot_fills_in_its_digest_and_is_not_sent(
    hall_pages: HallPages, tmp_path: Path
) -> None:
    picture = tmp_path / "portal.png"
    picture.write_bytes(b"what the portal showed" * 1000)
    with hall_pages.anybody("centre-op") as somebody:
        somebody.open(f"/desk/acts/announcement.note_portal/{hall_pages.lot('open').pk}/")
        somebody.page.set_input_files("[data-digest-into]", picture)
        field = somebody.page.locator("[name=screenshot_sha256]")
        expect(field).to_have_value(hashlib.sha256(picture.read_bytes()).hexdigest())
        sent = somebody.page.locator("#act-form [type=file]").evaluate_all(
            "all => all.map(each => each.name)"
        )
        assert sent == [""]
        assert somebody.watch.complaints == []
