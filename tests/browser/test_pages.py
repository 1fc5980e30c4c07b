"""Every page, as every role: readable by everybody, at every width, in Chinese, without a word to another host."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from apps.demo.organisations import PASSWORD
from tests.browser import audits, validator
from tests.browser.live_site import LiveSite, running_site
from tests.browser.pages import BY_ROLE, leave_in_hand, username, visited
from tests.browser.people import PHONE, WIDE, visitor
from tests.browser.validator import Reader

WHO = ["public", *BY_ROLE]


@pytest.fixture(scope="module")
def market(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveSite]:
    """The demonstration's market, served."""
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("market"), market=True) as made:
        leave_in_hand(now=made.now())
        yield made


@pytest.mark.parametrize("who", WHO)
def test_every_page_is_accessible_labelled_chinese_quiet_and_as_narrow_as_a_phone(
    market: LiveSite, chromium: Browser, who: str
) -> None:
    found: dict[str, list[str]] = {"axe": [], "labels": [], "english": [], "answers": [], "sideways": []}
    with visitor(chromium, market.origin, width=WIDE) as somebody:
        audits.bring_axe(somebody.context)
        if who != "public":
            somebody.sign_in(username(who))
        for visit in [each for each in visited() if each.who == who]:
            answer = somebody.open(visit.path)
            somebody.page.wait_for_load_state("load")
            expected = 404 if visit.path == "/no-such-page/" else 200
            if answer is None or answer.status != expected:
                found["answers"].append(f"{visit.path}: {answer and answer.status}")
            found["axe"] += audits.axe(somebody.page)
            found["labels"] += audits.without_label(somebody.page)
            found["english"] += audits.stray_english(somebody.page)
            somebody.page.set_viewport_size({"width": PHONE, "height": 740})
            if over := audits.sideways(somebody.page):
                found["sideways"].append(f"{visit.path}: {over} px")
            somebody.page.set_viewport_size({"width": WIDE, "height": 900})
        found["console"] = [each for each in somebody.watch.complaints if "/no-such-page/" not in each]
    assert found == {name: [] for name in found}


def test_every_page_is_valid_html(market: LiveSite, tmp_path: Path) -> None:
    """As it is sent, by the Nu Html Checker: what no browser has to guess, also the IE core of a dual-core one."""
    readers, count = {}, 0
    for visit in visited():
        if visit.who not in readers:
            name = "" if visit.who == "public" else username(visit.who)
            readers[visit.who] = Reader(market.origin, username=name, password=PASSWORD)
        text = readers[visit.who].page(visit.path)
        assert '<meta name="renderer" content="webkit">' in text, visit
        assert '<meta http-equiv="X-UA-Compatible" content="IE=edge">' in text, visit
        assert " hx-" not in text, visit
        count += 1
        (tmp_path / f"{count:03d}{re.sub(r'[^a-z0-9-]+', '_', visit.name)[:80]}.html").write_text(text)
    assert count > 150
    assert validator.faults(tmp_path) == []
