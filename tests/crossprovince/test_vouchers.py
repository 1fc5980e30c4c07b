"""What the approver of a payment out of an allocation reads, and what its parts are called on every page."""

import pytest

from apps.documents.models import Document
from apps.funds.figures import by_county
from apps.funds.queries import accounts_of, source_of
from apps.funds.sources import bucket_labels
from apps.notices.models import Notice
from apps.rulebook.cross_province import FARMERS
from kernel.access.models import Preparation
from kernel.actors import Duty
from kernel.acts.act import act_called
from kernel.acts.perform import approval_of, bound_of
from kernel.deadlines.runner import run_due
from tests.crossprovince.test_money import transferred
from tests.factories.across import COUNTY, COUNTY_FINANCE, Across, moment

pytestmark = pytest.mark.django_db


def test_the_approver_of_a_voucher_reads_what_its_line_has_left_and_only_its_own_line_voids_it() -> None:
    across = transferred()
    across.spend("farmers", "100000000.00", 1, "10-23 11:00")
    waits = voucher(across, "20000000.00", "记-同行", "10-24 09:00")
    read = approval_of(waits, by=across.actor(COUNTY_FINANCE, Duty.APPROVER), now=moment("10-24 09:30"))
    said = {each.label: each.value for each in read.bound.facts}
    assert (said["该行计划金额"], said["该行已支出"]) == ("151200000.00", "100000000.00")
    assert (said["支出金额"], said["本次支出后该行尚余"]) == ("20000000.00", "31200000.00")
    across.spend("infrastructure", "1.00", 2, "10-24 10:00")
    waits.refresh_from_db()
    assert waits.decided_at is None
    across.spend("farmers", "10000000.00", 1, "10-24 11:00")
    waits.refresh_from_db()
    assert (waits.released, "作废" in waits.remark) == (False, True)


def voucher(across: Across, amount: str, no: str, when: str) -> Preparation:
    """A payment of line 1 that waits for its approver."""
    payee = {"kind": "person", "payee": "王小明", "payee_account": "6217000010001", "amount": amount}
    across.alone(
        COUNTY_FINANCE, "funds.spend", when, subject=across.pool.pk, category="farmers", plan_line=1,
        voucher_no=no, purpose="支出", project="复垦", attachment=across.copy(when), loan_source=False,
        income_tied=False, payees=[payee],
    )  # fmt: skip
    return Preparation.objects.get(act="funds.spend", decided_at=None)


def test_what_farmers_get_is_called_the_same_by_plan_voucher_ledger_notice_and_report() -> None:
    across = transferred()
    waits = voucher(across, "20000000.00", "记-1", "10-23 09:00")
    assert {"label": "支出项目", "value": FARMERS}.items() <= waits.bound["facts"][2].items()
    assert FARMERS in waits.bound["effect"]
    across.spend("farmers", "100.00", 1, "10-23 11:00")
    assert f"从“{FARMERS}”支出" in Notice.objects.filter(kind="funds.spent").latest("id").text
    run_due(now=moment("2027-01-01 00:00"))
    quarter = bound_of(
        act_called("adjustment.quarter"), across.adjustment_id, {"quarter": "2026Q4"}, by=across.actor(COUNTY)
    )
    assert {f"季末：{FARMERS}", f"季末：已支出：{FARMERS}"} <= {each.label for each in quarter.facts}
    [county] = by_county("adjustment")
    assert FARMERS in [each.label for each in county.categories]
    accounts, words = accounts_of(source_of(across.pool)), bucket_labels("adjustment")
    assert f"已支出：{FARMERS}" in [words[each.bucket] for each in accounts]
    across.both(COUNTY, "adjustment.quarter", "2027-01-05 10:00", quarter="2026Q4", remarks="按方案支出")
    [paper] = Document.objects.filter(case_id=across.adjustment_id, kind="quarterly_report")
    assert FARMERS in str(paper.facts)
    assert "农户补偿" not in str(paper.facts)
