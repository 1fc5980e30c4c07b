"""Rules on surplus construction-land quota (节余指标): how it is verified, and those of a listing of it."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from apps.rulebook.declaring import Parameter, Unit
from apps.rulebook.parameters import Days, Parameters, Part
from apps.rulebook.presets import BASELINE
from apps.rulebook.proceeds import ProceedsShares, Share
from apps.rulebook.subjects import Subject

Parcels = Annotated[int, Field(ge=1, le=100_000)]
RegionCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
CIRCULATION_WORDS = {
    "county": "本县（市、区）内",
    "city": "本市（州）内",
    "province": "本省（区、市）内",
    "state": "全国（经批准可跨省域调剂）",
}
"""How far certified quota may be sold (流转权限), the narrowest first."""


class SurplusParameters(Parameters):
    """A listing's rules, and beside them those of the verification (spec: surplus, "Chain" and "Sale in the province").

    The periods but the five working days of a return notice are ours; none is punitive.
    """

    measure_wd: Annotated[Days, Parameter("出具核定报告时限", Unit.WORKING_DAYS)] = 20
    city_review_wd: Annotated[Days, Parameter("市级初审时限", Unit.WORKING_DAYS)] = 10
    province_review_wd: Annotated[Days, Parameter("省级终审时限", Unit.WORKING_DAYS)] = 10
    record_wd: Annotated[Days, Parameter("报部备案时限", Unit.WORKING_DAYS)] = 10
    certify_wd: Annotated[Days, Parameter("发证入库时限", Unit.WORKING_DAYS)] = 5
    no_city: Annotated[tuple[RegionCode, ...], Parameter("不经市级初审的县（市、区）代码", Unit.NONE)] = ()
    area_tolerance: Annotated[Part, Parameter("地块面积与界址面积容许误差", Unit.SHARE)] = Decimal("0.01")
    area_floor_mu: Annotated[Part, Parameter("地块面积容许误差下限", Unit.MU)] = Decimal("0.0050")
    sum_tolerance: Annotated[Part, Parameter("各地块合计容许误差", Unit.SHARE)] = Decimal("0.002")
    sum_from_parts: Annotated[Parcels, Parameter("核对合计的最少地块数", Unit.PARCELS)] = 20
    base_required: Annotated[bool, Parameter("须比对现状建设用地图层", Unit.NONE)] = True
    circulation_right: Annotated[
        Literal["county", "city", "province", "state"],
        Parameter("登记证流转权限", Unit.NONE, printed=True, words=CIRCULATION_WORDS),
    ] = "province"
    certificate_life_days: Annotated[
        Days | None, Parameter("登记证有效期", Unit.CALENDAR_DAYS, printed=True)
    ] = None
    use_within_days: Annotated[
        Days, Parameter("指标使用期限", Unit.CALENDAR_DAYS_AFTER_TRANSFER, printed=True)
    ] = 1095
    extend_days: Annotated[Days, Parameter("使用期限延长上限", Unit.CALENDAR_DAYS)] = 365
    distribute_wd: Annotated[Days, Parameter("收益分配时限", Unit.WORKING_DAYS, printed=True)] = 20
    audit_answer_wd: Annotated[Days, Parameter("审计意见答复时限", Unit.WORKING_DAYS)] = 15
    proceeds: ProceedsShares = ProceedsShares()

    @property
    def shares_of_proceeds(self) -> tuple[Share, ...]:
        """Farmers, villages, the collective within them, township."""
        return self.proceeds.rows

    @property
    def to_distribute_wd(self) -> int:
        """Working days from their arrival in which proceeds are distributed."""
        return self.distribute_wd

    @property
    def to_answer_wd(self) -> int:
        """Working days in which an auditor's finding on proceeds is answered."""
        return self.audit_answer_wd

    @property
    def term_of_use(self) -> int | None:
        """Calendar days from the transfer in which bought quota is used."""
        return self.use_within_days

    @property
    def longest_extension(self) -> int:
        """By how many calendar days the province may extend it, once."""
        return self.extend_days


SURPLUS = Subject("surplus", "节余指标", SurplusParameters)
"""How surplus quota is verified, and traded within the province."""

_SURPLUS: dict[str, Any] = {
    **BASELINE,
    "bidder_kinds": ["county_government", "development_zone"],
    "increment": {"kind": "fixed", "value": "5000"},
    "base_required": False,
}

_BUYERS = ["county_government", "development_zone", "site_project_unit"]
PRESETS: dict[str, dict[str, Any]] = {
    "baseline": _SURPLUS,
    "hebei": _SURPLUS,
    "jiangxi": _SURPLUS,
    "guangdong": {**_SURPLUS, "bidder_kinds": _BUYERS},
}
"""Ready rules. Land layers are compared once a province has loaded them: until then 未比对 is shown."""

NAMES = {
    "baseline": "节余指标基准规则",
    "hebei": "河北省节余指标规则",
    "jiangxi": "江西省节余指标规则",
    "guangdong": "广东省拆旧复垦指标规则",
}
_NATIONAL = "国土资发〔2008〕138号"
_OWN = "指标流转规定（文号待补）"
LEGAL_BASIS: dict[str, list[str]] = {
    "baseline": [_NATIONAL],
    "hebei": [_NATIONAL, f"河北省节余{_OWN}"],
    "jiangxi": [_NATIONAL, f"江西省节余{_OWN}"],
    "guangdong": [_NATIONAL, f"广东省拆旧复垦{_OWN}"],
}
"""None of these has been read in the original here: all are shown as 未核实 until a province says otherwise."""


def parameters(preset: str, changes: dict[str, Any] | None = None) -> SurplusParameters:
    """A preset with some parameters set otherwise; a group may be changed in part. pydantic's `ValidationError`."""
    values = dict(PRESETS[preset])
    for name, value in (changes or {}).items():
        old = values.get(name)
        values[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
    return SurplusParameters.model_validate(values)
