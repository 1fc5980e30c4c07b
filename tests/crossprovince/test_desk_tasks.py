"""What of quota across provinces waits on whose desk, beside the step of a status."""

import re

import pytest

from apps.crossprovince.demand_models import Demand
from kernel import clock
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from tests.crossprovince.test_demand_pages import read as read_of_demand
from tests.crossprovince.test_money import transferred
from tests.crossprovince.test_pages import MOST_QUERIES, browser, read
from tests.factories.across import (
    COUNTY,
    COUNTY_FINANCE,
    FAR_FINANCE,
    FAR_PROVINCE,
    FINANCE,
    PROVINCE,
    Across,
    moment,
)
from tests.factories.taking import Taking

pytestmark = pytest.mark.django_db
DESK = "/desk/"


def test_a_report_waits_for_its_receipt_number_then_for_its_scheme() -> None:
    across = Across.certified()
    across.draft()
    across.submit()
    across.both(PROVINCE, "adjustment.decide", "04-10 10:00", outcome="pass", reason="")
    across.incoming(PROVINCE, "adjustment.consent", "04-20 10:00", "黔府函〔2026〕1号")
    across.both(PROVINCE, "adjustment.report", "04-21 10:00")
    receipt = f"/desk/acts/adjustment.acknowledge/{across.adjustment_id}/"
    sent, queries = read(browser(across, PROVINCE), DESK, "04-21 11:00")
    assert receipt in sent
    assert "/desk/acts/scheme.import/0/" not in sent
    assert queries <= MOST_QUERIES
    assert receipt not in read(browser(across, FAR_PROVINCE), DESK, "04-21 11:00")[0]
    across.incoming(PROVINCE, "adjustment.acknowledge", "04-22 10:00", "部受理1号", receipt_no="受理1号")
    received, _ = read(browser(across, PROVINCE), DESK, "04-22 11:00")
    assert receipt not in received
    assert "/desk/acts/scheme.import/0/" in received
    assert "/desk/acts/scheme.import/0/" not in read(browser(across, FAR_PROVINCE), DESK, "04-22 11:00")[0]
    across.match(across.row("500.0000", "33.3333"))
    matched, _ = read(browser(across, PROVINCE), DESK, "09-18 11:00")
    assert f"/desk/acts/scheme.publish/{across.scheme.pk}/" in matched
    assert matched.count("/desk/acts/scheme.import/0/") == 1  # of the rest, which was received with it
    assert receipt.replace(str(across.adjustment_id), "") not in matched
    rest = across.adjustment.remainders.get()
    assert str(rest.case.number) in matched


def test_a_date_of_a_year_without_its_calendar_is_shown_as_a_guess() -> None:
    across = transferred()
    address = f"/desk/adjustments/{across.adjustment_id}/"
    assert "预估" not in read(browser(across, COUNTY), address, "10-23 12:00")[0].partition("<footer")[0]
    run_due(now=moment("2027-01-01 00:00"))
    report = Deadline.objects.get(kind="adjustment.to_report_quarter", status="pending")
    assert report.provisional
    page, _ = read(browser(across, COUNTY), address, "2027-01-02 09:00")
    [shown] = re.findall(r"<dt>提交调剂资金季度报告</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    assert "预估" in shown


def test_a_reported_demand_waits_for_its_receipt_number_then_for_its_scheme() -> None:
    taking = Taking.with_ministry()
    with clock.simulated(moment("09-18 09:00")):
        assert "导入调剂方案" in read_of_demand(taking, PROVINCE, DESK)[1]
        assert Demand.objects.update(receipt_no=None) == 1
        waiting = read_of_demand(taking, PROVINCE, DESK)[1]
    assert "登记调入需求部受理号" in waiting
    assert "导入调剂方案" not in waiting


def test_what_was_distributed_waits_to_be_spent_with_what_is_left_of_it() -> None:
    across = Across.with_ministry("400.0000")
    across.match(across.row("400.0000", "26.6667"))
    across.implementing()
    across.allocate("108000000.00")
    spend = f"/desk/acts/funds.spend/{across.pool.pk}/"
    assert spend not in read(browser(across, COUNTY_FINANCE), DESK, "10-20 11:00")[0]
    across.distribute("64800000.00", "32400000.00", "10800000.00")
    across.spend("farmers", "1000000.00", 1, "10-23 11:00")
    text, queries = read(browser(across, COUNTY_FINANCE), DESK, "10-23 12:00")
    assert spend in text
    assert "已分配未支出107,000,000.00元" in text
    assert queries <= MOST_QUERIES
    for key in (COUNTY, FAR_FINANCE, PROVINCE):
        assert spend not in read(browser(across, key), DESK, "10-23 12:00")[0]


def test_an_unfavourable_opinion_waits_to_be_sent_back_and_money_for_its_transfer() -> None:
    across = Across.certified()
    across.draft()
    across.submit()
    number = across.adjustment_id
    across.both(PROVINCE, "adjustment.decide", "04-08 10:00", outcome="correct", reason="请补充")
    asked, _ = read(browser(across, PROVINCE), DESK, "04-08 11:00")
    assert f"/desk/acts/adjustment.return/{number}/" in asked
    assert f"/desk/acts/adjustment.decide/{number}/" not in asked
    across.alone(PROVINCE, "adjustment.return", "04-08 12:00", reason="请补充")
    across.both(COUNTY, "adjustment.submit", "04-09 10:00")
    again, _ = read(browser(across, PROVINCE), DESK, "04-09 11:00")  # the opinion was of the round before
    assert f"/desk/acts/adjustment.decide/{number}/" in again
    across.report()
    across.match(across.row())
    across.implementing()
    for amount, place, day in (("1.00", "1", 20), ("215999999.00", "2", 21)):
        assert f"/desk/acts/adjustment.allocate/{number}/" in desk_of(across, FINANCE, day)
        assert f"/desk/acts/adjustment.transfer/{number}/" not in desk_of(across, PROVINCE, day)
        across.allocate(amount, f"10-{day} 10:00", f"财资环〔2026〕{place}号")
    assert f"/desk/acts/adjustment.allocate/{number}/" not in desk_of(across, FINANCE, 22)
    assert f"/desk/acts/adjustment.transfer/{number}/" in desk_of(across, PROVINCE, 22)


def desk_of(across: Across, key: str, day: int) -> str:
    """What a body's desk shows on a day in October."""
    return read(browser(across, key), DESK, f"10-{day} 09:00")[0]
