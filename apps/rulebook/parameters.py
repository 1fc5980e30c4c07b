"""The parameters of a rulebook (规则参数), validated: unknown names, wrong types, impossible values are refused."""

from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from kernel.shapes import mistake

Days = Annotated[int, Field(ge=1, le=3660)]
Rate = Annotated[Decimal, Field(ge=0, le=1, max_digits=12, decimal_places=8, allow_inf_nan=False)]
Part = Annotated[Decimal, Field(ge=0, lt=1, max_digits=12, decimal_places=8, allow_inf_nan=False)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2, allow_inf_nan=False)]


class Strict(BaseModel):
    """Nothing unknown, nothing guessed, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AnnouncementMin(Strict):
    """The least time from publication to the close of registration."""

    days: Days
    unit: Literal["wd", "cd"]


class Increment(Strict):
    """The step between bids: a fixed unit price, or a share of the starting unit price floored to whole yuan."""

    kind: Literal["fixed", "percent_of_start"]
    value: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=4, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _share_is_a_share(self) -> "Increment":
        if self.kind == "percent_of_start" and self.value > 1:
            raise ValueError("按起始价比例确定的，不得大于1。")
        return self


class Ceiling(Strict):
    """The highest price: none, named per lot, or a multiple of the starting unit price. Ties are drawn."""

    kind: Literal["none", "unit_price", "percent_of_start"]
    value: Annotated[Decimal, Field(gt=1, max_digits=8, decimal_places=4, allow_inf_nan=False)] | None = None
    resolution: Literal["draw"] = "draw"

    @model_validator(mode="after")
    def _multiple_only_with_percent(self) -> "Ceiling":
        if (self.kind == "percent_of_start") != (self.value is not None):
            raise ValueError("按起始价比例设限价的须填写大于1的倍数，其他方式不填倍数。")
        return self


class TimedBidding(Strict):
    """Timed rounds (限时竞价) after the listing period."""

    enabled: bool
    round_minutes: Annotated[int, Field(ge=1, le=120)] = 5
    least_bidders: Annotated[int, Field(ge=2, le=100)] = 2
    pause_minutes: Annotated[int, Field(ge=0, le=1440)] = 0


class Guidance(Strict):
    """Guide prices by kind and grade: a warning outside them, not a refusal."""

    kind: Literal["farmland_area", "paddy_area", "grain_capacity"]
    grade_from: Annotated[int, Field(ge=1, le=15)] = 1
    grade_to: Annotated[int, Field(ge=1, le=15)] = 15
    lowest: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)] | None = None
    highest: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)] | None = None


Body = Literal["provincial_dnr", "trading_centre", "either"]


class OpinionBodies(Strict):
    """Which office gives each opinion of the review; `either` where the rules leave it to both."""

    legality: Body = "either"
    validity: Body = "either"
    eligibility: Body = "either"


class Rounding(StrEnum):
    """How an amount is rounded: to fen half up, up to 万元, down to 万元."""

    FEN = "fen"
    CEIL_WAN = "ceil_wan"
    FLOOR_WAN = "floor_wan"


SellerKind = Literal["county_government", "development_zone", "natural_resources_bureau"]
_ALL_SELLERS: frozenset[SellerKind] = frozenset(
    ("county_government", "development_zone", "natural_resources_bureau")
)
BidderKind = Literal["county_government", "site_project_unit", "development_zone", "natural_resources_bureau"]


class Parameters(Strict):
    """Every number of the process (spec: the rulebook). A listing keeps a full copy to its end.

    What has a value here came later than the first version: a copy without it loads and goes on as it was.
    """

    review_wd: Days
    return_notice_wd: Days
    announcement_min: AnnouncementMin
    qualification_wd: Days
    bidding_min_days: Days
    daily_end: time | None = None
    deposit_rate: Rate
    starting_total_rounding: Rounding
    deposit_rounding: Rounding
    increment: Increment
    increment_multiple: bool
    ceiling: Ceiling
    timed_bidding: TimedBidding
    quiet_last_minutes: Annotated[int, Field(ge=0, le=1440)]
    confirmation_wd: Days
    contract_wd: Days
    payment_wd: Days
    late_fee_daily: Rate
    late_fee_cap: Rate | None = None
    allocation: Literal["price_first", "fee_first"]
    default_after_days: Days
    bar_days: Days
    transfer_wd: Days
    filing_wd: Days
    publication_start_wd: Days
    publication_days: Days
    deposit_refund_wd: Days
    objection_accept_wd: Days
    objection_decide_wd: Days
    resume_notice_hours: Annotated[int, Field(ge=0, le=720)]
    bidder_kinds: Annotated[frozenset[BidderKind], Field(min_length=1)]
    price_guidance: tuple[Guidance, ...] = ()
    seller_kinds: Annotated[frozenset[SellerKind], Field(min_length=1)] = _ALL_SELLERS
    opinion_bodies: OpinionBodies = OpinionBodies()
    resale_allowed: bool = False
    resale_rule_no: Annotated[str | None, Field(max_length=120, validate_default=True)] = None
    quality_claim_days: Days = 365
    use_mode: Literal["project", "province_year"] = "project"
    geometry_required: bool = False
    portal_note_wd: Days = 1
    portal_required: bool = False

    @field_validator("resale_rule_no")
    @classmethod
    def _resale_has_a_rule(cls, value: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("resale_allowed") and not (value or "").strip():
            raise ValueError("允许转让购入指标的，须填写省级规定的文号。")
        return value

    remit_wd: Days = 3
    holdback: Part = Decimal(0)
    overpayment_tolerance: Amount = Decimal(0)

    @field_validator("daily_end", mode="before")
    @classmethod
    def _midnight(cls, value: Any) -> Any:
        return None if value == "24:00" else value

    @field_serializer("daily_end")
    def _shown_end(self, value: time | None) -> str:
        return value.strftime("%H:%M") if value else "24:00"

    @field_serializer("bidder_kinds", "seller_kinds")
    def _sorted_kinds(self, value: frozenset[str]) -> list[str]:
        return sorted(value)

    def as_json(self) -> dict[str, Any]:
        """Plain values that `Parameters.model_validate` takes back exactly."""
        return self.model_dump(mode="json")


def problems(error: ValidationError) -> list[tuple[str, str]]:
    """Each mistake as (parameter, what is wrong with it)."""
    return [
        (".".join(str(part) for part in each["loc"]) or "rulebook", mistake(each)) for each in error.errors()
    ]
