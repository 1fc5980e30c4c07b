"""Guide prices by hand (spec: price and risk, "Acceptance test" 1), and what is refused rather than counted as 0."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apps.kinds.table import QuotaKind
from apps.prices.calculator import Computed, Guide, Wanted, compute, guide_of, norm_for
from apps.rulebook.prices import PREMIUM, PriceParameters
from kernel.errors import Code, Refusal
from kernel.money import Yuan

DAY = date(2026, 3, 1)
NORM: dict[str, Any] = {
    "kind": "farmland_area", "region": "41", "levelling": "18000", "irrigation": "12000", "soil": "10000",
    "ecological": "3000", "valid_from": "2025-01-01",
}  # fmt: skip
COSTS = {
    "levelling": Yuan(18000), "irrigation": Yuan(12000), "soil": Yuan(10000), "aftercare": Yuan(5000),
    "ecological": Yuan(3000),
}  # fmt: skip


def rules(*norms: dict[str, Any], **more: Any) -> PriceParameters:
    return PriceParameters.model_validate({"cost_norms": list(norms)} | more)


def wanted(**changes: Any) -> Wanted:
    facts: dict[str, Any] = {
        "kind": QuotaKind.FARMLAND_AREA, "land_class": "irrigated", "region": "410222", "grade": 7, "day": DAY,
    }  # fmt: skip
    return Wanted(**facts | changes)


def done(found: Computed | Refusal) -> Computed:
    assert isinstance(found, Computed), found
    return found


def priced(found: Guide | None) -> tuple[str, str, str]:
    assert found is not None
    return str(found.price), str(found.low), str(found.high)


@pytest.mark.parametrize(("grade", "price"), [(14, 48000), (7, 57600), (4, 62400), (1, 72000)])
def test_the_hand_figures_of_each_grade(grade: int, price: int) -> None:
    found = done(compute(rules(NORM), wanted(grade=grade), {}))
    assert found.by_norms is not None
    assert (found.by_norms.cost, found.by_norms.price) == (Yuan(48000), Yuan(price))
    assert found.by_budget is None


def test_the_band_of_grade_7() -> None:
    assert priced(done(compute(rules(NORM), wanted(), {})).by_norms) == ("57600.00", "46080.00", "86400.00")


def test_the_premium_is_linear_in_both_parts() -> None:
    first = [Decimal("0.50") - Decimal("0.20") * step / 3 for step in range(4)]
    second = [Decimal("0.30") * (13 - grade) / 9 for grade in range(4, 14)]
    exact = [*first, *second[1:], Decimal(0), Decimal(0)]
    assert [each.quantize(Decimal("0.01")) for each in exact] == list(PREMIUM)


def test_a_budget_stands_beside_the_norms_which_fill_what_it_leaves_out() -> None:
    found = done(compute(rules(NORM), wanted(grade=14), {"levelling": Yuan(20000)}))
    assert priced(found.by_norms)[0] == "48000.00"
    assert priced(found.by_budget)[0] == "50000.00"


def test_without_norms_a_whole_budget_is_enough_and_nothing_less() -> None:
    budget = {name: amount for name, amount in COSTS.items() if name != "aftercare"}
    found = done(compute(rules(), wanted(), budget))
    assert (found.by_norms, priced(found.by_budget)[0]) == (None, "57600.00")
    for name in budget:
        refusal = compute(rules(), wanted(), {key: amount for key, amount in budget.items() if key != name})
        assert isinstance(refusal, Refusal)
        assert (refusal.code, refusal.detail["missing"]) == (Code.INVALID, name)


def test_a_norm_that_leaves_a_cost_out_is_no_norm_for_it() -> None:
    refusal = compute(rules(NORM | {"soil": None}), wanted(), {})
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.detail["missing"]) == (Code.INVALID, "soil")


def test_capacity_has_norms_of_its_own_aftercare_included() -> None:
    kind = {"kind": "grain_capacity"}
    refusal = compute(rules(NORM | kind), wanted(kind=QuotaKind.GRAIN_CAPACITY), {})
    assert isinstance(refusal, Refusal)
    assert refusal.detail["missing"] == "aftercare"
    found = done(compute(rules(NORM | kind | {"aftercare": "2"}), wanted(kind=QuotaKind.GRAIN_CAPACITY), {}))
    assert found.by_norms is not None
    assert found.by_norms.costs["aftercare"] == Yuan(20)


@pytest.mark.parametrize("grade", [0, 16, -1])
def test_a_grade_that_does_not_exist_is_refused(grade: int) -> None:
    refusal = compute(rules(NORM), wanted(grade=grade), {})
    assert isinstance(refusal, Refusal)
    assert refusal.detail == {"field": "grade"}


def test_surplus_quota_has_table_rows_only() -> None:
    refusal = compute(rules(NORM), wanted(kind=QuotaKind.CONSTRUCTION_AREA), {})
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.detail) == (Code.INVALID, {"field": "kind"})
    with pytest.raises(ValidationError, match="仅适用于补充耕地指标"):
        rules(NORM | {"kind": "construction_area"})


@pytest.mark.parametrize("amount", [Yuan(0), Yuan("-0.01")])
def test_a_cost_of_nothing_in_a_budget_is_refused(amount: Yuan) -> None:
    refusal = compute(rules(NORM), wanted(), {"soil": amount})
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.detail) == (Code.INVALID, {"field": "soil"})


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1.001", "一万", True, None])
def test_a_norm_is_an_amount_above_0_or_is_not_there(amount: Any) -> None:
    if amount is None:
        assert rules(NORM | {"soil": None}).cost_norms[0].soil is None
        return
    with pytest.raises(ValidationError):
        rules(NORM | {"soil": amount})


def test_the_nearest_norm_is_taken_and_the_land_class_decides_within_a_region() -> None:
    paddy, county = NORM | {"land_class": "paddy"}, NORM | {"region": "410222"}
    book = rules(NORM, paddy, county, NORM | {"region": "*"})
    assert norm_for(book, wanted(region="410100")) == book.cost_norms[0]
    assert norm_for(book, wanted(region="410100", land_class="paddy")) == book.cost_norms[1]
    assert norm_for(book, wanted(land_class="paddy")) == book.cost_norms[2]
    assert norm_for(book, wanted(region="430000")) == book.cost_norms[3]
    assert norm_for(rules(NORM), wanted(region="430000")) is None


def test_half_a_yuan_is_rounded_up() -> None:
    guide = guide_of({"soil": Yuan("10.50")}, grade=14, rules=rules())
    assert guide.price == Yuan(11)
    assert guide_of({"soil": Yuan("10.49")}, grade=14, rules=rules()).price == Yuan(10)


_fen = st.integers(min_value=1, max_value=10**11).map(lambda fen: Yuan(Decimal(fen).scaleb(-2)))


@given(cost=_fen, grade=st.integers(min_value=1, max_value=15))
def test_a_guide_price_is_whole_yuan_within_half_a_yuan_of_the_exact_one(cost: Yuan, grade: int) -> None:
    guide = guide_of({"soil": cost}, grade=grade, rules=rules())
    exact = cost.amount * (1 + PREMIUM[grade - 1])
    assert guide.price.amount == guide.price.amount.to_integral_value()
    assert -Decimal("0.5") < guide.price.amount - exact <= Decimal("0.5")
    assert guide.low <= guide.price <= guide.high


@given(cost=_fen, grade=st.integers(min_value=2, max_value=15))
def test_a_better_grade_is_never_cheaper(cost: Yuan, grade: int) -> None:
    better, worse = (guide_of({"soil": cost}, grade=each, rules=rules()) for each in (grade - 1, grade))
    assert better.price >= worse.price
