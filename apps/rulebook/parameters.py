"""The parameters of a rulebook (规则参数), validated: unknown names, wrong types, impossible values are refused."""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    Field,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from apps.kinds.table import KIND_CHOICES, KindCode
from apps.kinds.trade import FORM_LABELS
from apps.parties.roles import ROLE_LABELS, Can, kinds_that
from apps.rulebook.declaring import Parameter, Strict, Unit
from apps.rulebook.exact import ExactYuan, Rate
from apps.rulebook.proceeds import Share
from kernel.shapes import mistake

if TYPE_CHECKING:
    Body = str
    SellerKind = str
    BidderKind = str
    Form = str
else:  # what the table of roles has, so that a new role is a row there
    Body = Literal[(*sorted(kinds_that(Can.REVIEW)), "either")]
    SellerKind = Literal[kinds_that(Can.SELL)]
    BidderKind = Literal[kinds_that(Can.BUY)]
    Form = Literal[tuple(FORM_LABELS)]
_BODY_WORDS = {
    **{kind: ROLE_LABELS[kind] for kind in kinds_that(Can.REVIEW)},
    "either": "或".join(ROLE_LABELS[kind] for kind in sorted(kinds_that(Can.REVIEW))),
}

Days = Annotated[int, Field(ge=1, le=3660)]
Part = Annotated[Decimal, Field(ge=0, lt=1, max_digits=12, decimal_places=8, allow_inf_nan=False)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2, allow_inf_nan=False)]
GuidePrice = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2), ExactYuan]

_DAY_WORDS = {"wd": Unit.WORKING_DAYS.value, "cd": Unit.CALENDAR_DAYS.value}
_ROUNDING_WORDS = {"fen": "四舍五入到分", "ceil_wan": "向上取整到万元", "floor_wan": "向下取整到万元"}
_INCREMENT_WORDS = {"fixed": "固定金额", "percent_of_start": "按起始价比例"}
_CEILING_WORDS = {"none": "不设", "unit_price": "按项目设定单价", "percent_of_start": "按起始价比例"}


class AnnouncementMin(Strict):
    """The least time from publication to the close of registration."""

    days: Annotated[Days, Parameter("公告期下限", Unit.DAYS)]
    unit: Annotated[Literal["wd", "cd"], Parameter("公告期下限的计日方式", Unit.NONE, words=_DAY_WORDS)]


class Increment(Strict):
    """The step between bids: a fixed unit price, or a share of the starting unit price floored to whole yuan."""

    kind: Annotated[
        Literal["fixed", "percent_of_start"],
        Parameter("加价幅度的确定方式", Unit.NONE, words=_INCREMENT_WORDS),
    ]
    value: Annotated[
        Decimal,
        Field(gt=0, max_digits=14, decimal_places=4, allow_inf_nan=False),
        Parameter("加价幅度", Unit.YUAN_OR_SHARE),
    ]

    @model_validator(mode="after")
    def _share_is_a_share(self) -> "Increment":
        if self.kind == "percent_of_start" and self.value > 1:
            raise ValueError("按起始价比例确定的，不得大于1。")
        return self


class Ceiling(Strict):
    """The highest price: none, named per lot, or a multiple of the starting unit price. Ties are drawn."""

    kind: Annotated[
        Literal["none", "unit_price", "percent_of_start"],
        Parameter("最高限价的确定方式", Unit.NONE, words=_CEILING_WORDS),
    ]
    value: Annotated[
        Annotated[Decimal, Field(gt=1, max_digits=8, decimal_places=4, allow_inf_nan=False)] | None,
        Parameter("最高限价（起始价的倍数）", Unit.TIMES),
    ] = None
    resolution: Annotated[
        Literal["draw"], Parameter("同为最高限价时的确定方式", Unit.NONE, words={"draw": "可验证抽签"})
    ] = "draw"

    @model_validator(mode="after")
    def _multiple_only_with_percent(self) -> "Ceiling":
        if (self.kind == "percent_of_start") != (self.value is not None):
            raise ValueError("按起始价比例设限价的须填写大于1的倍数，其他方式不填倍数。")
        return self


class TimedBidding(Strict):
    """Timed rounds (限时竞价) after the listing period."""

    enabled: Annotated[bool, Parameter("限时竞价", Unit.NONE)]
    round_minutes: Annotated[
        int, Field(ge=1, le=120), Parameter("限时竞价每轮时长", Unit.MINUTES, printed=True)
    ] = 5
    least_bidders: Annotated[
        int, Field(ge=2, le=100), Parameter("进入限时竞价的最少竞买人数", Unit.BIDDERS, printed=True)
    ] = 2
    pause_minutes: Annotated[
        int, Field(ge=0, le=1440), Parameter("限时竞价前准备时间", Unit.MINUTES, printed=True)
    ] = 0


class Guidance(Strict):
    """Guide prices by kind and grade: a warning outside them, not a refusal."""

    kind: Annotated[
        KindCode,
        Parameter("种类", Unit.NONE, words=dict(KIND_CHOICES)),
    ]
    grade_from: Annotated[int, Field(ge=1, le=15), Parameter("等别自", Unit.GRADE)] = 1
    grade_to: Annotated[int, Field(ge=1, le=15), Parameter("等别至", Unit.GRADE)] = 15
    lowest: Annotated[GuidePrice | None, Parameter("不低于", Unit.YUAN)] = None
    highest: Annotated[GuidePrice | None, Parameter("不高于", Unit.YUAN)] = None


class OpinionBodies(Strict):
    """Which office gives each opinion of the review; `either` where the rules leave it to both."""

    legality: Annotated[Body, Parameter("合法性审查的出具单位", Unit.NONE, words=_BODY_WORDS)] = "either"
    validity: Annotated[Body, Parameter("有效性审查的出具单位", Unit.NONE, words=_BODY_WORDS)] = "either"
    eligibility: Annotated[Body, Parameter("资格审查的出具单位", Unit.NONE, words=_BODY_WORDS)] = "either"


class Rounding(StrEnum):
    """How an amount is rounded: to fen half up, up to 万元, down to 万元."""

    FEN = "fen"
    CEIL_WAN = "ceil_wan"
    FLOOR_WAN = "floor_wan"


class Parameters(Strict):
    """Every number of the process (spec: the rulebook). A listing keeps a full copy to its end.

    What has a value here came later than the first version: a copy without it loads and goes on as it was.
    """

    review_wd: Annotated[Days, Parameter("三重审查时限", Unit.WORKING_DAYS)]
    return_notice_wd: Annotated[Days, Parameter("退回补正书面通知时限", Unit.WORKING_DAYS)]
    announcement_min: AnnouncementMin
    qualification_wd: Annotated[Days, Parameter("竞买资格审核时限", Unit.WORKING_DAYS, printed=True)]
    bidding_min_days: Annotated[Days, Parameter("报价期下限", Unit.CALENDAR_DAYS)]
    daily_end: Annotated[time | None, Parameter("期限届满日的截止时刻", Unit.TIME_OF_DAY)] = None
    deposit_rate: Annotated[Rate, Parameter("保证金比例（占起始总价）", Unit.SHARE, printed=True)]
    starting_total_rounding: Annotated[
        Rounding, Parameter("起始总价取整方式", Unit.NONE, words=_ROUNDING_WORDS)
    ]
    deposit_rounding: Annotated[Rounding, Parameter("保证金取整方式", Unit.NONE, words=_ROUNDING_WORDS)]
    increment: Increment
    increment_multiple: Annotated[bool, Parameter("报价须为加价幅度的整数倍", Unit.NONE, printed=True)]
    ceiling: Ceiling
    timed_bidding: TimedBidding
    quiet_last_minutes: Annotated[
        int, Field(ge=0, le=1440), Parameter("报价期末不接受报价时间", Unit.MINUTES, printed=True)
    ]
    confirmation_wd: Annotated[Days, Parameter("出具成交确认书时限", Unit.WORKING_DAYS, printed=True)]
    contract_wd: Annotated[Days, Parameter("签订三方合同时限", Unit.WORKING_DAYS, printed=True)]
    payment_wd: Annotated[Days, Parameter("付清价款时限", Unit.WORKING_DAYS, printed=True)]
    late_fee_daily: Annotated[Rate, Parameter("逾期付款违约金（每日）", Unit.SHARE, printed=True)]
    late_fee_cap: Annotated[Rate | None, Parameter("违约金上限（占总价比例）", Unit.SHARE, printed=True)] = (
        None
    )
    allocation: Annotated[
        Literal["price_first", "fee_first"],
        Parameter(
            "付款抵充顺序",
            Unit.NONE,
            printed=True,
            words={"price_first": "先价款后违约金", "fee_first": "先违约金后价款"},
        ),
    ]
    default_after_days: Annotated[Days, Parameter("逾期多少日认定违约", Unit.CALENDAR_DAYS, printed=True)]
    bar_days: Annotated[Days, Parameter("违约后限制竞买", Unit.CALENDAR_DAYS, printed=True)]
    transfer_wd: Annotated[Days, Parameter("指标划转时限", Unit.WORKING_DAYS, printed=True)]
    filing_wd: Annotated[Days, Parameter("报送备案时限", Unit.WORKING_DAYS, printed=True)]
    publication_start_wd: Annotated[Days, Parameter("发布结果公示时限", Unit.WORKING_DAYS, printed=True)]
    publication_days: Annotated[Days, Parameter("结果公示期", Unit.CALENDAR_DAYS, printed=True)]
    deposit_refund_wd: Annotated[Days, Parameter("保证金退还时限", Unit.WORKING_DAYS, printed=True)]
    objection_accept_wd: Annotated[Days, Parameter("异议受理时限", Unit.WORKING_DAYS, printed=True)]
    objection_decide_wd: Annotated[Days, Parameter("异议处理时限", Unit.WORKING_DAYS, printed=True)]
    resume_notice_hours: Annotated[
        int, Field(ge=0, le=720), Parameter("恢复交易后最短报价时间", Unit.HOURS, printed=True)
    ]
    bidder_kinds: Annotated[
        frozenset[BidderKind],
        Field(min_length=1),
        Parameter("竞买人范围", Unit.NONE, printed=True, words=ROLE_LABELS),
    ]
    price_guidance: Annotated[tuple[Guidance, ...], Parameter("指导价", Unit.NONE)] = ()
    seller_kinds: Annotated[
        frozenset[SellerKind], Field(min_length=1), Parameter("出让方范围", Unit.NONE, words=ROLE_LABELS)
    ] = frozenset(kinds_that(Can.SELL))
    opinion_bodies: OpinionBodies = OpinionBodies()
    resale_allowed: Annotated[bool, Parameter("允许转让购入的指标", Unit.NONE)] = False
    resale_rule_no: Annotated[
        str | None,
        Field(max_length=120, validate_default=True),
        Parameter("允许转让购入指标的省级文号", Unit.NONE),
    ] = None
    quality_claim_days: Annotated[Days, Parameter("质量退款申请期限", Unit.CALENDAR_DAYS_AFTER_TRANSFER)] = (
        365
    )
    use_mode: Annotated[
        Literal["project", "province_year"],
        Parameter(
            "占补平衡核算方式",
            Unit.NONE,
            words={"project": "按建设项目挂钩", "province_year": "省级按年度核算"},
        ),
    ] = "project"
    geometry_required: Annotated[bool, Parameter("项目地块须有界址", Unit.NONE)] = False
    portal_note_wd: Annotated[Days, Parameter("登记主管部门门户发布情况时限", Unit.WORKING_DAYS)] = 1
    portal_required: Annotated[bool, Parameter("公告期自主管部门门户发布之后起算", Unit.NONE)] = False

    @field_validator("resale_rule_no")
    @classmethod
    def _resale_has_a_rule(cls, value: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("resale_allowed") and not (value or "").strip():
            raise ValueError("允许转让购入指标的，须填写省级规定的文号。")
        return value

    remit_wd: Annotated[Days, Parameter("价款划付出让方时限", Unit.WORKING_DAYS, printed=True)] = 3
    holdback: Annotated[Part, Parameter("价款留存比例（占总价）", Unit.SHARE)] = Decimal(0)
    overpayment_tolerance: Annotated[Amount, Parameter("多付款项容差", Unit.YUAN)] = Decimal(0)
    forms: Annotated[
        frozenset[Form], Field(min_length=1), Parameter("允许的交易方式", Unit.NONE, words=FORM_LABELS)
    ] = frozenset(FORM_LABELS)
    agreement_notice_days: Annotated[Days, Parameter("协议公示期", Unit.CALENDAR_DAYS, printed=True)] = 7
    fairness_margin: Annotated[Part, Parameter("协议价格偏离成交中位数的提示比例", Unit.SHARE)] = Decimal(
        "0.20"
    )
    commitment_max_days: Annotated[
        Days, Parameter("质量提升承诺最长期限", Unit.CALENDAR_DAYS_AFTER_TRANSFER)
    ] = 1095
    holdback_share: Annotated[Part, Parameter("质量提升承诺项目价款留存比例（占总价）", Unit.SHARE)] = (
        Decimal("0.20")
    )
    commitment_decide_wd: Annotated[
        Days, Parameter("质量提升承诺认定时限", Unit.WORKING_DAYS, printed=True)
    ] = 20
    outage_window_minutes: Annotated[
        int, Field(ge=1, le=1440), Parameter("报价截止前平台故障须中止交易的时段", Unit.MINUTES)
    ] = 60
    outage_tolerated_seconds: Annotated[
        int, Field(ge=60, le=3600), Parameter("该时段内容许的无法报价时间", Unit.SECONDS)
    ] = 60

    @property
    def term_of_use(self) -> int | None:
        """Calendar days from the transfer in which bought quota is used; None for no limit."""
        return None

    @property
    def longest_extension(self) -> int:
        """By how many calendar days the province may extend it, once."""
        return 0

    @property
    def shares_of_proceeds(self) -> tuple[Share, ...]:
        """Into what the proceeds of quota are shared; nothing where they are not."""
        return ()

    @property
    def to_distribute_wd(self) -> int:
        """Working days from their arrival in which proceeds are distributed; 0 where they are not."""
        return 0

    @property
    def to_answer_wd(self) -> int:
        """Working days in which an auditor's finding on proceeds is answered; 0 where there are none."""
        return 0

    @field_validator("daily_end", mode="before")
    @classmethod
    def _midnight(cls, value: Any) -> Any:
        return None if value == "24:00" else value

    @field_serializer("daily_end")
    def _shown_end(self, value: time | None) -> str:
        return value.strftime("%H:%M") if value else "24:00"

    @field_serializer("bidder_kinds", "seller_kinds", "forms")
    def _sorted_kinds(self, value: frozenset[str]) -> list[str]:
        return sorted(value)


def problems(error: ValidationError) -> list[tuple[str, str]]:
    """Each mistake as (parameter, what is wrong with it)."""
    return [
        (".".join(str(part) for part in each["loc"]) or "rulebook", mistake(each)) for each in error.errors()
    ]
