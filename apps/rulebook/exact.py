"""Numbers of the rules as they are typed or sent: exact, never guessed from a float."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from kernel.money import parse_yuan

_PLAIN = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")


def _whole_or_exact(value: Any) -> Decimal | None:
    """What is exact already; None for text. ValueError for floats, yes and no, and anything else."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str):
        return None
    raise ValueError("数值须以文字形式给出，例如“1300000.00”，不能是浮点数。")


def _yuan(value: Any) -> Decimal:
    found = _whole_or_exact(value)
    return parse_yuan(value).amount if found is None else found


def _factor(value: Any) -> Decimal:
    found = _whole_or_exact(value)
    if found is not None:
        return found
    if _PLAIN.fullmatch(value) is None:
        raise ValueError("只能用半角数字书写，例如“0.80”，不能带正负号、空格或字母。")
    return Decimal(value)


ExactYuan = BeforeValidator(_yuan)
"""Reads an amount as `kernel.money.parse_yuan` does; a Decimal or whole number as it is. Floats are refused."""
ExactFactor = BeforeValidator(_factor)
"""Reads a plain number the same way."""

Rate = Annotated[Decimal, Field(ge=0, le=1, max_digits=12, decimal_places=8, allow_inf_nan=False)]
"""A part of a whole, or all of it."""
