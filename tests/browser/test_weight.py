"""What pages weigh: scripts small enough for a slow line, nothing from elsewhere, no picture that makes text jump."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Response
from pytest_django import DjangoDbBlocker

from tests.browser.hall_pages import HallPages, tell
from tests.browser.live_site import running_site
from tests.browser.people import Visitor

MOST_SCRIPT = 300_000
"""Bytes of scripts of one page, each compressed by gzip; charts and maps apart."""
APART = ("/static/vendor/echarts/", "/static/vendor/ol/")
PUBLIC = (
    "/",
    "/announcements/",
    "/listings/",
    "/listings/{lot}/",
    "/listings/{lot}/hall/",
    "/results/",
    "/market/",
    "/guide/",
    "/rules/",
    "/verify/",
    "/open-data/",
    "/login/",
)
BIDDER = (
    "/desk/",
    "/desk/listings/",
    "/desk/registrations/",
    "/desk/quota/",
    "/desk/notices/",
    "/desk/listings/{lot}/",
    "/desk/listings/{lot}/bid/",
)
_SIZELESS = """() => [...document.querySelectorAll("img")]
  .filter((each) => !(each.getAttribute("width") > 0 && each.getAttribute("height") > 0))
  .map((each) => each.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def hall_pages(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
) -> Iterator[HallPages]:
    """One lot in bidding."""
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("weight"), market=False) as made:
        yield tell(made, chromium, open=timedelta(hours=12))


def _visit(somebody: Visitor, path: str) -> tuple[int, list[str]]:
    """The weight of a page's scripts, and its pictures without a size."""
    heard: list[Response] = []

    def hear(answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.frame == somebody.page.main_frame:
            heard.clear()  # what was heard before is what the page before asked for last
        heard.append(answer)

    somebody.page.on("response", hear)
    answer = somebody.open(path)
    somebody.page.wait_for_load_state("load")
    somebody.page.remove_listener("response", hear)
    assert answer is not None
    assert answer.status == 200, path
    scripts = [each for each in heard if each.request.resource_type == "script"]
    assert scripts, path
    own = [each for each in scripts if not urlsplit(each.url).path.startswith(APART)]
    sizeless: list[str] = somebody.page.evaluate(_SIZELESS)
    # Asked for again: the browser drops the body of an answer when a page or worker that asked for it has gone.
    again = [somebody.page.request.get(each.url) for each in own]
    assert all(each.ok for each in again), path
    return sum(len(gzip.compress(each.body())) for each in again), sizeless


@pytest.mark.parametrize(("who", "paths"), [("", PUBLIC), ("bidder1-op", BIDDER)], ids=["public", "bidder"])
def test_pages_are_light_stay_home_and_do_not_jump(
    hall_pages: HallPages, who: str, paths: tuple[str, ...]
) -> None:
    heavy, jumping = {}, {}
    with hall_pages.anybody(who) as somebody:
        for path in paths:
            weight, sizeless = _visit(somebody, path.format(lot=hall_pages.lot("open").pk))
            if weight > MOST_SCRIPT:
                heavy[path] = weight
            if sizeless:
                jumping[path] = sizeless
        assert heavy == {}
        assert jumping == {}
        assert somebody.watch.complaints == []
