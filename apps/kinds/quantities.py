"""Quantities of quota (指标), of one kind or of every kind of a class: exact decimals that never mix."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal, Inexact
from types import MappingProxyType

from apps.kinds.table import QuotaClass, QuotaKind, kinds_of
from kernel.measures import exact_measure

_EXACT = Context(prec=200, rounding=ROUND_DOWN, traps=[Inexact])


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
    """An amount of each kind of one class, as on a certificate or a lot: areas in 亩, capacity in 公斤.

    Made from amounts in the order of the table or by the codes of their kinds, nothing for those left out. `ValueError`
    as for `Quantity`, `TypeError` for a kind that the class has not.
    """

    amounts: Mapping[QuotaKind, Decimal]
    quota_class: QuotaClass

    def __init__(
        self,
        *amounts: Decimal | int | str,
        quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY,
        **by_code: Decimal | int | str,
    ) -> None:
        kinds = kinds_of(quota_class)
        if len(amounts) > len(kinds):
            raise TypeError(f"{len(amounts)} amounts for {len(kinds)} kinds")
        given: dict[str, Decimal | int | str] = dict(zip(map(str, kinds), amounts, strict=False))
        if wrong := [code for code in by_code if code in given or code not in kinds]:
            raise TypeError(f"no kind of quota, or given twice: {', '.join(wrong)}")
        given |= by_code
        made = {kind: _exact_amount(kind, given.get(str(kind), 0)) for kind in kinds}
        object.__setattr__(self, "amounts", MappingProxyType(made))
        object.__setattr__(self, "quota_class", quota_class)

    def __hash__(self) -> int:
        return hash(tuple(self.amounts.items()))

    @classmethod
    def each(
        cls,
        amount_of: Callable[[QuotaKind], Decimal | int | str],
        quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY,
    ) -> "Quantities":
        """What a function gives for each kind."""
        return cls(*(amount_of(kind) for kind in kinds_of(quota_class)), quota_class=quota_class)

    @classmethod
    def only(cls, quantity: Quantity) -> "Quantities":
        """This quantity and nothing of the other kinds."""
        return cls(quota_class=quantity.kind.quota_class, **{str(quantity.kind): quantity.amount})

    @classmethod
    def taken(
        cls,
        given: Mapping[str, Decimal | int | str],
        quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY,
    ) -> "Quantities":
        """The amounts that stand under the codes of kinds among other facts; nothing for those that do not."""
        return cls.each(lambda kind: given.get(str(kind), 0), quota_class)

    @classmethod
    def stored(cls, given: Mapping[str, Decimal | int | str]) -> "Quantities":
        """Amounts of the kinds of one class under their codes, as `as_strings` gave them; `TypeError` for several."""
        of = QuotaKind(next(iter(given))).quota_class if given else QuotaClass.SUPPLEMENTARY
        return cls(quota_class=of, **given)

    @classmethod
    def sum_of(cls, lines: Iterable[tuple[str, Decimal]]) -> "Quantities":
        """What lines of a kind's code and an amount add up to, of each kind of their class; `TypeError` for several."""
        sums: dict[str, Decimal] = {}
        for code, amount in lines:
            sums[code] = _EXACT.add(sums.get(code, Decimal(0)), amount)
        of = QuotaKind(next(iter(sums))).quota_class if sums else QuotaClass.SUPPLEMENTARY
        return cls(quota_class=of, **sums)

    def of(self, kind: QuotaKind) -> Quantity:
        """The quantity of one kind, zero included."""
        return Quantity(kind, self.amounts[kind])

    def items(self) -> list[tuple[QuotaKind, Decimal]]:
        """The kinds that are not zero, with their amounts, in the order of the table."""
        return [(kind, amount) for kind, amount in self.amounts.items() if amount]

    def _combined(
        self, other: "Quantities", combine: Callable[[Quantity, Quantity], Quantity]
    ) -> "Quantities":
        if not isinstance(other, Quantities):
            raise TypeError(f"Quantities do not mix with {type(other).__name__}")
        if other.quota_class is not self.quota_class:
            raise TypeError(f"{self.quota_class.label}不能与{other.quota_class.label}运算")
        return Quantities.each(lambda kind: combine(self.of(kind), other.of(kind)).amount, self.quota_class)

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

    def by_code(self) -> dict[str, Decimal]:
        """The amount of every kind by its code, as columns and declared shapes hold them."""
        return {str(kind): amount for kind, amount in self.amounts.items()}

    def as_strings(self) -> dict[str, str]:
        """All kinds with the unit's decimals: {"farmland_area": "20.0000", …}."""
        return {str(kind): str(amount) for kind, amount in self.amounts.items()}


NOTHING = Quantities()
