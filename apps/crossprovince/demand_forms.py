"""What counties, development zones, the province and finance fill in to take quota of other provinces."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.crossprovince import demand_bound as bound
from apps.crossprovince import demand_closing as closing
from apps.crossprovince import demand_commands as commands
from apps.crossprovince import demand_decisions as decisions
from apps.crossprovince.demand_commands import DemandFacts
from apps.crossprovince.demand_models import Demand, DemandOpinion
from apps.crossprovince.demand_states import EDITABLE, REOPENABLE, REPORTABLE, REST_LABELS, WITHDRAWABLE
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.forms import (
    AdjustmentEndForm,
    AdjustmentOpinionForm,
    AdjustmentReopenForm,
    MinistryReceiptForm,
    QuotaHandoverForm,
)
from apps.crossprovince.names import (
    DEMAND_ACKNOWLEDGE,
    DEMAND_AMEND,
    DEMAND_CLOSE,
    DEMAND_DECIDE,
    DEMAND_DRAFT,
    DEMAND_PAY_IN,
    DEMAND_RECEIVE,
    DEMAND_REOPEN,
    DEMAND_REPORT,
    DEMAND_RETURN,
    DEMAND_SUBMIT,
    DEMAND_UNMATCH,
    DEMAND_WITHDRAW,
)
from apps.crossprovince.states import Remainder
from apps.documents.forms import IncomingForm
from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.funds.models import PayIn
from apps.parties.roles import Can
from kernel.acts.act import Act
from kernel.acts.subjects import Subject
from kernel.transparency import Told
from kernel.web.fields import AreaInput, InstantInput, LineInput, NumberInput, YuanInput


class DemandForm(serializers.Serializer[Any]):
    """What is needed."""

    title = LineInput(label="需求名称", max_length=200)
    amount = AreaInput(label="需求数量（亩）")
    planning_scale = serializers.ChoiceField(label="附加规划规模", choices=[("yes", "是"), ("no", "否")])
    remainder = serializers.ChoiceField(
        label="未匹配部分", choices=[(str(each), label) for each, label in REST_LABELS.items()]
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The facts as one value."""
        if attrs["amount"] <= 0:
            raise serializers.ValidationError({"amount": "需求数量须大于零。"})
        facts = DemandFacts(
            title=attrs["title"],
            amount=attrs["amount"],
            planning_scale=attrs["planning_scale"] == "yes",
            remainder=Remainder(attrs["remainder"]),
        )
        return {"facts": facts}


class PayInForm(serializers.Serializer[Any]):
    """What was paid into the central account, as its voucher says."""

    payer = LineInput(label="付款人", max_length=200)
    voucher_no = NumberInput(label="付款凭证号", max_length=80)
    amount = YuanInput(label="缴款金额（元）")
    paid_at = InstantInput(label="缴款时间")


class DemandAnswer(TypedDict):
    """A demand as it stands."""

    demand: int
    number: str | None
    status: str


def _demand_answer(found: Demand) -> DemandAnswer:
    return {"demand": found.pk, "number": found.case.number, "status": found.status}


class DemandOpinionAnswer(TypedDict):
    """An opinion that was given."""

    demand: int
    outcome: str


def _opinion_answer(found: DemandOpinion) -> DemandOpinionAnswer:
    return {"demand": found.demand_id, "outcome": found.outcome}


class PayInAnswer(TypedDict):
    """A payment that was entered."""

    payment: int
    amount: str


def _pay_in_answer(found: PayIn) -> PayInAnswer:
    return {"payment": found.pk, "amount": str(found.amount)}


SUBJECTS = (Subject("demand_id", "demands"),)

_OF_CASE: dict[str, Any] = {"subject": "demand_id", "told": Told.OFFICES}
_OF_HOLDER: dict[str, Any] = {**_OF_CASE, "answer": _demand_answer}
OF_PROVINCE_TAKING: dict[str, Any] = {
    **_OF_CASE,
    "capability": Can.DECIDE_FOR_PROVINCE,
    "two_persons": True,
    "answer": _demand_answer,
}


def at_demand(*statuses: S) -> frozenset[str]:
    """The statuses as an act declares them."""
    return frozenset(str(each) for each in statuses)


ACTS = (
    Act(
        DEMAND_DRAFT,
        "起草跨省域调入需求",
        commands.draft,
        Can.TAKE_ACROSS_PROVINCES,
        form=DemandForm,
        answer=_demand_answer,
        lane=lambda _: None,
        told=Told.OFFICES,
    ),
    Act(
        DEMAND_AMEND,
        "修改跨省域调入需求",
        commands.amend,
        Can.TAKE_ACROSS_PROVINCES,
        form=DemandForm,
        statuses=at_demand(*EDITABLE),
        **_OF_HOLDER,
    ),
    Act(
        DEMAND_SUBMIT,
        "提交跨省域调入需求",
        commands.submit,
        Can.TAKE_ACROSS_PROVINCES,
        two_persons=True,
        binds=bound.submit_bound,
        statuses=at_demand(*EDITABLE),
        help="适用提交时有效的规则和价格；须附调剂申请书和预算安排证明。",
        **_OF_HOLDER,
    ),
    Act(
        DEMAND_WITHDRAW,
        "撤回跨省域调入需求",
        commands.withdraw,
        Can.TAKE_ACROSS_PROVINCES,
        form=AdjustmentEndForm,
        two_persons=True,
        binds=bound.withdraw_bound,
        statuses=at_demand(*WITHDRAWABLE),
        **_OF_HOLDER,
    ),
    Act(
        DEMAND_DECIDE,
        "出具调入需求审核意见",
        decisions.decide,
        form=AdjustmentOpinionForm,
        binds=bound.decision_bound,
        statuses=at_demand(S.PROVINCE_REVIEW),
        **OF_PROVINCE_TAKING | {"answer": _opinion_answer},
    ),
    Act(
        DEMAND_RETURN,
        "退回跨省域调入需求",
        decisions.send_back,
        Can.DECIDE_FOR_PROVINCE,
        form=AdjustmentEndForm,
        answer=_demand_answer,
        statuses=at_demand(S.PROVINCE_REVIEW),
        **_OF_CASE,
    ),
    Act(
        DEMAND_REOPEN,
        "登记调入需求被退回",
        decisions.reopen,
        form=AdjustmentReopenForm,
        binds=bound.reopen_bound,
        statuses=at_demand(*REOPENABLE),
        help="省政府或部里退回的，退给需求单位补正，补正后重新提交、重新审核。",
        **OF_PROVINCE_TAKING,
    ),
    Act(
        DEMAND_REPORT,
        "将调入需求报部",
        decisions.report,
        binds=bound.report_bound,
        statuses=at_demand(*REPORTABLE),
        **OF_PROVINCE_TAKING,
    ),
    Act(
        DEMAND_ACKNOWLEDGE,
        "登记调入需求部受理号",
        decisions.acknowledge,
        form=MinistryReceiptForm,
        binds=bound.acknowledge_bound,
        statuses=at_demand(S.WITH_MINISTRY),
        **OF_PROVINCE_TAKING,
    ),
    Act(
        DEMAND_UNMATCH,
        "登记调入需求未获匹配",
        decisions.unmatch,
        form=IncomingForm,
        binds=bound.unmatch_bound,
        statuses=at_demand(S.WITH_MINISTRY),
        **OF_PROVINCE_TAKING,
    ),
    Act(
        DEMAND_PAY_IN,
        "登记调剂资金缴入",
        closing.pay_in,
        Can.BOOK_MONEY,
        form=PayInForm,
        two_persons=True,
        binds=bound.pay_in_bound,
        answer=_pay_in_answer,
        statuses=at_demand(S.PUBLICISED, S.PAYING),
        help="请先上传付款凭证；可分次缴款，合计等于应缴款后即为足额。",
        **_OF_CASE,
    ),
    Act(
        DEMAND_RECEIVE,
        "调入跨省域调剂指标",
        closing.receive,
        form=QuotaHandoverForm,
        binds=bound.receive_bound,
        statuses=at_demand(S.PAID_IN),
        paper=Printed(DocumentKind.DEMAND_CERTIFICATE),
        help="须有国家系统对方案每一行的回执，且调剂资金已足额缴入。",
        **OF_PROVINCE_TAKING,
    ),
    Act(
        DEMAND_CLOSE,
        "办结跨省域调入需求",
        closing.close,
        binds=bound.close_bound,
        statuses=at_demand(S.RECEIVED),
        **OF_PROVINCE_TAKING,
    ),
)
