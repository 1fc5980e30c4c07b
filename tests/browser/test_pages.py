"""Every page, as every role: readable by everybody, at every width, in Chinese, without a word to another host."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from tests.browser import audits
from tests.browser.people import PHONE, WIDE, visitor
from tests.browser.sights import BY_ROLE, leave_in_hand, sights, username
from tests.browser.stand import Stand, stand

WHO = ["public", *BY_ROLE]


@pytest.fixture(scope="module")
def market(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stand]:
    """The demonstration's market, served."""
    with django_db_blocker.unblock(), stand(tmp_path_factory.mktemp("market"), market=True) as made:
        leave_in_hand(now=made.now())
        yield made


@pytest.mark.parametrize("who", WHO)
def test_every_page_is_accessible_labelled_chinese_and_quiet(
    market: Stand, chromium: Browser, who: str
) -> None:
    found: dict[str, list[str]] = {"axe": [], "labels": [], "english": [], "answers": []}
    with visitor(chromium, market.origin, width=WIDE) as somebody:
        if who != "public":
            somebody.sign_in(username(who))
        for sight in [each for each in sights() if each.who == who]:
            answer = somebody.open(sight.path)
            somebody.page.wait_for_load_state("load")
            expected = 404 if sight.path == "/no-such-page/" else 200
            if answer is None or answer.status != expected:
                found["answers"].append(f"{sight.path}: {answer and answer.status}")
            found["axe"] += audits.axe(somebody.page)
            found["labels"] += audits.without_label(somebody.page)
            found["english"] += audits.stray_english(somebody.page)
        found["console"] = [each for each in somebody.watch.complaints if "/no-such-page/" not in each]
    assert found == {name: [] for name in found}


@pytest.mark.parametrize("who", WHO)
def test_no_page_scrolls_sideways_on_a_phone(market: Stand, chromium: Browser, who: str) -> None:
    wide: list[str] = []
    with visitor(chromium, market.origin, width=PHONE, height=740) as somebody:
        if who != "public":
            somebody.sign_in(username(who))
        for sight in [each for each in sights() if each.who == who]:
            somebody.open(sight.path)
            somebody.page.wait_for_load_state("load")
            if over := audits.sideways(somebody.page):
                wide.append(f"{sight.path}: {over} px")
    assert wide == []
