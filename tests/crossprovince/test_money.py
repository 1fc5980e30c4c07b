"""From the first notice to the close: the plan of use, its amendment, quarters, drawn audits, the end."""

import hashlib
import hmac
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.crossprovince.auditing import open_rounds, rounds_of
from apps.crossprovince.models import AuditRound, PlanLine, QuarterReport
from apps.crossprovince.queries import items_of
from apps.crossprovince.rules import why_not_close
from apps.crossprovince.states import AdjustmentStatus as S
from apps.desks.fund_tasks import fund_tasks
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.funds.models import Spending
from apps.parties.models import Debt
from kernel.acts.act import act_called
from kernel.acts.perform import bound_of
from kernel.clock import iso
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from kernel.errors import Code
from kernel.money import ZERO, Yuan
from tests.crossprovince.test_chain import refused, sound
from tests.crossprovince.test_pages import browser, read
from tests.factories.across import (
    AUDITOR,
    COUNTY,
    COUNTY_FINANCE,
    FAR_PROVINCE,
    PAPERS,
    PROVINCE,
    Across,
    moment,
)

pytestmark = pytest.mark.django_db


def transferred() -> Across:
    """All of A allocated on 20 October, distributed on the 21st, the quota gone on the 22nd."""
    across = Across.with_ministry()
    across.match(across.row())
    across.implementing()
    across.allocate("216000000.00")
    across.distribute("129600000.00", "64800000.00", "21600000.00")
    across.transfer()
    return across


def wanted(*lines: tuple[int | None, str, str, str]) -> list[dict[str, Any]]:
    """Lines of an amended plan: number, category, amount, whether it is revitalisation."""
    return [
        {"category": category, "item": f"{category}项目", "village": "板当镇演示村", "amount": amount,
         "revitalisation": counts, **({"no": no} if no else {})}
        for no, category, amount, counts in lines
    ]  # fmt: skip


THREE = wanted(
    (1, "farmers", "129600000.00", "yes"),
    (2, "infrastructure", "64800000.00", "no"),
    (None, "aftercare", "21600000.00", "no"),
)


def amended(across: Across, plan: list[dict[str, Any]], when: str = "10-26 10:00") -> int:
    """Proposed and accepted."""
    version: int = across.both(COUNTY, "plan.amend", when, plan=plan).answer["version"]
    across.both(PROVINCE, "plan.accept", when, version=version)
    return version


def due(kind: str) -> str:
    return iso(Deadline.objects.filter(kind=kind).latest("id").due_at)


def test_spending_follows_the_plan_in_force_and_an_amended_plan_bears_what_was_spent() -> None:
    across = transferred()
    assert [each.no for each in items_of(across.adjustment)] == [1, 2]
    for line, code in ((None, Code.INVALID), (2, Code.INVALID), (7, Code.INVALID)):
        no = refused(lambda line=line: across.spend("farmers", "1.00", line, "10-23 10:00"))
        assert (no.code, no.detail["field"]) == (code, "plan_line")
    across.spend("farmers", "1000000.00", 1, "10-23 10:30")
    moved = wanted(
        (1, "aftercare", "21600000.00", "yes"), (2, "infrastructure", "64800000.00", "no"),
        (None, "farmers", "129600000.00", "yes"),
    )  # fmt: skip
    assert refused(lambda: across.alone(COUNTY, "plan.amend", "10-23 10:40", plan=moved)).code is Code.INVALID
    across.spend("farmers", "99000000.00", 1, "10-23 11:00")
    assert refused(lambda: across.spend("aftercare", "1.00", 2, "10-23 12:00")).code is Code.INVALID
    short = wanted(
        (1, "farmers", "99999999.99", "yes"), (2, "infrastructure", "64800000.00", "no"),
        (None, "farmers", "51200000.01", "yes"),
    )  # fmt: skip
    no = refused(lambda: across.alone(COUNTY, "plan.amend", "10-25 10:00", plan=short))
    assert (no.code, no.detail["missing"]) == (Code.AMOUNT_EXCEEDS, "0.01")
    little = wanted((1, "farmers", "129599999.99", "yes"), (2, "infrastructure", "86400000.01", "no"))
    no = refused(lambda: across.alone(COUNTY, "plan.amend", "10-25 10:00", plan=little))
    assert (no.code, no.detail["missing"]) == (Code.SHARE_OUT_OF_RANGE, "0.01")
    version = across.both(COUNTY, "plan.amend", "10-26 10:00", plan=THREE).answer["version"]
    assert len(items_of(across.adjustment)) == 2  # nothing changes before the province accepts
    assert refused(lambda: across.spend("aftercare", "1.00", 3, "10-26 11:00")).code is Code.INVALID
    stale = {"version": version + 1}
    assert (
        refused(lambda: across.alone(PROVINCE, "plan.accept", "10-26 12:00", **stale)).code
        is Code.WRONG_STATUS
    )
    far = refused(lambda: across.alone(FAR_PROVINCE, "plan.accept", "10-26 12:00", version=version))
    assert far.code in (Code.NOT_FOUND, Code.NOT_PERMITTED)
    across.both(PROVINCE, "plan.accept", "10-26 12:00", version=version)
    assert [each.no for each in items_of(across.adjustment)] == [1, 2, 3]
    across.spend("aftercare", "21600000.00", 3, "10-27 10:00")
    no = refused(lambda: across.spend("farmers", "29600000.01", 1, "10-27 11:00"))
    assert no.code is Code.AMOUNT_EXCEEDS
    sound()


def test_more_than_a_plan_says_is_refused_by_the_database_too() -> None:
    across = transferred()
    across.spend("farmers", "100000000.00", 1, "10-23 11:00")
    with pytest.raises(DatabaseError, match="its plan of use"), transaction.atomic():
        planned_for_half(across)


def planned_for_half(across: Across) -> None:
    """A version in force whose first line is less than what was spent on it."""
    made = across.adjustment.plans.create(version=9, made_by_id=1, made_at=moment("10-24 10:00"))
    PlanLine.objects.create(
        plan=made, no=1, category="farmers", item="少", village="村", amount=Yuan("50000000.00"), revitalisation=True
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_quarters_are_reported_with_the_figures_of_the_ledger() -> None:
    across = transferred()
    across.spend("farmers", "100000000.00", 1, "10-23 11:00")
    early = refused(lambda: across.alone(COUNTY, "adjustment.quarter", "12-30 10:00", quarter="2026Q4"))
    assert early.code is Code.WRONG_STATUS
    run_due(now=moment("2027-01-01 00:00"))
    found = Deadline.objects.get(kind="adjustment.to_report_quarter")
    assert (found.concerns_id, found.provisional) == (across.adjustment.holder_id, True)
    across.spend("farmers", "1.00", 1, "2027-01-04 10:00")
    across.both(COUNTY, "adjustment.quarter", "2027-01-05 10:00", quarter="2026Q4", remarks="按方案支出")
    report = QuarterReport.objects.get()
    assert report.figures["stood"]["spent:farmers"] == "100000000.00"
    assert report.figures["moved"]["share:farmers"] == "29600000.00"
    assert Deadline.objects.get(kind="adjustment.to_report_quarter").met_at == moment("2027-01-05 10:00")
    no = refused(lambda: across.alone(COUNTY, "adjustment.quarter", "2027-01-06 10:00", quarter="2026Q4"))
    assert no.code is Code.DUPLICATE_REQUEST
    run_due(now=moment("2027-04-01 00:00"))
    assert Deadline.objects.filter(kind="adjustment.to_report_quarter").count() == 2
    run_due(now=moment("2027-05-10 00:00"))
    late = Deadline.objects.filter(kind="adjustment.to_report_quarter").latest("id")
    assert late.breached_at is not None
    across.both(COUNTY, "adjustment.quarter", "2027-05-11 10:00", quarter="2027Q1")  # late, and still heard


def test_a_case_is_audited_by_vouchers_that_were_drawn_and_closed_in_the_end() -> None:
    across = transferred()
    kept = {each.year: each.commitment for each in AuditRound.objects.all()}
    assert set(kept) == {2026, 0}
    assert set(AuditRound.objects.values_list("secret", flat=True)) == {""}
    amended(across, THREE)
    for day in ("11-02", "11-03", "11-04", "11-05"):
        across.spend("farmers", "25000000.00", 1, f"{day} 10:00")
    run_due(now=moment("2027-01-01 00:00"))
    year = AuditRound.objects.get(year=2026)
    check_draw(year, {each.movement_id for each in Spending.objects.all()})
    assert hashlib.sha256(bytes.fromhex(year.secret)).hexdigest() == kept[2026]
    assert (str(year.spent), str(year.sampled)) == ("100000000.00", "25000000.00")
    assert due("adjustment.to_audit_year")[:10] == "2027-04-01"  # 90 days after 31 December
    [sampled] = year.draws.filter(sampled=True)
    assert open_rounds(rounds_of(across.adjustment)) == 1
    across.audited(sampled.spending.movement_id, "2027-01-11 10:00", "correct")
    year.refresh_from_db()
    assert year.outcome == "correct"
    assert open_rounds(rounds_of(across.adjustment)) == 0
    close = refused(lambda: across.alone(PROVINCE, "adjustment.close", "2027-01-11 11:00"))
    assert (close.code, close.detail["share:farmers"]) == (Code.WRONG_STATUS, "29600000.00")
    across.spend("farmers", "29600000.00", 1, "2027-01-12 10:00")
    across.spend("infrastructure", "64800000.00", 2, "2027-01-13 10:00")
    across.spend("aftercare", "21600000.00", 3, "2027-01-14 10:00")
    final = AuditRound.objects.get(year=0)
    assert hashlib.sha256(bytes.fromhex(final.secret)).hexdigest() == kept[0]
    check_draw(final, {each.movement_id for each in Spending.objects.all()})
    assert (final.sampled or ZERO) >= (final.spent or ZERO).times(Decimal("0.20"))
    assert due("adjustment.to_audit_finally")[:10] == "2027-07-14"  # 180 days after 14 January
    assert (
        refused(lambda: across.alone(PROVINCE, "adjustment.close", "2027-01-15 10:00")).code
        is Code.WRONG_STATUS
    )
    taken_back_and_spent_again(across, final)
    final = AuditRound.objects.get(year=0, voided_at=None)
    for movement_id in sorted(drawn(across)):
        across.audited(movement_id, "2027-02-20 10:00")
    final.refresh_from_db()
    assert final.outcome == "in_order"
    closing = bound_of(act_called("adjustment.close"), across.adjustment_id, {}, by=across.actor(PROVINCE))
    assert [each.value for each in closing.facts if each.label in ("2026年度审计", "决算审计")] == [
        "限期整改",
        "符合规定",
    ]
    opened = {each.sha256 for each in closing.evidence}
    copies = Attachment.objects.filter(kind=AttachmentKind.FUND_VOUCHER).values_list("sha256", flat=True)
    assert opened, "its other papers are read before it is closed"
    assert not opened & set(copies), "copies of vouchers are for the county's finance and its auditor"
    assert {"funds.spend", "funds.reverse"} <= offered(across, "2027-02-22 09:00")
    across.both(PROVINCE, "adjustment.close", "2027-02-22 10:00")
    assert not {"funds.distribute", "funds.spend", "funds.reverse"} & offered(across, "2027-02-22 11:00")
    assert (across.status, across.adjustment.case.ended_at) == (S.CLOSED, moment("2027-02-22 10:00"))
    no = refused(lambda: across.spend("farmers", "1.00", 1, "2027-02-23 10:00"))
    assert no.code is Code.WRONG_STATUS
    assert not Deadline.objects.filter(case_id=across.adjustment_id, status="pending").exists()
    only_an_auditor_opens_the_books_again(across, final)
    sound()


@pytest.mark.parametrize(
    ("open_", "code"),
    [({}, None), *(({each: 1}, Code.WRONG_STATUS) for each in ("audits", "findings", "owed"))],
)
def test_nothing_is_closed_while_an_audit_a_finding_or_a_debt_is_open(
    open_: dict[str, int], code: Code | None
) -> None:
    done: dict[str, Any] = {
        "status": S.TRANSFERRED, "left": {}, "audited": True, "audits": 0, "findings": 0, "owed": 0,
    }  # fmt: skip
    refusal = why_not_close(**done | open_)
    assert (refusal.code if refusal else None) is code


def offered(across: Across, when: str) -> set[str]:
    """What the desk of the county's finance offers on the proceeds."""
    page, _ = read(browser(across, COUNTY_FINANCE), f"/desk/funds/{across.pool.pk}/", when)
    return set(re.findall(r"/desk/acts/(funds\.[a-z]+)/", page))


def only_an_auditor_opens_the_books_again(across: Across, final: AuditRound) -> None:
    """What is closed and audited is not taken back by who booked it; what an auditor wants recovered is."""
    movement = Spending.objects.filter(movement__reversed_by=None).latest("id").movement_id
    back: dict[str, Any] = {
        "subject": movement,
        "reason": "金额有误",
        "attachment": across.copy("2027-02-24 09:00"),
    }
    no = refused(lambda: across.alone(COUNTY_FINANCE, "funds.reverse", "2027-02-24 10:00", **back))
    assert no.code is Code.WRONG_STATUS
    across.audited(
        movement, "2027-02-25 10:00", "recover", str(Spending.objects.get(movement=movement).amount)
    )
    assert "funds.reverse" in offered(across, "2027-02-26 09:00")
    across.both(COUNTY_FINANCE, "funds.reverse", "2027-02-26 10:00", **back)
    final.refresh_from_db()
    assert final.voided_at is None
    assert not Debt.objects.filter(settled_at=None).exists()
    assert any(bucket.startswith("share:") for bucket in across.funds())
    tasks = fund_tasks(across.actor(COUNTY_FINANCE))
    assert [each.act for each in tasks] == []  # nothing of a closed case is spent, and no desk asks for it


def check_draw(mine: AuditRound, movements: set[int]) -> None:
    """As somebody outside would: nothing but the secret and the numbers of the bookings is needed."""
    order = list(mine.draws.order_by("place"))
    assert {each.spending.movement_id for each in order} == movements
    key = bytes.fromhex(mine.secret)
    told = [
        hmac.new(key, str(each.spending.movement_id).encode(), hashlib.sha256).hexdigest() for each in order
    ]
    assert told == sorted(told) == [each.digest for each in order]
    before = ZERO
    for each in order:
        assert each.sampled == (before < (mine.spent or ZERO).times(Decimal("0.20")))
        before += each.amount


def drawn(across: Across) -> set[int]:
    """The bookings that any final audit has drawn and that stand."""
    rows = AuditRound.objects.filter(adjustment=across.adjustment, year=0, drawn_at__isnull=False)
    return {
        each.spending.movement_id
        for mine in rows
        for each in mine.draws.filter(sampled=True, spending__movement__reversed_by=None)
    }


def taken_back_and_spent_again(across: Across, final: AuditRound) -> None:
    """Taking a voucher back has the audit drawn anew by another secret, and what was drawn stays drawn."""
    before = drawn(across)
    other = Spending.objects.exclude(movement_id__in=before).earliest("id")
    across.both(
        COUNTY_FINANCE,
        "funds.reverse",
        "2027-01-18 10:00",
        subject=other.movement_id,
        reason="金额有误",
        attachment=across.copy("2027-01-18 09:00"),
    )
    final.refresh_from_db()
    assert final.voided_at == moment("2027-01-18 10:00")
    fresh = AuditRound.objects.get(year=0, voided_at=None)
    assert (fresh.drawn_at, fresh.commitment != final.commitment) == (None, True)
    line = {"farmers": 1, "infrastructure": 2, "aftercare": 3}[other.category]
    across.spend(other.category, str(other.amount), line, "2027-01-19 10:00")
    fresh.refresh_from_db()
    assert fresh.drawn_at == moment("2027-01-19 10:00")
    assert before <= drawn(across)


def test_what_an_auditor_wants_recovered_bars_the_next_application_until_it_is_back() -> None:
    across = Across.with_ministry("400.0000")
    across.match(across.row("400.0000", "26.6667"))
    across.implementing()
    across.allocate("108000000.00")
    across.distribute("64800000.00", "32400000.00", "10800000.00")
    paid = across.spend("farmers", "1000000.00", 1, "10-23 11:00").answer["movement"]
    across.audited(paid, "10-26 10:00", "recover", "1000000.00")
    first = across.adjustment_id
    across.draft("10-27 09:00", amount="100.0000")
    across.attach(COUNTY, *PAPERS, when="10-27 10:00")
    assert refused(lambda: across.alone(COUNTY, "adjustment.submit", "10-27 11:00")).code is Code.USE_BANNED
    second, across.adjustment_id = across.adjustment_id, first
    back = {"subject": paid, "reason": "追缴收回"}
    no = refused(lambda: across.alone(COUNTY_FINANCE, "funds.reverse", "10-28 09:00", **back))
    assert no.code is Code.MISSING_DOCUMENT, "a debt does not end by the debtor's word alone"
    back["attachment"] = across.copy("10-28 09:00")
    across.both(COUNTY_FINANCE, "funds.reverse", "10-28 10:00", **back)
    across.adjustment_id = second
    across.both(COUNTY, "adjustment.submit", "10-29 11:00")
    assert across.status == S.PROVINCE_REVIEW
    assert AUDITOR in across.people
