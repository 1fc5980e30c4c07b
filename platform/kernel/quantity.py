"""Quantities of quota (指标): three kinds that never mix, and the formulas that make them (spec: domain,
"Formulas").

Areas are in 亩 with four decimals, capacities in whole 公斤; all are exact decimals.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, Inexact
from enum import StrEnum

LIMIT = Decimal(10) ** 13
"""Quantities are smaller than this in size, in their own unit."""

WORST_GRADE = Decimal(16)
"""The grade (质量等别) that stands for land without any capacity; real grades run from 1 (best) to 15."""

_EXACT = Context(prec=200, rounding=ROUND_DOWN, traps=[Inexact])
_STORE = Context(prec=30, rounding=ROUND_DOWN)
_PLAIN = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,4})?")


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
        return 0 if self is QuotaKind.GRAIN_CAPACITY else 4

    @property
    def step(self) -> Decimal:
        """The smallest quantity of this kind: 0.0001 亩 or 1 公斤."""
        return Decimal(1).scaleb(-self.places)


def _exact_amount(kind: QuotaKind, value: object) -> Decimal:
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"“{value[:40]}”不是有效的{kind.label}。")
        value = Decimal(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal):
        raise ValueError(f"{kind.label}须为精确的十进制数。")
    if not value.is_finite() or value.copy_abs() >= LIMIT:
        raise ValueError(f"{kind.label}{str(value)[:40]}超出范围。")
    amount = value.quantize(kind.step, context=_STORE)
    if amount != value:
        rule = "须为整数公斤" if kind is QuotaKind.GRAIN_CAPACITY else "至多四位小数（亩）"
        raise ValueError(f"{kind.label}{rule}，不能是{str(value)[:40]}。")
    return amount if amount else amount.copy_abs()


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

_AREA = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_CAPACITY = re.compile(r"0|[1-9][0-9]*")
_MU_PER_HECTARE = 15
_KG_PER_GRADE_AND_MU = 100


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
    if len(match.group(1)) > 13:
        raise ValueError("面积过大。")
    return Quantity(QuotaKind.FARMLAND_AREA, text).amount


def parse_capacity(text: object) -> Decimal:
    """A capacity in whole 公斤 typed by a person or sent by a program; `ValueError` as for `parse_area`."""
    if not isinstance(text, str) or not text:
        raise ValueError("请填写产能（公斤），例如“18000”。")
    if _CAPACITY.fullmatch(text) is None:
        raise ValueError("产能须为整数公斤，只能用半角数字书写，例如“18000”。")
    if len(text) > 13:
        raise ValueError("产能过大。")
    return Quantity(QuotaKind.GRAIN_CAPACITY, text).amount


def hectares_to_mu(hectares: Decimal) -> Decimal:
    """公顷 to 亩, × 15, exactly and without rounding."""
    return _EXACT.multiply(_checked(hectares, "公顷数"), Decimal(_MU_PER_HECTARE))


def _checked(value: Decimal, name: str) -> Decimal:
    if not (type(value) is Decimal and value.is_finite() and 0 <= value < LIMIT):
        raise ValueError(f"{name}须为不小于零的数。")
    return value


def _difference(more: Decimal, less: Decimal, sentence: str) -> Decimal:
    difference = _EXACT.subtract(more, less)
    if difference < 0:
        raise ValueError(f"{sentence}，相差{-difference:,}亩。")
    return Quantity(QuotaKind.FARMLAND_AREA, difference).amount


def new_farmland(*, before_mu: Decimal, after_mu: Decimal) -> Decimal:
    """New farmland (新增耕地) in 亩 = farmland after completion − farmland before.

    `ValueError` when there is less farmland than before.
    """
    return _difference(
        _checked(after_mu, "竣工后耕地面积"), _checked(before_mu, "实施前耕地面积"), "竣工后耕地少于实施前"
    )


def new_paddy(*, within_new_farmland_mu: Decimal, converted_mu: Decimal) -> Decimal:
    """New paddy (新增水田) in 亩 = paddy within new farmland + dry or irrigated land converted to paddy
    (旱改水)."""
    within, converted = (
        _checked(within_new_farmland_mu, "新增耕地中的水田"),
        _checked(converted_mu, "改造水田面积"),
    )
    return Quantity(QuotaKind.PADDY_AREA, _EXACT.add(within, converted)).amount


def grain_capacity(
    *, area_mu: Decimal, average_grade: Decimal, grade_before: Decimal | None = None
) -> Decimal:
    """New grain capacity (新增粮食产能) in whole 公斤 = max(0, D − average grade) × 100 × area in 亩.

    D is the grade before the project, at most 16, and 16 where there was no capacity (`None`). Grades run
    from 1 (best) to 15 and an average may be a fraction; the product is rounded half up to whole 公斤. 20
    亩 of grade 7 on land that had none: 18,000 公斤. `ValueError` for grades outside their range.
    """
    area = _checked(area_mu, "面积")
    before = WORST_GRADE if grade_before is None else _checked(grade_before, "实施前质量等别")
    after = _checked(average_grade, "平均质量等别")
    if not 1 <= before <= WORST_GRADE:
        raise ValueError(f"实施前质量等别须在1至16之间，现为{before}。")
    if not 1 <= after < WORST_GRADE:
        raise ValueError(f"平均质量等别须在1至15之间，现为{after}。")
    gained = max(Decimal(0), _EXACT.subtract(before, after)) * _KG_PER_GRADE_AND_MU
    exact = _EXACT.multiply(gained, area)
    return Quantity(QuotaKind.GRAIN_CAPACITY, exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)).amount


def surplus_quota(*, reclaimed_mu: Decimal, resettlement_mu: Decimal) -> Decimal:
    """Surplus construction-land quota (增减挂钩节余指标) in 亩.

    Land reclaimed to farmland or other farm use in the demolition area (拆旧区) − construction land of the
    resettlement area (安置区). `ValueError` when resettlement takes more than was reclaimed.
    """
    return _difference(
        _checked(reclaimed_mu, "拆旧区复垦面积"),
        _checked(resettlement_mu, "安置区建设用地"),
        "安置用地超过复垦面积",
    )
