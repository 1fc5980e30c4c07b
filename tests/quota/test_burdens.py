"""Burdens on quota (权利负担): of a type, on an amount or on all, and only what they lie on is not traded.

Figures by hand: Ziyun's 800.0000 亩 under a burden of 300.0000 leave 500.0000.
"""

from decimal import Decimal
from typing import Any

import pytest

from apps.quota import burdens
from apps.quota import commands as quota
from apps.quota.batch_models import Encumbrance, EncumbranceLine
from apps.quota.models import Account
from apps.quota.queries import faults
from apps.stages.review.queries import findings
from kernel.errors import Code
from tests.factories.burdened import KIND, NOW, burdened, freeze, hand_over, lifted, line, no, use
from tests.factories.deal import SELLER, A, at
from tests.factories.sale import Sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(settings: Any, tmp_path: Any) -> Sale:
    settings.MEDIA_ROOT = tmp_path
    return Sale.of_certified()


# --- what may be listed ---


def test_what_is_beyond_the_burden_is_listed_and_not_a_ten_thousandth_more(sale: Sale) -> None:
    burdened(sale, "300.0000", type="loan")
    sale.draft(amount="500.0001")
    sale._attach(SELLER, sale.listing.terms.to_list, now=at("03-02 09:00"))
    refusal = no(lambda: sale.both(SELLER, "listing.submit", "03-02 10:00"))
    assert refusal.code is Code.QUOTA_ENCUMBERED
    assert dict(refusal.detail) == {
        "certificate_no": sale.batch.certificate_no,
        "reason": "抵押合同1号",
        "burden_type": "loan",
        "kind": "construction_area",
        "burdened": "300.0000",
        "free": "500.0000",
        "wanted": "500.0001",
    }
    assert "质押：抵押合同1号，300.0000亩" in refusal.sentence
    assert "可办理500.0000亩" in refusal.sentence
    sale.apply(when="03-02 11:00", amount="500.0000")
    assert Account.objects.get(bucket="frozen", kind=KIND).balance == Decimal("500.0000")
    assert faults() == []


def test_burdens_add_up_and_what_is_lifted_is_free_again(sale: Sale) -> None:
    first, second = (
        burdened(sale, "300.0000"),
        burdened(sale, "100.0000", reason="查封〔2026〕2号", type="seizure"),
    )
    refusal = no(lambda: freeze(sale, "400.0001"))
    assert (refusal.detail["burdened"], refusal.detail["free"]) == ("300.0000", "400.0000")
    assert "共2项合计400.0000亩" in refusal.sentence
    lifted(sale, second)
    assert no(lambda: freeze(sale, "500.0001")).detail["free"] == "500.0000"
    freeze(sale, "500.0000")
    assert no(lambda: freeze(sale, "0.0001")).detail["free"] == "0.0000"
    lifted(sale, first)
    freeze(sale, "300.0000")


def test_without_an_amount_all_of_the_batch_is_barred_whoever_holds_it(sale: Sale) -> None:
    freeze(sale, "100.0000")
    hand_over(sale, "100.0000")
    burden = burdened(sale)
    made = Encumbrance.objects.get(pk=burden)
    assert (made.type, made.whole, made.holder, made.amounts) == ("other", True, None, None)
    refusal = no(lambda: freeze(sale, "0.0001"))
    assert (refusal.detail["burdened"], refusal.detail["free"]) == ("700.0000", "0.0000")
    assert no(lambda: use(sale, A, "1.0000")).code is Code.QUOTA_ENCUMBERED
    lifted(sale, burden)
    freeze(sale, "700.0000")
    use(sale, A, "1.0000")


def test_a_burden_on_one_holders_part_leaves_the_other_holders_alone(sale: Sale) -> None:
    freeze(sale, "200.0000")
    hand_over(sale, "200.0000")
    buyer = sale.organisation(A)
    on_buyer = burdened(sale, "150.0000", holder_id=buyer.pk)
    assert Encumbrance.objects.get(pk=on_buyer).holder == buyer
    freeze(sale, "600.0000")
    use(sale, A, "50.0000")
    assert no(lambda: use(sale, A, "0.0001", "建2号")).detail["free"] == "0.0000"
    lifted(sale, on_buyer)
    all_of_it = burdened(sale, holder_id=buyer.pk, reason="查封〔2026〕3号")
    assert Encumbrance.objects.get(pk=all_of_it).whole
    assert no(lambda: use(sale, A, "1.0000", "建3号")).detail["burdened"] == "150.0000"
    hand_over(sale, "600.0000")


# --- what is frozen already ---


def test_what_was_frozen_before_leaves_as_long_as_the_rest_covers_the_burden(sale: Sale) -> None:
    freeze(sale, "500.0000")
    burden = burdened(sale, "300.0000", type="seizure")
    hand_over(sale, "500.0000")
    assert no(lambda: freeze(sale, "0.0001")).code is Code.QUOTA_ENCUMBERED
    lifted(sale, burden)
    freeze(sale, "300.0000")


def test_a_seizure_is_registered_whatever_is_frozen_and_bars_the_transfer_until_it_is_lifted(
    sale: Sale,
) -> None:
    freeze(sale, "500.0000")
    burden = burdened(sale, "300.0001", type="seizure", reason="法院查封1号")
    refusal = no(lambda: hand_over(sale, "500.0000"))
    assert (refusal.code, refusal.detail["burdened"], refusal.detail["free"]) == (
        Code.QUOTA_ENCUMBERED, "300.0001", "499.9999",
    )  # fmt: skip
    lifted(sale, burden)
    hand_over(sale, "500.0000")


def test_of_two_lots_the_one_goes_that_the_rest_still_covers(sale: Sale) -> None:
    freeze(sale, "400.0000")
    freeze(sale, "400.0000")
    burdened(sale, "300.0000", type="seizure")
    hand_over(sale, "400.0000")
    assert no(lambda: hand_over(sale, "400.0000")).detail["free"] == "100.0000"


def test_a_lot_under_way_is_reviewed_by_its_own_amount_and_the_burden_beside_it_is_named(sale: Sale) -> None:
    sale.apply(amount="500.0000")
    beside = burdened(sale, "300.0000", type="loan")
    [found] = [each for each in findings(sale.listing) if each.item == "encumbrance"]
    assert found.holds
    assert (
        f"入库凭证“{sale.batch.certificate_no}”质押（抵押合同1号，建设用地规模300.0000亩）" in found.sentence
    )
    sale.review()
    lifted(sale, beside)
    burdened(sale, "300.0001", type="seizure", reason="法院查封1号")
    [found] = [each for each in findings(sale.listing) if each.item == "encumbrance"]
    assert (found.holds, "查封（法院查封1号" in found.sentence) == (False, True)


def test_a_draft_is_told_beforehand_what_its_submission_would_be_refused_for(sale: Sale) -> None:
    burdened(sale, "300.0000")
    for amount, holds in (("500.0000", True), ("500.0001", False)):
        sale.draft(amount=amount)
        [found] = [each for each in findings(sale.listing) if each.item == "encumbrance"]
        assert found.holds is holds, amount


def test_the_price_is_paid_out_as_the_quota_may_leave_and_once_it_has_left(sale: Sale) -> None:
    """After the transfer a burden on what the seller has left is no business of the buyer's money."""
    freeze(sale, "500.0000")
    seller, case_id = sale.organisation(SELLER).pk, sale.batch.source_id or 0

    def paid_out() -> None:
        burdens.require_paid_out(line(sale, "500.0000"), seller_id=seller, case_id=case_id)

    burden = burdened(sale, "300.0001", type="seizure")
    assert no(paid_out).detail["free"] == "499.9999"
    lifted(sale, burden)
    burdened(sale, "300.0000")
    paid_out()
    hand_over(sale, "500.0000")
    paid_out()
    burdened(sale, reason="法院查封全部", type="seizure")
    assert no(paid_out).detail["reason"] == "法院查封全部"


# --- use, and what was never there ---


def test_use_draws_what_is_free(sale: Sale) -> None:
    freeze(sale, "100.0000")
    hand_over(sale, "100.0000")
    burdened(sale, "40.0000", holder_id=sale.organisation(A).pk)
    refusal = no(lambda: use(sale, A, "60.0001"))
    assert (refusal.code, refusal.detail["free"], refusal.detail["wanted"]) == (
        Code.QUOTA_ENCUMBERED, "60.0000", "60.0001",
    )  # fmt: skip
    assert no(lambda: use(sale, A, "100.0001")).code is Code.QUOTA_INSUFFICIENT
    use(sale, A, "60.0000")


def test_what_was_never_there_is_written_off_and_the_burden_bars_what_is_left(sale: Sale) -> None:
    burdened(sale, "300.0000")
    seller = sale.organisation(SELLER).pk
    for amount, free in (("200.0000", "300.0000"), ("400.0000", "0.0000")):
        quota.write_off(line(sale, amount), holder_id=seller, case_id=sale.batch.source_id or 0, now=NOW)
        assert no(lambda: freeze(sale, "300.0001")).detail["free"] == free
    assert EncumbranceLine.objects.get().amount == Decimal("300.0000")
    assert faults() == []


def test_a_certificate_with_a_burden_on_a_part_is_not_revoked(sale: Sale) -> None:
    burdened(sale, "0.0001")
    seller = sale.organisation(SELLER).pk
    refusal = no(
        lambda: quota.unbook_verified(source_id=sale.batch.source_id or 0, holder_id=seller, now=NOW)
    )
    assert (refusal.code, refusal.detail["free"]) == (Code.QUOTA_ENCUMBERED, "799.9999")
