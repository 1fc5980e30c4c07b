"""Quality refunds (S002 (一)6): by area and grade, one claim at a time, never more than the price."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.documents.commands import attach
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaKind
from apps.money.models import Entry
from apps.parties.commands import register_organisation
from apps.parties.roles import Role
from apps.quota import use as using
from apps.quota.models import Bucket
from apps.quota.queries import faults, holdings
from apps.stages.contract.models import Contract
from apps.stages.transfer import claims, queries, rules
from apps.stages.transfer.models import QualityClaim
from apps.stages.transfer.rules import Measured
from kernel.access.models import Preparation
from kernel.actors import SYSTEM
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.errors import Code, Refused
from kernel.money import Yuan
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at

pytestmark = pytest.mark.django_db
NOW = at("06-01 10:00")
MEASURER = "河南地质检测有限公司"


@pytest.fixture
def sold() -> Deal:
    """20 亩 of grade 7 sold to A for 1,000,000 and transferred on 7 May."""
    deal = Deal.begun()
    deal.announce()
    for key in (A, B):
        deal.register(key)
    deal.bid(A, 50000, now=at("03-25 09:30"))
    deal.confirm()
    for key in (SELLER, A, CENTRE):
        deal.sign(key, now=at("04-01 09:00"))
    deal.pay(A, Contract.objects.get().terms["payment_account"], "800000.00", now=at("04-20 10:00"))
    deal.transfer()
    return deal


def report(deal: Deal, *, now: Any = NOW, key: str = A) -> None:
    """A retest report is uploaded."""
    by = deal.operator(key)
    attach(
        kind=AttachmentKind.RETEST_REPORT, name="复测报告.pdf", content=small_pdf("复测报告", [MEASURER]),
        organisation_id=by.organisation_id, uploaded_by_id=by.person_id, case_id=deal.listing_id, now=now,
    )  # fmt: skip


def claim(deal: Deal, *, now: Any = NOW, measurer: str = MEASURER, **found: Any) -> QualityClaim:
    """The buyer claims."""
    deal.run(now)
    return claims.claim_quality(
        listing_id=deal.listing_id, measurer=measurer, reason="复测", by=deal.operator(A), now=now, **found
    )


def confirm(deal: Deal, made: QualityClaim) -> None:
    """Two persons of the province confirm it."""
    deal.do(
        PROVINCE, "quality.confirm", claims.confirm_quality, now=NOW, subject_id=made.pk, claim_id=made.pk
    )


def code(call: Any) -> Code:
    """Why it is refused; no claim comes of it."""
    before = QualityClaim.objects.count()
    with pytest.raises(Refused) as refused:
        call()
    assert QualityClaim.objects.count() == before
    return refused.value.refusal.code


def test_a_lower_grade_and_then_less_area_bring_what_is_due_and_no_more(sold: Deal) -> None:
    report(sold)
    first = claim(sold, area=Decimal(20), grade=8)
    assert str(first.refund) == "111111.11"
    confirm(sold, first)
    later = NOW + timedelta(days=1)
    report(sold, now=later)
    second = claim(sold, area=Decimal(18), grade=8, now=later)
    assert str(second.refund) == "88888.89"
    confirm(sold, second)
    assert first.refund + second.refund == Yuan(200000)
    farmland = holdings(sold.organisation(A).pk)[QuotaKind.FARMLAND_AREA]
    assert (farmland[Bucket.AVAILABLE], farmland[Bucket.WRITTEN_OFF]) == (Decimal(18), Decimal(2))
    assert faults() == []


def test_nothing_left_of_the_land_brings_the_price_and_never_more(sold: Deal) -> None:
    report(sold)
    first = claim(sold, area=Decimal(0))
    assert first.refund == Contract.objects.get().total_price
    confirm(sold, first)
    later = NOW + timedelta(days=1)
    report(sold, now=later)
    assert code(lambda: claim(sold, area=Decimal(0), now=later)) is Code.AMOUNT_EXCEEDS


def test_the_database_itself_keeps_the_refunds_within_the_price(sold: Deal) -> None:
    values = {
        "listing_id": sold.listing_id, "sold_area": 20, "sold_grade": 7, "area": 0, "grade": 7, "measurer": MEASURER,
        "reason": "复测", "claimed_by_id": 1, "claimed_at": NOW,
    }  # fmt: skip
    QualityClaim.objects.create(refund=1000000, confirmed_by_id=1, confirmed_at=NOW, **values)
    with pytest.raises(IntegrityError, match="exceed its price"), transaction.atomic():
        QualityClaim.objects.create(refund="0.01", **values)


def test_one_claim_is_open_at_a_time(sold: Deal) -> None:
    report(sold)
    claim(sold, grade=8)
    report(sold, now=NOW + timedelta(hours=1))
    assert code(lambda: claim(sold, grade=9, now=NOW + timedelta(hours=1))) is Code.DUPLICATE_REQUEST


def test_the_seller_pays_outside_and_finance_notes_the_voucher_once(sold: Deal) -> None:
    report(sold)
    made = claim(sold, grade=8)

    def note(voucher: str) -> Any:
        return sold.do(
            FINANCE, "quality.paid", claims.note_quality_paid,
            now=NOW, subject_id=made.pk, claim_id=made.pk, voucher_no=voucher,
        )  # fmt: skip

    with pytest.raises(Refused) as unconfirmed:
        note("V-1")
    assert unconfirmed.value.refusal.code is Code.WRONG_STATUS
    confirm(sold, made)
    booked = Entry.objects.count()
    note("V-2")
    made.refresh_from_db()
    assert (made.voucher_no, made.paid_at) == ("V-2", NOW)
    with pytest.raises(Refused) as again:
        note("V-3")
    assert again.value.refusal.code is Code.WRONG_STATUS
    made.refresh_from_db()
    assert made.voucher_no == "V-2"
    assert Entry.objects.count() == booked


@pytest.mark.parametrize(
    "found", [{"area": Decimal(20)}, {"grade": 7}, {"grade": 6}, {"area": Decimal("20.0001"), "grade": 9}]
)
def test_what_is_as_good_as_sold_brings_nothing(sold: Deal, found: dict[str, Any]) -> None:
    report(sold)
    assert code(lambda: claim(sold, **found)) is Code.AMOUNT_EXCEEDS


def test_the_measurer_belongs_to_neither_side(sold: Deal) -> None:
    report(sold)
    own = register_organisation(
        kind=Role.SITE_PROJECT_UNIT, name="新郑测绘队", region="410184", by=SYSTEM, now=NOW,
        superior=sold.organisation(A),
    )  # fmt: skip
    for name in (sold.organisation(SELLER).name, sold.organisation(A).name, own.name):
        refused = code(lambda name=name: claim(sold, grade=8, measurer=f" {name} "))
        assert refused is Code.SELF_DEALING


def test_each_claim_comes_with_a_report_of_its_own(sold: Deal) -> None:
    report(sold, key=SELLER)
    assert code(lambda: claim(sold, grade=8)) is Code.MISSING_DOCUMENT
    report(sold)
    confirm(sold, claim(sold, grade=8))
    later = NOW + timedelta(days=1)
    assert code(lambda: claim(sold, grade=9, now=later)) is Code.MISSING_DOCUMENT


def test_the_term_ends_so_many_days_after_the_transfer(sold: Deal) -> None:
    end = queries.claims_end_at(sold.listing)
    assert end is not None
    just_before = end - timedelta(microseconds=1)
    report(sold, now=just_before)
    assert code(lambda: claim(sold, grade=8, now=end)) is Code.TOO_LATE
    assert claim(sold, grade=8, now=just_before).pk


def test_what_the_buyer_has_used_is_not_written_off_and_the_money_is_due_all_the_same(sold: Deal) -> None:
    report(sold)
    made = claim(sold, area=Decimal(15))
    sold.run(NOW)
    sold.do(
        A, "quota.use:批〔2026〕1号", using.use, now=NOW, subject_id=0, quantities=Quantities(18, 0, 0),
        project_name="公路", project_approval_no="批〔2026〕1号",
    )  # fmt: skip
    confirm(sold, made)
    made.refresh_from_db()
    assert (made.written_off, str(made.refund)) == ({"farmland_area": "2.0000"}, "250000.00")
    assert faults() == []


def test_a_lot_by_capacity_is_measured_by_capacity_and_one_without_grades_by_area() -> None:
    def share(before: Measured, after: Measured) -> Yuan:
        return rules.quality_refund(price=Yuan(1000000), sold=before, found=after, brought=Yuan(0))

    kg, mu = QuotaKind.GRAIN_CAPACITY, QuotaKind.FARMLAND_AREA
    assert str(share(Measured(capacity=Quantity(kg, 90000)), Measured(capacity=Quantity(kg, 60000)))) == (
        "333333.33"
    )
    assert str(share(Measured(area=Quantity(mu, 20)), Measured(area=Quantity(mu, 18)))) == "100000.00"
    better = Measured(area=Quantity(mu, 20), grade=6)
    assert share(replace(better, grade=7), better) == Yuan(0)


def test_the_province_reads_who_owes_whom_how_much(sold: Deal) -> None:
    report(sold)
    made = claim(sold, grade=8)
    perform(act_called("quality.confirm"), subject_id=made.pk, data={}, by=sold.operator(PROVINCE), now=NOW)
    bound = Preparation.objects.get(act="quality.confirm").bound
    assert "通许县人民政府" in bound["button"]
    assert "111,111.11" in bound["button"]
    assert [each["kind"] for each in bound["evidence"]] == ["复测报告"]
