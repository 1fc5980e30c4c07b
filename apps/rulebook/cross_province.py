"""Rules on surplus quota that crosses provinces (跨省域调剂): periods, what the centre keeps, how money is planned.

Source: S002 (five steps, plan and distribution), S000 (国办发〔2018〕16号). What neither states is ours; no period is
punitive. Prices are rows of the subject `prices`.
"""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, field_serializer, field_validator, model_validator

from apps.rulebook.declaring import Parameter, Strict, Unit
from apps.rulebook.exact import Rate
from apps.rulebook.parameters import Days
from apps.rulebook.prices import EVERYWHERE
from apps.rulebook.proceeds import Share
from apps.rulebook.subjects import Subject

CountyCode = Annotated[str, Field(pattern=r"^([0-9]{6}|\*)$")]
FARMERS = "拆旧区农民补偿、宅基地退出"
BASE_WORDS = {"out_price": "调出价", "in_payment": "调入方缴款"}


class AdjustmentShares(Strict):
    """The limits of what is distributed of an allocation (S002, three (2) 2): what others leave is the farmers'."""

    farmers_least: Annotated[Rate, Parameter(f"{FARMERS}占比下限", Unit.SHARE, printed=True)] = Decimal(
        "0.60"
    )
    infrastructure_most: Annotated[Rate, Parameter("基础设施建设占比上限", Unit.SHARE, printed=True)] = (
        Decimal("0.30")
    )
    aftercare_most: Annotated[Rate, Parameter("管理与后期管护占比上限", Unit.SHARE, printed=True)] = Decimal(
        "0.10"
    )

    @property
    def rows(self) -> tuple[Share, ...]:
        """The shares, in the order of papers and pages."""
        return (
            Share("farmers", least=self.farmers_least, called=FARMERS),
            Share("infrastructure", most=self.infrastructure_most),
            Share("aftercare", most=self.aftercare_most),
        )


class CrossProvinceParameters(Strict):
    """How quota of this province goes to others, and theirs comes here (spec: cross-province)."""

    review_wd: Annotated[Days, Parameter("三重审查时限", Unit.WORKING_DAYS)] = 10
    return_notice_wd: Annotated[Days, Parameter("退回补正书面通知时限", Unit.WORKING_DAYS)] = 5
    report_wd: Annotated[Days, Parameter("报部时限", Unit.WORKING_DAYS)] = 10
    publish_wd: Annotated[Days, Parameter("发布调剂方案公示时限", Unit.WORKING_DAYS, printed=True)] = 5
    scheme_publication_wd: Annotated[Days, Parameter("调剂方案公示期", Unit.WORKING_DAYS, printed=True)] = 5
    objection_accept_wd: Annotated[Days, Parameter("异议受理时限", Unit.WORKING_DAYS, printed=True)] = 3
    objection_decide_wd: Annotated[Days, Parameter("异议处理时限", Unit.WORKING_DAYS, printed=True)] = 30
    pay_in_wd: Annotated[Days, Parameter("调入方缴款时限", Unit.WORKING_DAYS, printed=True)] = 30
    distribute_wd: Annotated[Days, Parameter("收益分配时限", Unit.WORKING_DAYS, printed=True)] = 20
    audit_answer_wd: Annotated[Days, Parameter("审计意见答复时限", Unit.WORKING_DAYS)] = 15
    transfer_wd: Annotated[Days, Parameter("指标划转时限", Unit.WORKING_DAYS, printed=True)] = 10
    quarter_wd: Annotated[Days, Parameter("季度报告时限", Unit.WORKING_DAYS)] = 10
    yearly_audit_days: Annotated[Days, Parameter("年度审计时限", Unit.CALENDAR_DAYS)] = 90
    final_audit_days: Annotated[Days, Parameter("决算审计时限", Unit.CALENDAR_DAYS)] = 180
    daily_end: Annotated[time | None, Parameter("期限届满日的截止时刻", Unit.TIME_OF_DAY)] = None
    retained_share: Annotated[Rate, Parameter("中央留存比例", Unit.SHARE, printed=True)] = Decimal("0.10")
    allocation_base: Annotated[
        Literal["out_price", "in_payment"], Parameter("留存和下达的计算基数", Unit.NONE, words=BASE_WORDS)
    ] = "out_price"
    tranches: Annotated[
        tuple[Rate, ...], Field(min_length=1, max_length=10), Parameter("各次下达占比", Unit.SHARE)
    ] = (Decimal(1),)
    revitalisation_least: Annotated[Rate, Parameter("乡村振兴支出占比下限", Unit.SHARE, printed=True)] = (
        Decimal("0.60")
    )
    distribution: AdjustmentShares = AdjustmentShares()
    audit_sample: Annotated[Rate, Parameter("审计抽查占支出的下限", Unit.SHARE)] = Decimal("0.20")
    eligible_counties: Annotated[
        tuple[CountyCode, ...],
        Field(min_length=1, max_length=3000),
        Parameter("可调出的县（市、区）代码", Unit.NONE),
    ] = (EVERYWHERE,)

    @model_validator(mode="after")
    def _tranches_are_the_whole(self) -> "CrossProvinceParameters":
        if sum(self.tranches) != 1:
            raise ValueError("各次下达占比合计须等于1。")
        return self

    @field_validator("daily_end", mode="before")
    @classmethod
    def _midnight(cls, value: Any) -> Any:
        return None if value == "24:00" else value

    @field_serializer("daily_end")
    def _shown_end(self, value: time | None) -> str:
        return value.strftime("%H:%M") if value else "24:00"

    def takes_from(self, county: str) -> bool:
        """Whether quota of a county may go to other provinces; `*` stands for all."""
        return EVERYWHERE in self.eligible_counties or county in self.eligible_counties


CROSS_PROVINCE = Subject("cross_province", "跨省域调剂", CrossProvinceParameters)
"""How surplus quota crosses provinces at set prices."""

_OF_GUIZHOU = (
    *("520204", "520324", "520326", "520424", "520425", "520524", "520525", "520526", "520527", "520627"),
    *("520628", "522324", "522326", "522327", "522628", "522629", "522632", "522633", "522728", "522732"),
)
_OF_GUANGXI = (
    *("450124", "450225", "450226", "451024", "451026", "451027", "451028", "451029", "451031", "451081"),
    *("451121", "451223", "451224", "451225", "451226", "451227", "451228", "451229", "451321", "451425"),
)
_OF_CHONGQING = ("500229", "500238", "500242", "500243")

PRESETS: dict[str, dict[str, Any]] = {
    "national-2018": {"eligible_counties": (*_OF_GUANGXI, *_OF_CHONGQING, *_OF_GUIZHOU)},
    "demonstration": {},
}
"""Ready rules. Key counties for rural revitalisation are given for three provinces; another adds its own."""

VALID_TO: dict[str, date | None] = {"national-2018": date(2025, 12, 31), "demonstration": None}
NAMES = {"national-2018": "跨省域调剂规则（2018）", "demonstration": "演示规则"}
LEGAL_BASIS: dict[str, list[str]] = {
    "national-2018": ["国办发〔2018〕16号", "自然资发〔2021〕178号"],
    "demonstration": ["国办发〔2018〕16号"],
}
"""None of these has been read in the original here: all are shown as 未核实."""


def parameters(preset: str, changes: dict[str, Any] | None = None) -> CrossProvinceParameters:
    """A preset with some parameters set otherwise. Wrong ones raise pydantic's `ValidationError`, each named."""
    return CrossProvinceParameters.model_validate({**PRESETS[preset], **(changes or {})})
