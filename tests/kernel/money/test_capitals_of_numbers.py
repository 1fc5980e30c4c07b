"""Areas and weights in capitals (大写): the whole as money is spelt, the decimals sign by sign."""

from decimal import Decimal

import pytest

from kernel.money import capitals_of


@pytest.mark.parametrize(
    ("number", "spelt"),
    [
        ("0.0000", "零"), ("0.0001", "零点零零零壹"), ("800.0000", "捌佰"), ("242.8200", "贰佰肆拾贰点捌贰"),
        ("391.4851", "叁佰玖拾壹点肆捌伍壹"), ("10000.1000", "壹万点壹"), ("145692", "壹拾肆万伍仟陆佰玖拾贰"),
        ("107000.0500", "壹拾万柒仟点零伍"),
    ],
)  # fmt: skip
def test_a_number_is_spelt_in_capitals(number: str, spelt: str) -> None:
    assert capitals_of(Decimal(number)) == spelt


def test_a_number_below_zero_has_no_capitals() -> None:
    with pytest.raises(ValueError, match="负数"):
        capitals_of(Decimal("-0.0001"))
