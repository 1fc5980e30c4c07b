"""One lot from the record of its project to completion, by browser alone, with the demonstration's logins and clock."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect
from pytest_django import DjangoDbBlocker

from apps.documents.printing import small_pdf
from apps.land import drawing
from apps.listings.models import Listing
from tests.browser.desk import Desks, confirm_terms, desks, fill, fill_row, hand_in, offered, upload_all
from tests.browser.live_site import LiveSite, running_site
from tests.browser.people import visitor

TITLE = "通许县补充耕地指标第一批（演示）"


@pytest.fixture(scope="module")
def live_site(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveSite]:
    """People, rules and calendars, and no lot yet."""
    with django_db_blocker.unblock(), running_site(tmp_path_factory.mktemp("site"), market=False) as made:
        yield made


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A file to hand in as evidence."""
    file = tmp_path / "材料.pdf"
    file.write_bytes(small_pdf("演示材料", ["与原件一致"]))
    return file


def _pass(people: Desks, kind: str) -> None:
    """Move the demonstration's clock to just after the next deadline of this kind, on its page."""
    page = people.at("centre-op").page
    page.get_by_role("link", name="调整时间").click()
    page.get_by_role("row").filter(has_text=kind).first.get_by_role("button").click()
    expect(page.get_by_role("status").filter(has_text="平台时间已调整")).to_be_visible()


def _record_quota(people: Desks) -> None:
    page = people.begin("seller1-op", "登记土地整治项目")
    fill(
        page,
        项目名称="通许县土地整治项目（演示）",
        立项批复文号="豫立〔2026〕1号",
        验收文号="豫验〔2026〕1号",
        实施前耕地面积="0",
        竣工后耕地面积="30",
        验收报告载明的耕地数量="30",
        验收报告载明的水田规模="0",
        验收报告载明的粮食产能="27000",
    )
    ground = json.dumps(drawing.drawn(region="410222", areas_mu=[Decimal(30)], taken=[])[0])
    row = {"指标种类": "耕地数量", "地类": "水浇地", "面积": "30", "治理前等别": "16", "治理后等别": "7"}
    fill_row(page, 1, **row, 界址=ground)
    hand_in(page)
    page = people.task("province-op", "指标入库")
    fill(page, 入库凭证号="豫库〔2026〕1号", 耕地数量="30", 粮食产能="27000", 质量等别="7")
    hand_in(page)
    people.release("province-ap", "指标入库")


def _apply(people: Desks, paper: Path) -> None:
    page = people.begin("seller1-op", "起草出让申请")
    fill(page, 标的名称=TITLE, 质量等别="7", 起始价="50000")
    fill(
        page,
        联系人及电话="演示联系人 0371-60000000",
        验收省级备案号="豫省备〔2026〕1号",
        生态环境影响评估文号="汴环评〔2026〕1号",
    )
    fill_row(page, 1, 批次="豫库〔2026〕1号", 指标种类="耕地数量", 数量="20")
    fill_row(page, 2, 批次="豫库〔2026〕1号", 指标种类="粮食产能", 数量="18000")
    expect(page.locator("#check")).to_contain_text("可以提交")
    hand_in(page)
    upload_all(page, paper)
    offered(page, "提交出让申请")
    hand_in(page)
    people.release("seller1-ap", "提交出让申请")


def _review(people: Desks) -> None:
    for opinion, office, approver in (
        ("合法性审查", "province-op", "province-ap"),
        ("有效性审查", "province-op", "province-ap2"),
        ("资格审查", "centre-op", "centre-ap"),
    ):
        page = people.task(office, f"出具{opinion}意见")
        fill(page, 审查结论="通过")
        for box in page.locator(".checkpoint input[type=checkbox]").all():
            box.check()
        hand_in(page)
        people.release(approver, "审查意见")


def _announce(people: Desks) -> None:
    page = people.task("centre-op", "发布交易公告")
    expect(page.get_by_alt_text(re.compile("公告打印预览，第 1 页"))).to_be_visible()
    hand_in(page)
    people.release("centre-ap", "发布交易公告")
    page = people.task("centre-op", "登记门户发布情况")
    shown = page.get_by_role("complementary", name="演示环境").inner_text()
    [minute] = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", shown)[:1]
    fill(page, 门户网址="https://portal.example.cn/notices/1", 页面截图="a" * 64)
    fill(page, 门户发布时间=minute.replace(" ", "T"))
    hand_in(page)
    people.release("centre-ap", "登记门户发布情况")


def _object(people: Desks) -> None:
    """Somebody without a login checks the announcement and objects; the centre accepts and answers."""
    with visitor(people.browser, people.origin) as anybody:
        page = anybody.page
        anybody.open("/announcements/")
        page.get_by_role("link", name=TITLE).first.click()
        number = page.locator(".document-number [lang]").first.inner_text()
        address = page.url
        page.get_by_role("link", name="文书查验").first.click()
        page.get_by_label("文号或验证码").fill(number)
        page.get_by_role("button", name="查验").first.click()
        expect(page.get_by_role("status")).to_contain_text("查验属实")
        page.goto(address)
        page.get_by_label("异议内容").fill("请说明验收报告的文号。")
        page.get_by_label("姓名或单位").fill("演示群众")
        page.get_by_label("联系方式").fill("0371-60000001")
        page.get_by_role("button", name="提交异议").click()
        expect(page.get_by_role("status")).to_contain_text("异议已提交")
        assert anybody.watch.complaints == []
    page = people.task("centre-op", "受理异议")
    fill(page, 予以受理="是")
    hand_in(page)
    page = people.task("centre-op", "处理异议")
    fill(page, 异议成立="否", 处理决定及理由="验收文号已在公告中载明。")
    hand_in(page)
    people.release("centre-ap", "处理异议")


def _ask(people: Desks, chromium: Browser) -> None:
    """Somebody without a login asks, two persons answer, everybody reads it; the receipt follows it."""
    with visitor(chromium, people.origin) as somebody:
        page = somebody.page
        somebody.open("/listings/")
        page.get_by_role("link", name=TITLE).first.click()
        page.get_by_label("咨询内容").fill("请问划转后多久可以使用？")
        page.get_by_role("button", name="提交咨询").click()
        code = page.locator("b.hash").inner_text(timeout=30_000)
        answering = people.task("centre-op", "答复咨询")
        fill(answering, 公开的问题="划转后多久可以使用？", 答复="划转办结后即可使用。")
        hand_in(answering)
        people.release("centre-ap", "答复咨询")
        page.reload()
        expect(page.locator("#questions")).to_contain_text("划转办结后即可使用。")
        expect(page.locator("#questions")).not_to_contain_text("请问")
        somebody.open("/receipts/")
        page.get_by_label("回执号").fill(code)
        page.get_by_role("button", name="查询").click()
        expect(page.get_by_role("main")).to_contain_text("划转办结后即可使用。")
        assert somebody.watch.complaints == []


def _register(people: Desks, bidder: str, paper: Path) -> str:
    """Apply to bid, be qualified, pay the deposit. Gives the sub-account."""
    page = people.at(f"{bidder}-op").page
    page.get_by_role("link", name="竞买申请", exact=True).click()
    page.get_by_role("link", name="寻找项目").click()
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("link", name="在工作台办理").click()
    upload_all(page, paper)
    offered(page, "提交竞买申请")
    confirm_terms(page)
    hand_in(page)
    people.release(f"{bidder}-ap", "提交竞买申请")
    page = people.task("centre-op", "审核竞买申请")
    fill(page, 审核结论="审核通过")
    hand_in(page)
    people.release("centre-ap", "审核竞买申请")
    page = people.at(f"{bidder}-op").page
    page.get_by_role("link", name="竞买申请", exact=True).click()
    return page.locator("td .hash").first.inner_text().strip()


def _pay(people: Desks, account: str, payer: str, amount: str, reference: str) -> None:
    """Finance's two persons enter the bank's line and close the statement that holds it: then it counts."""
    page = people.begin("finance-op", "录入单笔银行流水")
    now = datetime.fromisoformat(page.locator("form.act-form").get_by_label("到账时间").input_value())
    arrived = f"{now - timedelta(minutes=10):%Y-%m-%dT%H:%M}"
    fill(page, 银行流水号=reference, 入账账号=account, 金额=amount, 付款人名称=payer, 到账时间=arrived)
    fill(page, 付款人账号="62220001")
    hand_in(page)
    people.release("finance-ap", "录入单笔银行流水")
    page = people.begin("finance-op", "核对并关闭对账单")
    fill(page, 对账单账号=account, 期初余额="0", 期末余额=amount, 支出合计="0")
    hand_in(page)
    people.release("finance-ap", "核对并关闭对账单")


def _lot() -> Listing:
    """The lot as it stands, asked on a fresh connection: minutes of clicks lie between two looks."""
    connection.close()
    return Listing.objects.get(title=TITLE)


def _bid(page: Page, price: str) -> None:
    page.get_by_label(re.compile("^自行填写单价")).fill(price)
    page.get_by_role("button", name="核对报价").click()
    page.get_by_role("button", name=re.compile("^确认报价")).click()
    expect(page.get_by_text(re.compile("报价已接受")).first).to_be_visible()


def _hall(people: Desks, bidder: str) -> Page:
    page = people.task(f"{bidder}-op", "网上报价", TITLE)
    expect(page.get_by_role("heading", name="竞价大厅")).to_be_visible()
    return page


def test_a_lot_goes_from_its_project_to_completion_by_clicks_alone(
    live_site: LiveSite, chromium: Browser, paper: Path
) -> None:
    with desks(chromium, live_site.origin) as people:
        _record_quota(people)
        _apply(people, paper)
        _review(people)
        _announce(people)
        _object(people)
        _ask(people, chromium)
        for bidder, payer in (("bidder1", "中牟县人民政府"), ("bidder2", "新郑市人民政府")):
            account = _register(people, bidder, paper)
            _pay(people, account, payer, "200000", f"D-{bidder}")
        listing = _lot()
        _pass(people, "竞价开始")
        _bid(_hall(people, "bidder1"), "55000")
        _bid(_hall(people, "bidder2"), "60000")
        _pass(people, "竞价截止")
        _pass(people, "竞价截止")
        listing = _lot()
        assert listing.status == "closed"

        hand_in(people.task("centre-op", "出具成交确认书"))
        people.release("centre-ap", "出具成交确认书")
        for party, approver in (
            ("seller1", "seller1-ap"),
            ("bidder2", "bidder2-ap"),
            ("centre", "centre-ap"),
        ):
            hand_in(people.task(f"{party}-op", "签署三方合同"))
            people.release(approver, "签署三方合同")
        page = people.task("bidder2-op", "缴纳价款")
        account = page.locator("#payment dd.hash, #payment dd .hash").first.inner_text().strip()
        _pay(people, account, "新郑市人民政府", "1000000", "P-1")
        for office, act in (
            ("finance", "划付款项"),
            ("province", "划转指标"),
            ("centre", "报送备案"),
            ("province", "受理备案"),
            ("centre", "发布结果公示"),
        ):
            hand_in(people.task(f"{office}-op", act))
            people.release(f"{office}-ap", act)
        _pass(people, "结果公示期满")
        listing = _lot()
        assert listing.status == "completed"
        page = people.at("seller1-op").page
        page.get_by_role("link", name="挂牌项目", exact=True).last.click()
        expect(page.get_by_role("row").filter(has_text=TITLE)).to_contain_text("已办结")
        page = people.at("supervisor-op").page
        page.get_by_role("link", name="链条校验").click()
        page.get_by_role("button", name="校验全部链条").click()
        expect(page.get_by_role("status")).to_contain_text("全部链条完整")
        assert people.complaints == []
