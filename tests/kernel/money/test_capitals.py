"""Amounts in capitals (大写)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import Yuan, capitals, read_capitals

WRITTEN = {
    "0": "零元整",
    "0.01": "壹分",
    "0.05": "伍分",
    "0.10": "壹角整",
    "0.50": "伍角整",
    "0.56": "伍角陆分",
    "1": "壹元整",
    "10": "壹拾元整",
    "10.05": "壹拾元零伍分",
    "10.50": "壹拾元零伍角整",
    "11": "壹拾壹元整",
    "100": "壹佰元整",
    "101": "壹佰零壹元整",
    "110": "壹佰壹拾元整",
    "325.04": "叁佰贰拾伍元零肆分",
    "1001": "壹仟零壹元整",
    "1010": "壹仟零壹拾元整",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "6007.14": "陆仟零柒元壹角肆分",
    "10000": "壹万元整",
    "10001": "壹万零壹元整",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "100500": "壹拾万零伍佰元整",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "1300000": "壹佰叁拾万元整",
    "19500000": "壹仟玖佰伍拾万元整",
    "100000000": "壹亿元整",
    "100000001": "壹亿零壹元整",
    "100010000": "壹亿零壹万元整",
    "120000000": "壹亿贰仟万元整",
    "1010101010.10": "壹拾亿壹仟零壹拾万壹仟零壹拾元零壹角整",
    "1000000000000": "壹万亿元整",
    "1000100000000": "壹万零壹亿元整",
    "1234500000000": "壹万贰仟叁佰肆拾伍亿元整",
    "100000000000000": "壹佰万亿元整",
    "100000000000000.01": "壹佰万亿元零壹分",
    "999999999999999.99": "玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}


@pytest.mark.parametrize(("amount", "text"), WRITTEN.items())
def test_amounts_are_written_as_banks_require(amount: str, text: str) -> None:
    assert capitals(Yuan(amount)) == text
    assert read_capitals(text) == Yuan(amount)


CENTS = st.one_of(
    st.integers(min_value=0, max_value=10**17 - 1),
    st.lists(st.sampled_from("0001234567895"), min_size=1, max_size=17).map(
        lambda signs: int("".join(signs))
    ),
)


@given(cents=CENTS)
def test_capitals_read_back_as_the_same_amount(cents: int) -> None:
    amount = Yuan(Decimal(cents).scaleb(-2))
    text = capitals(amount)
    assert read_capitals(text) == amount
    assert "零零" not in text
    assert text.endswith("分") == (cents % 10 != 0)


def test_a_negative_amount_has_no_capitals() -> None:
    with pytest.raises(ValueError, match="大写"):
        capitals(Yuan("-0.01"))


@pytest.mark.parametrize(
    "text",
    [
        "", "整", "元整", "一元整", "壹元", "壹拾", "零壹元整", "壹元零整", "拾元整", "壹亿亿元整", "壹元分",
        "万元整", "壹佰佰元整",
    ],
)  # fmt: skip
def test_text_that_is_not_properly_written_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_capitals(text)


@given(text=st.text(alphabet="零壹贰玖拾佰仟万亿元角分整", max_size=14))
def test_reading_any_text_gives_its_amount_or_a_refusal(text: str) -> None:
    try:
        amount = read_capitals(text)
    except ValueError:
        return
    assert capitals(amount) == text
