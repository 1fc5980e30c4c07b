"""What a hall makes of its messages: older ones, the same twice, one before the page, one that is missing.

The page, its scripts and every message are the exchange's own; only the wire is the test's, which hands the messages
over in an order of its choice.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from config.env import ROOT
from kernel import clock
from tests.factories.deal import A, B, Deal, at
from tests.factories.journey import bid, bidding_lot

pytestmark = pytest.mark.django_db
ORIGIN = "http://hall.test"
PRICES = (50000, 55000, 60000, 65000)
NOON = at("03-26 12:00")

_WIRE = """
window.wires = [];
window.EventSource = class {
  constructor(url) { this.url = url; this.heard = {}; window.wires.push(this); }
  addEventListener(name, listener) { (this.heard[name] ??= []).push(listener); }
  close() {}
};
window.hand = (name, data, place) => {
  for (const each of window.wires.at(-1).heard[name]) each({ data, lastEventId: place });
};
window.cut = () => { for (const each of window.wires.at(-1).heard.error) each({}); };
"""
"""A wire in place of the stream: the test hands over what it wants."""


@pytest.fixture
def deal(settings: Any, tmp_path: Path) -> Iterator[Deal]:
    """A lot in bidding, at noon of 26 March."""
    settings.MEDIA_ROOT = tmp_path
    made = bidding_lot()
    with clock.simulated(NOON):
        yield made


def _said(deal: Deal) -> dict[str, Any]:
    """What the exchange tells of the lot now."""
    body: dict[str, Any] = Client().get(f"/listings/{deal.listing_id}/live.json").json()
    return body


def _told_bid_by_bid(deal: Deal) -> list[dict[str, Any]]:
    """Four bids, and the message after each."""
    messages = []
    for place, price in enumerate(PRICES):
        bid(deal, (A, B)[place % 2], price, now=NOON)
        messages.append(_said(deal))
    return messages


def _hall(deal: Deal) -> str:
    return Client().get(f"/listings/{deal.listing_id}/hall/").content.decode()


def _opened(chromium: Browser, html: str, *, script: str | None = None) -> Page:
    """The hall in a browser, with the exchange's own files, or with other words in the place of live.js."""
    page = chromium.new_context().new_page()

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if path == "/hall/":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif script is not None and "/live." in path and path.endswith(".js"):
            route.fulfill(body=script, content_type="text/javascript")
        elif path.startswith("/static/") and (found := _file(path)) is not None:
            route.fulfill(path=found)
        else:
            route.fulfill(status=204)

    page.route("**/*", answer)
    page.add_init_script(_WIRE)
    page.goto(f"{ORIGIN}/hall/")
    page.wait_for_function("window.wires.length > 0")
    return page


def _file(path: str) -> Path | None:
    name = path.removeprefix("/static/").partition("?")[0]
    found = ROOT / "static" / name
    return found if found.is_file() else None


def _hand(page: Page, message: dict[str, Any]) -> None:
    place = f"{message['bids']}-{message['version']}"
    page.evaluate("([data, place]) => hand('lot', data, place)", [json.dumps(message), place])


def _price(page: Page) -> str:
    return page.locator('#main [data-live="price"]').first.inner_text()


def _bid_history(page: Page) -> list[str]:
    """The sequence numbers in the bid history, as they stand there."""
    rows = page.locator("[data-bid-history] tr").all_inner_texts()
    return [row.split()[0] for row in rows if row.strip()]


def test_messages_that_come_late_twice_or_in_any_order_leave_the_newest_price_and_every_bid_once(
    deal: Deal, chromium: Browser
) -> None:
    html = _hall(deal)
    first, second, third, fourth = _told_bid_by_bid(deal)
    page = _opened(chromium, html)
    for message in (third, first, second, third, second):
        _hand(page, message)
        assert _price(page) == "60,000.00"
    assert _bid_history(page) == ["3", "2", "1"]
    _hand(page, fourth)
    expect(page.locator('#main [data-live="price"]').first).to_have_text("65,000.00")
    assert _bid_history(page) == ["4", "3", "2", "1"]
    page.context.close()


def test_a_message_from_before_the_page_was_made_changes_nothing(deal: Deal, chromium: Browser) -> None:
    first, _, _, fourth = _told_bid_by_bid(deal)
    page = _opened(chromium, _hall(deal))
    assert _price(page) == "65,000.00"
    _hand(page, fourth)
    _hand(page, first)
    assert _price(page) == "65,000.00"
    assert _bid_history(page) == ["4", "3", "2", "1"]
    page.context.close()


def test_messages_that_never_came_are_made_up_for_by_the_next(deal: Deal, chromium: Browser) -> None:
    html = _hall(deal)
    first, _, _, fourth = _told_bid_by_bid(deal)
    page = _opened(chromium, html)
    _hand(page, first)
    _hand(page, fourth)
    assert _bid_history(page) == ["4", "3", "2", "1"]
    page.context.close()


def test_without_the_look_at_the_version_an_old_message_would_bring_an_old_price(
    deal: Deal, chromium: Browser
) -> None:
    source = (ROOT / "static" / "live.js").read_text(encoding="utf-8")
    guard = next(line for line in source.splitlines() if "lot.version < shown.version" in line)
    html = _hall(deal)
    first, _, third, _ = _told_bid_by_bid(deal)
    page = _opened(chromium, html, script=source.replace(guard, ""))
    _hand(page, third)
    _hand(page, first)
    assert _price(page) == "50,000.00"
    page.context.close()
