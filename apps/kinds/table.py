"""The kinds of quota (指标种类) and their classes: each declared once, as a row of a table (spec: domain, "Formulas").

Areas are in 亩 with four decimals, capacities in whole 公斤.
"""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from kernel.measures import AREA_PLACES, CAPACITY_PLACES, parse_area, parse_capacity


class Measure(StrEnum):
    """What quota is measured in: the unit, its decimals, how an amount is read, what a heading may call the unit."""

    places: int
    read: Callable[[object], Decimal]
    spellings: tuple[str, ...]

    def __new__(
        cls, unit: str, places: int, read: Callable[[object], Decimal], spellings: tuple[str, ...]
    ) -> "Measure":
        """One row."""
        made = str.__new__(cls, unit)
        made._value_ = unit
        made.places, made.read, made.spellings = places, read, spellings
        return made

    MU = "亩", AREA_PLACES, parse_area, ("亩",)
    KILOGRAM = "公斤", CAPACITY_PLACES, parse_capacity, ("公斤", "kg")


class QuotaClass(StrEnum):
    """Classes of quota (指标类别): code and Chinese name. A batch and a lot are of one class."""

    label: str

    def __new__(cls, code: str, label: str = "") -> "QuotaClass":
        """One row; called with a code alone, the row of that code."""
        made = str.__new__(cls, code)
        made._value_, made.label = code, label
        return made

    SUPPLEMENTARY = "supplementary", "补充耕地"
    SURPLUS = "surplus", "节余指标"


class QuotaKind(StrEnum):
    """The table of the kinds of quota (指标种类): code, Chinese name, short name, measure, class.

    Each kind has its own ledger and they are never added together. The order is that in which pages, files and
    programs show them; of several kinds sold together, the unit price is for the first that is measured in its unit.
    """

    label: str
    short: str
    measure: Measure
    quota_class: QuotaClass

    def __new__(
        cls,
        code: str,
        label: str = "",
        short: str = "",
        measure: Measure = Measure.MU,
        quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY,
    ) -> "QuotaKind":
        """One row of the table; called with a code alone, the row of that code."""
        made = str.__new__(cls, code)
        made._value_ = code
        made.label, made.short, made.measure, made.quota_class = label, short, measure, quota_class
        return made

    FARMLAND_AREA = "farmland_area", "耕地数量", "耕地", Measure.MU, QuotaClass.SUPPLEMENTARY
    PADDY_AREA = "paddy_area", "水田规模", "水田", Measure.MU, QuotaClass.SUPPLEMENTARY
    GRAIN_CAPACITY = "grain_capacity", "粮食产能", "产能", Measure.KILOGRAM, QuotaClass.SUPPLEMENTARY
    CONSTRUCTION_AREA = "construction_area", "建设用地规模", "建设用地", Measure.MU, QuotaClass.SURPLUS

    @property
    def unit(self) -> str:
        """亩 or 公斤."""
        return self.measure.value

    @property
    def heading(self) -> str:
        """What a column or an input is called: 耕地数量（亩）."""
        return f"{self.label}（{self.unit}）"

    @property
    def short_heading(self) -> str:
        """What a narrow column is called: 耕地（亩）."""
        return f"{self.short}（{self.unit}）"

    @property
    def is_area(self) -> bool:
        """Whether it is an area in 亩, whose grade counts beside it, and not a capacity."""
        return self.measure is Measure.MU

    @property
    def places(self) -> int:
        """How many decimals the unit has: 4 for 亩, 0 for 公斤."""
        return self.measure.places

    @property
    def step(self) -> Decimal:
        """The smallest quantity of this kind: 0.0001 亩 or 1 公斤."""
        return Decimal(1).scaleb(-self.places)

    def read(self, text: object) -> Decimal:
        """An amount typed by a person or sent by a program; `ValueError` with a Chinese sentence where it is none."""
        return self.measure.read(text)


def kinds_of(quota_class: QuotaClass | None = QuotaClass.SUPPLEMENTARY) -> tuple[QuotaKind, ...]:
    """The kinds of one class, in the order of the table: those that its forms ask for and its pages show.

    For None those of every class.
    """
    return tuple(filter(lambda kind: quota_class in (None, kind.quota_class), QuotaKind))


def count_of_kinds(quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY) -> str:
    """How many kinds a class has, for sentences: 三."""
    return "一二三四五六七八九"[len(kinds_of(quota_class)) - 1]


KIND_CHOICES = [(str(each), each.label) for each in kinds_of()]
"""For choices of forms: code and Chinese name."""


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of all classes, for fields of models, whose migrations then name no kind."""
    return [(str(each), each.label) for each in QuotaKind]


if TYPE_CHECKING:
    KindCode = str
else:
    KindCode = Literal[tuple(str(each) for each in kinds_of())]
"""The code of a kind, for declared shapes (pydantic)."""


def sql_of_classes() -> str:
    """The table for the database: a function from a kind's code to the code of its class, null for no kind."""
    rows = " ".join(f"WHEN '{kind}' THEN '{kind.quota_class}'" for kind in QuotaKind)
    return (
        "CREATE OR REPLACE FUNCTION kinds_class(kind text) RETURNS text LANGUAGE sql IMMUTABLE"
        f" RETURN CASE kind {rows} END;"
    )
