"""Quantities of quota and the formulas that make them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kinds.formulas import grain_capacity, hectares_to_mu, new_farmland, new_paddy, surplus_quota
from apps.kinds.quantities import NOTHING, Quantities, Quantity
from apps.kinds.table import QuotaKind, kinds_of
from kernel.measures import parse_area, parse_capacity

AREAS = st.decimals(min_value=0, max_value=10**9, places=4)
SIGNED_AREAS = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
CAPACITIES = st.integers(min_value=0, max_value=10**12)
LOTS = st.builds(Quantities, AREAS, AREAS, CAPACITIES)
KINDS = st.sampled_from(kinds_of())


@pytest.mark.parametrize(
    ("kind", "given_as", "text"),
    [
        (QuotaKind.FARMLAND_AREA, "20", "20.0000"),
        (QuotaKind.FARMLAND_AREA, Decimal("2E1"), "20.0000"),
        (QuotaKind.PADDY_AREA, Decimal("-0"), "0.0000"),
        (QuotaKind.GRAIN_CAPACITY, Decimal("18000.0000"), "18000"),
        (QuotaKind.GRAIN_CAPACITY, 18000, "18000"),
        (QuotaKind.GRAIN_CAPACITY, "-0", "0"),
    ],
)
def test_a_quantity_has_the_decimals_of_its_unit(kind: QuotaKind, given_as: Any, text: str) -> None:
    assert str(Quantity(kind, given_as)) == text
    assert Quantity(kind, given_as).text == f"{text} {kind.unit}"


@pytest.mark.parametrize("kind", QuotaKind)
@pytest.mark.parametrize(
    "refused",
    [
        1.0,
        True,
        None,
        "",
        "1e3",
        "1.00001",
        Decimal("0.00001"),
        Decimal("NaN"),
        Decimal("1E13"),
        "２０",
        " 1",
    ],
)
def test_what_is_not_exactly_a_quantity_is_refused(kind: QuotaKind, refused: Any) -> None:
    with pytest.raises(ValueError):
        Quantity(kind, refused)


def test_half_a_kilogram_is_refused() -> None:
    with pytest.raises(ValueError, match="整数公斤"):
        Quantity(QuotaKind.GRAIN_CAPACITY, "0.5")


@given(left=SIGNED_AREAS, right=SIGNED_AREAS)
def test_quantities_of_one_kind_add_subtract_and_compare_as_numbers(left: Decimal, right: Decimal) -> None:
    one, other = Quantity(QuotaKind.PADDY_AREA, left), Quantity(QuotaKind.PADDY_AREA, right)
    assert (one + other).amount == left + right
    assert (one - other).amount == left - right
    assert (one < other, one <= other, one > other, one >= other, one == other) == (
        left < right, left <= right, left > right, left >= right, left == right
    )  # fmt: skip
    assert bool(one) == bool(left)
    assert (-one).amount == -left


@pytest.mark.parametrize("other", [Quantity(QuotaKind.PADDY_AREA, 1), Decimal(1), 1])
def test_kinds_never_mix(other: Any) -> None:
    one = Quantity(QuotaKind.FARMLAND_AREA, 1)
    assert one != other
    attempts: list[Callable[[], Any]] = [
        lambda: one + other,
        lambda: one - other,
        lambda: one < other,
        lambda: one >= other,
    ]
    for mixed in attempts:
        with pytest.raises(TypeError):
            mixed()


@given(one=LOTS, other=LOTS)
def test_quantities_are_added_kind_by_kind(one: Quantities, other: Quantities) -> None:
    both = one + other
    for kind in kinds_of():
        assert both.of(kind) == one.of(kind) + other.of(kind)
    assert both - other == one
    assert both.covers(one)
    assert both.covers(other)
    assert one.covers(both) == other.is_zero
    assert sum([one, other], NOTHING) == both


@given(lot=LOTS, kind=KINDS)
def test_one_unit_more_of_any_kind_is_not_covered(lot: Quantities, kind: QuotaKind) -> None:
    more = lot + Quantities.only(Quantity(kind, kind.step))
    assert not lot.covers(more)
    assert (lot - more).has_negative


@given(lot=LOTS)
def test_items_name_the_kinds_that_are_there(lot: Quantities) -> None:
    assert dict(lot.items()) == {kind: lot.of(kind).amount for kind in kinds_of() if lot.of(kind).amount != 0}
    assert lot.is_zero == (lot == NOTHING)
    assert Quantities.taken(lot.as_strings()) == lot


def test_the_canonical_text_has_the_units_decimals() -> None:
    lot = Quantities(farmland_area=Decimal(20), grain_capacity=Decimal(18000))
    stated = {"farmland_area": "20.0000", "paddy_area": "0.0000", "grain_capacity": "18000"}
    assert lot.as_strings() == NOTHING.as_strings() | stated
    assert NOTHING.as_strings() == {str(kind): "0.0000" if kind.is_area else "0" for kind in kinds_of()}
    with pytest.raises(ValueError):
        Quantities(grain_capacity="0.5")
    with pytest.raises(TypeError):
        lot + Quantity(QuotaKind.PADDY_AREA, 1)  # type: ignore[operator]


@given(area=st.decimals(min_value=0, max_value="99999999.9999", places=4))
def test_typed_areas_and_capacities_come_back(area: Decimal) -> None:
    assert str(parse_area(f"{area:f}")) == f"{area:.4f}"
    assert parse_capacity(str(int(area))) == int(area)


@pytest.mark.parametrize("typed", ["100000000", "100000000.0000", "999999999999"])
def test_no_typed_area_is_larger_than_a_province(typed: str) -> None:
    with pytest.raises(ValueError, match="一亿亩"):
        parse_area(typed)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "-1", "-0", "+1", "1e3", "1E309", "NaN", "１２", "1,000", "01", "1.", ".5", "1.00001", "9" * 14,
     "9" * 5000, "20亩", None, 20, 2.5, Decimal(1)],
)  # fmt: skip
def test_typed_quantities_that_are_not_plain_are_refused_in_chinese(typed: object) -> None:
    with pytest.raises(ValueError, match="面积"):
        parse_area(typed)
    with pytest.raises(ValueError, match="产能"):
        parse_capacity(typed)


def test_a_capacity_has_no_decimals() -> None:
    with pytest.raises(ValueError, match="整数公斤"):
        parse_capacity("1.0")


def test_a_hectare_is_fifteen_mu() -> None:
    assert hectares_to_mu(Decimal("54.4933")) == Decimal("817.3995")
    assert hectares_to_mu(Decimal("0.123456789")) == Decimal("1.851851835")


def test_twenty_mu_of_grade_seven_on_land_that_had_none_are_18000_kg() -> None:
    assert str(grain_capacity(area_mu=Decimal("20.0000"), average_grade=Decimal(7))) == "18000"
    assert grain_capacity(area_mu=Decimal(20), average_grade=Decimal(7), grade_before=Decimal(16)) == 18000


@given(area=AREAS, after=st.integers(1, 15), before=st.integers(1, 16))
def test_capacity_follows_the_formula_and_is_never_negative(area: Decimal, after: int, before: int) -> None:
    capacity = grain_capacity(area_mu=area, average_grade=Decimal(after), grade_before=Decimal(before))
    exact = (before - after) * 100 * area
    assert abs(capacity - max(exact, Decimal(0))) <= Decimal("0.5")
    assert capacity >= 0


def test_capacity_is_rounded_half_up_to_whole_kilograms() -> None:
    assert grain_capacity(area_mu=Decimal("0.0050"), average_grade=Decimal(15)) == 1
    assert grain_capacity(area_mu=Decimal("0.0049"), average_grade=Decimal(15)) == 0


@pytest.mark.parametrize("grade", ["0", "16", "16.5", "-1", "NaN"])
def test_grades_outside_their_range_are_refused(grade: str) -> None:
    with pytest.raises(ValueError, match="质量等别"):
        grain_capacity(area_mu=Decimal(1), average_grade=Decimal(grade))


@pytest.mark.parametrize("grade", ["0", "16.1", "17"])
def test_grades_before_the_project_outside_their_range_are_refused(grade: str) -> None:
    with pytest.raises(ValueError, match="质量等别"):
        grain_capacity(area_mu=Decimal(1), average_grade=Decimal(7), grade_before=Decimal(grade))


@given(before=AREAS, gained=AREAS)
def test_new_areas_and_surplus_are_what_was_gained(before: Decimal, gained: Decimal) -> None:
    assert new_farmland(before_mu=before, after_mu=before + gained) == gained
    assert surplus_quota(reclaimed_mu=before + gained, resettlement_mu=before) == gained
    assert new_paddy(within_new_farmland_mu=before, converted_mu=gained) == before + gained


def test_less_land_than_before_is_refused_with_the_difference() -> None:
    with pytest.raises(ValueError, match=r"相差3\.7800亩"):
        new_farmland(before_mu=Decimal("821.18"), after_mu=Decimal("817.4000"))
    with pytest.raises(ValueError, match="安置用地"):
        surplus_quota(reclaimed_mu=Decimal(1), resettlement_mu=Decimal(2))
    with pytest.raises(ValueError, match="面积"):
        new_farmland(before_mu=Decimal(-1), after_mu=Decimal(1))
