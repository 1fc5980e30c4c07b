"""What a commitment costs: shares and rounding, for the figures of the specification and for all others."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kinds.commitments import Promise, settled
from kernel.money import ZERO, Yuan, round_fen

PROMISE = Promise(there=Decimal(14000), area=Decimal(20), now=9, target=7)
PRICE = Yuan("1950000.00")
HELD = Yuan("390000.00")


@pytest.mark.parametrize(
    ("grade", "refund", "from_held", "owed", "remitted", "issued"),
    [
        (7, "0.00", "0.00", "0.00", "390000.00", "4000"),
        (6, "0.00", "0.00", "0.00", "390000.00", "4000"),
        (8, "216666.67", "216666.67", "0.00", "173333.33", "2000"),
        (9, "433333.33", "390000.00", "43333.33", "0.00", "0"),
        (10, "650000.00", "390000.00", "260000.00", "0.00", "0"),
    ],
)
def test_the_figures_of_the_specification(
    grade: int, refund: str, from_held: str, owed: str, remitted: str, issued: str
) -> None:
    found = settled(price=PRICE, missing=PROMISE.missing(grade), held_back=HELD)
    assert [str(each) for each in (found.refund, found.from_held_back, found.owed, found.remitted)] == [
        refund,
        from_held,
        owed,
        remitted,
    ]
    assert f"{PROMISE.gained(PROMISE.counted(grade)):.0f}" == issued
    assert PROMISE.capacity == 18000


_GRADES = st.integers(1, 15)
_AREAS = st.decimals("0.0001", "100000", places=4)
_PRICES = st.decimals("0.01", "9999999999.99", places=2).map(Yuan)


@st.composite
def promises(draw: st.DrawFn) -> Promise:
    """A commitment as the form takes one."""
    now = draw(st.integers(2, 15))
    there = Decimal(draw(st.integers(1, 10**9)))
    return Promise(there=there, area=draw(_AREAS), now=now, target=draw(st.integers(1, now - 1)))


@given(promises(), _GRADES, _PRICES, st.decimals("0", "0.99", places=8))
def test_every_fen_goes_to_one_of_both_and_no_more_than_the_price(
    promise: Promise, grade: int, price: Yuan, share: Decimal
) -> None:
    held = round_fen(price.amount * share)
    missing = promise.missing(grade)
    assert 0 <= missing <= 1
    found = settled(price=price, missing=missing, held_back=held)
    assert found.from_held_back + found.owed == found.refund <= price
    assert found.from_held_back + found.remitted == held
    assert min(found.refund, found.from_held_back, found.owed, found.remitted) >= ZERO
    exact = Fraction(price.amount) * missing * 100
    assert abs(Fraction(found.refund.amount) * 100 - exact) <= Fraction(1, 2)
    assert found.owed == ZERO or found.remitted == ZERO


@given(promises(), _GRADES)
def test_a_better_grade_never_costs_more_and_nothing_is_gained_beyond_the_promise(
    promise: Promise, grade: int
) -> None:
    assert promise.achieved(grade) <= promise.capacity
    if grade > 1:
        assert promise.missing(grade - 1) <= promise.missing(grade)
    counted = promise.counted(grade)
    assert promise.there <= promise.there + promise.gained(counted) <= promise.capacity
    if counted >= promise.now:
        assert promise.gained(counted) == 0


@given(promises())
def test_what_is_promised_is_the_formula_rounded_once(promise: Promise) -> None:
    exact = promise.area * (promise.now - promise.target) * 100
    assert promise.capacity - promise.there == exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)


@given(_PRICES, _PRICES, _PRICES)
def test_what_claims_brought_before_is_not_refunded_twice(price: Yuan, brought: Yuan, other: Yuan) -> None:
    found = settled(price=price, missing=Fraction(1), held_back=ZERO, brought=brought, other=other)
    assert found.refund == max(price - brought - other, ZERO) or found.refund <= max(price - brought, ZERO)
    assert found.refund <= max(price - brought - other, ZERO)
