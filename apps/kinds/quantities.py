"""Quantities of quota (指标): three kinds that never mix (spec: domain, "Formulas").

Areas are in 亩 with four decimals, capacities in whole 公斤; all are exact decimals.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal, Inexact
from enum import StrEnum

from kernel.measures import AREA_PLACES, CAPACITY_PLACES, exact_measure

_EXACT = Context(prec=200, rounding=ROUND_DOWN, traps=[Inexact])

_LABELS = {"farmland_area": "耕地数量", "paddy_area": "水田规模", "grain_capacity": "粮食产能"}


class QuotaKind(StrEnum):
    """The three kinds of quota; each has its own ledger and they are never added together."""

    FARMLAND_AREA = "farmland_area"
    PADDY_AREA = "paddy_area"
    GRAIN_CAPACITY = "grain_capacity"

    @property
    def label(self) -> str:
        """耕地数量, 水田规模 or 粮食产能."""
        return _LABELS[self.value]

    @property
    def unit(self) -> str:
        """亩 or 公斤."""
        return "公斤" if self is QuotaKind.GRAIN_CAPACITY else "亩"

    @property
    def places(self) -> int:
        """How many decimals the unit has: 4 for 亩, 0 for 公斤."""
        return CAPACITY_PLACES if self is QuotaKind.GRAIN_CAPACITY else AREA_PLACES

    @property
    def step(self) -> Decimal:
        """The smallest quantity of this kind: 0.0001 亩 or 1 公斤."""
        return Decimal(1).scaleb(-self.places)


KIND_CHOICES = [(str(each), each.label) for each in QuotaKind]
"""For fields of models."""


def _exact_amount(kind: QuotaKind, value: object) -> Decimal:
    return exact_measure(value, name=kind.label, places=kind.places)


@dataclass(frozen=True, slots=True, init=False)
class Quantity:
    """So much of one kind of quota, in the kind's unit and with its decimals.

    Made from a `Decimal`, an `int` or plain text; `ValueError` for floats, NaN and too many decimals. Adds
    to, subtracts from and compares with the same kind only (`TypeError` otherwise).
    """

    kind: QuotaKind
    amount: Decimal

    def __init__(self, kind: QuotaKind, amount: Decimal | int | str) -> None:
        object.__setattr__(self, "kind", QuotaKind(kind))
        object.__setattr__(self, "amount", _exact_amount(self.kind, amount))

    def _same_kind(self, other: object) -> Decimal:
        if not isinstance(other, Quantity):
            raise TypeError(f"{self.kind.label}不能与 {type(other).__name__} 运算")
        if other.kind is not self.kind:
            raise TypeError(f"{self.kind.label}不能与{other.kind.label}运算")
        return other.amount

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.kind, _EXACT.add(self.amount, self._same_kind(other)))

    def __sub__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.kind, _EXACT.subtract(self.amount, self._same_kind(other)))

    def __neg__(self) -> "Quantity":
        return Quantity(self.kind, self.amount.copy_negate())

    def __lt__(self, other: "Quantity") -> bool:
        return self.amount < self._same_kind(other)

    def __le__(self, other: "Quantity") -> bool:
        return self.amount <= self._same_kind(other)

    def __gt__(self, other: "Quantity") -> bool:
        return self.amount > self._same_kind(other)

    def __ge__(self, other: "Quantity") -> bool:
        return self.amount >= self._same_kind(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        """The canonical figure without its unit: "20.0000", "18000"."""
        return str(self.amount)

    @property
    def text(self) -> str:
        """The figure with its unit: "20.0000 亩", "18000 公斤"."""
        return f"{self.amount} {self.kind.unit}"


@dataclass(frozen=True, slots=True, init=False)
class Quantities:
    """One figure of each kind, as on a certificate or a lot: areas in 亩, capacity in 公斤."""

    farmland_area: Decimal
    paddy_area: Decimal
    grain_capacity: Decimal

    def __init__(
        self,
        farmland_area: Decimal | int | str = 0,
        paddy_area: Decimal | int | str = 0,
        grain_capacity: Decimal | int | str = 0,
    ) -> None:
        given = dict(zip(QuotaKind, (farmland_area, paddy_area, grain_capacity), strict=True))
        for kind, amount in given.items():
            object.__setattr__(self, kind.value, _exact_amount(kind, amount))

    @classmethod
    def only(cls, quantity: Quantity) -> "Quantities":
        """This quantity and nothing of the other kinds."""
        return cls(**{quantity.kind.value: quantity.amount})

    def of(self, kind: QuotaKind) -> Quantity:
        """The quantity of one kind, zero included."""
        amounts = (self.farmland_area, self.paddy_area, self.grain_capacity)
        return Quantity(kind, amounts[list(QuotaKind).index(kind)])

    def items(self) -> list[tuple[QuotaKind, Decimal]]:
        """The kinds that are not zero, with their amounts, in the order of `QuotaKind`."""
        return [(kind, self.of(kind).amount) for kind in QuotaKind if self.of(kind)]

    def _combined(
        self, other: "Quantities", combine: Callable[[Quantity, Quantity], Quantity]
    ) -> "Quantities":
        if not isinstance(other, Quantities):
            raise TypeError(f"Quantities do not mix with {type(other).__name__}")
        return Quantities(*(combine(self.of(kind), other.of(kind)).amount for kind in QuotaKind))

    def __add__(self, other: "Quantities") -> "Quantities":
        return self._combined(other, Quantity.__add__)

    def __sub__(self, other: "Quantities") -> "Quantities":
        return self._combined(other, Quantity.__sub__)

    def covers(self, other: "Quantities") -> bool:
        """Whether there is at least as much of every kind as in the other."""
        return not (self - other).has_negative

    @property
    def is_zero(self) -> bool:
        """Nothing of any kind."""
        return not self.items()

    @property
    def has_negative(self) -> bool:
        """Less than nothing of some kind, as after taking away too much."""
        return any(amount < 0 for _, amount in self.items())

    def as_strings(self) -> dict[str, str]:
        """All three kinds with the unit's decimals: {"farmland_area": "20.0000", …}."""
        return {kind.value: str(self.of(kind)) for kind in QuotaKind}


NOTHING = Quantities()
