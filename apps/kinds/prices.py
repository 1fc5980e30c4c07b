"""What quota is priced in (价格单位), and the only way from a unit price to a total."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apps.kinds.quantities import Quantity, QuotaKind
from kernel.money import Yuan, product, round_fen


class PriceUnit(StrEnum):
    """What one unit price buys: an area in 亩, or a capacity in 公斤."""

    YUAN_PER_MU = "yuan_per_mu"
    YUAN_PER_KG = "yuan_per_kg"

    @property
    def label(self) -> str:
        """元/亩 or 元/公斤."""
        return "元/亩" if self is PriceUnit.YUAN_PER_MU else "元/公斤"

    def fits(self, kind: QuotaKind) -> bool:
        """Whether quota of this kind is priced in this unit."""
        return (self is PriceUnit.YUAN_PER_KG) == (kind is QuotaKind.GRAIN_CAPACITY)


def exact_price(*, unit_price: Yuan, unit: PriceUnit, quantity: Quantity) -> Decimal:
    """Unit price × quantity in yuan before any rounding, for the rulebook's own roundings.

    `TypeError` when the unit does not fit the quantity's kind (元/亩 of a capacity, 元/公斤 of an area).
    """
    if not unit.fits(quantity.kind):
        raise TypeError(f"{unit.label} 不能用于{quantity.kind.label}（{quantity.kind.unit}）")
    return product(unit_price.amount, quantity.amount)


def price(*, unit_price: Yuan, unit: PriceUnit, quantity: Quantity) -> Yuan:
    """Unit price × quantity, rounded half up to 分 (the rulebook, "Money and quantity").

    `TypeError` when the unit does not fit the quantity's kind; `ValueError` past the largest amount.
    """
    return round_fen(exact_price(unit_price=unit_price, unit=unit, quantity=quantity))


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price in 元/亩 or 元/公斤."""

    amount: Yuan
    unit: PriceUnit

    def of(self, quantity: Quantity) -> Yuan:
        """The price of a quantity, as `price`."""
        return price(unit_price=self.amount, unit=self.unit, quantity=quantity)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit.label}"
