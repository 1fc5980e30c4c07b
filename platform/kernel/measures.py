"""Measures: areas in 亩 with four decimals and capacities in whole 公斤, as exact decimals and never floats."""

import re
from decimal import ROUND_DOWN, Context, Decimal

LIMIT = Decimal(10) ** 13
"""Measures are smaller than this in size, in their own unit."""
AREA_PLACES = 4
CAPACITY_PLACES = 0

_STORE = Context(prec=30, rounding=ROUND_DOWN)
_PLAIN = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,4})?")
_RULES = {AREA_PLACES: "至多四位小数（亩）", CAPACITY_PLACES: "须为整数公斤"}


def exact_measure(value: object, *, name: str, places: int) -> Decimal:
    """A `Decimal`, an `int` or plain text as a measure of so many decimals (4 for 亩, 0 for 公斤).

    `ValueError` with a sentence that names it for floats, NaN, too many decimals and what is past the limit.
    """
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"“{value[:40]}”不是有效的{name}。")
        value = Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise ValueError(f"{name}须为精确的十进制数。")
    if not value.is_finite() or value.copy_abs() >= LIMIT:
        raise ValueError(f"{name}{str(value)[:40]}超出范围。")
    amount = value.quantize(Decimal(1).scaleb(-places), context=_STORE)
    if amount != value:
        raise ValueError(f"{name}{_RULES[places]}，不能是{str(value)[:40]}。")
    return amount if amount else amount.copy_abs()


_MOST_AREA_DIGITS = 8
"""Of whole 亩: a province has no more, and what areas come to at any price is an amount."""
_MOST_CAPACITY_DIGITS = 12
_AREA = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_CAPACITY = re.compile(r"0|[1-9][0-9]*")


def parse_area(text: object) -> Decimal:
    """An area in 亩 typed by a person or sent by a program, with four decimals.

    `ValueError` with a Chinese sentence for signs, exponents, separators, full-width digits, more than four
    decimals and areas past the limit. Zero is an area.
    """
    if not isinstance(text, str) or not text:
        raise ValueError("请填写面积（亩），例如“20.0000”。")
    match = _AREA.fullmatch(text)
    if match is None:
        raise ValueError("面积只能用半角数字书写，例如“20.0000”，不能带正负号、空格、逗号或字母。")
    if len(match.group(2) or "") > 4:
        raise ValueError("面积至多四位小数（亩）。")
    if len(match.group(1)) > _MOST_AREA_DIGITS:
        raise ValueError("面积过大，须小于一亿亩。")
    return exact_measure(text, name="面积", places=AREA_PLACES)


def parse_capacity(text: object) -> Decimal:
    """A capacity in whole 公斤 typed by a person or sent by a program; `ValueError` as for `parse_area`."""
    if not isinstance(text, str) or not text:
        raise ValueError("请填写产能（公斤），例如“18000”。")
    if _CAPACITY.fullmatch(text) is None:
        raise ValueError("产能须为整数公斤，只能用半角数字书写，例如“18000”。")
    if len(text) > _MOST_CAPACITY_DIGITS:
        raise ValueError("产能过大，须小于一万亿公斤。")
    return exact_measure(text, name="产能", places=CAPACITY_PLACES)
