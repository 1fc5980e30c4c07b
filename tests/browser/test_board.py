"""The bidder's board by clicks: several halls beside it, live, and an alert that a hidden tab gives."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect
from pytest_django import DjangoDbBlocker

from apps.stages.bidding.models import Bid
from kernel.money import Yuan, capitals
from tests.browser.hall_pages import HallPages, live, tell
from tests.browser.live_site import running_site
from tests.browser.people import PHONE, Visitor

SOON = 20_000


@pytest.fixture(scope="module")
def hall_pages(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
) -> Iterator[HallPages]:
    """Two lots in bidding with two bidders each."""
    opened = {"one": timedelta(hours=12), "two": timedelta(hours=20)}
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("board"), market=False) as made:
        yield tell(made, chromium, **opened)


def board(somebody: Visitor) -> Page:
    """A bidder's board, live."""
    somebody.open("/desk/board/")
    live(somebody.page)
    return somebody.page


def row(hall_pages: HallPages, page: Page, name: str) -> Locator:
    """One lot on the board."""
    return page.locator(f'[data-lot="{hall_pages.lot(name).pk}"]')


def beside(hall_pages: HallPages, page: Page, name: str) -> FrameLocator:
    """The hall of a lot, opened beside the board."""
    row(hall_pages, page, name).get_by_role("link", name=re.compile("^打开报价")).click()
    frame = page.frame_locator(f'[data-panel="{hall_pages.lot(name).pk}"] iframe')
    expect(frame.locator("html")).to_have_attribute("data-connection", "live", timeout=40_000)
    return frame


def figures(amount: Any) -> str:
    """An amount as pages write it."""
    return f"{amount.amount:,.2f}"


@pytest.mark.parametrize("width", [1440, PHONE])
def test_two_halls_open_beside_the_board_and_take_bids(hall_pages: HallPages, width: int) -> None:
    with hall_pages.anybody("bidder1-op", width=width) as somebody:
        page = board(somebody)
        for name in ("one", "two"):
            frame = beside(hall_pages, page, name)
            price = hall_pages.next_price(name)
            frame.locator("[data-offer]").first.click()
            dialog = frame.get_by_role("dialog")
            expect(dialog).to_contain_text(capitals(price), timeout=20_000)
            expect(dialog).to_contain_text(capitals(hall_pages.lot(name).total(price)))
            with page.expect_response(re.compile("/live/lots/[0-9]+/bids$")) as asked:
                dialog.get_by_role("button", name="确认报价").press(
                    "Enter"
                )  # a frame in a narrow window scrolls late under a pointer
            assert asked.value.request.headers["authorization"].startswith("Ticket ")
            expect(frame.locator("[data-receipt]")).to_contain_text("报价已接受", timeout=SOON)
            own = row(hall_pages, page, name)
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
    hall_pages: HallPages,
) -> None:
    with hall_pages.anybody("bidder1-op") as somebody:
        somebody.context.grant_permissions(["notifications"], origin=somebody.origin)
        somebody.context.add_init_script(
            "window.told = []; window.asks = 0;"
            "window.Notification = class { constructor(t, o) { told.push([t, o.body]); } addEventListener() {}"
            " static get permission() { return 'granted'; }"
            " static async requestPermission() { asks += 1; return 'granted'; } };"
        )
        page = board(somebody)
        plain = page.title()
        hall_pages.place("one", "bidder1", str(hall_pages.next_price("one")))
        expect(row(hall_pages, page, "one").locator("[data-board-standing]")).to_have_text(
            "领先", timeout=SOON
        )
        hall_pages.place("one", "bidder2", str(hall_pages.next_price("one")))
        expect(page).to_have_title(re.compile("^【已被超越】"), timeout=SOON)
        expect(row(hall_pages, page, "one").locator("[data-board-standing]")).to_have_text("已被超越")
        assert page.evaluate("[told.length, asks, document.documentElement.dataset.tones || 0]") == [0, 0, 0]

        for name in ("提示音", "浏览器通知"):
            switch = page.get_by_role("button", name=name)
            expect(switch).to_have_attribute("aria-pressed", "false")
            switch.click()
            expect(switch).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("asks") == 1
        before = int(page.evaluate("document.documentElement.dataset.tones"))
        hall_pages.place("one", "bidder1", str(hall_pages.next_price("one")))
        expect(page).to_have_title(plain, timeout=SOON)
        page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
        hall_pages.place("one", "bidder2", str(hall_pages.next_price("one")))
        expect(page).to_have_title(re.compile("^【已被超越】"), timeout=SOON)
        assert int(page.evaluate("document.documentElement.dataset.tones")) == before + 1
        ((title, text),) = page.evaluate("told")
        assert title == "已被超越"
        assert str(hall_pages.lot("one").number) in text
        assert somebody.watch.complaints == []


def test_a_low_figure_is_stopped_at_once_a_leader_is_warned_and_a_receipt_leaves_the_buttons(
    hall_pages: HallPages,
) -> None:
    with hall_pages.hall("two", "bidder1") as (somebody,):
        page = somebody.page
        price = hall_pages.next_price("two")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        page.get_by_label(re.compile("^自行填写单价")).fill(str(price - Yuan("0.01")))
        page.get_by_role("button", name="核对报价").click()
        refusal = page.locator("[data-refusal]").get_by_role("alert")
        expect(refusal).to_contain_text(f"最低有效报价为 {figures(price)} 元")
        assert sent == []
        first = page.locator("[data-offer]").first
        before = first.bounding_box()
        first.click()
        page.get_by_role("dialog").get_by_role("button", name="确认报价").click()
        expect(page.locator("[data-receipt]")).to_contain_text("报价已接受", timeout=SOON)
        after = first.bounding_box()
        assert before is not None
        assert after is not None
        assert abs(after["y"] - before["y"]) < 80
        first.click()
        expect(page.get_by_role("dialog")).to_contain_text("抬高本单位自己的价格", timeout=SOON)
        assert somebody.watch.complaints == []


def test_the_public_hall_leads_a_bidder_in_and_a_lot_is_watched_by_a_click(hall_pages: HallPages) -> None:
    lot = hall_pages.lot("two")
    with hall_pages.anybody("bidder1-op") as somebody:
        page = somebody.page
        somebody.open(f"/listings/{lot.pk}/hall/")
        page.get_by_role("link", name="进入本单位竞价大厅").click()
        expect(page).to_have_url(re.compile(f"/desk/listings/{lot.pk}/bid/$"))
        somebody.open(f"/listings/{lot.pk}/")
        page.get_by_role("button", name="提醒我").click()
        expect(page.get_by_role("status").filter(has_text="已关注")).to_be_visible()
        page.get_by_role("link", name="工作台").first.click()
        page.get_by_role("link", name="我的关注").click()
        expect(page.locator("tbody tr")).to_contain_text(str(lot.number))
        page.get_by_role("button", name="取消关注").click()
        expect(page.get_by_text("尚未关注任何项目")).to_be_visible()
        assert somebody.watch.complaints == []
    with hall_pages.anybody() as stranger:
        stranger.open(f"/listings/{lot.pk}/hall/")
        expect(stranger.page.get_by_role("link", name="进入本单位竞价大厅")).to_have_count(0)


def test_a_lot_under_ten_minutes_moves_up_while_one_looks(hall_pages: HallPages) -> None:
    with hall_pages.anybody("bidder1-op") as somebody:
        page = board(somebody)
        expect(page.locator("[data-lot]").first).not_to_have_class(re.compile("board-soon"))
        later = hall_pages.lot("one")
        assert later.closes_at is not None
        hall_pages.live_site.move(later.closes_at - hall_pages.live_site.now() - timedelta(minutes=9))
        expect(row(hall_pages, page, "one")).to_have_class(re.compile("board-soon"), timeout=SOON)
        expect(page.locator("[data-lot]").first).to_have_attribute("data-lot", str(later.pk))
        assert Bid.objects.filter(listing=later).exists()
