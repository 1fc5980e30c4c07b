"""Rules on prices (价格): price tables (价格表), cost norms (成本标准), the premium by grade, the guide band.

A row without a document of which somebody has read the original is 未核实. Nothing here decides a deal: only rows
whose effect is `bind` refuse or cap (spec: price and risk, 1 and 2).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from apps.kinds.prices import unit_of
from apps.kinds.table import QuotaClass, QuotaKind
from apps.parties.roles import division_prefix
from apps.rulebook.declaring import Parameter, Strict, Unit
from apps.rulebook.exact import ExactFactor
from apps.rulebook.parameters import GuidePrice
from kernel.clock import read_date
from kernel.errors import Code, Refusal
from kernel.text import kept_line

EVERYWHERE = "*"
GRADES = 15


class What(StrEnum):
    """What a row says of a unit price."""

    GUIDE = "guide"
    LOWEST = "lowest"
    HIGHEST = "highest"
    ADDITION_PLANNING_SCALE = "addition_planning_scale"
    IN_PRICE = "in_price"
    OUT_PRICE = "out_price"


class Effect(StrEnum):
    """What a row does to a lot: nothing, a finding of the review, a refusal and a cap."""

    SHOW = "show"
    WARN = "warn"
    BIND = "bind"


WHAT_WORDS = {
    "guide": "指导价",
    "lowest": "最低价",
    "highest": "最高价",
    "addition_planning_scale": "附加规划规模加价",
    "in_price": "调入价",
    "out_price": "调出价",
}
EFFECT_WORDS = {"show": "仅展示", "warn": "提示", "bind": "强制"}
LAND_CLASS_WORDS = {"dry": "旱地", "irrigated": "水浇地", "paddy": "水田", "high_standard": "高标准农田"}
CLASS_WORDS = {str(each): each.label for each in QuotaClass}
KIND_WORDS = {str(each): each.label for each in QuotaKind}
COST_WORDS = {
    "levelling": "土地平整",
    "irrigation": "灌溉设施",
    "soil": "土壤改良",
    "aftercare": "后期管护",
    "ecological": "生态补偿费",
}
"""The costs of which a guide price is made, in the order of the page; the first three are direct."""


def _day(value: Any) -> Any:
    return read_date(value) if not isinstance(value, date) else value


def _line(value: str) -> str:
    return kept_line(value) if value.strip() else ""


def _in_fen(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


_code = AliasChoices("quota_class", "class")
Day = Annotated[date, BeforeValidator(_day)]
RegionCode = Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|\*)$")]
LandClass = Literal["dry", "irrigated", "paddy", "high_standard"]
Words = Annotated[str, Field(max_length=120), AfterValidator(_line)]
Price = Annotated[GuidePrice, AfterValidator(_in_fen)]
Premium = Annotated[Decimal, Field(ge=0, le=5, max_digits=6, decimal_places=4), ExactFactor]
Factor = Annotated[Decimal, Field(gt=0, le=100, max_digits=7, decimal_places=4), ExactFactor]


class _Timed(Protocol):
    """What is valid from one day to another."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


def _why_not_dates(row: _Timed) -> None:
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise ValueError("失效日期不得早于生效日期。")


def valid_on(row: _Timed, day: date) -> bool:
    """Whether a row is valid on a day, its first and last included."""
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def area_of(region: str) -> str:
    """How the codes of the divisions begin that a row is about; empty for all. 33 and 330000 are one."""
    return "" if region == EVERYWHERE else division_prefix(region)


class PriceRow(Strict):
    """One row of a price table: so many yuan for a unit of a kind, in a region, from a day on."""

    quota_class: Annotated[
        Literal["supplementary", "surplus"],
        Field(validation_alias=_code),
        Parameter("指标类别", Unit.NONE, words=CLASS_WORDS),
    ]
    kind: Annotated[QuotaKind, Parameter("种类", Unit.NONE, words=KIND_WORDS)]
    land_class: Annotated[LandClass | None, Parameter("地类", Unit.NONE, words=LAND_CLASS_WORDS)] = None
    region: Annotated[RegionCode, Parameter("适用地区代码", Unit.NONE)]
    what: Annotated[What, Parameter("价格类型", Unit.NONE, words=WHAT_WORDS)]
    amount: Annotated[Price, Parameter("单价", Unit.YUAN)]
    valid_from: Annotated[Day, Parameter("自何日起", Unit.NONE)]
    valid_to: Annotated[Day | None, Parameter("至何日止", Unit.NONE)] = None
    document_no: Annotated[Words, Parameter("文号", Unit.NONE)] = ""
    source: Annotated[Words, Parameter("来源", Unit.NONE)] = ""
    verified: Annotated[bool, Parameter("已核实", Unit.NONE)] = False
    effect: Annotated[Effect, Parameter("作用", Unit.NONE, words=EFFECT_WORDS)] = Effect.SHOW

    @model_validator(mode="after")
    def _one_thing(self) -> "PriceRow":
        _why_not_dates(self)
        if str(self.kind.quota_class) != self.quota_class:
            raise ValueError(f"{self.kind.label}不属于{CLASS_WORDS[self.quota_class]}指标，请核对种类。")
        if self.verified and not self.document_no.strip():
            raise ValueError("已核实的须填写文号。")
        if self.what is What.GUIDE and self.effect is Effect.BIND:
            raise ValueError("指导价不得设为强制。")
        if self.effect is Effect.BIND and self._judges_no_lot:
            raise ValueError("该条价格不判定任何挂牌项目，不得设为强制，请设为仅展示。")
        return self

    @property
    def _judges_no_lot(self) -> bool:
        """Prices across provinces are no lot's; no parcel behind a lot is of a land class that its quota has not."""
        if self.what in (What.IN_PRICE, What.OUT_PRICE):
            return True
        of_surplus = self.kind.quota_class is QuotaClass.SURPLUS
        return self.land_class == "high_standard" or (self.land_class is not None and of_surplus)

    @property
    def area(self) -> str:
        """How the codes of the divisions begin that it is about."""
        return area_of(self.region)

    @property
    def unit(self) -> str:
        """元/亩 or 元/公斤."""
        return unit_of(self.kind).label

    @property
    def thing(self) -> tuple[str, ...]:
        """What it is about: two valid at once would contradict each other."""
        return (self.quota_class, str(self.kind), self.land_class or "", self.area, str(self.what))

    @property
    def named(self) -> str:
        """The row as a refusal names it."""
        of = f"{LAND_CLASS_WORDS[self.land_class]}" if self.land_class else ""
        said = f"{self.region} {KIND_WORDS[self.kind]}{of}{WHAT_WORDS[self.what]}{self.amount:,}{self.unit}"
        return f"{said}（{self.valid_from}至{self.valid_to or '长期'}）"


class CostNorm(Strict):
    """What a unit of a kind costs to make in a region (成本标准); a cost left out has no norm.

    `aftercare` is for a year; areas without one take the parameter.
    """

    kind: Annotated[QuotaKind, Parameter("种类", Unit.NONE, words=KIND_WORDS)]
    land_class: Annotated[LandClass | None, Parameter("地类", Unit.NONE, words=LAND_CLASS_WORDS)] = None
    region: Annotated[RegionCode, Parameter("适用地区代码", Unit.NONE)]
    levelling: Annotated[Price | None, Parameter("土地平整", Unit.YUAN)] = None
    irrigation: Annotated[Price | None, Parameter("灌溉设施", Unit.YUAN)] = None
    soil: Annotated[Price | None, Parameter("土壤改良", Unit.YUAN)] = None
    ecological: Annotated[Price | None, Parameter("生态补偿费", Unit.YUAN)] = None
    aftercare: Annotated[Price | None, Parameter("每年后期管护", Unit.YUAN)] = None
    valid_from: Annotated[Day, Parameter("自何日起", Unit.NONE)]
    valid_to: Annotated[Day | None, Parameter("至何日止", Unit.NONE)] = None
    document_no: Annotated[Words, Parameter("文号", Unit.NONE)] = ""
    verified: Annotated[bool, Parameter("已核实", Unit.NONE)] = False

    @model_validator(mode="after")
    def _one_thing(self) -> "CostNorm":
        _why_not_dates(self)
        if self.kind.quota_class is not QuotaClass.SUPPLEMENTARY:
            raise ValueError("指导价测算仅适用于补充耕地指标，节余指标只列价格表。")
        return self

    @property
    def area(self) -> str:
        """How the codes of the divisions begin that it is about."""
        return area_of(self.region)

    @property
    def thing(self) -> tuple[str, ...]:
        """What it is about: two valid at once would contradict each other."""
        return (str(self.kind), self.land_class or "", self.area)

    @property
    def named(self) -> str:
        """The norm as a refusal names it."""
        of = f"{LAND_CLASS_WORDS[self.land_class]}" if self.land_class else ""
        return f"{self.region} {KIND_WORDS[self.kind]}{of}（{self.valid_from}至{self.valid_to or '长期'}）"


_PREMIUM = (50, 43, 37, 30, 27, 23, 20, 17, 13, 10, 7, 3, 0, 0, 0)
PREMIUM = tuple(Decimal(each).scaleb(-2) for each in _PREMIUM)
"""Grades 1 to 4 lie 30 to 50 per cent above 13 to 15; both parts linear, rounded to 0.01."""


class PriceParameters(Strict):
    """The price tables of a province, and with what its guide prices are computed."""

    rows: Annotated[tuple[PriceRow, ...], Field(max_length=5000), Parameter("价格表", Unit.NONE)] = ()
    cost_norms: Annotated[tuple[CostNorm, ...], Field(max_length=5000), Parameter("成本标准", Unit.NONE)] = ()
    aftercare_yearly: Annotated[Price, Parameter("后期管护（每年每亩）", Unit.YUAN)] = Decimal(500)
    aftercare_years: Annotated[int, Field(ge=1, le=100), Parameter("后期管护年数", Unit.NONE)] = 10
    premium: Annotated[
        tuple[Premium, ...],
        Field(min_length=GRADES, max_length=GRADES),
        Parameter("质量等别加成（1至15等）", Unit.NONE),
    ] = PREMIUM
    band_low: Annotated[Factor, Parameter("指导价区间下限", Unit.TIMES)] = Decimal("0.80")
    band_high: Annotated[Factor, Parameter("指导价区间上限", Unit.TIMES)] = Decimal("1.50")

    @model_validator(mode="after")
    def _band_is_a_band(self) -> "PriceParameters":
        if self.band_low > self.band_high:
            raise ValueError("指导价区间下限不得高于上限。")
        return self


def _twice(rows: Iterable[PriceRow | CostNorm]) -> tuple[str, str] | None:
    """Two that are about one thing and valid at once, by name."""
    last: dict[tuple[str, ...], PriceRow | CostNorm] = {}
    for each in sorted(rows, key=lambda row: row.valid_from):
        before = last.get(each.thing)
        if before is not None and valid_on(before, each.valid_from):
            return before.named, each.named
        last[each.thing] = each
    return None


def why_not_approve(rules: Strict) -> Refusal | None:
    """`invalid` for two rows, or two norms, that are valid for one thing at once; both are named."""
    if not isinstance(rules, PriceParameters):
        raise TypeError("rules on prices are approved here")
    tables: Sequence[tuple[str, Sequence[PriceRow | CostNorm]]] = (
        ("价格", rules.rows),
        ("成本标准", rules.cost_norms),
    )
    for label, rows in tables:
        if found := _twice(rows):
            return Refusal(
                Code.INVALID,
                f"同一事项有两条同时有效的{label}：{found[0]}与{found[1]}，请只保留一条。",
                {"first": found[0], "second": found[1]},
            )
    return None
