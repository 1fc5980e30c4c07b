"""What quota is priced in (价格单位), and the only way from a unit price to a total."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import Measure, QuotaClass, QuotaKind, kinds_of
from kernel.money import Yuan, product, round_fen


class PriceUnit(StrEnum):
    """What one unit price buys: a row is its code and the measure, of whose kinds it is the price."""

    measure: Measure

    def __new__(cls, code: str, measure: Measure = Measure.MU) -> "PriceUnit":
        """One row of the table; called with a code alone, the row of that code."""
        made = str.__new__(cls, code)
        made._value_, made.measure = code, measure
        return made

    YUAN_PER_MU = "yuan_per_mu", Measure.MU
    YUAN_PER_KG = "yuan_per_kg", Measure.KILOGRAM

    @property
    def label(self) -> str:
        """元/亩 or 元/公斤."""
        return f"元/{self.measure.value}"

    def fits(self, kind: QuotaKind) -> bool:
        """Whether quota of this kind is priced in this unit."""
        return self.measure is kind.measure

    def kinds(self, quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY) -> tuple[QuotaKind, ...]:
        """The kinds of a class that are priced in this unit, in the order of the table."""
        return tuple(kind for kind in kinds_of(quota_class) if self.fits(kind))


def unit_of(kind: QuotaKind) -> PriceUnit:
    """What quota of a kind is priced in."""
    return next(unit for unit in PriceUnit if unit.fits(kind))


def sql_of_units() -> str:
    """The same for the database: a function from a kind's code to the unit of its price, null for no kind."""
    rows = " ".join(f"WHEN '{kind}' THEN '{unit_of(kind)}'" for kind in QuotaKind)
    return (
        "CREATE OR REPLACE FUNCTION kinds_price_unit(kind text) RETURNS text LANGUAGE sql IMMUTABLE"
        f" RETURN CASE kind {rows} END;"
    )


def priced_among(quantities: Quantities, unit: PriceUnit) -> Quantity | None:
    """What a unit price multiplies where several kinds are sold together; None where it fits nothing that is sold.

    The first kind in the order of the table that is sold and that the unit fits: 元/公斤 the grain capacity, 元/亩 the
    farmland, or the paddy where there is no farmland.
    """
    return next((quantities.of(kind) for kind, _ in quantities.items() if unit.fits(kind)), None)


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
