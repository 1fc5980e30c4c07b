"""Shares of proceeds, to the 分: whatever the whole and whatever the rules, there are amounts that keep them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from apps.funds.rules import least_of, most_of, suggested, why_not_distribute
from apps.rulebook.proceeds import ProceedsShares
from apps.rulebook.surplus import SurplusParameters, parameters
from kernel.errors import Code
from kernel.money import ZERO, Yuan

RULES = ProceedsShares()
FEN = Yuan("0.01")
_PARTS = st.decimals(min_value=0, max_value=1, places=4)
_AMOUNTS = st.integers(min_value=1, max_value=10**16).map(lambda fen: Yuan(Decimal(fen) / 100))


@st.composite
def rules(draw: st.DrawFn) -> ProceedsShares:
    """Limits that can be kept."""
    least = draw(_PARTS)
    collective = draw(st.decimals(min_value=0, max_value=1 - least, places=4))
    return ProceedsShares(
        farmers_least=least,
        village_most=draw(st.decimals(min_value=collective, max_value=1, places=4)),
        collective_least=collective,
        collective_most=draw(st.decimals(min_value=collective, max_value=1, places=4)),
        township_most=draw(_PARTS),
    )


def test_the_figures_of_the_specification() -> None:
    found = suggested(Yuan(20_500_000), RULES.rows)
    assert {each: str(amount) for each, amount in found.items()} == {
        "farmers": "12300000.00",
        "village": "6150000.00",
        "collective": "2050000.00",
        "township": "2050000.00",
    }


@given(whole=_AMOUNTS)
def test_what_is_suggested_keeps_the_rules_of_the_baseline(whole: Yuan) -> None:
    found = suggested(whole, RULES.rows)
    assert why_not_distribute(whole=whole, given=found, shares=RULES.rows) is None
    assert found["farmers"] + found["village"] + found["township"] == whole


@given(whole=_AMOUNTS, limits=rules())
def test_no_share_is_ever_below_its_least_by_rounding(whole: Yuan, limits: ProceedsShares) -> None:
    farmers, _, _, township = limits.rows
    assert least_of(farmers, whole).amount >= whole.amount * farmers.least
    assert least_of(farmers, whole).amount - whole.amount * farmers.least < FEN.amount
    assert most_of(township, whole).amount <= whole.amount * township.most


@given(whole=_AMOUNTS, moved=st.integers(min_value=1, max_value=10**6))
def test_a_fen_moved_from_the_farmers_least_is_refused(whole: Yuan, moved: int) -> None:
    least = least_of(RULES.rows[0], whole)
    found = suggested(whole, RULES.rows)
    less = least - Yuan(Decimal(moved) / 100)
    if less < ZERO:
        return
    changed = found | {"farmers": less, "township": whole - less - found["village"]}
    refusal = why_not_distribute(whole=whole, given=changed, shares=RULES.rows)
    assert refusal is not None
    assert (refusal.code, refusal.detail["least"]) == (Code.SHARE_OUT_OF_RANGE, str(least))


@given(whole=_AMOUNTS, off=st.integers(min_value=-(10**4), max_value=10**4).filter(bool))
def test_what_does_not_add_up_is_refused(whole: Yuan, off: int) -> None:
    found = suggested(whole, RULES.rows)
    changed = found | {"farmers": found["farmers"] + Yuan(Decimal(off) / 100)}
    if changed["farmers"] < ZERO:
        return
    assert why_not_distribute(whole=whole, given=changed, shares=RULES.rows) is not None


@pytest.mark.parametrize(
    "limits",
    [
        {"collective_least": "0.25"},
        {"collective_least": "0.15", "village_most": "0.10"},
        {"farmers_least": "0.95"},
        {"farmers_least": "1.01"},
    ],
)
def test_limits_that_nobody_could_keep_are_no_rules(limits: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        parameters("baseline", {"proceeds": limits})


def test_a_copy_of_rules_from_before_there_were_shares_loads() -> None:
    stored = parameters("baseline").as_json()
    del stored["proceeds"]
    assert SurplusParameters.model_validate(stored).shares_of_proceeds == RULES.rows
    assert parameters("baseline").to_distribute_wd == 20


@pytest.mark.parametrize(
    ("whole", "least"), [("3315679.92", "331568.00"), ("100.00", "10.00"), ("0.01", "0.00"), ("0.11", "0.02")]
)
def test_the_part_within_another_share_is_at_least_a_whole_fen_of_it(whole: str, least: str) -> None:
    [collective] = [each for each in RULES.rows if each.category == "collective"]
    assert str(least_of(collective, Yuan(whole))) == least
