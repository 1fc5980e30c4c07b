"""The price account: what is unpaid, what lateness costs day by day, and what leaves for the seller."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.listings.states import ListingStatus
from apps.stages.payment.rules import Instalment, Terms, account, why_not_receive, why_not_remit
from kernel.errors import Code
from kernel.money import ZERO, Yuan
from tests.stages.moments import day

TERMS = Terms(
    price=Yuan("1000000.00"), deposit=Yuan("200000.00"), due_at=day(10, 0), daily_rate=Decimal("0.0005")
)


def test_paid_in_full_by_the_due_instant_no_fee_runs() -> None:
    found = account(TERMS, [Instalment(day(9, 23, 59), Yuan("800000.00"))], at=day(20))
    assert (found.unpaid_price, found.late_fee, found.outstanding) == (ZERO, ZERO, ZERO)
    assert found.settled_at == day(9, 23, 59)


@pytest.mark.parametrize(
    ("at", "days"), [(day(9, 23, 59), 0), (day(10, 0), 1), (day(11, 1), 2), (day(20, 1), 11)]
)
def test_each_day_after_the_due_date_costs_its_share_of_what_is_unpaid(at: object, days: int) -> None:
    found = account(TERMS, [], at=at)  # type: ignore[arg-type]
    assert found.late_fee == Yuan(Decimal("400.00") * days)
    assert found.outstanding == Yuan("800000.00") + found.late_fee


def test_an_instalment_lowers_the_base_from_the_next_day_on() -> None:
    found = account(TERMS, [Instalment(day(10, 12), Yuan("400000.00"))], at=day(11, 12))
    assert found.late_fee == Yuan("400.00") + Yuan("200.00")
    assert found.unpaid_price == Yuan("400000.00")


def test_price_first_then_the_fee_and_what_is_left_over_is_told() -> None:
    paid = [Instalment(day(10, 12), Yuan("800000.00")), Instalment(day(10, 13), Yuan("500.00"))]
    found = account(TERMS, paid, at=day(12))
    assert found.late_fee == Yuan("400.00")
    assert (found.outstanding, found.overpaid) == (ZERO, Yuan("100.00"))
    assert (found.price_paid_at, found.settled_at) == (day(10, 12), day(10, 13))


def test_no_fee_runs_while_the_due_date_is_provisional() -> None:
    terms = Terms(
        price=TERMS.price,
        deposit=TERMS.deposit,
        due_at=TERMS.due_at,
        daily_rate=TERMS.daily_rate,
        fee_runs=False,
    )
    assert account(terms, [], at=TERMS.due_at + timedelta(days=9)).late_fee == ZERO


def test_money_of_a_third_party_or_of_an_ended_deal_does_not_count() -> None:
    def code(payer: str, listing: ListingStatus, *, is_own: bool = False) -> Code | None:
        refusal = why_not_receive(payer=payer, winner="中牟水厂", listing=listing, is_own=is_own)
        return refusal.code if refusal else None

    assert code("中牟水厂", ListingStatus.CONTRACTED) is None
    assert code("别家", ListingStatus.CONTRACTED) is Code.PAYER_MISMATCH
    assert code("别家", ListingStatus.CONTRACTED, is_own=True) is None
    assert code("中牟水厂", ListingStatus.PAID) is Code.WRONG_STATUS


def test_the_price_leaves_for_the_seller_when_owed_and_nothing_holds_it() -> None:
    def code(
        status: ListingStatus = ListingStatus.PAID, *, owed: bool = True, objections: int = 0
    ) -> Code | None:
        refusal = why_not_remit(status=status, owed=owed, open_objections=objections)
        return refusal.code if refusal else None

    assert code() is None
    assert code(ListingStatus.SUSPENDED) is Code.SUSPENDED
    assert code(owed=False) is Code.WRONG_STATUS
    assert code(objections=1) is Code.OBJECTION_OPEN
