"""The offices' main jobs, each from the login to done, by clicks alone."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from apps.land.models import Project
from apps.money.models import BankEntry, Counted
from apps.parties.models import Person
from apps.rulebook.models import Rulebook
from kernel.workdays.models import Year
from tests.browser.desk import Desks, desks, fill, hand_in
from tests.browser.live_site import LiveSite, running_site
from tests.browser.people import visitor

HEAD = "流水号,入账账号,金额,付款人名称,付款人账号,到账时间"


@pytest.fixture(scope="module")
def live_site(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveSite]:
    """People, rules and calendars, and no lot."""
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("site"), market=False) as made:
        yield made


@pytest.fixture
def people(live_site: LiveSite, chromium: Browser) -> Iterator[Desks]:
    """The desks; nothing may go wrong in anybody's browser."""
    with desks(chromium, live_site.origin) as made:
        yield made
        assert made.complaints == []


def test_finance_imports_a_statement_after_correcting_the_row_that_was_wrong(
    people: Desks, tmp_path: Path
) -> None:
    file = tmp_path / "流水.csv"
    line = "S-1,999,{amount},演示付款单位,62220001,2026-11-20 10:00"
    page = people.at("finance-op").page
    page.get_by_role("link", name="银行对账单", exact=True).click()
    file.write_text("\n".join([HEAD, line.format(amount="12a")]), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("main").get_by_role("button", name="检查").click()
    expect(page.get_by_role("alert")).to_contain_text("共1处错误")
    expect(page.get_by_role("row").filter(has_text="第2行")).to_contain_text("金额")
    assert not BankEntry.objects.exists()
    file.write_text("\n".join([HEAD, line.format(amount="125.00")]), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("main").get_by_role("button", name="检查").click()
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("status")).to_contain_text("对账单已导入")
    assert BankEntry.objects.get().reference == "S-1"
    assert not Counted.objects.exists(), "it counts when its statement is closed"


def test_the_province_loads_next_years_calendar_after_a_preview(people: Desks) -> None:
    page = people.at("province-op").page
    page.get_by_role("link", name="工作日历").click()
    page.get_by_role("link", name="录入节假日安排").click()
    page.get_by_label("年份").fill("2027")
    page.get_by_label("国务院办公厅通知文号").fill("国办发明电〔2026〕9号（演示）")
    page.get_by_label("放假日期").fill("2027-01-01\n2027-01-02\n2027-01-03")
    page.get_by_role("button", name="预览期限变化").click()
    expect(page.get_by_role("status")).to_contain_text("尚未生效")
    assert not Year.objects.filter(year=2027, revoked_at=None).exists()
    page.get_by_role("button", name="确认录入并重新计算期限").click()
    expect(page.get_by_role("status").first).to_contain_text("已提交待审核")
    assert not Year.objects.filter(year=2027, revoked_at=None).exists()
    people.release("province-ap", "录入节假日安排")
    assert Year.objects.filter(year=2027, revoked_at=None).exists()


def test_the_province_drafts_a_rulebook_and_another_person_approves_it(people: Desks) -> None:
    page = people.begin("province-op", "起草规则版本")
    fill(page, 生效日期="2027-06-01")
    hand_in(page)
    before = Rulebook.objects.filter(approved_at=None).count()
    page = people.task("province-op", "批准规则版本")
    hand_in(page)
    people.release("province-ap", "批准规则版本")
    assert Rulebook.objects.filter(approved_at=None).count() == before - 1


def test_a_seller_imports_projects_from_the_template_it_downloaded(people: Desks, tmp_path: Path) -> None:
    page = people.at("seller1-op").page
    page.get_by_role("link", name="批量导入").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载Excel模板").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(taken.value.path()).read_bytes()))
    book.worksheets[0]["C2"] = "豫验〔2026〕88号"  # the example row itself is no import
    file = tmp_path / "项目.xlsx"
    book.save(file)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("main").get_by_role("button", name="检查").click()
    expect(page.get_by_role("status")).to_contain_text("文件无误")
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("status").first).to_contain_text("导入")
    assert Project.objects.exists()


def test_two_administrators_register_a_person_who_sets_a_password_and_signs_in(
    people: Desks, live_site: LiveSite, chromium: Browser
) -> None:
    page = people.at("platform-op").page
    page.get_by_role("link", name="登记人员").click()
    fill(page, 用户名="new-reviewer", 姓名="新审查员", 任职机构="河南省自然资源交易中心（演示）", 职责="审核")
    hand_in(page)
    assert not Person.objects.filter(username="new-reviewer").exists()
    _released(people.at("platform-ap").page, "登记人员")
    person = Person.objects.get(username="new-reviewer")
    page = people.at("platform-op").page
    page.goto(f"{live_site.origin}/desk/people/{person.pk}/")
    page.get_by_role("link", name="生成设置密码链接").click()
    hand_in(page)
    page = people.at("platform-ap").page
    _released(page, "生成设置密码链接")
    said = page.get_by_role("status").first.inner_text()
    link = re.search(r"http://\S+/invitation/\w+/", said)
    assert link, said
    with visitor(chromium, live_site.origin) as newcomer:
        newcomer.page.goto(link.group(0))
        newcomer.page.get_by_label("新密码", exact=True).fill("Zhilun-4821-shen")
        newcomer.page.get_by_label("再次输入新密码").fill("Zhilun-4821-shen")
        newcomer.page.get_by_role("main").get_by_role("button", name="设置密码").click()
        newcomer.page.get_by_label("用户名").fill("new-reviewer")
        newcomer.page.get_by_label("密码").fill("Zhilun-4821-shen")
        newcomer.page.get_by_role("main").get_by_role("button", name="登录").click()
        expect(newcomer.page.get_by_role("button", name="退出")).to_be_visible()


def _released(page: Page, label: str) -> None:
    """The other administrator reads what waits and releases it."""
    page.get_by_role("listitem").filter(has_text=label).get_by_role("link").first.click()
    page.get_by_role("button", name="审核通过").click()
    expect(page.get_by_role("status").filter(has_text="已办理")).to_be_visible()
