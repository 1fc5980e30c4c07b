"""On a case that is over nothing is offered, and nothing waits, that can be done no more."""

import pytest

from apps.desks.queue import board_for, sent_back
from kernel.access import commands as access
from kernel.access.models import Preparation
from kernel.actors import Duty
from kernel.deadlines.runner import run_due
from tests.crossprovince.test_pages import browser, read
from tests.factories.across import COUNTY, FINANCE, PAPERS, PROVINCE, Across, moment

pytestmark = pytest.mark.django_db


def test_what_was_sent_back_or_waits_on_a_case_that_is_over_is_not_listed() -> None:
    across = Across.certified()
    across.draft()
    across.attach(COUNTY, *PAPERS, when="04-02 10:00")
    across.alone(COUNTY, "adjustment.submit", "04-02 10:00")
    prepared = Preparation.objects.get(act="adjustment.submit", decided_at=None)
    access.send_back(
        preparation_id=prepared.pk,
        remark="请补充",
        by=across.actor(COUNTY, Duty.APPROVER),
        now=moment("04-02 11:00"),
    )
    assert [each.pk for each in sent_back(across.actor(COUNTY))] == [prepared.pk]
    across.both(COUNTY, "adjustment.submit", "04-03 10:00")
    across.alone(PROVINCE, "adjustment.decide", "04-06 10:00", outcome="pass", reason="")
    approver = across.actor(PROVINCE, Duty.APPROVER)
    now = moment("04-07 10:00")
    assert [each.act for each in board_for(approver, now=now).releases] == ["adjustment.decide"]
    across.both(COUNTY, "adjustment.withdraw", "04-07 09:00", reason="不再申请")
    assert Preparation.objects.filter(act="adjustment.decide", decided_at=None).exists()
    assert board_for(approver, now=now).releases == []
    assert not sent_back(across.actor(COUNTY)).exists()


def test_money_is_not_asked_for_while_its_scheme_is_published() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.publish()
    page = f"/desk/adjustments/{across.adjustment_id}/"
    offered = f'"/desk/acts/adjustment.allocate/{across.adjustment_id}/"'
    assert offered not in read(browser(across, FINANCE), page, "09-22 10:00")[0]
    with_form, _ = read(browser(across, FINANCE), offered.strip('"'), "09-22 10:00")
    assert "当前状态为“方案公示”" in with_form
    assert "结果公示中" not in with_form
    assert "implementing" not in with_form
    run_due(now=moment("09-30 00:00"), case_id=across.adjustment_id)
    assert offered in read(browser(across, FINANCE), page, "09-30 10:00")[0]
