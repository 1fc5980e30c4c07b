"""Money in yuan (元): exact, two decimals, never a float.

A `Yuan` refuses to mix with anything but a `Yuan`; the only roundings are the named ones below (the rulebook,
"Money and quantity").
"""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, Inexact
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.query_utils import DeferredAttribute

LIMIT = Decimal(10) ** 15
"""Amounts are smaller than this, in yuan, in either direction."""

_FEN = Decimal("0.01")
_YUAN = Decimal(1)
_WAN = Decimal("1E4")
_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?")
_WHOLE_FEN = Context(prec=20, rounding=ROUND_DOWN)
_EXACT = Context(prec=400, rounding=ROUND_DOWN, traps=[Inexact])


class OutOfRange(ValueError):
    """What somebody typed comes to more than any amount may be; its text says so to a person."""


def _exact_amount(value: object) -> Decimal:
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"“{value[:40]}”不是以元为单位、至多两位小数的金额。")
        value = Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise ValueError("金额须为精确的十进制数。")
    if not value.is_finite() or value.copy_abs() >= LIMIT:
        raise OutOfRange(f"金额{str(value)[:40]}超出范围，须小于一千万亿元，请核对数量和单价。")
    amount = value.quantize(_FEN, context=_WHOLE_FEN)
    if amount != value:
        raise ValueError(f"金额{str(value)[:40]}的小数多于两位，金额精确到分。")
    return amount if amount else Decimal("0.00")


@dataclass(frozen=True, order=True, slots=True, init=False)
class Yuan:
    """An amount in yuan (元), always with exactly two decimals and below 10^15 in size.

    Made from a `Decimal`, an `int` or plain text such as "1300000" or "-0.50"; `ValueError` for floats,
    NaN, infinities, more than two decimals and anything else. Adds to, subtracts from and compares with
    `Yuan` only (`TypeError` otherwise); `sum(amounts, ZERO)` adds up many. False when zero.
    """

    amount: Decimal

    def __init__(self, amount: Decimal | int | str) -> None:
        object.__setattr__(self, "amount", _exact_amount(amount))

    def __add__(self, other: "Yuan") -> "Yuan":
        if not isinstance(other, Yuan):
            return NotImplemented
        return Yuan(_EXACT.add(self.amount, other.amount))

    def __sub__(self, other: "Yuan") -> "Yuan":
        if not isinstance(other, Yuan):
            return NotImplemented
        return Yuan(_EXACT.subtract(self.amount, other.amount))

    def __neg__(self) -> "Yuan":
        return Yuan(self.amount.copy_negate())

    def __abs__(self) -> "Yuan":
        return Yuan(self.amount.copy_abs())

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return str(self.amount)

    def __format__(self, spec: str) -> str:
        """As text: "1300000.00", or with `:,` "1,300,000.00"."""
        return format(self.amount, spec)

    def times(self, factor: Decimal | int) -> "Yuan":
        """This amount times a plain number (a rate, a count of days), rounded half up to 分."""
        return round_fen(product(self.amount, factor))

    def deconstruct(self) -> tuple[str, list[str], dict[str, object]]:
        """How Django writes this value into a migration."""
        return "kernel.money.Yuan", [str(self.amount)], {}


ZERO = Yuan(0)


def product(left: Decimal, right: Decimal | int) -> Decimal:
    if isinstance(right, bool) or not isinstance(right, (Decimal, int)):
        raise TypeError(f"an amount is multiplied by a Decimal or an int, not by {type(right).__name__}")
    factor = Decimal(right)
    if not factor.is_finite() or factor.copy_abs() >= LIMIT:
        raise OutOfRange(f"乘数{str(factor)[:40]}超出范围，请核对数量和单价。")
    return _EXACT.multiply(left, factor)


def _rounded(amount: Decimal | Yuan, step: Decimal, rounding: str) -> Yuan:
    value = amount.amount if isinstance(amount, Yuan) else amount
    if not isinstance(value, Decimal):
        raise TypeError(f"only a Decimal or Yuan can be rounded, not {type(value).__name__}")
    if not value.is_finite() or value.copy_abs() >= LIMIT:
        raise OutOfRange(f"金额{str(value)[:40]}超出范围，须小于一千万亿元，请核对数量和单价。")
    return Yuan(value.quantize(step, context=Context(prec=20, rounding=rounding)))


def round_fen(amount: Decimal) -> Yuan:
    """An exact amount in yuan rounded half up (away from zero) to 分 — the house rule for every price."""
    return _rounded(amount, _FEN, ROUND_HALF_UP)


def ceil_fen(amount: Decimal) -> Yuan:
    """Rounded up to a whole 分 (a share of proceeds that is at least a part of them)."""
    return _rounded(amount, _FEN, ROUND_CEILING)


def floor_fen(amount: Decimal) -> Yuan:
    """Rounded down to a whole 分 (a share of proceeds that is at most a part of them)."""
    return _rounded(amount, _FEN, ROUND_FLOOR)


def round_yuan(amount: Decimal | Yuan) -> Yuan:
    """Rounded half up to a whole 元 (the guide price and its band)."""
    return _rounded(amount, _YUAN, ROUND_HALF_UP)


def ceil_wan(amount: Decimal | Yuan) -> Yuan:
    """Rounded up to a whole 万元 (`starting_total_rounding: ceil_wan` of the rulebook)."""
    return _rounded(amount, _WAN, ROUND_CEILING)


def floor_wan(amount: Decimal | Yuan) -> Yuan:
    """Rounded down to a whole 万元 (`deposit_rounding: floor_wan` of the rulebook)."""
    return _rounded(amount, _WAN, ROUND_FLOOR)


def floor_yuan(amount: Decimal | Yuan) -> Yuan:
    """Rounded down to a whole 元 (the increment as a share of the starting price)."""
    return _rounded(amount, _YUAN, ROUND_FLOOR)


_TYPED = re.compile(r"(0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.([0-9]+))?")


def parse_yuan(text: object) -> Yuan:
    """An amount typed by a person or sent by a program, in yuan: "1300000", "1,300,000.00".

    Strict: plain digits, an optional point with one or two decimals, thousands separators only where they
    belong. `ValueError` with a Chinese sentence for signs, exponents, full-width digits, blanks, leading
    zeros, more than two decimals and amounts of 10^15 and more.
    """
    if not isinstance(text, str):
        raise ValueError("金额须以文字形式给出，例如“1300000.00”。")
    if not text:
        raise ValueError("请填写金额。")
    match = _TYPED.fullmatch(text)
    if match is None:
        raise ValueError(
            "金额只能用半角数字书写，例如“1300000.00”，不能带正负号、空格或字母；千分位逗号须每三位一个。"
        )
    whole, decimals = match.group(1).replace(",", ""), match.group(2) or ""
    if len(decimals) > 2:
        raise ValueError("金额至多两位小数（精确到分）。")
    if len(whole) > 15:
        raise ValueError("金额过大，须小于一千万亿元。")
    return Yuan(f"{whole}.{decimals or '0'}")


# --- 大写 ---

_NUMERALS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))
_MYRIADS = ((10**8, "亿"), (10**4, "万"))


def _spell_group(number: int) -> str:
    """Up to four digits, zeros between them written once; leading and trailing zeros not written."""
    spelt, gap = "", False
    for worth, place in _PLACES:
        digit = number // worth % 10
        if digit == 0:
            gap = bool(spelt)
            continue
        spelt += ("零" if gap else "") + _NUMERALS[digit] + place
        gap = False
    return spelt


def _spell_whole(number: int) -> str:
    for worth, name in _MYRIADS:
        if number >= worth:
            high, low = divmod(number, worth)
            zero = "零" if 0 < low < worth // 10 else ""
            return _spell_whole(high) + name + zero + (_spell_whole(low) if low else "")
    return _spell_group(number)


def capitals(amount: Yuan) -> str:
    """The amount in capitals (大写), as written on contracts and vouchers: 壹仟玖佰伍拾万元整.

    Follows the People's Bank of China's 正确填写票据和结算凭证的基本规定: 整 after 元 and after 角, never
    after 分; zeros between digits written once; where it leaves the choice, 零 is written after 元 when the
    yuan digit is zero and left out before 仟 of the next group (107000.53: 壹拾万柒仟元零伍角叁分).
    `ValueError` for negative amounts.
    """
    if amount < ZERO:
        raise ValueError("负数金额没有大写写法。")
    whole, cents = divmod(int(amount.amount.scaleb(2)), 100)
    jiao, fen = divmod(cents, 10)
    yuan = _spell_whole(whole) + "元" if whole else ""
    if not cents:
        return (yuan or "零元") + "整"
    gap = "零" if yuan and (jiao == 0 or whole % 10 == 0) else ""
    tenths = f"{_NUMERALS[jiao]}角" if jiao else ""
    return yuan + gap + tenths + (f"{_NUMERALS[fen]}分" if fen else "整")


def capitals_of(number: Decimal) -> str:
    """A plain number in capitals, its decimals sign by sign: 贰佰肆拾贰点捌贰. Zeros at its end are left out.

    `ValueError` for a negative one.
    """
    if number < 0:
        raise ValueError("负数没有大写写法。")
    whole, _, decimals = f"{number:f}".partition(".")
    spelt = _spell_whole(int(whole)) or _NUMERALS[0]
    tail = "".join(_NUMERALS[int(sign)] for sign in decimals.rstrip("0"))
    return f"{spelt}点{tail}" if tail else spelt


def _read_whole(text: str) -> int:
    for worth, name in _MYRIADS:
        high, found, low = text.rpartition(name)
        if found:
            return _read_whole(high) * worth + (_read_whole(low) if low else 0)
    total, digit = 0, 0
    places = {place: worth for worth, place in _PLACES if place}
    for sign in text:
        if sign in places:
            total, digit = total + digit * places[sign], 0
        else:
            digit = _NUMERALS.index(sign)
    return total + digit


_CAPITALS = re.compile(
    r"(?:([零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+)元)?零?"
    r"(?:([壹贰叁肆伍陆柒捌玖])角)?(?:([壹贰叁肆伍陆柒捌玖])分|整)"
)


def read_capitals(text: str) -> Yuan:
    """The amount that `capitals` writes as this text; `ValueError` for any other text."""
    match = _CAPITALS.fullmatch(text)
    if match is None:
        raise ValueError(f"“{text[:60]}”不是大写金额。")
    whole, jiao, fen = match.groups(default="")
    number = _read_whole(whole) if whole else 0
    cents = (_NUMERALS.index(jiao) if jiao else 0) * 10 + (_NUMERALS.index(fen) if fen else 0)
    if number >= LIMIT:
        raise ValueError(f"金额“{text[:60]}”超出范围。")
    amount = Yuan(f"{number}.{cents:02d}")
    if capitals(amount) != text:
        raise ValueError(f"大写金额书写不规范，应为“{capitals(amount)}”。")
    return amount


# --- in the database ---

_Set = TypeVar("_Set")
_Get = TypeVar("_Get")

if TYPE_CHECKING:

    class _DecimalField(models.DecimalField[_Set, _Get]):
        _pyi_private_set_type: Yuan | Decimal | int | str | Combinable  # type: ignore[assignment]
        _pyi_private_get_type: Yuan  # type: ignore[assignment]
        _pyi_lookup_exact_type: Yuan | Decimal | str  # type: ignore[assignment]

else:

    class _DecimalField(models.DecimalField, Generic[_Set, _Get]):
        """The same at run time, where Django's fields take no type arguments."""


class _YuanAttribute(DeferredAttribute):
    """Turns what is assigned to the model's attribute into `Yuan`, so that reading never yields a Decimal."""

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = (
            value if hasattr(value, "resolve_expression") else _as_yuan(value)
        )


def _as_yuan(value: object) -> Yuan | None:
    if value is None or isinstance(value, Yuan):
        return value
    return Yuan(_exact_amount(value))


class YuanField(_DecimalField[_Set, _Get]):
    """A column of yuan: numeric(18, 2) in the database, `Yuan` in Python, also from `Sum`, `Max` and the
    like.

    Assigning, saving and looking up take a `Yuan`, or a Decimal, int or text that is exactly one. In
    arithmetic with `F` wrap a constant: `F("paid") + Value(amount, output_field=YuanField())`.
    """

    descriptor_class = _YuanAttribute

    def __init__(self, verbose_name: str | None = None, *, null: bool = False, **options: Any) -> None:
        options.update(max_digits=18, decimal_places=2)
        super().__init__(verbose_name, null=null, **options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        del options["max_digits"], options["decimal_places"]
        return name, path, list(args), dict(options)

    def from_db_value(self, value: Decimal | None, _expression: object, _connection: object) -> Yuan | None:
        """What the database holds, as `Yuan`."""
        return None if value is None else Yuan(value)

    def to_python(self, value: object) -> Yuan | None:
        """For forms and full_clean: `ValidationError` where `Yuan` says ValueError."""
        try:
            return _as_yuan(value)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> Any:
        """The Decimal to store or compare with; expressions pass through."""
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return _exact_amount(value.amount if isinstance(value, Yuan) else value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As `get_prep_value`; Django's own would hand a Yuan to the driver."""
        return value if prepared else self.get_prep_value(value)

    def run_validators(self, value: Any) -> None:
        super().run_validators(value.amount if isinstance(value, Yuan) else value)


__all__ = [
    "LIMIT",
    "ZERO",
    "Yuan",
    "YuanField",
    "capitals",
    "ceil_wan",
    "floor_wan",
    "floor_yuan",
    "parse_yuan",
    "product",
    "read_capitals",
    "round_fen",
]
