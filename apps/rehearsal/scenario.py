"""Scenario files (案例): one JSON document that describes a whole trade, strictly read."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from apps.kinds.table import KindCode, QuotaKind, kinds_of
from apps.kinds.trade import TradeForm
from apps.parties.roles import KINDS_REGISTERED
from kernel.acts.act import act_called
from kernel.clock import read_date, read_instant, written
from kernel.shapes import mistake
from kernel.text import kept_line, kept_lines, kept_number

_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?")
FIXED = ("trading_centre", "provincial_dnr", "finance", "supervisor", "public", "bank")
"""Parties that are always there."""


class BadScenario(Exception):
    """A case file that cannot be played: where in the JSON, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def _text_of_number(value: Any) -> Any:
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value):
        return value
    raise ValueError("数字须写成文字，如“50000.00”。")


Instant = Annotated[datetime, BeforeValidator(read_instant)]
Day = Annotated[date, BeforeValidator(read_date)]
Number = Annotated[Decimal, BeforeValidator(_text_of_number), Field(allow_inf_nan=False, max_digits=20)]
Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(kept_lines)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(kept_line)]
Numbered = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(kept_number)]


class Strict(BaseModel):
    """Nothing unknown, nothing guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


S = TypeVar("S", bound=Strict)


def with_amounts(sort: Any, otherwise: str | None) -> Callable[[type[S]], type[S]]:
    """A shape with an amount of each kind of quota beside its own fields, under the kind's code."""

    def wider(shape: type[S]) -> type[S]:
        fields: dict[str, Any] = {str(kind): (sort, otherwise) for kind in kinds_of()}
        return create_model(
            shape.__name__, __base__=shape, __module__=shape.__module__, __doc__=shape.__doc__, **fields
        )

    return wider


class RulebookUse(Strict):
    """Which rules the case runs under, and what is set otherwise."""

    use: Literal["baseline", "henan", "hunan"] = "baseline"
    set: dict[str, Any] = {}


class SurplusUse(Strict):
    """Which rules on surplus quota the case runs under, and what is set otherwise."""

    use: Literal["baseline"] = "baseline"
    set: dict[str, Any] = {}


class PricesUse(Strict):
    """Which price tables the case runs under, and what is set otherwise."""

    use: Literal["baseline", "hebei", "jiangxi", "zhejiang", "guangxi"] = "baseline"
    set: dict[str, Any] = {}


class AcrossUse(Strict):
    """Which rules on quota across provinces the case runs under, and what is set otherwise."""

    use: Literal["demonstration", "national-2018"] = "demonstration"
    set: dict[str, Any] = {}


class Rulebooks(Strict):
    """The rules of a case by their subjects; without price tables nothing is judged by any."""

    supplementary: RulebookUse | None = None
    surplus: SurplusUse | None = None
    cross_province: AcrossUse | None = None
    prices: PricesUse | None = None

    def of_process(self, process: str) -> "Rulebooks":
        """The same with ready rules for what a process cannot go without."""
        ready: dict[str, Strict] = {subject: use() for subject, use in _GOES_BY.get(process, {}).items()}
        said = {name: each for name, each in self if each is not None}
        return self.model_copy(update=ready | said)


_GOES_BY: dict[str, dict[str, Callable[[], Strict]]] = {
    "surplus": {"surplus": SurplusUse},
    "cross_province": {"surplus": SurplusUse, "cross_province": AcrossUse, "prices": PricesUse},
}
"""The subjects whose rules a process needs, beside those on supplementary quota."""


def _registered(kind: str) -> str:
    if kind not in KINDS_REGISTERED:
        raise ValueError(f"没有“{kind[:40]}”这一单位类型，可用：{'、'.join(KINDS_REGISTERED)}。")
    return kind


class Body(Strict):
    """An organisation that takes part."""

    kind: Annotated[str, AfterValidator(_registered)]
    name: Name
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    superior: str | None = None


class Part(Strict):
    """One part of the project; `quantity` is its area in 亩. Without `geometry` a polygon is drawn for it."""

    kind: KindCode
    land_class: Literal["irrigated", "paddy", "dry"]
    quantity: Annotated[str, Field(max_length=30)]
    grade_before: Annotated[int, Field(ge=1, le=16)]
    grade_after: Annotated[int, Field(ge=1, le=15)]
    parcel_no: Annotated[str, Field(max_length=40)] = ""
    geometry: dict[str, Any] | None = None


@with_amounts(Annotated[str, Field(max_length=30)] | None, None)
class Project(Strict):
    """The consolidation project behind the quota. Its acceptance report states what its parts make, unless said."""

    name: Name
    approval_no: Numbered
    acceptance_no: Numbered
    region: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    farmland_before: Annotated[str, Field(max_length=30)] | None = None
    farmland_after: Annotated[str, Field(max_length=30)] | None = None


@with_amounts(str, "0")
class Batch(Strict):
    """What was booked into the reserve."""

    certificate_no: Numbered
    grade: Annotated[int, Field(ge=1, le=15)] | None = None


@with_amounts(str, "0")
class Lot(Strict):
    """What is listed, in which form; with a `target_grade` the county promises to better the project's ground."""

    form: TradeForm = TradeForm.LISTING
    grade: Annotated[int, Field(ge=1, le=15)]
    starting_price: str
    price_unit: Literal["yuan_per_mu", "yuan_per_kg"]
    increment: str | None = None
    reserve_price: str | None = None
    ceiling: str | None = None
    acceptance_record_no: Annotated[str, Field(max_length=80)] = "演示省备〔2025〕1号"
    ecology_no: Annotated[str, Field(max_length=80)] = "演示环评〔2025〕1号"
    target_grade: Annotated[int, Field(ge=1, le=14)] | None = None
    commitment_area: Annotated[str, Field(max_length=30)] | None = None
    commitment_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    proceeds_use: Annotated[str, Field(max_length=500)] = ""


class Step(Strict):
    """What every action has: when, who, which person."""

    at: Instant
    by: str
    person: Annotated[str, Field(max_length=40)] | None = None


class Simple(Step):
    """Actions that need no more than that."""

    do: Literal[
        "listing.withdraw",
        "listing.resume",
        "confirmation.issue",
        "remittance.release",
        "transfer.execute",
        "filing.submit",
        "filing.accept",
        "publication.start",
        "platform.down",
        "platform.up",
    ]


class Submit(Step):
    """Applying to list. `lot: another` lists the same batch once more, as a second listing."""

    do: Literal["listing.submit"]
    documents: tuple[str, ...] | None = None
    lot: Literal["this", "another"] = "this"


class Relist(Step):
    """Listing a lot that was not sold again."""

    do: Literal["listing.relist"]
    starting_price: str | None = None


class Stop(Step):
    """Suspending or terminating."""

    do: Literal["listing.suspend", "listing.terminate"]
    reason: Text
    public_reason: Text | None = None


class Opinion(Step):
    """One opinion of the review; unless said, a favourable one ticks every point and answers every finding."""

    do: Literal["review.decide"]
    opinion: Literal["legality", "validity", "eligibility"]
    outcome: Literal["pass", "correct", "fail"]
    reason: str = ""
    items: dict[str, bool] | None = None
    answers: dict[str, str] | None = None


class Reasoned(Step):
    """Returning an application."""

    do: Literal["review.return"]
    reason: str


class Announce(Step):
    """Announcing."""

    do: Literal["announcement.publish"]
    registration_closes: Instant | None = None
    bidding_opens: Instant | None = None
    bidding_closes: Instant | None = None
    deposit_cutoff: Instant | None = None


class Amend(Step):
    """A supplementary announcement."""

    do: Literal["announcement.amend"]
    text: Text
    registration_closes: Instant | None = None
    bidding_opens: Instant | None = None
    bidding_closes: Instant | None = None
    deposit_cutoff: Instant | None = None


class Register(Step):
    """Applying to bid; `confirm` says whether the notice to bidders and the undertaking are confirmed as they stand."""

    do: Literal["registration.submit"]
    documents: tuple[str, ...] | None = None
    confirm: bool = True


class Qualify(Step):
    """Deciding an application to bid."""

    do: Literal["registration.decide"]
    of: str
    outcome: Literal["qualified", "correct", "rejected"]
    reason: str = ""


class Deposit(Step):
    """Money arrives on a bidder's sub-account."""

    do: Literal["deposit.arrive"]
    of: str
    amount: str
    payer: Text | None = None
    entry: Annotated[str, Field(min_length=1, max_length=80)]
    arrived_at: Instant | None = None


class Pay(Step):
    """Money arrives for the price."""

    do: Literal["payment.arrive"]
    amount: str
    payer: Text | None = None
    entry: Annotated[str, Field(min_length=1, max_length=80)]
    arrived_at: Instant | None = None


class Bid(Step):
    """A bid."""

    do: Literal["bid.place"]
    unit_price: str
    request_id: Annotated[str, Field(max_length=100)] = ""
    seen_price: str | None = None


class Sign(Step):
    """Signing the contract; `text_sha256` that of the text that was read."""

    do: Literal["contract.sign"]
    text_sha256: str = ""


class Revise(Step):
    """Changing the contract's special terms."""

    do: Literal["contract.revise"]
    special: str


class Refund(Step):
    """Releasing one organisation's refunds."""

    do: Literal["refund.release"]
    of: str


class Object(Step):
    """Raising an objection."""

    do: Literal["objection.raise"]
    text: Text = "对公告内容有异议"
    name: Text = "演示异议人"
    contact: Text = "演示联系方式"


class AcceptObjection(Step):
    """Taking the last objection up, or refusing it."""

    do: Literal["objection.accept"]
    accepted: bool = True
    suspend: bool = False
    reason: str = ""


class DecideObjection(Step):
    """Deciding the last objection."""

    do: Literal["objection.decide"]
    outcome: Literal["upheld", "dismissed"] = "dismissed"
    reason: str = "经核查处理完毕"


class Quality(Step):
    """A retest with less than was sold; the province confirms it in the same step.

    `area` and `grade`, or `capacity`, are what the retest found. `kind` with `retested` says so of one kind alone.
    """

    do: Literal["quality.claim"]
    kind: KindCode = str(QuotaKind.FARMLAND_AREA)
    retested: str | None = None
    area: str | None = None
    grade: Annotated[int, Field(ge=1, le=15)] | None = None
    capacity: str | None = None
    measurer: Annotated[str, Field(min_length=1, max_length=200)] = "演示第三方检测机构"
    documents: tuple[str, ...] | None = None
    reason: Text = "复测结果低于成交数量"


@with_amounts(str, "0")
class Use(Step):
    """Retiring quota against a construction project."""

    do: Literal["quota.use"]
    project_name: Text | None = None
    project_approval_no: Text | None = None
    year: Annotated[int, Field(ge=2000, le=2100)] | None = None


class LoadCalendar(Step):
    """The year's notice is published."""

    do: Literal["calendar.load"]
    year: Annotated[int, Field(ge=2000, le=2100)]
    notice_no: Text
    days_off: tuple[date, ...]
    workdays_on: tuple[date, ...] = ()


class Advance(Step):
    """Nothing but time passes."""

    do: Literal["clock.advance"]
    by: str = "public"
    to: Instant


class Scripted(Step):
    """Any act by its name, with its facts as the API takes them.

    `on` names what it acts on (`listing`, `project`, `batch`, `held` for the money held last, or what an earlier step
    created `as` a name), without it the lot; an act on proceeds is on the case that they come of, or on what an earlier
    one booked. `as` names what it creates; `"$name"` in `data` stands for its id, of an organisation for the
    organisation's, `"$name.account"` for the account on which it is paid, `"$name.number"` for a case's number, and
    `"$name.rest"` for the case that was split off it. What the act asks for is attached, or `documents` of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    do: str
    on: Annotated[str, Field(max_length=50)] | None = None
    named: str | None = Field(default=None, alias="as", max_length=40, pattern=r"^[a-z][a-z0-9_]*$")
    data: dict[str, Any] = {}
    documents: tuple[str, ...] | None = None


_Played = (
    Simple
    | Submit
    | Relist
    | Stop
    | Opinion
    | Reasoned
    | Announce
    | Amend
    | Register
    | Qualify
    | Deposit
    | Pay
    | Bid
    | Sign
    | Revise
    | Refund
    | Object
    | AcceptObjection
    | DecideObjection
    | Quality
    | Use
    | LoadCalendar
    | Advance
)

_SCRIPTED = "scripted"
_OWN_SHAPE = frozenset(
    name for shape in get_args(_Played) for name in get_args(shape.model_fields["do"].annotation)
)
"""Actions with a shape of their own."""


def _shape(step: Any) -> str:
    """Whether a step has a shape of its own, or is an act with its facts."""
    given = step if isinstance(step, dict) else {}
    name = given.get("do") if isinstance(step, dict) else getattr(step, "do", "")
    plain = not given.keys() & {"data", "on", "as"} and not isinstance(step, Scripted)
    return "played" if name in _OWN_SHAPE and plain else _SCRIPTED


Action = Annotated[
    Annotated[Annotated[_Played, Field(discriminator="do")], Tag("played")]
    | Annotated[Scripted, Tag(_SCRIPTED)],
    Discriminator(_shape),
]


class Scenario(Strict):
    """A whole trade."""

    case: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._-]+$")]
    title: str = ""
    process: Literal["listing", "surplus", "cross_province"] = "listing"
    begins: Literal["lot", "script"] = "lot"
    start: Instant
    rulebook: RulebookUse = RulebookUse()
    rulebooks: Rulebooks = Rulebooks()
    organisations: Annotated[dict[str, Body], Field(min_length=1)]
    project: Annotated[Project | None, Field(validate_default=True)] = None
    batch: Annotated[Batch | None, Field(validate_default=True)] = None
    listing: Annotated[Lot | None, Field(validate_default=True)] = None
    script: tuple[Action, ...]
    stop_at: Instant | None = None

    @field_validator("project", "batch", "listing")
    @classmethod
    def _as_its_process_begins(cls, value: Strict | None, info: ValidationInfo) -> Strict | None:
        """A listing begins with booked quota and a lot, unless it says that its script makes them, as others do."""
        with_lot = info.data.get("process") == "listing" and info.data.get("begins") == "lot"
        if value is None and with_lot:
            raise ValueError("请填写此项。")
        if value is not None and not with_lot:
            raise ValueError("只有挂牌交易的案例在此填写，其他案例在“script”中逐项办理。")
        return value

    @property
    def lot_begun(self) -> tuple[Project, Batch, Lot] | None:
        """What a listing begins with; None for another process."""
        if self.project is None or self.batch is None or self.listing is None:
            return None
        return self.project, self.batch, self.listing

    @property
    def province(self) -> str:
        """The province where all of it happens: that of the seller, or of who is named first."""
        first = self.organisations.get("seller") or next(iter(self.organisations.values()))
        return f"{first.region[:2]}0000"

    @model_validator(mode="after")
    def _hangs_together(self) -> "Scenario":
        if self.process == "listing" and "seller" not in self.organisations:
            raise ValueError("须有出让方“organisations.seller”。")
        for key in self.organisations:
            if key in FIXED or not key.isidentifier():
                raise ValueError(f"单位的代号“{key}”已被占用或不是字母、数字，请改名。")
        self._check_steps()
        return self

    def _check_steps(self) -> None:
        last = self.start
        names = {"listing", "listing.number", *self.organisations}
        names |= {f"{key}.account" for key in self.organisations}
        names |= {"project", "batch"} if self.lot_begun else set()
        for index, step in enumerate(self.script):
            if isinstance(step, Deposit | Pay):
                names.add("held")
            if isinstance(step, Scripted):
                _check_scripted(index, step, names)
            if step.by not in self.organisations and step.by not in FIXED:
                raise ValueError(f"第{index + 1}步的办理人“{step.by}”不在所列单位之中。")
            of = getattr(step, "of", None)
            if of is not None and of not in self.organisations:
                raise ValueError(f"第{index + 1}步所涉单位“{of}”不在所列单位之中。")
            if step.at < last:
                raise ValueError(f"第{index + 1}步的时间{written(step.at)}早于上一步，请按先后排列。")
            arrived = getattr(step, "arrived_at", None)
            if arrived is not None and arrived > step.at:
                raise ValueError(f"第{index + 1}步的到账时间晚于导入时间，请更正。")
            last = step.at
            if isinstance(step, Advance):
                if step.to < step.at:
                    raise ValueError(f"第{index + 1}步要到达的时间{written(step.to)}早于该步，请更正。")
                last = step.to
        if self.stop_at is not None and self.stop_at < last:
            raise ValueError("结束时间早于最后一步，请更正。")


def _check_scripted(index: int, step: Scripted, names: set[str]) -> None:
    """An act that there is, on something that was named before."""
    try:
        act_called(step.do)
    except KeyError:
        raise ValueError(f"第{index + 1}步没有“{step.do[:60]}”这一办理事项。") from None
    for name in [step.on, *_references(step.data)]:
        if name is not None and name not in names:
            raise ValueError(f"第{index + 1}步所指的“{name[:40]}”在此之前没有出现。")
    if step.named is not None:
        if f"{step.named}.account" in names:
            raise ValueError(f"第{index + 1}步的名称“{step.named}”已是单位的代号，请改名。")
        names |= {step.named, f"{step.named}.number", f"{step.named}.rest"}


def _references(value: Any) -> list[str]:
    """Every `"$name"` in an act's facts."""
    if isinstance(value, dict):
        return [name for each in value.values() for name in _references(each)]
    if isinstance(value, list):
        return [name for each in value for name in _references(each)]
    return [value[1:]] if isinstance(value, str) and value.startswith("$") else []


def read(path: Path) -> Scenario:
    """The case in a file. Raises `BadScenario` with the JSON path and the reason."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario("$", "文件不能读取，请核对路径和编码（UTF-8）。") from error


def parse(text: str) -> Scenario:
    """The case in a JSON text. Raises `BadScenario` with the JSON path and the reason."""
    try:
        data = json.loads(text, object_pairs_hook=_no_doubles)
    except _Twice as error:
        raise BadScenario("$", str(error)) from error
    except (ValueError, RecursionError) as error:
        raise BadScenario("$", "文件不是有效的JSON，请核对。") from error
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadScenario(path_of(first["loc"]), mistake(first)) from error


class _Twice(ValueError):
    """A name stands twice in one object."""


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise _Twice(
            f"“{sorted(key for key in keys if keys.count(key) > 1)[0]}”在同一处出现两次，请删去一处。"
        )
    return dict(pairs)


_TAGS = frozenset({"played", _SCRIPTED})


def path_of(loc: tuple[int | str, ...], *, below: str = "$") -> str:
    """$.script[3].unit_price; the name of the action's shape that pydantic puts between is left out."""
    path = below
    for index, part in enumerate(loc):
        if isinstance(part, int):
            path += f"[{part}]"
        elif not (loc[0] == "script" and part in _TAGS | _OWN_SHAPE and index >= 2):
            path += f".{part}"
    return path
