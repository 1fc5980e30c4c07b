"""Which row of a price table judges a lot, and what it says (spec: price and risk, 2)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apps.kinds.table import QuotaClass, QuotaKind
from apps.prices.rules import (
    NOTHING_JUDGES,
    Judging,
    PricedLot,
    capped,
    judging,
    judging_from,
    row_for,
    warnings,
    why_not_price,
)
from apps.rulebook import price_tables, surplus
from apps.rulebook.price_tables import PRESETS, parameters
from apps.rulebook.prices import PREMIUM, Effect, PriceParameters, PriceRow, What, valid_on, why_not_approve
from kernel.errors import Code
from kernel.money import Yuan

DAY = date(2026, 3, 1)
LOT = PricedLot(QuotaClass.SUPPLEMENTARY, QuotaKind.FARMLAND_AREA, "360121", frozenset({"dry"}))
SURPLUS_LOT = PricedLot(QuotaClass.SURPLUS, QuotaKind.CONSTRUCTION_AREA, "130102")


def row(**changes: Any) -> PriceRow:
    facts = {
        "class": "supplementary", "kind": "farmland_area", "region": "36", "what": "lowest", "amount": "100",
        "valid_from": "2025-01-01", "effect": "bind",
    }  # fmt: skip
    return PriceRow.model_validate(facts | changes)


def book(*rows: PriceRow) -> PriceParameters:
    return PriceParameters(rows=rows)


# --- the chooser ---


def test_the_longest_region_code_wins() -> None:
    rows = [row(region=code) for code in ("*", "36", "3601", "360121", "360122")]
    assert row_for(rows, LOT, What.LOWEST, day=DAY) == rows[3]
    assert row_for(rows[:3], LOT, What.LOWEST, day=DAY) == rows[2]
    assert row_for(rows[:1], LOT, What.LOWEST, day=DAY) == rows[0]
    assert row_for(rows[4:], LOT, What.LOWEST, day=DAY) is None


def test_a_province_is_one_region_however_it_is_written() -> None:
    assert row(region="36").thing == row(region="360000").thing
    assert row_for([row(region="360000")], LOT, What.LOWEST, day=DAY) is not None


def test_a_row_of_a_land_class_judges_only_where_every_part_is_of_it_and_then_first() -> None:
    of_all, of_dry = row(), row(land_class="dry")
    for order in ([of_all, of_dry], [of_dry, of_all]):
        assert row_for(order, LOT, What.LOWEST, day=DAY) == of_dry
        for others in (frozenset({"dry", "paddy"}), frozenset({"paddy"}), frozenset[str]()):
            assert row_for(order, replace(LOT, land_classes=others), What.LOWEST, day=DAY) == of_all


def test_a_nearer_region_goes_before_a_land_class() -> None:
    near, of_dry = row(region="3601"), row(land_class="dry")
    assert row_for([of_dry, near], LOT, What.LOWEST, day=DAY) == near


def test_another_class_kind_or_day_is_not_judged() -> None:
    rows = [row(valid_to="2026-03-01")]
    assert row_for(rows, LOT, What.LOWEST, day=DAY) is not None
    assert row_for(rows, LOT, What.LOWEST, day=DAY + timedelta(days=1)) is None
    assert row_for(rows, LOT, What.LOWEST, day=date(2024, 12, 31)) is None
    assert row_for(rows, replace(LOT, kind=QuotaKind.PADDY_AREA), What.LOWEST, day=DAY) is None
    assert row_for(rows, SURPLUS_LOT, What.LOWEST, day=DAY) is None
    assert row_for(rows, LOT, What.HIGHEST, day=DAY) is None


_regions = st.sampled_from(["*", "36", "3601", "360121", "360000", "3602", "360122", "41"])
_rows = st.builds(
    row,
    region=_regions,
    land_class=st.sampled_from([None, "dry", "paddy"]),
    what=st.sampled_from(["lowest", "highest", "guide"]),
    effect=st.sampled_from(["show", "warn"]),
    valid_from=st.sampled_from(["2020-01-01", "2026-03-01", "2026-03-02"]),
    valid_to=st.sampled_from([None, "2026-03-02"]),
)


@given(rows=st.lists(_rows, max_size=12), classes=st.frozensets(st.sampled_from(["dry", "paddy"])))
def test_the_chosen_row_fits_and_no_fitting_one_is_nearer(
    rows: list[PriceRow], classes: frozenset[str]
) -> None:
    lot = replace(LOT, land_classes=classes)
    fitting = [
        each
        for each in rows
        if each.what is What.LOWEST
        and lot.region.startswith(each.area)
        and (each.land_class is None or classes == {each.land_class})
        and valid_on(each, DAY)
    ]
    chosen = row_for(rows, lot, What.LOWEST, day=DAY)
    assert (chosen is None) == (not fitting)
    if chosen is not None:
        assert chosen in fitting
        for each in fitting:
            assert len(each.area) <= len(chosen.area)
            if each.area == chosen.area:
                assert each.land_class is None or chosen.land_class is not None


@given(
    rows=st.lists(_rows, max_size=8).filter(lambda rows: why_not_approve(book(*rows)) is None), data=st.data()
)
def test_of_an_approved_table_the_order_of_rows_does_not_matter(rows: list[PriceRow], data: Any) -> None:
    mixed = data.draw(st.permutations(rows))
    for what in (What.LOWEST, What.HIGHEST, What.GUIDE):
        assert row_for(mixed, LOT, what, day=DAY) == row_for(rows, LOT, what, day=DAY)


# --- what it says ---


def test_a_price_one_fen_outside_a_binding_row_is_refused_with_both_figures() -> None:
    judged = judging(book(row(amount="150000"), row(what="highest", amount="400000")), LOT, day=DAY)
    for price, bound, what in (("149999.99", "150000.00", "lowest"), ("400000.01", "400000.00", "highest")):
        refusal = why_not_price(judged, price=Yuan(price))
        assert refusal is not None
        assert refusal.code is Code.PRICE_OUT_OF_GUIDANCE
        assert refusal.detail == {"price": price, "bound": bound, "what": what}
        assert warnings(judged, price=Yuan(price)) == []
    for price in ("150000", "400000"):
        assert why_not_price(judged, price=Yuan(price)) is None


def test_the_same_row_warns_or_only_shows() -> None:
    for effect, said in (("warn", 1), ("show", 0)):
        judged = judging(book(row(amount="150000", effect=effect)), LOT, day=DAY)
        assert why_not_price(judged, price=Yuan(1)) is None
        assert len(warnings(judged, price=Yuan(1))) == said
        assert capped(judged, ceiling=None) is None


def test_a_guide_price_that_warns_is_held_against_its_band() -> None:
    judged = judging(book(row(what="guide", amount="57600", effect="warn")), LOT, day=DAY)
    for price, outside in (("46079.99", 1), ("46080", 0), ("86400", 0), ("86400.01", 1)):
        assert len(warnings(judged, price=Yuan(price))) == outside
    with pytest.raises(ValidationError, match="指导价不得设为强制"):
        row(what="guide")


def test_a_binding_highest_becomes_the_ceiling_unless_the_lots_is_lower() -> None:
    judged = judging(book(row(what="highest", amount="400000")), LOT, day=DAY)
    assert capped(judged, ceiling=None) == Yuan(400000)
    assert capped(judged, ceiling=Yuan(500000)) == Yuan(400000)
    assert capped(judged, ceiling=Yuan(390000)) == Yuan(390000)
    assert capped(NOTHING_JUDGES, ceiling=Yuan(5)) == Yuan(5)


def test_the_addition_for_planning_scale_is_added_for_a_lot_that_has_it() -> None:
    hebei = parameters("hebei")
    for scale, bound in ((False, "400000.00"), (True, "900000.00")):
        judged = judging(hebei, replace(SURPLUS_LOT, planning_scale=scale), day=DAY)
        refusal = why_not_price(judged, price=Yuan("900000.01"))
        assert refusal is not None
        assert refusal.detail["bound"] == bound


def test_what_a_lot_stores_says_what_it_said() -> None:
    judged = judging(parameters("hebei"), replace(SURPLUS_LOT, planning_scale=True), day=DAY)
    assert judging_from(judged.as_json()) == judged
    assert judging_from({}) == Judging()


# --- the tables that are shipped ---


def test_the_baseline_only_shows_and_a_province_binds_its_own() -> None:
    for name in PRESETS:
        loaded = parameters(name)
        assert why_not_approve(loaded) is None
        assert not any(each.verified for each in loaded.rows)
    assert {each.effect for each in parameters("baseline").rows} == {Effect.SHOW}
    bound = [(str(each.kind), each.land_class, str(each.amount)) for each in parameters("jiangxi").rows
             if each.effect is Effect.BIND]  # fmt: skip
    assert bound == [("paddy_area", None, "250000.00"), ("farmland_area", "dry", "150000.00")]
    assert {each.region for each in parameters("hebei").rows if each.effect is Effect.BIND} == {"130000"}


@pytest.mark.parametrize(
    ("region", "amount"),
    [("110000", 700000), ("310000", 700000), ("330000", 500000), ("440000", 500000), ("340000", 300000)],
)
def test_the_price_at_which_a_province_takes_surplus_quota(region: str, amount: int) -> None:
    lot = replace(SURPLUS_LOT, region=region)
    found = row_for(parameters("baseline").rows, lot, What.IN_PRICE, day=DAY)
    assert found is not None
    assert found.amount == amount


def test_the_price_at_which_surplus_quota_leaves_is_higher_of_high_standard_farmland() -> None:
    rows = parameters("baseline").rows
    for classes, amount in ((frozenset[str](), 300000), (frozenset({"high_standard"}), 400000)):
        found = row_for(rows, replace(SURPLUS_LOT, land_classes=classes), What.OUT_PRICE, day=DAY)
        assert found is not None
        assert found.amount == amount


# --- what is no table ---


def test_two_rows_valid_for_one_thing_are_named() -> None:
    one, other = row(region="36", valid_to="2026-01-01"), row(region="360000", valid_from="2026-01-01")
    refusal = why_not_approve(book(one, other))
    assert refusal is not None
    assert refusal.code is Code.INVALID
    assert refusal.detail == {"first": one.named, "second": other.named}
    assert why_not_approve(book(one, row(valid_from="2026-01-02"))) is None
    assert why_not_approve(book(one, row(land_class="dry"), row(what="highest"))) is None


def test_a_row_valid_for_a_day_inside_a_longer_one_is_found_behind_others() -> None:
    days = [row(valid_from=f"202{year}-01-01", valid_to=f"202{year}-12-31") for year in range(1, 6)]
    assert why_not_approve(book(*reversed(days))) is None
    assert why_not_approve(book(*days, row(valid_from="2023-06-01", valid_to="2023-06-01"))) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_to": "2024-12-31"}, {"valid_from": "2026-02-30"}, {"valid_from": 0}, {"valid_from": "03-01"},
        {"region": "361"}, {"region": "**"}, {"region": ""}, {"region": "36\n"}, {"region": "３６"},
        {"amount": "0"}, {"amount": "-1"}, {"amount": "NaN"}, {"amount": "1.001"}, {"amount": "1e15"},
        {"kind": "construction_area"}, {"class": "surplus"}, {"class": "other"}, {"kind": "gold"},
        {"land_class": "desert"}, {"what": "cheap"}, {"effect": "force"}, {"verified": True}, {"more": 1},
        {"verified": True, "document_no": " "}, {"document_no": "甲\x00乙"}, {"source": "甲\n乙"},
    ],
    ids=str,
)  # fmt: skip
def test_a_row_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        row(**changes)


def test_a_premium_has_fifteen_grades_and_a_band_is_a_band() -> None:
    for wrong in (
        {"premium": ["0.1"] * 14},
        {"premium": ["0.1"] * 16},
        {"band_low": "1.6"},
        {"band_low": "0"},
    ):
        with pytest.raises(ValidationError):
            PriceParameters.model_validate(wrong)


# --- how rows are read ---


@pytest.mark.parametrize(
    "amount", [50000.5, 1e3, "1e3", "５００", "+500", " 500", "0500", "1,30", "-1", "NaN", True, "0"]
)
def test_an_amount_is_read_strictly(amount: object) -> None:
    with pytest.raises(ValidationError):
        row(amount=amount)


@pytest.mark.parametrize("amount", ["500", "500.00", 500, Decimal(500), "1,300,000.00"])
def test_an_exact_amount_is_taken_however_it_is_written(amount: object) -> None:
    assert row(amount=amount).amount in (Decimal(500), Decimal(1300000))


@pytest.mark.parametrize("value", [0.8, "8e-1", "０.8", " 0.8", True, "-0.8"])
def test_a_factor_is_read_strictly(value: object) -> None:
    assert PriceParameters.model_validate({"band_low": "0.8"}).band_low == Decimal("0.80")
    for name in ("band_low", "band_high"):
        with pytest.raises(ValidationError):
            PriceParameters.model_validate({name: value})
    with pytest.raises(ValidationError):
        PriceParameters.model_validate({"premium": [value, *PREMIUM[1:]]})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "construction_area", "class": "surplus", "what": "in_price"},
        {"kind": "construction_area", "class": "surplus", "what": "out_price"},
        {"kind": "construction_area", "class": "surplus", "land_class": "dry"},
        {"land_class": "high_standard"},
    ],
    ids=str,
)
def test_a_row_that_judges_no_lot_does_not_bind(changes: dict[str, str]) -> None:
    assert row(effect="show", **changes).effect is Effect.SHOW
    with pytest.raises(ValidationError) as refused:
        row(effect="bind", **changes)
    assert "不得设为强制" in str(refused.value)


def test_what_holds_across_provinces_is_no_basis_of_a_provinces_own_rules() -> None:
    across = "国办发〔2018〕16号"
    for of in (price_tables, surplus):
        assert set(of.LEGAL_BASIS) == set(of.PRESETS)
        for name, basis in of.LEGAL_BASIS.items():
            assert basis
            assert (of is price_tables and name == "baseline") or not any(across in each for each in basis)
