"""The halls, live: bidders and spectators at one lot, cut lines, wrong clocks, the keyboard alone, and no scripts."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from pytest_django import DjangoDbBlocker

from apps.stages.bidding.models import Bid
from kernel.clock import beijing
from kernel.money import Yuan, capitals
from tests.browser import audits
from tests.browser.desk import desks, hand_in
from tests.browser.hall_pages import HallPages, live, shown, tell
from tests.browser.live_site import running_site
from tests.browser.people import PHONE

SOON = 15_000
RECOVERY = 60_000
LOST = re.compile("连接中断")


@pytest.fixture(scope="module")
def hall_pages(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    chromium: Browser,
) -> Iterator[HallPages]:
    """Four lots with two bidders each: one open for long, one near its close, one to be stopped, one yet to open."""
    opened = {
        "open": timedelta(hours=12),
        "timed": timedelta(days=3),
        "stopped": timedelta(hours=12),
        "coming": timedelta(days=-2),
    }
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("halls"), market=False) as made:
        yield tell(made, chromium, **opened)


def entry(page: Page) -> Locator:
    """The field for a price of one's own."""
    return page.get_by_label(re.compile("^自行填写单价"))


def ask(page: Page, price: object) -> None:
    """Type a price and have it checked."""
    entry(page).fill(str(price))
    page.get_by_role("button", name="核对报价").click()


def confirm(page: Page) -> None:
    """Confirm what the dialog repeats, and see the receipt."""
    page.get_by_role("dialog").get_by_role("button", name="确认报价").click()
    expect(page.locator("[data-receipt]")).to_contain_text("报价已接受", timeout=SOON)


def standing(page: Page) -> Locator:
    """The one line that says how the bidder stands."""
    return page.locator("[data-standing-word]")


def money(amount: Yuan) -> str:
    """An amount in figures as pages write it."""
    return f"{amount.amount:,.2f}"


def count(hall_pages: HallPages, name: str) -> int:
    """How many bids the database has of a lot."""
    return Bid.objects.filter(listing=hall_pages.lot(name)).count()


def messages(page: Page) -> list[str]:
    """What streams tell this page from now on."""
    heard: list[str] = []
    line = page.context.new_cdp_session(page)
    line.on("Network.eventSourceMessageReceived", lambda said: heard.append(said["data"]))
    line.send("Network.enable")
    return heard


# --- two bidders and a spectator


def test_a_bid_shows_everywhere_without_reload_and_nowhere_who_bid(hall_pages: HallPages) -> None:
    names = {hall_pages.organisations.by_key[key].name for key in ("bidder1", "bidder2")}
    names |= {"bidder1", "bidder2", "竞买方"}
    with hall_pages.hall("open", "bidder1", "bidder2", "") as (first, second, public):
        heard = {"second": messages(second.page), "public": messages(public.page)}
        price = hall_pages.next_price("open", steps=1)
        ask(first.page, price)
        confirm(first.page)
        expect(standing(first.page)).to_have_text("领先")
        after = hall_pages.next_price("open")
        second.page.locator("[data-offer]").first.click()
        confirm(second.page)
        lot = hall_pages.lot("open")
        total = lot.total(after)
        for somebody in (first, second, public):
            expect(shown(somebody.page, "price")).to_have_text(money(after), timeout=SOON)
            expect(shown(somebody.page, "capitals")).to_have_text(capitals(after))
            expect(shown(somebody.page, "total_capitals")).to_have_text(capitals(total))
            expect(shown(somebody.page, "wan")).to_have_text(f"{total.amount / 10000:,.0f}")
            expect(shown(somebody.page, "bids")).to_have_text(str(count(hall_pages, "open")))
            rows = somebody.page.locator("[data-bid-history] tr").evaluate_all(
                "rows => rows.map((row) => Number(row.dataset.n))"
            )
            assert rows == sorted(rows, reverse=True)
            assert len(rows) == len(set(rows)) == count(hall_pages, "open")
        expect(standing(second.page)).to_have_text("领先")
        expect(standing(first.page)).to_have_text("已被超越", timeout=SOON)
        expect(first.page.locator("[data-outbid]")).to_contain_text(money(after), timeout=SOON)
        for somebody in (first, second):
            own = somebody.page.locator("[data-hall]").get_attribute("data-paddle")
            for row in somebody.page.locator("[data-bid-history] tr").all():
                paddle = row.locator(".history-paddle").inner_text().split()[0]
                expect(row.get_by_text("本单位")).to_have_count(1 if paddle == own else 0)
        last = Bid.objects.filter(listing=lot).order_by("-sequence").first()
        assert last is not None
        receipt = second.page.locator("[data-receipt]")
        for text in (money(after), capitals(after), capitals(total), last.hash, last.previous_hash):
            expect(receipt).to_contain_text(text)
        expect(second.page.locator("[data-own-rows] tr").first).to_contain_text(money(after))

        assert any('"bid_history"' in each for each in heard["public"])
        for text in (public.page.content(), *heard["public"], *heard["second"]):
            assert not [name for name in names if name in text]
        for somebody, other in ((first, "bidder2"), (second, "bidder1")):
            assert hall_pages.organisations.by_key[other].name not in somebody.page.content()
        assert first.watch.complaints + second.watch.complaints + public.watch.complaints == []


# --- the line

_WHEN_LOST = """() => {
  window.offlineAt = window.lostAt = null;
  addEventListener("offline", () => { window.offlineAt = performance.now(); });
  new MutationObserver(() => { window.lostAt ??= performance.now(); })
    .observe(document.querySelector("[data-lost]"), { attributeFilter: ["hidden"] });
}"""


def test_a_cut_line_says_so_within_three_seconds_and_no_price_is_lost(hall_pages: HallPages) -> None:
    with hall_pages.hall("open", "bidder1", "") as people:
        for somebody in people:
            somebody.watch.forgiven = ("ERR_INTERNET_DISCONNECTED",)
            somebody.page.evaluate(_WHEN_LOST)
        missed = []
        with hall_pages.silent():
            for somebody in people:
                somebody.context.set_offline(True)
            for somebody in people:
                expect(somebody.page.locator("[data-lost]")).to_be_visible(timeout=SOON)
                expect(somebody.page.locator("[data-lost]")).to_contain_text(LOST)
                assert somebody.page.evaluate("lostAt - offlineAt") <= 3000
            expect(standing(people[0].page)).to_have_text("连接中断")
            for key in ("bidder2", "bidder1", "bidder2"):
                missed.append(hall_pages.next_price("open"))
                hall_pages.place("open", key, str(missed[-1]))
            for somebody in people:
                expect(shown(somebody.page, "price")).not_to_have_text(money(missed[-1]))
        for somebody in people:
            somebody.context.set_offline(False)
        for somebody in people:
            live(somebody.page)
            expect(somebody.page.locator("[data-lost]")).to_be_hidden()
            expect(shown(somebody.page, "price")).to_have_text(money(missed[-1]), timeout=RECOVERY)
            for price in missed:
                expect(somebody.page.locator("[data-bid-history]")).to_contain_text(money(price))
            assert somebody.watch.complaints == []


def test_without_the_live_process_prices_come_by_asking_until_it_is_back(hall_pages: HallPages) -> None:
    with hall_pages.hall("open", "bidder1", "") as people:
        for somebody in people:
            somebody.watch.forgiven = ("/live/", "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING")
        hall_pages.live_site.stop("live")
        try:
            for somebody in people:
                expect(somebody.page.locator("html")).to_have_attribute(
                    "data-connection", "polling", timeout=RECOVERY
                )
                expect(somebody.page.locator("[data-line]").first).to_contain_text("改为每 2 秒查询一次")
            price = hall_pages.next_price("open")
            hall_pages.place("open", "bidder2", str(price))
            for somebody in people:
                expect(shown(somebody.page, "price")).to_have_text(money(price), timeout=SOON)
        finally:
            hall_pages.live_site.start_live()
        price = hall_pages.next_price("open")
        hall_pages.place("open", "bidder2", str(price))
        for somebody in people:
            live(somebody.page)
            expect(somebody.page.locator("[data-line]").first).to_have_text("实时")
            expect(shown(somebody.page, "price")).to_have_text(money(price), timeout=SOON)
            assert somebody.watch.complaints == []


_WRONG_CLOCK = """(() => {
  const Right = Date, off = 27 * 3600 * 1000;
  window.Date = class extends Right {
    constructor(...given) { given.length ? super(...given) : super(Right.now() + off); }
    static now() { return Right.now() + off; }
  };
})()"""


def _seconds(text: str) -> int:
    found = re.search(r"(?:(\d+) 天 )?(\d+) 时 (\d+) 分 (\d+) 秒", text)
    assert found is not None, text
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def test_a_visitors_clock_wrong_by_a_day_changes_nothing(hall_pages: HallPages) -> None:
    with hall_pages.anybody("bidder1-op") as somebody:
        somebody.context.add_init_script(_WRONG_CLOCK)
        somebody.open(hall_pages.inside("open", "bidder1"))
        page = somebody.page
        live(page)
        expect(page.locator("[data-clock]")).to_contain_text("误差")
        told = re.search(r"(\d\d):(\d\d):(\d\d)", page.locator("[data-clock]").inner_text())
        left = _seconds(page.locator(".hall-countdown").inner_text())
        now = hall_pages.live_site.now()
        assert told is not None
        hours, minutes, seconds = (int(each) for each in told.groups())
        at = beijing(now).replace(hour=hours, minute=minutes, second=seconds, microsecond=0)
        apart = abs((at - now).total_seconds())
        assert min(apart, 86_400 - apart) < 30
        closes = hall_pages.lot("open").closes_at
        assert closes is not None
        assert abs((closes - now).total_seconds() - left) < 30
        price = hall_pages.next_price("open")
        ask(page, price)
        confirm(page)
        made = Bid.objects.get(listing=hall_pages.lot("open"), unit_price=price)
        assert abs((made.received_at - now).total_seconds()) < 60
        expect(page.locator("[data-receipt]")).to_contain_text(f"{beijing(made.received_at):%H:%M:%S}")


# --- bidding


def test_a_bid_by_keyboard_alone(hall_pages: HallPages) -> None:
    with hall_pages.hall("open", "bidder1") as (somebody,):
        page = somebody.page
        focused = "document.activeElement.id || document.activeElement.outerHTML.slice(0, 200)"
        place = "document.activeElement.matches('[data-offer]')"
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate(place):
                break
        assert page.evaluate(place), page.evaluate(focused)
        before = count(hall_pages, "open")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("button", name="确认报价")).to_be_focused()
        for _ in range(8):
            page.keyboard.press("Tab")
            assert page.evaluate(
                "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
            ), page.evaluate(focused)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        assert page.evaluate(place), page.evaluate(focused)
        assert count(hall_pages, "open") == before

        page.keyboard.press("Enter")
        expect(dialog.get_by_role("button", name="确认报价")).to_be_focused()
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(page.locator("[data-receipt]")).to_contain_text("报价已接受")
        expect(page.locator("[data-receipt] [tabindex]")).to_be_focused()
        assert count(hall_pages, "open") == before + 1

        expect(page.locator("[data-say]")).to_have_attribute("aria-live", "polite")
        expect(page.locator("[data-standing].hall-standing")).to_have_attribute("role", "status")
        for urgent in ("[data-lost]", "[data-outbid]"):
            expect(page.locator(urgent)).to_have_attribute("role", "alert")
        expect(page.locator("[data-clock]")).not_to_have_attribute("aria-live", re.compile("."))
        expect(page.locator("[data-say]")).to_contain_text("当前最高价", timeout=SOON)


def test_a_price_far_above_is_asked_for_twice(hall_pages: HallPages) -> None:
    with hall_pages.hall("open", "bidder1") as (somebody,):
        page = somebody.page
        before = count(hall_pages, "open")
        price = hall_pages.next_price("open", steps=10)
        ask(page, price)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("是否多写了一位数")
        expect(dialog).to_contain_text(capitals(price))
        button = dialog.get_by_role("button", name="确认报价")
        expect(button).to_be_disabled()
        # A page that does not keep the button back is asked again by the server.
        dialog.locator("form").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        expect(dialog.get_by_role("checkbox")).to_have_attribute("aria-invalid", "true")
        assert count(hall_pages, "open") == before
        dialog.get_by_role("checkbox").check()
        confirm(page)
        assert Bid.objects.filter(listing=hall_pages.lot("open"), unit_price=price).count() == 1


def test_a_price_that_moved_meanwhile_is_refused_at_the_field(hall_pages: HallPages) -> None:
    hall_pages.place("open", "bidder2", str(hall_pages.next_price("open")))
    with hall_pages.hall("open", "bidder1") as (somebody,):
        page = somebody.page
        price = hall_pages.next_price("open", steps=2)
        ask(page, price)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        meanwhile = hall_pages.next_price("open")
        hall_pages.place("open", "bidder2", str(meanwhile))
        expect(dialog).to_contain_text(f"价格已变为 {money(meanwhile)}", timeout=SOON)
        before = count(hall_pages, "open")
        dialog.get_by_role("button", name="确认报价").click()
        expect(page.locator("[data-refusal]")).to_contain_text("您看到的价格已变化")
        expect(page.locator("[data-refusal]")).to_contain_text("stale_price")
        expect(dialog).to_be_hidden()
        expect(entry(page)).to_have_value(str(price))
        expect(entry(page)).to_have_attribute("aria-invalid", "true")
        assert count(hall_pages, "open") == before


def test_what_is_no_price_is_refused_at_the_field_in_chinese(hall_pages: HallPages) -> None:
    with hall_pages.hall("open", "bidder1") as (somebody,):
        page = somebody.page
        before = count(hall_pages, "open")
        for typed in ("１２", "1e9", "-5", "55000.001", "五万"):
            ask(page, typed)
            refusal = page.locator("[data-refusal]")
            expect(refusal.get_by_role("alert")).to_contain_text(re.compile("[一-龥]{4}"))
            expect(entry(page)).to_have_value(typed)
            expect(page.get_by_role("dialog")).to_be_hidden()
            expect(entry(page)).to_have_attribute("aria-invalid", "true")
            entry(page).fill("")
            expect(refusal).to_be_empty()
        assert count(hall_pages, "open") == before
        assert [each for each in somebody.watch.complaints if "4" not in each] == []


def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(hall_pages: HallPages) -> None:
    """The bid address takes the bid and its answer is lost; so is the first answer of the page's own address."""
    with hall_pages.hall("open", "bidder1") as (somebody,):
        page = somebody.page
        somebody.watch.forgiven = ("ERR_FAILED",)
        taken: list[dict[str, Any]] = []
        quick: list[dict[str, Any]] = []

        def lose(route: Route) -> None:
            quick.append(json.loads(route.fetch().text()))
            route.abort()

        def lose_the_first(route: Route) -> None:
            if "\r\n\r\nconfirm\r\n" not in (route.request.post_data or ""):
                route.continue_()
                return
            answer = route.fetch()
            taken.append(json.loads(answer.text()))
            if len(taken) == 1:
                route.abort()
            else:
                route.fulfill(response=answer)

        page.route("**/bids", lose)
        page.route("**/bid/", lose_the_first)
        before = count(hall_pages, "open")
        ask(page, hall_pages.next_price("open"))
        confirm(page)
        assert (len(quick), len(taken)) == (1, 2)
        assert quick[0]["outcome"] == "done"
        assert quick[0]["detail"]["sequence"] == taken[0]["sequence"] == taken[1]["sequence"]
        assert taken[0]["html"] == taken[1]["html"]
        assert count(hall_pages, "open") == before + 1
        sequence = taken[0]["sequence"]
        expect(page.locator(f'[data-own-rows] [data-own="{sequence}"]')).to_have_count(1)
        assert somebody.watch.complaints == []


def test_a_bid_goes_over_the_bid_address_with_a_ticket_that_is_renewed(hall_pages: HallPages) -> None:
    with hall_pages.hall("open", "bidder1") as (somebody,):
        page = somebody.page
        said: list[tuple[str, str]] = []
        page.on("request", lambda sent: said.append((sent.method, sent.url.partition("?")[0])))
        hall_pages.live_site.move(timedelta(minutes=20))
        # The live process reads the clock once a second; asked for the time, it reads it now.
        page.request.get(f"http://127.0.0.1:{hall_pages.live_site.live_port}/live/time")
        price = hall_pages.next_price("open")
        ask(page, price)
        confirm(page)
        assert hall_pages.lot("open").bids.latest("sequence").unit_price == price
        quick = [url for method, url in said if method == "POST" and url.endswith("/bids")]
        assert len(quick) == 2
        assert sum(url.endswith("/bid/ticket/") for _, url in said) == 1
        assert somebody.watch.complaints == []


def test_a_bid_by_forms_alone(hall_pages: HallPages) -> None:
    with hall_pages.anybody("bidder1-op"):
        pass
    with hall_pages.anybody("bidder1-op", java_script_enabled=False) as somebody:
        page = somebody.page
        somebody.open(hall_pages.inside("open", "bidder1"))
        ask(page, "1e9")
        expect(page.locator("[data-refusal]").get_by_role("alert")).to_be_visible()
        expect(entry(page)).to_have_value("1e9")
        price = hall_pages.next_price("open")
        ask(page, price)
        expect(page.get_by_role("main")).to_contain_text(capitals(price))
        page.get_by_role("button", name="确认报价").click()
        expect(page.get_by_role("main")).to_contain_text("报价已接受")
        expect(standing(page)).to_have_text("领先")
        assert Bid.objects.filter(listing=hall_pages.lot("open"), unit_price=price).count() == 1


_SMALL = """() => [
  ...document.querySelectorAll("#main button, #main .btn, dialog button, dialog input")
].filter((each) => {
  if (each.type === "hidden" || !each.checkVisibility()) return false;
  const box = each.getBoundingClientRect();
  const label = each.labels && each.labels[0] ? each.labels[0].getBoundingClientRect().height : 0;
  return Math.max(box.height, label) < 24 || box.width + label < 24;
}).map((each) => each.outerHTML.slice(0, 120))"""


def test_a_bid_on_a_phone(hall_pages: HallPages) -> None:
    with hall_pages.hall("open", "bidder1", width=PHONE, height=740, has_touch=True) as (somebody,):
        page = somebody.page
        assert audits.sideways(page) == 0
        assert page.evaluate(_SMALL) == []
        price = hall_pages.next_price("open", steps=8)
        ask(page, price)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert audits.sideways(page) == 0
        assert page.evaluate(_SMALL) == []
        assert dialog.evaluate("each => each.scrollWidth <= each.clientWidth")
        dialog.get_by_role("checkbox").check()
        confirm(page)
        assert audits.sideways(page) == 0
        assert Bid.objects.filter(listing=hall_pages.lot("open"), unit_price=price).count() == 1


# --- for everybody


def test_halls_and_auction_monitor_are_accessible(hall_pages: HallPages) -> None:
    found: list[str] = []
    hall_pages.place("open", "bidder2", str(hall_pages.next_price("open")))
    with hall_pages.hall("open", "bidder1", "") as (bidder, public):
        ask(bidder.page, hall_pages.next_price("open", steps=9))
        expect(bidder.page.get_by_role("dialog")).to_be_visible()
        found += audits.axe(bidder.page) + audits.without_label(bidder.page)
        bidder.page.keyboard.press("Escape")
        ask(bidder.page, "-5")
        expect(bidder.page.locator("[data-refusal]").get_by_role("alert")).to_be_visible()
        found += audits.axe(bidder.page) + audits.stray_english(bidder.page)
        found += audits.axe(public.page) + audits.stray_english(public.page)
        public.open(f"{hall_pages.inside('open')}?screen=1")
        found += audits.axe(public.page)
    with hall_pages.anybody("centre-op") as centre:
        centre.open("/desk/auctions/")
        live(centre.page)
        found += audits.axe(centre.page) + audits.stray_english(centre.page)
    assert found == []


def test_the_centre_stops_a_lot_from_its_auction_monitor_and_pages_follow_at_once(
    hall_pages: HallPages,
) -> None:
    name = "stopped"
    lot = hall_pages.lot(name)
    offer = "[data-offer]"
    with (
        hall_pages.hall(name, "bidder1", "") as (bidder, public),
        desks(hall_pages.browser, hall_pages.live_site.origin) as people,
    ):
        expect(bidder.page.locator(offer).first).to_be_visible()
        page = people.at("centre-op").page
        page.goto(f"{hall_pages.live_site.origin}/desk/auctions/")
        page.get_by_role("row").filter(has_text=lot.number or "").get_by_role("link", name="中止交易").click()
        page.get_by_label("内部理由").fill("收到举报需核查")
        hand_in(page)
        people.release("centre-ap", "中止")
        expect(bidder.page.locator(offer).first).to_be_hidden(timeout=SOON)
        expect(bidder.page.get_by_role("main")).to_contain_text("交易已中止")
        expect(public.page.get_by_text("交易已中止，暂不接受报价。")).to_be_visible()
        hall_pages.do(name, "listing.resume", "centre")
        for somebody in (bidder, public):
            expect(somebody.page.locator(".hall-countdown")).to_be_visible(timeout=SOON)
        price = hall_pages.next_price(name)
        ask(bidder.page, price)
        confirm(bidder.page)
        expect(shown(public.page, "price")).to_have_text(money(price), timeout=SOON)
        assert bidder.watch.complaints + public.watch.complaints + people.complaints == []


def test_rounds_begin_begin_again_and_end_on_open_pages(hall_pages: HallPages) -> None:
    name = "timed"
    hall_pages.place(name, "bidder1", "50000")
    with hall_pages.hall(name, "bidder1", "bidder2", "") as people:
        hall_pages.live_site.pass_deadline("bidding_close", hall_pages.lot(name).pk)
        for somebody in people:
            expect(shown(somebody.page, "round")).to_have_text("限时竞价第 1 轮", timeout=SOON)
            expect(shown(somebody.page, "round")).to_be_visible()
            countdown = somebody.page.locator(".hall-countdown")
            expect(countdown).to_have_text(re.compile(r"0 时 0[45] 分 \d\d 秒"), timeout=SOON)
        ends = hall_pages.lot(name).closes_at
        assert ends is not None
        hall_pages.live_site.move(timedelta(minutes=3))
        for somebody in people:
            expect(somebody.page.locator(".hall-countdown")).to_have_text(
                re.compile(r"0 时 0[01] 分 \d\d 秒"), timeout=SOON
            )
        ask(people[1].page, "55000")
        confirm(people[1].page)
        again = hall_pages.lot(name).closes_at
        made = Bid.objects.get(listing=hall_pages.lot(name), unit_price=Yuan("55000"))
        assert again == made.received_at + timedelta(minutes=5)
        assert again > ends
        for somebody in people:
            expect(somebody.page.locator(".hall-countdown")).to_have_text(
                re.compile(r"0 时 0[45] 分 \d\d 秒"), timeout=SOON
            )
        hall_pages.live_site.pass_deadline("bidding_close", hall_pages.lot(name).pk)
        assert hall_pages.lot(name).status == "closed"
        for somebody in people:
            expect(somebody.page.get_by_role("main")).to_contain_text("竞价已结束")
            expect(somebody.page.get_by_text("竞价已结束").first).to_be_visible(timeout=SOON)
            expect(somebody.page.locator(".hall-countdown")).to_be_hidden()
            assert somebody.watch.complaints == []
        expect(people[1].page.locator("[data-offer]").first).to_be_hidden()


def test_a_lot_opens_while_its_pages_are_open(hall_pages: HallPages) -> None:
    name = "coming"
    with hall_pages.hall(name, "bidder1", "") as (bidder, public):
        expect(bidder.page.get_by_text("竞价尚未开始")).to_be_visible()
        expect(bidder.page.get_by_role("button", name="核对报价")).to_be_hidden()
        hall_pages.live_site.pass_deadline("bidding_open", hall_pages.lot(name).pk)
        expect(bidder.page.get_by_role("button", name="核对报价")).to_be_visible(timeout=SOON)
        expect(public.page.locator(".hall-countdown")).to_be_visible(timeout=SOON)
        ask(bidder.page, "60000")
        expect(bidder.page.get_by_role("dialog")).to_be_visible()
        hall_pages.place(name, "bidder2", "50000")
        bidder.page.get_by_role("dialog").get_by_role("button", name="确认报价").click()
        expect(bidder.page.locator("[data-refusal]")).to_contain_text("stale_price")
        assert count(hall_pages, name) == 1
        bidder.page.locator("[data-offer]").first.click()
        confirm(bidder.page)
        for somebody in (bidder, public):
            expect(shown(somebody.page, "price")).to_have_text("55,000.00")
            expect(somebody.page.locator("[data-bid-history] tr")).to_have_count(2, timeout=SOON)
            expect(somebody.page.locator(".hall-countdown")).to_have_text(
                re.compile(r"3 天 23 时 5\d 分 \d\d 秒"), timeout=SOON
            )
            assert somebody.watch.complaints == []
