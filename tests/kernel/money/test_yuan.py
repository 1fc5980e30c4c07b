"""Yuan, its roundings, prices and what people type."""

import pickle
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.kinds.prices import PriceUnit, UnitPrice, price
from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from kernel.money import LIMIT, ZERO, Yuan, ceil_wan, floor_wan, floor_yuan, parse_yuan, round_fen

CENTS = st.integers(min_value=-(10**16), max_value=10**16)
FINE = st.decimals(min_value=-(10**13), max_value=10**13, places=9)


def of_cents(cents: int) -> Yuan:
    return Yuan(Decimal(cents).scaleb(-2))


@pytest.mark.parametrize(
    "given_as", ["1300000", 1300000, Decimal("1300000.00"), Decimal("1.3E6"), "1300000.0"]
)
def test_an_amount_always_has_two_decimals(given_as: Any) -> None:
    assert str(Yuan(given_as)) == "1300000.00"
    assert Yuan(given_as) == Yuan(1300000)
    assert hash(Yuan(given_as)) == hash(Yuan(1300000))


@pytest.mark.parametrize(
    "refused",
    [
        1.0, 0.1, True, None, b"1", [], Fraction(1, 2), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"),
        Decimal("-Infinity"), Decimal("0.001"), Decimal("1E999999"), Decimal(10) ** 15, -(10**15), 10**4000,
        "", " 1", "1 ", "1e3", "1,000", "NaN", "１２", "0.001", "1.", ".5", "+1", "--1", "9" * 16, "1\n",
    ],
)  # fmt: skip
def test_what_is_not_exactly_an_amount_is_refused(refused: Any) -> None:
    with pytest.raises(ValueError):
        Yuan(refused)


def test_negative_zero_is_zero() -> None:
    assert str(Yuan("-0")) == str(Yuan(Decimal("-0.00"))) == str(-ZERO) == "0.00"
    assert not ZERO
    assert Yuan("0.01")


def test_the_largest_amounts_are_just_below_the_limit() -> None:
    largest = Yuan(LIMIT - Decimal("0.01"))
    assert str(largest) == "999999999999999.99"
    assert (-largest).times(-1) == largest
    with pytest.raises(ValueError):
        largest + Yuan("0.01")
    with pytest.raises(ValueError):
        -largest - Yuan("0.01")


@given(left=CENTS, right=CENTS)
def test_sums_and_differences_are_those_of_the_cents(left: int, right: int) -> None:
    assert of_cents(left) + of_cents(right) == of_cents(left + right)
    assert of_cents(left) - of_cents(right) == of_cents(left - right)
    assert -of_cents(left) == of_cents(-left)
    assert abs(of_cents(left)) == of_cents(abs(left))
    assert (of_cents(left) < of_cents(right)) == (left < right)
    assert (of_cents(left) == of_cents(right)) == (left == right)


@given(cents=st.lists(CENTS, max_size=9))
def test_many_are_added_with_a_start(cents: list[int]) -> None:
    assert sum(map(of_cents, cents), ZERO) == of_cents(sum(cents))


@pytest.mark.parametrize("other", [1, Decimal(1), "1", 1.0, None])
def test_an_amount_mixes_with_nothing_else(other: Any) -> None:
    one = Yuan(1)
    assert one != other
    attempts: list[Callable[[], Any]] = [
        lambda: one + other,
        lambda: other + one,
        lambda: one - other,
        lambda: one < other,
        lambda: one >= other,
    ]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt()


def test_amounts_are_not_multiplied_or_divided_by_operators() -> None:
    one: Any = Yuan(1)
    attempts: list[Callable[[], Any]] = [
        lambda: one * one,
        lambda: one * 2,
        lambda: one / 2,
        lambda: one.times(one),
        lambda: one.times(0.5),
    ]
    for attempt in attempts:
        with pytest.raises(TypeError):
            attempt()


def test_an_amount_cannot_be_changed_and_survives_a_queue() -> None:
    one: Any = Yuan(1)
    with pytest.raises((AttributeError, TypeError)):
        one.amount = Decimal(2)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301
    assert f"{Yuan('1300000.5'):,}" == "1,300,000.50"


@given(cents=CENTS, factor=st.decimals(min_value=-10, max_value=10, places=7))
def test_times_rounds_once_and_half_away_from_zero(cents: int, factor: Decimal) -> None:
    exact = Fraction(cents, 100) * Fraction(factor)
    assume(abs(exact) < 10**15 - 1)
    doubled = abs(exact) * 200
    expected = (doubled.numerator // doubled.denominator + 1) // 2
    assert of_cents(cents).times(factor) == of_cents(expected if exact >= 0 else -expected)


@given(amount=FINE)
def test_rounding_agrees_with_decimal_and_never_strays_more_than_its_step(amount: Decimal) -> None:
    assert round_fen(amount).amount == amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert 0 <= ceil_wan(amount).amount - amount < 10_000
    assert 0 <= amount - floor_wan(amount).amount < 10_000
    assert 0 <= amount - floor_yuan(amount).amount < 1
    assert ceil_wan(amount).amount % 10_000 == floor_wan(amount).amount % 10_000 == 0
    assert floor_yuan(amount).amount % 1 == 0


def test_half_a_fen_is_rounded_up() -> None:
    assert str(round_fen(Decimal("0.005"))) == "0.01"
    assert str(round_fen(Decimal("0.004999999999999999999999999999999999"))) == "0.00"
    assert str(round_fen(Decimal("-0.005"))) == "-0.01"


def test_whole_wan_stay_as_they_are() -> None:
    assert ceil_wan(Yuan(1_300_000)) == floor_wan(Yuan(1_300_000)) == Yuan(1_300_000)
    assert ceil_wan(Decimal("1300000.00001")) == Yuan(1_310_000)
    assert floor_wan(Yuan("1309999.99")) == Yuan(1_300_000)


def test_a_price_is_unit_price_times_quantity_rounded_half_up() -> None:
    area = Quantity(QuotaKind.FARMLAND_AREA, "20.0000")
    assert price(unit_price=Yuan(65_000), unit=PriceUnit.YUAN_PER_MU, quantity=area) == Yuan(1_300_000)
    sliver = Quantity(QuotaKind.PADDY_AREA, "0.0001")
    assert price(unit_price=Yuan(50), unit=PriceUnit.YUAN_PER_MU, quantity=sliver) == Yuan("0.01")
    assert price(unit_price=Yuan("49.99"), unit=PriceUnit.YUAN_PER_MU, quantity=sliver) == ZERO
    capacity = Quantity(QuotaKind.GRAIN_CAPACITY, 18_000)
    assert UnitPrice(Yuan("12.50"), PriceUnit.YUAN_PER_KG).of(capacity) == Yuan(225_000)


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        (PriceUnit.YUAN_PER_MU, QuotaKind.GRAIN_CAPACITY),
        (PriceUnit.YUAN_PER_KG, QuotaKind.FARMLAND_AREA),
        (PriceUnit.YUAN_PER_KG, QuotaKind.PADDY_AREA),
    ],
)
def test_a_unit_that_does_not_fit_the_kind_is_refused(unit: PriceUnit, kind: QuotaKind) -> None:
    with pytest.raises(TypeError):
        price(unit_price=Yuan(1), unit=unit, quantity=Quantity(kind, 1))


@given(cents=st.integers(min_value=0, max_value=10**17 - 1))
def test_what_is_shown_can_be_typed_again(cents: int) -> None:
    amount = of_cents(cents)
    assert parse_yuan(str(amount)) == parse_yuan(f"{amount:,}") == amount


def test_typed_amounts_may_leave_decimals_out() -> None:
    assert parse_yuan("1300000") == parse_yuan("1,300,000") == parse_yuan("1300000.0") == Yuan(1_300_000)
    assert parse_yuan("0") == ZERO


@pytest.mark.parametrize(
    "typed",
    [
        "1e309", "1E3", "NaN", "Infinity", "inf", "１２", "١٢", "-0", "-1", "+1", "", " ", " 1", "1 ", "1\n",
        "0.001",
        "1.", ".5", "01", "1,30", "13,00,000", "1300,000", ",100", "1,,000", "1_000", "0x1",
        "1000000000000000", "9" * 5000,
        "1,000,000,000,000,000", "五", "1元", None, 1, 1.5, True, Decimal(1), ["1"],
    ],
)  # fmt: skip
def test_a_typed_amount_that_is_not_plain_is_refused_in_chinese(typed: object) -> None:
    with pytest.raises(ValueError, match="金额"):
        parse_yuan(typed)


@given(text=st.text(max_size=30))
def test_any_text_is_either_an_amount_or_a_chinese_sentence(text: str) -> None:
    try:
        amount = parse_yuan(text)
    except ValueError as refusal:
        assert "金额" in str(refusal)  # noqa: PT017
    else:
        assert amount >= ZERO
