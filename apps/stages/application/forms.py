"""What a seller fills in to list a lot."""

from collections.abc import Sequence
from typing import Any, TypedDict

from rest_framework import serializers

from apps.kinds.classes import DECLARATIONS
from apps.kinds.fields import EachKind, WithKinds, amount_field
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass, QuotaKind, kind_choices, kinds_of
from apps.kinds.trade import FORM_CHOICES, TradeForm
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.quota.ledger import Line
from apps.stages.application import bound, commands, rules
from apps.stages.application.commands import LotFacts, sum_of
from apps.stages.application.names import (
    LISTING_AMEND,
    LISTING_DRAFT,
    LISTING_RELIST,
    LISTING_SUBMIT,
    LISTING_WITHDRAW,
)
from apps.stages.application.promises import CommitmentFacts
from kernel.acts.act import Act
from kernel.transparency import Told
from kernel.web.fields import AreaInput, LineInput, NumberInput, WholeInput, YuanInput


class LineForm(serializers.Serializer[Any]):
    """What is drawn from one batch."""

    batch = WholeInput(label="批次", min_value=1, max_value=2**62)
    kind = serializers.ChoiceField(label="指标种类", choices=kind_choices())
    amount = LineInput(label="数量", max_length=30)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """An exact line in the kind's unit."""
        kind = QuotaKind(attrs["kind"])
        try:
            amount = kind.read(attrs["amount"])
        except ValueError as error:
            raise serializers.ValidationError({"amount": str(error)}) from error
        if amount <= 0:
            raise serializers.ValidationError({"amount": "数量须大于零。"})
        return {"line": Line(attrs["batch"], kind, amount)}


_GRADED = {"class_has": "graded"}
_PLANNED = {"class_has": "planned"}
_COMMITTED = {"class_has": "commitment"}
_DECLARED = {"class_has": "declared"}
_NUMBERED = {"class_has": "numbers"}
"""What only lots of a class are asked for that has it (see `apps.kinds.classes.ClassTerms`)."""
_SUMMED = {"summed": True}
"""What a person is not asked for: it is the sum of the lines. A program may state it, and is held to it."""


class LotForm(WithKinds, serializers.Serializer[Any]):
    """A lot: quantities of each kind, where they come from, prices, account."""

    title = LineInput(label="标的名称", max_length=200)
    quantities = EachKind(
        lambda kind: amount_field(kind, label=kind.heading, required=False, style=_SUMMED), None
    )
    lines = LineForm(label="批次来源", many=True, allow_empty=False)
    form = serializers.ChoiceField(label="交易方式", choices=FORM_CHOICES, default=str(TradeForm.LISTING))
    counterparty = WholeInput(
        label="受让方（协议方式填写）", min_value=1, max_value=2**62, required=False, allow_null=True
    )
    pairing = WholeInput(
        label="对口关系（协议方式填写）", min_value=1, max_value=2**62, required=False, allow_null=True
    )
    grade = WholeInput(label="质量等别", min_value=1, max_value=15, required=False, style=_GRADED)
    starting_price = YuanInput(label="起始价（元，按计价单位）")
    price_unit = serializers.ChoiceField(
        label="计价单位", choices=[(str(each), each.label) for each in PriceUnit]
    )
    increment = YuanInput(label="加价幅度", required=False, allow_null=True)
    reserve_price = YuanInput(label="保留价（密封）", required=False, allow_null=True)
    ceiling = YuanInput(label="最高限价", required=False, allow_null=True)
    fiscal_account = WholeInput(label="收款财政账户", min_value=1, max_value=2**62, required=False)
    contact = LineInput(label="联系人及电话", max_length=120, required=False, allow_blank=True)
    acceptance_record_no = NumberInput(
        label="验收省级备案号（提交前必填）", max_length=80, required=False, allow_blank=True, style=_NUMBERED
    )
    ecology_no = NumberInput(
        label="生态环境影响评估文号（提交前必填）",
        max_length=80,
        required=False,
        allow_blank=True,
        style=_NUMBERED,
    )
    planning_no = NumberInput(
        label="规划规模省级确认文号（附规划规模的填写）",
        max_length=80,
        required=False,
        allow_blank=True,
        style=_PLANNED,
    )
    planning_mu = AreaInput(
        label="该文号确认的规划规模（亩）", required=False, allow_null=True, style=_PLANNED
    )
    target_grade = WholeInput(
        label="承诺等别（附质量提升承诺的填写）",
        min_value=1,
        max_value=14,
        required=False,
        allow_null=True,
        style=_COMMITTED,
    )
    commitment_project = WholeInput(
        label="承诺涉及的原项目",
        min_value=1,
        max_value=2**62,
        required=False,
        allow_null=True,
        style=_COMMITTED,
    )
    commitment_area = AreaInput(label="承诺提升面积（亩）", required=False, allow_null=True, style=_COMMITTED)
    commitment_days = WholeInput(
        label="承诺期限（自划转之日起，日）",
        min_value=1,
        max_value=3660,
        required=False,
        allow_null=True,
        style=_COMMITTED,
    )
    proceeds_use = LineInput(
        label="出让收益用途（附质量提升承诺的填写）",
        max_length=500,
        required=False,
        allow_blank=True,
        style=_COMMITTED,
    )
    loan_source = serializers.BooleanField(
        label=f"{DECLARATIONS['loan_source']}（声明）", required=False, allow_null=True, style=_DECLARED
    )
    income_tied = serializers.BooleanField(
        label=f"{DECLARATIONS['income_tied']}（声明）", required=False, allow_null=True, style=_DECLARED
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The lot's facts as one value; its quantities are those of its lines where none is stated."""
        stated = {str(kind): attrs.pop(str(kind)) for kind in kinds_of(None) if str(kind) in attrs}
        lines = tuple(each["line"] for each in attrs.pop("lines"))
        of = _class_of(lines)
        if wrong := {
            code for code, amount in stated.items() if amount and QuotaKind(code).quota_class is not of
        }:
            raise serializers.ValidationError(
                dict.fromkeys(wrong, f"批次来源中的指标为{of.label}，不含此种类。")
            )
        unit, form = PriceUnit(attrs.pop("price_unit")), TradeForm(attrs.pop("form"))
        named: dict[str, Any] = {name: attrs.pop(name, None) or 0 for name in ("counterparty", "pairing")}
        declared = {name: attrs.pop(name) for name in DECLARATIONS if attrs.get(name) is not None}
        promised = _promised(attrs)
        facts = {name: value for name, value in attrs.items() if name not in DECLARATIONS}
        lot = LotFacts(
            quantities=Quantities.taken(stated, of) if stated else sum_of(lines),
            lines=lines,
            price_unit=unit,
            form=form,
            **named,
            declared=declared,
            commitment=promised,
            **facts,
        )
        return {"lot": lot}


_PROMISED = ("target_grade", "commitment_project", "commitment_area", "commitment_days", "proceeds_use")


def _promised(attrs: dict[str, Any]) -> CommitmentFacts | None:
    """The commitment out of the facts, all of it or nothing."""
    given = {name: attrs.pop(name, None) for name in _PROMISED}
    if not any(given.values()):
        return None
    if missing := [name for name, value in given.items() if not value]:
        raise serializers.ValidationError(dict.fromkeys(missing, "附质量提升承诺的，各项均须填写。"))
    return CommitmentFacts(
        project=given["commitment_project"],
        area=given["commitment_area"],
        target_grade=given["target_grade"],
        days=given["commitment_days"],
        proceeds_use=given["proceeds_use"],
    )


def _class_of(lines: Sequence[Line]) -> QuotaClass:
    """The one class that all lines are of."""
    classes = {line.kind.quota_class for line in lines}
    if no := rules.why_not_one_class(classes):
        raise serializers.ValidationError({"lines": no.sentence})
    return classes.pop()


class AmendForm(LotForm):
    """A lot changed: a reserve price left blank stays as it was sealed."""

    drop_reserve = serializers.BooleanField(label="取消已密封的保留价", required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The lot's facts as one value, and whether the sealed reserve price goes."""
        drop = bool(attrs.pop("drop_reserve", False))
        return {**super().validate(attrs), "drop_reserve": drop}


class RelistForm(serializers.Serializer[Any]):
    """A lot listed again may start lower or higher."""

    starting_price = YuanInput(label="新的起始价", required=False)


class ListingAnswer(TypedDict):
    """A listing as it stands; without a number until it is announced."""

    listing: int
    number: str | None
    status: str


def _listing_answer(listing: Listing) -> ListingAnswer:
    return {"listing": listing.pk, "number": listing.number, "status": listing.status}


ACTS = (
    Act(
        LISTING_DRAFT,
        "起草出让申请",
        commands.draft,
        Can.SELL,
        subject="",
        form=LotForm,
        answer=_listing_answer,
        lane=lambda _: None,
        told=Told.OFFICES,
    ),
    Act(
        LISTING_AMEND,
        "修改出让申请",
        commands.amend,
        Can.SELL,
        form=AmendForm,
        answer=_listing_answer,
        statuses=rules.EDITABLE,
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        LISTING_SUBMIT,
        "提交出让申请",
        commands.submit,
        Can.SELL,
        two_persons=True,
        binds=bound.submit_bound,
        answer=_listing_answer,
        statuses=rules.EDITABLE,
        help="提交后相应指标冻结，进入三重审查。",
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        LISTING_WITHDRAW,
        "撤回出让申请",
        commands.withdraw,
        Can.SELL,
        two_persons=True,
        binds=bound.withdraw_bound,
        answer=_listing_answer,
        statuses=rules.WITHDRAWABLE,
        subject="listing_id",
        told=Told.OFFICES,
    ),
    Act(
        LISTING_RELIST,
        "重新挂牌",
        commands.relist,
        Can.SELL,
        form=RelistForm,
        answer=_listing_answer,
        statuses=frozenset({ListingStatus.UNSOLD, ListingStatus.TERMINATED, ListingStatus.DEFAULTED}),
        subject="listing_id",
        told=Told.OFFICES,
    ),
)
