"""A working day at a desk by clicks and keys: find, keep the search, release what is alike, take a list away."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from apps.listings.models import Listing
from apps.money.models import Refund
from apps.parties.models import Organisation
from kernel.access.models import Preparation
from tests.browser import pages
from tests.browser.desk import Desks, desks, hand_in
from tests.browser.live_site import LiveSite, running_site


@pytest.fixture(scope="module")
def market(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveSite]:
    """The demonstration's market."""
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("market"), market=True) as made:
        pages.leave_in_hand(now=made.now())
        yield made


@pytest.fixture
def people(market: LiveSite, chromium: Browser) -> Iterator[Desks]:
    """The desks; nothing may go wrong in anybody's browser."""
    with desks(chromium, market.origin) as made:
        yield made
        assert made.complaints == []


def _tasks(page: Page) -> int:
    return page.locator("ul.duties > li").count()


def test_a_search_is_made_kept_opened_and_deleted(people: Desks) -> None:
    page = people.at("centre-op").page
    everything = _tasks(page)
    page.get_by_label("事项", exact=True).select_option(label="出具审查意见")
    with page.expect_navigation():  # as it is loaded, not as it was when the button was pressed
        page.get_by_role("button", name="查询").click()
    found = _tasks(page)
    assert 0 < found < everything
    page.get_by_text("保存这组筛选条件").click()
    page.get_by_label("名称", exact=True).fill("待审查")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已保存筛选条件：待审查")).to_be_visible()
    page = people.at("centre-op").page
    assert _tasks(page) == everything
    page.get_by_role("link", name="待审查", exact=True).click()
    expect(page.get_by_label("事项", exact=True)).to_have_value("review.decide")
    expect(page.locator("ul.duties > li")).to_have_count(found)
    other = people.at("centre-ap").page
    expect(other.get_by_role("link", name="待审查", exact=True)).to_have_count(0)
    page.get_by_role("button", name="删除：待审查").click()
    expect(page.get_by_role("status").filter(has_text="已删除筛选条件：待审查")).to_be_visible()
    expect(page.get_by_role("link", name="待审查", exact=True)).to_have_count(0)


def test_the_list_is_worked_through_by_keyboard(people: Desks) -> None:
    page = people.at("centre-op").page
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    page.get_by_role("button", name="关闭").click()
    page.keyboard.press("/")
    expect(page.get_by_label("关键词")).to_be_focused()
    page.keyboard.type("jk x")
    expect(page.get_by_label("关键词")).to_have_value("jk x")
    page.get_by_label("关键词").fill("")
    page.get_by_role("heading", level=1).click()
    rows = page.locator("[data-row]")
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0)).to_be_focused()
    address = rows.nth(0).locator("[data-open]").get_attribute("href")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert address is not None
    assert page.url.endswith(address)


def _prepare_refunds(people: Desks) -> int:
    """The operator of finance prepares every refund that waits by lot and organisation; gives how many."""
    page = people.at("finance-op").page
    count = 0
    while True:
        page.goto(f"{people.origin}/desk/?act=refund.release")
        open_ones = page.locator("ul.duties > li").filter(has_not_text="已提交待审核")
        if count >= 4 or not open_ones.count():
            return Preparation.objects.filter(act="refund.release", decided_at=None).count()
        open_ones.first.get_by_role("link", name=re.compile("^办理")).click()
        hand_in(page)
        count += 1


def test_refunds_are_released_together_but_for_those_that_stand_out(people: Desks) -> None:
    if _prepare_refunds(people) < 2:
        pytest.fail("the market has no two refunds that wait")
    page = people.at("finance-ap").page
    page.goto(f"{people.origin}/desk/?show=waiting&act=refund.release")
    boxes = page.locator("[data-select]")
    for place in range(boxes.count()):
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(boxes.nth(place)).to_be_checked()
    page.get_by_role("button", name="批量审核所选事项").click()
    expect(page.get_by_role("heading", level=1, name="批量审核")).to_be_visible()
    apart = page.locator("#exceptions tbody tr").count()
    signed = page.locator("#signed tbody > tr").count()
    before = Refund.objects.filter(released_at__isnull=False).count()
    office = Organisation.objects.get(kind="finance", region_id="410000")
    waiting = Preparation.objects.filter(act="refund.release", decided_at=None, organisation_id=office.pk)
    assert apart + signed == waiting.count()
    if apart:
        # Opened by itself, read and released: the account is known then.
        page.locator("#exceptions").get_by_role("link", name=re.compile("单独打开")).first.click()
        page.get_by_role("button", name="审核通过").click()
        expect(page.get_by_role("status").filter(has_text="已办理")).to_be_visible()
        before += 1
    if signed:
        page.goto(f"{people.origin}/desk/?show=waiting&act=refund.release")
        for box in page.locator("[data-select]").all():
            box.check()
        page.get_by_role("button", name="批量审核所选事项").click()
        page.get_by_role("button", name=re.compile("^审核通过")).click()
        expect(page.get_by_role("heading", level=1, name="批量审核结果")).to_be_visible()
        expect(page.locator("#results").get_by_text("未办理")).to_have_count(0)
        assert Refund.objects.filter(released_at__isnull=False).count() > before


def test_the_queue_is_taken_away_as_a_workbook(people: Desks, tmp_path: Path) -> None:
    page = people.at("centre-op").page
    shown = _tasks(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出Excel").click()
    content = Path(download.value.path()).read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert len(list(book["需要办理"].iter_rows())) - 1 >= shown
    assert download.value.suggested_filename.startswith("待办事项-")


def test_finance_finds_the_deposits_that_are_expected(people: Desks) -> None:
    page = people.at("finance-op").page
    page.get_by_role("link", name="应缴保证金", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="应缴保证金")).to_be_visible()
    lot = Listing.objects.filter(status="bidding").first()
    assert lot is not None
    page.get_by_label("项目编号或名称").fill(str(lot))
    page.get_by_role("button", name="查询").click()
    page.wait_for_url("**lot=**")
    text = page.locator("#main").inner_text()
    assert str(lot) in text
    rows = list(lot.registrations.select_related("organisation", "sub_account"))
    for registration in rows:
        assert registration.organisation.name not in text
        assert registration.sub_account.number not in text
    page.get_by_label("子账户账号（完整）").fill(rows[0].sub_account.number)
    page.get_by_role("button", name="查询").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert rows[0].organisation.name not in page.locator("#main").inner_text()


def test_a_leader_sees_charts_with_their_tables(people: Desks) -> None:
    page = people.at("province-ap").page
    page.get_by_role("link", name="工作概览", exact=True).click()
    expect(page.locator("#states canvas")).to_be_visible()
    expect(page.locator("#states tbody tr").first).to_be_visible()
    expect(page.locator("#durations tbody tr").first).to_be_visible()
