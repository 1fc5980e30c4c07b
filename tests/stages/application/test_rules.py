"""Who applies with what, and when an application still moves."""

from decimal import Decimal

import pytest

from apps.documents.states import AttachmentKind
from apps.kinds.classes import class_terms
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass
from apps.listings.states import ListingStatus
from apps.rulebook.presets import parameters
from apps.stages.application import rules
from kernel.errors import Code, Refusal
from kernel.money import Yuan
from tests.factories.papers import NUMBERS, TO_LIST

SUPPLEMENTARY = class_terms(QuotaClass.SUPPLEMENTARY)
AREA = Quantities(Decimal(20), 0, 18000)


def _code(refusal: Refusal | None) -> Code | None:
    return refusal.code if refusal else None


@pytest.mark.parametrize("status", list(ListingStatus))
def test_facts_move_only_in_a_draft_or_a_returned_application(status: ListingStatus) -> None:
    may = status in (ListingStatus.DRAFT, ListingStatus.RETURNED)
    assert (rules.why_not_edit(status=status, announced=False) is None) == may
    assert _code(rules.why_not_edit(status=status, announced=True)) is Code.FACTS_FROZEN


def test_what_is_missing_is_named_all_at_once() -> None:
    refusal = rules.why_not_submit(
        status=ListingStatus.DRAFT,
        documents=["project_approval"],
        numbers=dict.fromkeys(NUMBERS, "1"),
        terms=SUPPLEMENTARY,
    )
    assert _code(refusal) is Code.MISSING_DOCUMENT
    assert refusal is not None
    assert set(refusal.detail["missing"].split(",")) == set(TO_LIST) - {"project_approval"}


@pytest.mark.parametrize(
    ("record", "ecology", "missing"), [("", "2", "acceptance_record_no"), ("1", " ", "ecology_no")]
)
def test_acceptance_and_assessment_are_named_by_number(record: str, ecology: str, missing: str) -> None:
    refusal = rules.why_not_submit(
        status=ListingStatus.RETURNED,
        documents=list(TO_LIST),
        numbers={"acceptance_record_no": record, "ecology_no": ecology},
        terms=SUPPLEMENTARY,
    )
    assert refusal is not None
    assert refusal.detail == {"missing": missing}


def test_batches_add_up_to_the_lot_to_the_last_decimal() -> None:
    drawn = Quantities(Decimal("19.9999"), 0, 18000)
    refusal = rules.why_not_lot(
        quantities=AREA, unit=PriceUnit.YUAN_PER_MU, starting_price=Yuan(50000), drawn=drawn
    )
    assert _code(refusal) is Code.TOTALS_MISMATCH
    assert refusal is not None
    assert refusal.detail["difference"] == "0.0001"


@pytest.mark.parametrize(
    ("quantities", "unit", "price", "code"),
    [
        (AREA, PriceUnit.YUAN_PER_MU, "50000", None),
        (AREA, PriceUnit.YUAN_PER_KG, "50", None),
        (Quantities(), PriceUnit.YUAN_PER_MU, "50000", Code.INVALID),
        (Quantities(0, 0, 18000), PriceUnit.YUAN_PER_MU, "50000", Code.INVALID),
        (Quantities(Decimal(20)), PriceUnit.YUAN_PER_KG, "50", Code.INVALID),
        (AREA, PriceUnit.YUAN_PER_MU, "0", Code.INVALID),
    ],
)
def test_the_unit_of_price_fits_what_is_sold(
    quantities: Quantities, unit: PriceUnit, price: str, code: Code | None
) -> None:
    refusal = rules.why_not_lot(
        quantities=quantities, unit=unit, starting_price=Yuan(price), drawn=quantities
    )
    assert _code(refusal) is code


def test_the_grade_is_that_of_a_batch() -> None:
    assert rules.why_not_grade(stated=7, of_batches={7, 8}) is None
    assert _code(rules.why_not_grade(stated=6, of_batches={7, 8})) is Code.INVALID


def test_who_made_the_quota_sells_it_and_bought_quota_is_not_sold_on() -> None:
    book = parameters("baseline")
    seller = sorted(book.seller_kinds)[0]
    assert rules.why_not_sell(seller_kind=seller, bought_in="", rules=book) is None
    assert _code(rules.why_not_sell(seller_kind="public", bought_in="", rules=book)) is Code.NOT_PERMITTED
    assert _code(rules.why_not_sell(seller_kind=seller, bought_in="库1号", rules=book)) is Code.NOT_PERMITTED


@pytest.mark.parametrize("status", list(ListingStatus))
def test_an_application_is_withdrawn_before_its_review_is_passed(status: ListingStatus) -> None:
    may = status in (ListingStatus.DRAFT, ListingStatus.UNDER_REVIEW, ListingStatus.RETURNED)
    assert (rules.why_not_withdraw(status=status) is None) == may


def test_a_lot_is_listed_again_once_by_its_seller_after_it_ended_without_a_deal() -> None:
    ended = {ListingStatus.UNSOLD, ListingStatus.TERMINATED, ListingStatus.DEFAULTED}
    for status in ListingStatus:
        refusal = rules.why_not_relist(status=status, same_seller=True, relisted=False)
        assert (refusal is None) == (status in ended)
    unsold = ListingStatus.UNSOLD
    assert _code(rules.why_not_relist(status=unsold, same_seller=False, relisted=False)) is Code.NOT_FOUND
    assert _code(rules.why_not_relist(status=unsold, same_seller=True, relisted=True)) is Code.WRONG_STATUS


def test_the_review_keeps_a_day_however_long_corrections_took() -> None:
    assert rules.review_days_left(review_wd=10, used_wd=4) == 6
    assert rules.review_days_left(review_wd=10, used_wd=12) == 1


@pytest.mark.parametrize("status", list(ListingStatus))
def test_a_sellers_evidence_is_taken_until_the_announcement_and_of_a_deal_always(
    status: ListingStatus,
) -> None:
    before = status in (
        ListingStatus.DRAFT, ListingStatus.UNDER_REVIEW, ListingStatus.RETURNED, ListingStatus.APPROVED,
    )  # fmt: skip
    assert (rules.why_not_from_seller(status=status, kind=AttachmentKind.ACCEPTANCE_REPORT) is None) == before
    assert rules.why_not_from_seller(status=status, kind=AttachmentKind.RETEST_REPORT) is None
