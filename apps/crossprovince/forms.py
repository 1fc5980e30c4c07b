"""What counties, the province and finance fill in to give quota to other provinces."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.crossprovince import bound, closing, commands, decisions, publishing, schemes
from apps.crossprovince.commands import AdjustmentFacts
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.import_bound import import_bound
from apps.crossprovince.inputs import AdjustmentLineForm, PlanLineForm, ReceiptRowForm, SchemeRowForm
from apps.crossprovince.models import Adjustment, AdjustmentOpinion, Scheme
from apps.crossprovince.names import (
    ADJUSTMENT_ACKNOWLEDGE,
    ADJUSTMENT_ALLOCATE,
    ADJUSTMENT_AMEND,
    ADJUSTMENT_CONSENT,
    ADJUSTMENT_DECIDE,
    ADJUSTMENT_DRAFT,
    ADJUSTMENT_REOPEN,
    ADJUSTMENT_REPORT,
    ADJUSTMENT_RETURN,
    ADJUSTMENT_SUBMIT,
    ADJUSTMENT_TRANSFER,
    ADJUSTMENT_UNMATCH,
    ADJUSTMENT_WITHDRAW,
    SCHEME_IMPORT,
    SCHEME_PUBLISH,
)
from apps.crossprovince.national import RECEIPT_COLUMNS, SCHEME_COLUMNS, rows_of_receipt, rows_of_scheme
from apps.crossprovince.schemes import Imported
from apps.crossprovince.states import (
    EDITABLE,
    OUTCOME_LABELS,
    REMAINDER_LABELS,
    REOPENABLE,
    REPORTABLE,
    WITHDRAWABLE,
    Outcome,
    Remainder,
)
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.forms import IncomingForm
from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.funds.models import Allocation
from apps.parties.roles import Can
from kernel.acts.act import Act
from kernel.acts.subjects import Subject
from kernel.clock import iso
from kernel.money import ZERO
from kernel.text import folded
from kernel.transparency import Told
from kernel.web.fields import DayInput, InstantInput, LineInput, LinesInput, NumberInput, YuanInput

_SCHEME_FILE = {"rows_from": rows_of_scheme, "columns": SCHEME_COLUMNS}
_RECEIPT_FILE = {"rows_from": rows_of_receipt, "columns": RECEIPT_COLUMNS}
"""Both come as the national system writes them, under its own heads."""


class AdjustmentForm(serializers.Serializer[Any]):
    """What a county applies for."""

    title = LineInput(label="申请名称", max_length=200)
    lines = AdjustmentLineForm(label="调剂指标", many=True, allow_empty=False)
    plan = PlanLineForm(label="资金使用方案", many=True, required=False)
    remainder = serializers.ChoiceField(
        label="未匹配部分", choices=[(str(each), label) for each, label in REMAINDER_LABELS.items()]
    )
    loan_source = serializers.BooleanField(label="收益已作质押或还款来源（声明）")
    income_tied = serializers.BooleanField(label="收益与企业分成或与其收入挂钩（声明）")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The facts as one value."""
        facts = AdjustmentFacts(
            title=attrs["title"],
            lines=tuple(each["line"] for each in attrs["lines"]),
            plan=tuple(each["item"] for each in attrs.get("plan", ())),
            remainder=Remainder(attrs["remainder"]),
            loan_source=attrs["loan_source"],
            income_tied=attrs["income_tied"],
        )
        return {"facts": facts}


class AdjustmentEndForm(serializers.Serializer[Any]):
    """A reason, kept with the case."""

    reason = LinesInput(label="理由", max_length=500)


class AdjustmentOpinionForm(serializers.Serializer[Any]):
    """An opinion on an application."""

    outcome = serializers.ChoiceField(
        label="审核结论", choices=[(str(each), label) for each, label in OUTCOME_LABELS.items()]
    )
    reason = LinesInput(label="理由", max_length=2000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The outcome as an enumeration."""
        return {**attrs, "outcome": Outcome(attrs["outcome"])}


class AdjustmentReopenForm(IncomingForm):
    """Why a body outside sends it back, as its document says."""

    reason = LinesInput(label="退回理由", max_length=500)


class MinistryReceiptForm(IncomingForm):
    """The ministry's receipt, as its document says."""

    receipt_no = NumberInput(label="部受理号", max_length=80)


class SchemeForm(IncomingForm):
    """The ministry's scheme: its document and all its rows."""

    rows = SchemeRowForm(label="方案明细", many=True, allow_empty=False, style=_SCHEME_FILE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Its rows as values, of one scheme, each row once."""
        rows = tuple(each["given"] for each in attrs.pop("rows"))
        if len({folded(each.scheme_no) for each in rows}) > 1:
            raise serializers.ValidationError({"rows": "一次只能导入一个方案编号的明细。"})
        if len({folded(each.row.row_no) for each in rows}) < len(rows):
            raise serializers.ValidationError({"rows": "方案明细的行号重复。"})
        return {**super().validate(attrs), "rows": rows}


class SchemePublicationForm(serializers.Serializer[Any]):
    """When the ministry publishes it, where it has set its own days."""

    begins_on = DayInput(label="部里公示首日（按部里日期公示时填写）", required=False, allow_null=True)
    ends_on = DayInput(label="部里公示末日", required=False, allow_null=True)


class AllocationForm(IncomingForm):
    """A notice by which the centre allocated money: its document (下达文号), amount, when it arrived."""

    amount = YuanInput(label="下达金额（元）")
    arrived_at = InstantInput(label="到账时间")


class QuotaHandoverForm(IncomingForm):
    """The national system's receipt: its document and all its rows."""

    rows = ReceiptRowForm(label="回执明细", many=True, allow_empty=False, style=_RECEIPT_FILE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Its rows as values."""
        rows = tuple(each["receipt"] for each in attrs.pop("rows"))
        return {**super().validate(attrs), "rows": rows}


class AdjustmentAnswer(TypedDict):
    """An adjustment as it stands."""

    adjustment: int
    number: str | None
    status: str


def adjustment_answer(found: Adjustment) -> AdjustmentAnswer:
    """Where it stands, for whoever acted on it."""
    return {"adjustment": found.pk, "number": found.case.number, "status": found.status}


class AdjustmentOpinionAnswer(TypedDict):
    """An opinion that was given."""

    adjustment: int
    outcome: str


def _opinion_answer(found: AdjustmentOpinion) -> AdjustmentOpinionAnswer:
    return {"adjustment": found.adjustment_id, "outcome": found.outcome}


class MatchedAnswer(TypedDict):
    """What a scheme made of one adjustment, in yuan; `remainder` is the new adjustment of the rest, or 0."""

    adjustment: int
    price: str
    gross: str
    retained: str
    margin: str
    allocated: str
    remainder: int


class DemandedAnswer(TypedDict):
    """What a scheme made of one demand: P in yuan, 亩; `remainder` is the new demand of the rest, or 0."""

    demand: int
    price: str
    amount: str
    remainder: int


class SchemeAnswer(TypedDict):
    """A scheme that was entered, with what it made of each adjustment and each demand."""

    scheme: int
    matched: list[MatchedAnswer]
    demanded: list[DemandedAnswer]


def _imported_answer(found: Imported) -> SchemeAnswer:
    demands = found.scheme.demands.prefetch_related("remainders").order_by("pk")
    return {
        "scheme": found.scheme.pk,
        "matched": [_matched(each) for each in _of(found.scheme)],
        "demanded": [_demanded(each) for each in demands],
    }


def _demanded(found: Demand) -> DemandedAnswer:
    rest = [each.pk for each in found.remainders.all()]
    return {
        "demand": found.pk,
        "price": str(found.price),
        "amount": str(found.amount),
        "remainder": max(rest, default=0),
    }


def _of(scheme: Scheme) -> list[Adjustment]:
    return list(scheme.adjustments.prefetch_related("remainders").order_by("pk"))


def _matched(found: Adjustment) -> MatchedAnswer:
    amounts = found.amounts
    rest = [each.pk for each in found.remainders.all()]
    return {
        "adjustment": found.pk,
        "price": str(found.price),
        "gross": str(found.gross),
        "retained": str(found.retained),
        "margin": str(found.margin),
        "allocated": str(amounts.allocated if amounts else ZERO),
        "remainder": max(rest, default=0),
    }


class PublishedAnswer(TypedDict):
    """A scheme that is published, and until when."""

    scheme: int
    ends_at: str | None


def _published_answer(found: Scheme) -> PublishedAnswer:
    return {"scheme": found.pk, "ends_at": iso(found.ends_at) if found.ends_at else None}


class AllocationAnswer(TypedDict):
    """A notice that was entered."""

    allocation: int
    amount: str


def _allocation_answer(found: Allocation) -> AllocationAnswer:
    return {"allocation": found.pk, "amount": str(found.amount)}


SUBJECTS = (Subject("adjustment_id", "adjustments"), Subject("scheme_id", "schemes"))

OF_CASE: dict[str, Any] = {"subject": "adjustment_id", "told": Told.OFFICES}
OF_PROVINCE: dict[str, Any] = {
    **OF_CASE,
    "capability": Can.DECIDE_FOR_PROVINCE,
    "two_persons": True,
    "answer": adjustment_answer,
}


def at(*statuses: S) -> frozenset[str]:
    """The statuses in which an act is done."""
    return frozenset(str(each) for each in statuses)


ACTS = (
    Act(
        ADJUSTMENT_DRAFT,
        "起草跨省域调剂申请",
        commands.draft,
        Can.APPLY_ACROSS_PROVINCES,
        form=AdjustmentForm,
        answer=adjustment_answer,
        lane=lambda _: None,
        told=Told.OFFICES,
    ),
    Act(
        ADJUSTMENT_AMEND,
        "修改跨省域调剂申请",
        commands.amend,
        Can.APPLY_ACROSS_PROVINCES,
        form=AdjustmentForm,
        answer=adjustment_answer,
        statuses=at(*EDITABLE),
        **OF_CASE,
    ),
    Act(
        ADJUSTMENT_SUBMIT,
        "提交跨省域调剂申请",
        commands.submit,
        Can.APPLY_ACROSS_PROVINCES,
        two_persons=True,
        binds=bound.application_bound,
        answer=adjustment_answer,
        statuses=at(*EDITABLE),
        help="提交后指标冻结，适用提交时有效的规则和价格。",
        **OF_CASE,
    ),
    Act(
        ADJUSTMENT_WITHDRAW,
        "撤回跨省域调剂申请",
        commands.withdraw,
        Can.APPLY_ACROSS_PROVINCES,
        form=AdjustmentEndForm,
        two_persons=True,
        binds=bound.withdraw_bound,
        answer=adjustment_answer,
        statuses=at(*WITHDRAWABLE),
        **OF_CASE,
    ),
    Act(
        ADJUSTMENT_DECIDE,
        "出具跨省域调剂审核意见",
        decisions.decide,
        form=AdjustmentOpinionForm,
        binds=bound.decision_bound,
        statuses=at(S.PROVINCE_REVIEW),
        **OF_PROVINCE | {"answer": _opinion_answer},
    ),
    Act(
        ADJUSTMENT_RETURN,
        "退回跨省域调剂申请",
        decisions.send_back,
        Can.DECIDE_FOR_PROVINCE,
        form=AdjustmentEndForm,
        answer=adjustment_answer,
        statuses=at(S.PROVINCE_REVIEW),
        **OF_CASE,
    ),
    Act(
        ADJUSTMENT_REOPEN,
        "登记跨省域调剂申请被退回",
        decisions.reopen,
        form=AdjustmentReopenForm,
        binds=bound.reopen_bound,
        statuses=at(*REOPENABLE),
        help="省政府或部里退回的，退给申请单位补正，补正后重新提交、重新审核；指标仍冻结。",
        **OF_PROVINCE,
    ),
    Act(
        ADJUSTMENT_CONSENT,
        "登记省政府同意",
        decisions.consent,
        form=IncomingForm,
        binds=bound.consent_bound,
        statuses=at(S.PASSED),
        **OF_PROVINCE,
    ),
    Act(
        ADJUSTMENT_REPORT,
        "将跨省域调剂申请报部",
        decisions.report,
        binds=bound.report_bound,
        statuses=at(*REPORTABLE),
        **OF_PROVINCE,
    ),
    Act(
        ADJUSTMENT_ACKNOWLEDGE,
        "登记部受理号",
        decisions.acknowledge,
        form=MinistryReceiptForm,
        binds=bound.acknowledge_bound,
        statuses=at(S.WITH_MINISTRY),
        **OF_PROVINCE,
    ),
    Act(
        ADJUSTMENT_UNMATCH,
        "登记未获匹配",
        decisions.unmatch,
        form=IncomingForm,
        binds=bound.unmatch_bound,
        statuses=at(S.WITH_MINISTRY),
        **OF_PROVINCE,
    ),
    Act(
        SCHEME_IMPORT,
        "导入调剂方案",
        schemes.import_scheme,
        Can.DECIDE_FOR_PROVINCE,
        form=SchemeForm,
        two_persons=True,
        binds=import_bound,
        answer=_imported_answer,
        lane=lambda _: None,
        told=Told.OFFICES,
        help="请先将方案来文上传到所涉任一申请；各行对应的申请和金额在审核页逐行列示。",
    ),
    Act(
        SCHEME_PUBLISH,
        "公示调剂方案",
        publishing.publish,
        Can.DECIDE_FOR_PROVINCE,
        subject="scheme_id",
        form=SchemePublicationForm,
        two_persons=True,
        binds=bound.publish_bound,
        answer=_published_answer,
        lane=lambda _: None,
        told=Told.OFFICES,
    ),
    Act(
        ADJUSTMENT_ALLOCATE,
        "登记调剂资金下达",
        closing.allocate,
        Can.BOOK_MONEY,
        form=AllocationForm,
        two_persons=True,
        binds=bound.allocate_bound,
        answer=_allocation_answer,
        statuses=at(S.PUBLICISED, S.IMPLEMENTING),
        **OF_CASE,
    ),
    Act(
        ADJUSTMENT_TRANSFER,
        "划转跨省域调剂指标",
        closing.transfer,
        form=QuotaHandoverForm,
        binds=bound.transfer_bound,
        paper=Printed(DocumentKind.ADJUSTMENT_CERTIFICATE),
        statuses=at(S.IMPLEMENTING),
        help="须有国家系统对方案每一行的回执，且资金已足额下达。",
        **OF_PROVINCE,
    ),
)
