"""Handing quota over, and what a retest with less brings back."""

from decimal import Decimal
from typing import Any

import pytest

from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from apps.listings.states import ListingStatus
from apps.stages.transfer import rules
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan
from tests.stages.moments import day


def _area(mu: str, grade: int | None) -> rules.Measured:
    return rules.Measured(area=Quantity(QuotaKind.FARMLAND_AREA, Decimal(mu)), grade=grade)


def _code(refusal: Refusal | None) -> Code | None:
    return refusal.code if refusal else None


@pytest.mark.parametrize("status", list(ListingStatus))
def test_quota_is_handed_over_when_paid_and_nothing_holds_it(status: ListingStatus) -> None:
    assert (rules.why_not_execute(status=status, open_objections=0) is None) == (status is ListingStatus.PAID)


def test_an_open_objection_or_a_price_that_has_not_left_holds_the_transfer() -> None:
    assert _code(rules.why_not_execute(status=ListingStatus.PAID, open_objections=1)) is Code.OBJECTION_OPEN
    assert _code(rules.why_not_before_remittance(remitted=False)) is Code.WRONG_STATUS
    assert rules.why_not_before_remittance(remitted=True) is None


def test_a_refund_is_what_the_land_is_worth_less_and_counts_earlier_claims() -> None:
    sold, price = _area("20", 7), Yuan("1000000.00")
    first = rules.quality_refund(price=price, sold=sold, found=_area("20", 8), brought=ZERO)
    assert first == Yuan("111111.11")
    assert rules.quality_refund(price=price, sold=sold, found=_area("18", 8), brought=first) == Yuan(
        "88888.89"
    )
    assert rules.quality_refund(price=price, sold=sold, found=_area("0", 8), brought=ZERO) == price
    assert (
        rules.quality_refund(price=price, sold=sold, found=_area("20", 8), brought=Yuan("200000.00")) == ZERO
    )
    assert _code(rules.why_not_owed(ZERO)) is Code.AMOUNT_EXCEEDS


def test_a_refund_of_quota_without_grades_counts_the_area_alone() -> None:
    """20,500,000.00 for 100 亩 of which 97.5 are there: 2.5 hundredths of it, and no grade is asked for."""
    sold, found = (
        rules.Measured(area=Quantity(QuotaKind.CONSTRUCTION_AREA, Decimal(each))) for each in ("100", "97.5")
    )
    price = Yuan("20500000.00")
    assert rules.quality_refund(price=price, sold=sold, found=found, brought=ZERO) == Yuan("512500.00")
    assert _claim(sold=sold, found=found) is None


def _claim(**changes: Any) -> Code | None:
    given: dict[str, Any] = {
        "status": ListingStatus.TRANSFERRED, "sold": _area("20", 7), "found": _area("19", 7), "open_claim": False,
        "ends_at": day(30), "now": day(29),
    }  # fmt: skip
    return _code(rules.why_not_claim(**given | changes))


def test_a_claim_is_for_less_within_its_term_and_alone() -> None:
    assert _claim() is None
    assert _claim(status=ListingStatus.PAID) is Code.WRONG_STATUS
    assert _claim(now=day(30)) is Code.TOO_LATE
    assert _claim(open_claim=True) is Code.DUPLICATE_REQUEST
    assert _claim(found=rules.Measured()) is Code.INVALID
    assert _claim(found=_area("20", 7)) is Code.AMOUNT_EXCEEDS
    assert _claim(found=_area("21", 8)) is Code.AMOUNT_EXCEEDS
    assert _claim(found=_area("20", 8)) is None


def test_what_has_no_grade_is_measured_by_its_area_alone() -> None:
    """100 亩 at 20,500,000 found to be 90: a tenth of the price comes back."""
    kind = QuotaKind.CONSTRUCTION_AREA
    sold = rules.Measured(area=Quantity(kind, 100))
    found = rules.Measured(area=Quantity(kind, 90))
    assert _claim(sold=sold, found=found) is None
    assert _claim(sold=sold, found=rules.Measured(area=Quantity(kind, 90), grade=15)) is Code.INVALID
    owed = rules.quality_refund(price=Yuan("20500000.00"), sold=sold, found=found, brought=Yuan(0))
    assert owed == Yuan("2050000.00")


def test_the_measurer_belongs_to_neither_side_and_brings_a_report() -> None:
    assert rules.why_not_measurer(measurer="测绘院", controlled={"买方下属"}, reports=1) is None
    assert (
        _code(rules.why_not_measurer(measurer=" 买方下属 ", controlled={"买方下属"}, reports=1))
        is Code.SELF_DEALING
    )
    assert (
        _code(rules.why_not_measurer(measurer="测绘院", controlled=set(), reports=0)) is Code.MISSING_DOCUMENT
    )
