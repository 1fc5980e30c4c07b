"""The bidder's board by clicks: several halls beside it, live, and an alert that a hidden tab gives."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect
from pytest_django import DjangoDbBlocker

from apps.stages.bidding.models import Bid
from kernel.money import capitals
from tests.browser.halls import Halls, live, tell
from tests.browser.people import PHONE, Visitor
from tests.browser.stand import stand

SOON = 20_000


@pytest.fixture(scope="module")
def halls(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
) -> Iterator[Halls]:
    """Two lots in bidding with two bidders each."""
    opened = {"one": timedelta(hours=12), "two": timedelta(hours=20)}
    with django_db_blocker.unblock(), stand(tmp_path_factory.mktemp("board"), market=False) as made:
        yield tell(made, chromium, **opened)


def board(somebody: Visitor) -> Page:
    """A bidder's board, live."""
    somebody.open("/desk/board/")
    live(somebody.page)
    return somebody.page


def row(halls: Halls, page: Page, name: str) -> Locator:
    """One lot on the board."""
    return page.locator(f'[data-lot="{halls.lot(name).pk}"]')


def beside(halls: Halls, page: Page, name: str) -> FrameLocator:
    """The hall of a lot, opened beside the board."""
    row(halls, page, name).get_by_role("link", name=re.compile("^打开报价")).click()
    frame = page.frame_locator(f'[data-panel="{halls.lot(name).pk}"] iframe')
    expect(frame.locator("html")).to_have_attribute("data-connection", "live", timeout=40_000)
    return frame


def figures(amount: Any) -> str:
    """An amount as pages write it."""
    return f"{amount.amount:,.2f}"


@pytest.mark.parametrize("width", [1440, PHONE])
def test_two_halls_open_beside_the_board_and_take_bids(halls: Halls, width: int) -> None:
    with halls.anybody("bidder1-op", width=width) as somebody:
        page = board(somebody)
        for name in ("one", "two"):
            frame = beside(halls, page, name)
            price = halls.next_price(name)
            frame.locator("[data-offer]").first.click()
            dialog = frame.get_by_role("dialog")
            expect(dialog).to_contain_text(capitals(price))
            expect(dialog).to_contain_text(capitals(halls.lot(name).total(price)))
            with page.expect_response(re.compile("/live/lots/[0-9]+/bids$")) as asked:
                dialog.get_by_role("button", name="确认报价").click()
            assert asked.value.request.headers["authorization"].startswith("Ticket ")
            expect(frame.locator("[data-receipt]")).to_contain_text("报价已接受", timeout=SOON)
            own = row(halls, page, name)
            expect(own.locator("[data-board-standing]")).to_have_text("领先", timeout=SOON)
            expect(own.locator("[data-board-own]")).to_have_text(figures(price))
            expect(own.locator('[data-live="price"]')).to_have_text(figures(price))
        expect(page.locator("[data-panel]")).to_have_count(2)
        expect(page).to_have_url(re.compile("/desk/board/$"))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name=re.compile("^关闭")).first.click()
        expect(page.locator("[data-panel]")).to_have_count(1)
        page.reload()
        expect(page.locator("[data-panel]")).to_have_count(1)
        assert somebody.watch.complaints == []


def test_being_outbid_changes_the_title_and_sounds_and_notifies_only_where_it_was_switched_on(
    halls: Halls,
) -> None:
    with halls.anybody("bidder1-op") as somebody:
        somebody.context.grant_permissions(["notifications"], origin=somebody.origin)
        somebody.context.add_init_script(
            "window.told = []; window.asks = 0;"
            "window.Notification = class { constructor(t, o) { told.push([t, o.body]); } addEventListener() {}"
            " static get permission() { return 'granted'; }"
            " static async requestPermission() { asks += 1; return 'granted'; } };"
        )
        page = board(somebody)
        plain = page.title()
        halls.place("one", "bidder1", str(halls.next_price("one")))
        expect(row(halls, page, "one").locator("[data-board-standing]")).to_have_text("领先", timeout=SOON)
        halls.place("one", "bidder2", str(halls.next_price("one")))
        expect(page).to_have_title(re.compile("^【已被超越】"), timeout=SOON)
        expect(row(halls, page, "one").locator("[data-board-standing]")).to_have_text("已被超越")
        assert page.evaluate("[told.length, asks, document.documentElement.dataset.tones || 0]") == [0, 0, 0]

        for name in ("提示音", "浏览器通知"):
            switch = page.get_by_role("button", name=name)
            expect(switch).to_have_attribute("aria-pressed", "false")
            switch.click()
            expect(switch).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("asks") == 1
        before = int(page.evaluate("document.documentElement.dataset.tones"))
        halls.place("one", "bidder1", str(halls.next_price("one")))
        expect(page).to_have_title(plain, timeout=SOON)
        page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
        halls.place("one", "bidder2", str(halls.next_price("one")))
        expect(page).to_have_title(re.compile("^【已被超越】"), timeout=SOON)
        assert int(page.evaluate("document.documentElement.dataset.tones")) == before + 1
        ((title, text),) = page.evaluate("told")
        assert title == "已被超越"
        assert str(halls.lot("one").number) in text
        assert somebody.watch.complaints == []


def test_a_lot_under_ten_minutes_moves_up_while_one_looks(halls: Halls) -> None:
    with halls.anybody("bidder1-op") as somebody:
        page = board(somebody)
        expect(page.locator("[data-lot]").first).not_to_have_class(re.compile("board-soon"))
        later = halls.lot("one")
        assert later.closes_at is not None
        halls.stand.move(later.closes_at - halls.stand.now() - timedelta(minutes=9))
        expect(row(halls, page, "one")).to_have_class(re.compile("board-soon"), timeout=SOON)
        expect(page.locator("[data-lot]").first).to_have_attribute("data-lot", str(later.pk))
        assert Bid.objects.filter(listing=later).exists()
