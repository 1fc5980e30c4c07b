"""How much a lot may be sold for."""

from decimal import Decimal

import pytest

from apps.kinds.prices import PriceUnit, price
from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from apps.stages.award.methods import all_methods, method_of
from apps.stages.award.models import Award
from apps.stages.award.rules import HIGHEST_TOTAL, highest_of
from kernel.money import LIMIT, Yuan

FEN = Yuan("0.01")


@pytest.mark.parametrize("priced", ["1.0001", "20", "448.5", "999999.9999", "9999999999999"])
def test_the_highest_price_is_the_last_whole_fen_whose_total_is_within_the_most(priced: str) -> None:
    area = Quantity(QuotaKind.FARMLAND_AREA, Decimal(priced))
    highest = highest_of(area.amount)
    assert price(unit_price=highest, unit=PriceUnit.YUAN_PER_MU, quantity=area) <= HIGHEST_TOTAL
    assert area.amount * (highest + FEN).amount > HIGHEST_TOTAL.amount


@pytest.mark.parametrize("priced", ["0.0001", "0.5", "1"])
def test_of_a_lot_of_less_than_one_unit_the_highest_price_is_the_most_itself(priced: str) -> None:
    assert highest_of(Decimal(priced)) == HIGHEST_TOTAL


def test_the_most_leaves_room_for_late_fees_below_the_largest_amount() -> None:
    assert HIGHEST_TOTAL.amount * 10 == LIMIT


def test_every_method_of_sale_is_found_by_the_code_that_an_award_names() -> None:
    assert len(all_methods()) > 1
    assert all(method_of(Award(method=each.code)) is each for each in all_methods())
