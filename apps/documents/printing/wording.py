"""How facts read in print: money in figures and capitals, Beijing time, quantities with their decimals.

The templates get finished texts and decide only where they stand.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from pydantic import BaseModel

from apps.documents.facts import Amount
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from kernel.clock import BEIJING
from kernel.money import Yuan, capitals, capitals_of

_LIMITS = ("_closes_at", "_ends_at", "_until_at", "_due_at", "_cutoff_at")
_INSTANT = timedelta(microseconds=1)


def moment(instant: datetime) -> str:
    """An instant on Beijing's clock, 2026年3月25日09时00分; seconds only where there are any, never rounded up."""
    at = instant.astimezone(BEIJING)
    seconds = f"{at.second:02d}秒" if at.second or at.microsecond else ""
    return f"{at.year}年{at.month}月{at.day}日{at.hour:02d}时{at.minute:02d}分{seconds}"


def limit(instant: datetime) -> str:
    """The end of a period, exclusive: midnight reads as the 24时 of the day that it ends (Civil Code art. 203)."""
    at = instant.astimezone(BEIJING)
    if (at.hour, at.minute, at.second, at.microsecond) != (0, 0, 0, 0):
        return moment(instant)
    ended = at - _INSTANT
    return f"{ended.year}年{ended.month}月{ended.day}日24时00分"


def day(instant: datetime) -> str:
    """The day of an instant in Beijing, 2026年3月25日."""
    at = instant.astimezone(BEIJING)
    return f"{at.year}年{at.month}月{at.day}日"


def percent(share: Decimal) -> str:
    """A share as a percentage without needless zeros: 0.0005 → 0.05%."""
    return f"{(share * 100).normalize():f}%"


def money(amount: Yuan) -> dict[str, str]:
    """`figures` with thousands separators, `wan` in 万元 without needless zeros, `capitals` (大写)."""
    wan = (amount.amount / 10_000).normalize()
    return {"figures": f"{amount:,}", "wan": f"{wan:,f}", "capitals": capitals(amount)}


def amount(given: Amount) -> dict[str, str]:
    """`figures` with thousands separators and `capitals` (大写), each with the unit."""
    return {
        "figures": f"{given.value:,}{given.unit}",
        "capitals": f"{capitals_of(given.value)}{given.unit}",
    }


def quantities(amounts: Quantities) -> list[dict[str, str]]:
    """Each kind's `label`, `heading` with its unit, and `amount` with its decimals, thousands separated."""
    return [
        {"label": kind.label, "heading": kind.heading, "amount": f"{amount:,}"}
        for kind, amount in amounts.amounts.items()
    ]


def _printable(name: str, value: object, around: BaseModel) -> object:
    if isinstance(value, Amount):
        return amount(value)
    if isinstance(value, BaseModel):
        return printable(value)
    if isinstance(value, tuple):
        return [_printable(name, item, around) for item in value]
    if isinstance(value, Yuan):
        return money(value)
    if isinstance(value, Quantities):
        return quantities(value)
    if isinstance(value, datetime):
        is_limit = name.endswith(_LIMITS) or getattr(around, "is_limit", False)
        return limit(value) if is_limit else moment(value)
    if isinstance(value, Decimal):
        return percent(value)
    return value.label if isinstance(value, (PriceUnit, QuotaKind)) else _plain(value)


def _plain(value: object) -> object:
    if value is None or (isinstance(value, (str, bool, int)) and not isinstance(value, Enum)):
        return value
    raise TypeError(f"no wording for a {type(value).__name__}")


def printable(part: BaseModel) -> dict[str, object]:
    """All fields as texts for the template, nested as the facts are."""
    return {name: _printable(name, getattr(part, name), part) for name in type(part).model_fields}
