"""Money that moves after an audit is audited anew, and no report is issued that its auditor's approver has not read."""

from decimal import Decimal

import pytest

from apps.crossprovince import drawing
from apps.crossprovince.auditing import outcomes_of
from apps.crossprovince.closing_bound import close_bound
from apps.crossprovince.models import AuditRound
from apps.desks.audit_tasks import audit_tasks
from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.funds.models import Spending
from apps.process.issuing.proofs import newest_of, pages_of
from kernel.access.models import Preparation
from kernel.actors import Duty
from kernel.acts.perform import approval_of
from kernel.deadlines.runner import run_due
from kernel.errors import Code
from tests.crossprovince.test_chain import refused, sound
from tests.crossprovince.test_money import THREE, amended, drawn, transferred
from tests.factories.across import AUDITOR, COUNTY_FINANCE, PROVINCE, Across, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def spent() -> Across:
    """All of A is spent, and the final audit is drawn."""
    return all_spent()


def all_spent() -> Across:
    """All of A is spent on three lines by 4 November."""
    across = transferred()
    amended(across, THREE)
    across.spend("farmers", "129600000.00", 1, "11-02 10:00")
    across.spend("infrastructure", "64800000.00", 2, "11-03 10:00")
    across.spend("aftercare", "21600000.00", 3, "11-04 10:00")
    return across


def reports(across: Across) -> int:
    return Document.objects.filter(case_id=across.adjustment_id, kind=DocumentKind.AUDIT_REPORT).count()


def audit_all(across: Across, month: str) -> None:
    """Every drawn voucher is found in order, one a day; no report comes before the last."""
    before = reports(across)
    for place, movement_id in enumerate(sorted(drawn(across)), start=10):
        assert reports(across) == before
        across.audited(movement_id, f"{month}-{place} 10:00")
    assert reports(across) == before + 1


def pay_anew(across: Across) -> int:
    """The last payment is taken back and made again; gives its booking."""
    last = Spending.objects.latest("id")
    copy = across.copy("11-20 09:00")
    across.both(
        COUNTY_FINANCE,
        "funds.reverse",
        "11-20 10:00",
        subject=last.movement_id,
        reason="金额有误",
        attachment=copy,
    )
    across.spend("aftercare", "21600000.00", 3, "11-21 10:00")
    return Spending.objects.latest("id").movement_id


def test_what_is_paid_anew_is_audited_anew_and_a_conclusion_counts_for_one_draw(spent: Across) -> None:
    audit_all(spent, "11")
    assert AuditRound.objects.get(year=0).outcome == "in_order"
    anew = pay_anew(spent)
    fresh = AuditRound.objects.get(year=0, voided_at=None)
    assert fresh.draws.get(spending__movement_id=anew).sampled, "whatever the secret says"
    assert (fresh.drawn_at, fresh.outcome, reports(spent)) == (moment("11-21 10:00"), "", 1)
    assert all(
        outcomes_of(fresh)[each.spending.movement_id] is None for each in fresh.draws.filter(sampled=True)
    )
    assert audit_tasks(spent.actor(AUDITOR)), "its auditor has to look again"
    assert refused(lambda: spent.alone(PROVINCE, "adjustment.close", "11-22 10:00")).code is Code.WRONG_STATUS
    audit_all(spent, "12")
    fresh.refresh_from_db()
    assert fresh.outcome == "in_order"
    sound()


def test_the_auditors_approver_reads_the_report_that_the_last_conclusion_issues(spent: Across) -> None:
    read: list[int] = []

    def look(waiting: Preparation) -> None:
        if waiting.act != "funds.conclude":
            return
        pages: list[bytes] = []
        before = newest_of(spent.adjustment_id)
        approval_of(
            waiting,
            by=spent.actor(AUDITOR, Duty.APPROVER),
            now=waiting.prepared_at,
            look=lambda: pages.extend(pages_of(waiting.act, spent.adjustment_id, after=before)),
        )
        read.append(len(pages))

    spent.look = look
    audit_all(spent, "11")
    assert read[-1] > 0
    assert not any(read[:-1]), "no report is shown that is not issued"
    pay_anew(spent)
    read.clear()
    audit_all(spent, "12")
    assert read[-1] > 0
    assert not any(read[:-1]), "nor one that was issued before"


def test_a_conclusion_that_ends_two_audits_shows_both_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn_so = drawing.draw
    monkeypatch.setattr(
        drawing, "draw", lambda *given, **said: drawn_so(*given, **said | {"sample": Decimal(1)})
    )
    across = all_spent()
    run_due(now=moment("2027-01-01 00:00"))
    shown: list[int] = []

    def look(waiting: Preparation) -> None:
        if waiting.act == "funds.conclude":
            pages: list[bytes] = []
            before = newest_of(across.adjustment_id)
            approval_of(
                waiting,
                by=across.actor(AUDITOR, Duty.APPROVER),
                now=waiting.prepared_at,
                look=lambda: pages.extend(pages_of(waiting.act, across.adjustment_id, after=before)),
            )
            shown.append(len(pages))

    across.look = look
    for place, movement_id in enumerate(sorted(drawn(across)), start=10):
        assert reports(across) == 0
        across.audited(movement_id, f"2027-01-{place} 10:00")
    assert reports(across) == 2
    assert shown[-1] >= 2
    assert not any(shown[:-1])


def test_the_close_says_of_an_audit_without_vouchers_that_nobody_concluded_it(spent: Across) -> None:
    audit_all(spent, "11")
    run_due(now=moment("2027-01-01 00:00"))
    for each in AuditRound.objects.filter(year=2026, concluded_at=None):
        for draw in each.draws.filter(sampled=True):
            spent.audited(draw.spending.movement_id, "2027-01-10 10:00")
    run_due(now=moment("2028-01-01 00:00"))
    facts = {
        each.label: each.value for each in close_bound(spent.adjustment_id, {}, spent.actor(PROVINCE)).facts
    }
    assert (facts["2026年度审计"], facts["决算审计"]) == ("符合规定", "符合规定")
    assert facts["2027年度审计"] == "没有仍有效的抽中凭证，审计机关未作结论"


def test_what_replaces_a_drawn_voucher_is_drawn_in_the_next_year_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    across = transferred()
    amended(across, THREE)
    across.spend("farmers", "50000000.00", 1, "11-02 10:00")
    run_due(now=moment("2027-01-01 00:00"))
    year = AuditRound.objects.get(year=2026)
    [only] = year.draws.all()
    assert only.sampled
    copy = across.copy("2027-01-04 09:00")
    across.both(
        COUNTY_FINANCE,
        "funds.reverse",
        "2027-01-04 10:00",
        subject=only.spending.movement_id,
        reason="金额有误",
        attachment=copy,
    )
    year.refresh_from_db()
    assert (year.outcome, reports(across)) == ("none", 0)
    # Two payments make up what was taken back, a third is beyond it; another share has nothing to do with it.
    across.spend("infrastructure", "10000000.00", 2, "2027-02-01 10:00")
    for place, amount in enumerate(("30000000.00", "30000000.00", "30000000.00"), start=2):
        across.spend("farmers", amount, 1, f"2027-02-0{place} 10:00")
    monkeypatch.setattr(drawing, "digest_of", unlucky)
    run_due(now=moment("2028-01-01 00:00"))
    drawn_now = AuditRound.objects.get(year=2027).draws.order_by("spending_id")
    assert [each.sampled for each in drawn_now] == [True, True, True, False]
    sound()


def unlucky(secret: str, movement_id: int) -> str:
    """The order of the bookings, so that the sample is reached with the first two of them."""
    return f"{movement_id:064}"
