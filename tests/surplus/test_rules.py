"""The figures of a verification, by hand (spec: surplus, "Acceptance test" 1 and 4)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kinds.formulas import carried_with
from apps.rulebook import surplus
from apps.surplus.classes import After, Before
from apps.surplus.formulas import PartFacts, Stated, account_of
from apps.surplus.queries import tolerances_of
from apps.surplus.rules import (
    Tolerances,
    why_not_as_large,
    why_not_parts,
    why_not_stated,
    why_not_together,
    why_not_total,
    why_not_tradeable,
)
from kernel.errors import Code, Refusal


def part(after: After, area: str, *, grade: int | None = None, high: bool = False) -> PartFacts:
    return PartFacts(Before.HOMESTEAD, after, Decimal(area), grade, high)


ZIYUN = [
    part(After.DRY, "242.8200", grade=10),
    part(After.GARDEN, "149.5100"),
    part(After.FOREST, "411.8100"),
    part(After.GRASS, "13.2600"),
]


def stated(resettlement: str = "0", returned: str = "0", reserved: str = "0") -> Stated:
    return Stated(Decimal(resettlement), Decimal(returned), Decimal(reserved))


def test_what_was_reclaimed_is_the_sum_of_the_parts_and_no_other_figure() -> None:
    account = account_of(ZIYUN, stated(reserved="17.4000"))
    assert (account.reclaimed, account.surplus, account.tradeable) == (
        Decimal("817.4000"),
        Decimal("817.4000"),
        Decimal("800"),
    )
    refusal = why_not_total(declared=Decimal("821.1800"), parts=account.reclaimed)
    assert refusal is not None
    assert (refusal.code, refusal.detail["difference"]) == (Code.TOTALS_MISMATCH, "3.7800")
    assert "3.7800亩" in refusal.sentence
    assert why_not_total(declared=Decimal("817.4000"), parts=account.reclaimed) is None


def test_resettlement_land_and_the_villages_reserve_are_taken_off() -> None:
    account = account_of(ZIYUN, stated(resettlement="12.4000", reserved="5.0000"))
    assert (account.surplus, account.tradeable) == (Decimal("805.0000"), Decimal("800.0000"))


def test_land_of_high_standard_goes_with_its_share_of_what_is_tradeable_rounded_down() -> None:
    high = [part(After.DRY, "400.0000", grade=6, high=True), part(After.FOREST, "417.4000")]
    assert account_of(high, stated(reserved="17.4000")).high_standard == Decimal("391.4851")


def test_farmland_paddy_and_capacity_are_carried() -> None:
    parts = [
        part(After.DRY, "10.0000", grade=9),
        part(After.PADDY, "5.0000", grade=7),
        part(After.GARDEN, "3"),
    ]
    account = account_of(parts, stated())
    assert (account.carried_farmland, account.carried_paddy) == (Decimal("15"), Decimal("5"))
    assert account.carried_capacity == Decimal(10 * 7 * 100 + 5 * 9 * 100)


def test_what_is_carried_leaves_with_each_movement_and_adds_up() -> None:
    first = carried_with(
        carried=Decimal("242.8200"), total=Decimal("800"), left_before=Decimal(0), moved=Decimal("100")
    )
    rest = carried_with(
        carried=Decimal("242.8200"), total=Decimal("800"), left_before=Decimal("100"), moved=Decimal("700")
    )
    assert (first, rest) == (Decimal("30.3525"), Decimal("212.4675"))


@given(
    st.lists(st.decimals("0.0001", "999.9999", places=4), min_size=1, max_size=12),
    st.decimals("0", "99999.9999", places=4),
)
def test_carried_amounts_of_all_movements_are_the_whole(moves: list[Decimal], carried: Decimal) -> None:
    total, left, gone = sum(moves, Decimal(0)), Decimal(0), Decimal(0)
    for moved in moves:
        share = carried_with(carried=carried, total=total, left_before=left, moved=moved)
        assert share >= 0
        gone, left = gone + share, left + moved
    assert gone == carried


@pytest.mark.parametrize("field", ["resettlement", "returned", "reserved"])
def test_nothing_that_is_taken_off_is_below_zero(field: str) -> None:
    wrong = stated(**{field: "-0.0001"})
    refusal = why_not_stated(account_of(ZIYUN, wrong), wrong)
    assert refusal is not None
    assert (refusal.code, refusal.detail["field"]) == (Code.INVALID, field)


def test_more_resettlement_than_was_reclaimed_is_refused() -> None:
    wrong = stated(resettlement="817.4001")
    refusal = why_not_stated(account_of(ZIYUN, wrong), wrong)
    assert refusal is not None
    assert refusal.detail["field"] == "resettlement"
    even = stated(resettlement="817.4000")
    assert why_not_stated(account_of(ZIYUN, even), even) is None
    assert why_not_tradeable(account_of(ZIYUN, even)) is not None


WITHIN = tolerances_of(surplus.parameters("baseline"))


def as_large(stated_mu: str, drawn_mu: str, *, within: Tolerances = WITHIN) -> Refusal | None:
    return why_not_as_large(
        stated_mu=Decimal(stated_mu), drawn_mu=Decimal(drawn_mu), named="1", within=within
    )


def together(stated_mu: str, *, count: int, within: Tolerances = WITHIN) -> Refusal | None:
    return why_not_together(
        stated_mu=Decimal(stated_mu), drawn_mu=Decimal("100.0000"), count=count, within=within
    )


def test_hectares_given_as_mu_are_told_apart() -> None:
    refusal = as_large("1.0000", "15.0000")
    assert refusal is not None
    assert "×15" in refusal.sentence
    other = as_large("2.0000", "15.0000")
    assert other is not None
    assert "×15" not in other.sentence


@pytest.mark.parametrize(
    ("stated_mu", "drawn_mu", "passes"),
    [
        ("0.6565", "0.6500", True),
        ("0.6566", "0.6500", False),
        ("0.2050", "0.2000", True),
        ("0.2051", "0.2000", False),
    ],
)
def test_a_parcel_is_as_large_as_its_polygon_within_a_hundredth_or_fifty_square_decimetres(
    stated_mu: str, drawn_mu: str, passes: bool
) -> None:
    assert (as_large(stated_mu, drawn_mu) is None) is passes


def test_small_surpluses_that_each_pass_are_refused_together() -> None:
    refusal = together("100.9000", count=100)
    assert refusal is not None
    assert refusal.detail == {"difference": "0.9000", "allowed_mu": "0.2000"}
    assert together("100.9000", count=19) is None


def test_how_much_is_let_pass_is_the_rules_to_say() -> None:
    loose = Tolerances(Decimal("0.05"), Decimal("0.5"), Decimal("0.01"), 101)
    assert as_large("105.0000", "100.0000") is not None
    assert as_large("105.0000", "100.0000", within=loose) is None
    assert as_large("0.6000", "0.1000", within=loose) is None
    assert together("100.9000", count=100, within=loose) is None
    said = together("101.1000", count=101, within=loose)
    assert said is not None
    assert "1.00%" in said.sentence


def test_parts_are_graded_as_farmland_and_numbered_once() -> None:
    assert why_not_parts([], numbers=[]) is not None
    assert why_not_parts(ZIYUN[:1] * 2, numbers=["1", "1"]) is not None
    assert why_not_parts([part(After.DRY, "1")], numbers=["1"]) is not None
    assert why_not_parts([part(After.FOREST, "1", grade=3)], numbers=["1"]) is not None
    assert why_not_parts(ZIYUN, numbers=["1", "2", "3", "4"]) is None
