"""What the county's finance fills in to distribute proceeds."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.funds import audit_bound, audits, bound, commands, reversals, spending, spending_bound
from apps.funds.audit_forms import (
    ConclusionForm,
    FindingAnswerForm,
    FindingForm,
    answer_answer,
    conclusion_answer,
    finding_answer,
)
from apps.funds.findings import findings_about
from apps.funds.models import Account, Distribution, Finding, Movement, Reversal
from apps.funds.names import (
    FUNDS_ANSWER,
    FUNDS_AUDIT,
    FUNDS_CONCLUDE,
    FUNDS_DISTRIBUTE,
    FUNDS_RETURN,
    FUNDS_REVERSE,
    FUNDS_SPEND,
)
from apps.funds.sources import is_closed
from apps.funds.spending_forms import FundReturnForm, SpendingForm, return_answer, spending_answer
from apps.parties.roles import Can
from apps.rulebook.proceeds import CATEGORY_LABELS
from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.acts.subjects import Subject
from kernel.transparency import Told
from kernel.web.fields import LinesInput, YuanInput
from kernel.web.opaque import OpaqueInput


class ShareForm(serializers.Serializer[Any]):
    """One share of a pool."""

    category = serializers.ChoiceField(label="分配项目", choices=list(CATEGORY_LABELS.items()))
    amount = YuanInput(label="分配金额（元）")


class DistributionForm(serializers.Serializer[Any]):
    """What each share gets."""

    shares = ShareForm(label="分配明细", many=True, allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Amounts by category, each named once."""
        found = {each["category"]: each["amount"] for each in attrs["shares"]}
        if len(found) != len(attrs["shares"]):
            raise serializers.ValidationError({"shares": "同一分配项目只能填写一次。"})
        return {"shares": found}


class DistributionAnswer(TypedDict):
    """What was distributed."""

    amount: str


def _distribution_answer(found: Distribution) -> DistributionAnswer:
    return {"amount": str(found.amount)}


class ReversalForm(serializers.Serializer[Any]):
    """Why a booking is taken back."""

    reason = LinesInput(label="冲回理由", max_length=500)
    attachment = OpaqueInput(
        of="attachment", label="款项收回凭证扫描件（冲回支出、退回的必填）", required=False, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The copy by its key."""
        return {"reason": attrs["reason"], "attachment_id": attrs.get("attachment")}


class ReversalAnswer(TypedDict):
    """The movement that took another one back."""

    movement: int
    of: int


def _reversal_answer(found: Reversal) -> ReversalAnswer:
    return {"movement": found.movement_id, "of": found.of_id}


def _lane(fund_id: int) -> int | None:
    return Account.objects.filter(pk=fund_id).values_list("source_id", flat=True).first()


def _lane_of_movement(movement_id: int) -> int | None:
    return Movement.objects.filter(pk=movement_id).values_list("source_id", flat=True).first()


def _is_reversible(movement_id: int, by: Actor) -> bool:
    """Whether its case is open; of a closed one what an auditor wants recovered."""
    movement = Movement.objects.filter(pk=movement_id).first()
    if movement is None:
        return False
    return not is_closed(movement.source_id) or bool(audits.wants_back(findings_about([movement.pk])))


def _lane_of_finding(finding_id: int) -> int | None:
    return Finding.objects.filter(pk=finding_id).values_list("source_id", flat=True).first()


def _case_of_finding(finding_id: int) -> int:
    return _lane_of_finding(finding_id) or 0


SUBJECTS = (
    Subject("fund_id", "funds"),
    Subject("movement_id", "fund-movements"),
    Subject("finding_id", "fund-findings"),
)

ACTS = (
    Act(
        FUNDS_DISTRIBUTE,
        "分配收益",
        commands.distribute,
        Can.BOOK_FUNDS,
        subject="fund_id",
        form=DistributionForm,
        two_persons=True,
        binds=bound.distribute_bound,
        lane=_lane,
        answer=_distribution_answer,
        told=Told.OFFICES,
        help="待分配收益须一次全部分配；有“村集体自用”一项的，它是村集体公共服务的一部分，不另计入合计。",
    ),
    Act(
        FUNDS_REVERSE,
        "冲回记账",
        reversals.reverse,
        Can.BOOK_FUNDS,
        subject="movement_id",
        form=ReversalForm,
        two_persons=True,
        binds=bound.reverse_bound,
        lane=_lane_of_movement,
        answer=_reversal_answer,
        offered=_is_reversible,
        told=Told.OFFICES,
        help="以相反的记账冲回，每笔只能冲回一次；原记账保留。冲回支出、退回的，须附款项已经收回的凭证。分配冲回后须重新分配。",
    ),
    Act(
        FUNDS_SPEND,
        "列支收益",
        spending.spend,
        Can.BOOK_FUNDS,
        subject="fund_id",
        form=SpendingForm,
        two_persons=True,
        binds=spending_bound.spend_bound,
        lane=_lane,
        answer=spending_answer,
        slot_by="voucher_no",
        sealed=frozenset({"payees"}),
        told=Told.OFFICES,
        help="收款人清单可用表格（CSV、XLSX）导入，至多5000行；自然人收款人仅本级财政和审计机关可见。",
    ),
    Act(
        FUNDS_RETURN,
        "退回收益",
        spending.give_back,
        Can.BOOK_FUNDS,
        subject="fund_id",
        form=FundReturnForm,
        two_persons=True,
        binds=spending_bound.return_bound,
        lane=_lane,
        answer=return_answer,
        told=Told.OFFICES,
        help="价款退还给受让单位、分配资金被省级财政收回的，凭退回凭证从待分配收益或者相应项目退回。",
    ),
    Act(
        FUNDS_AUDIT,
        "提出审计意见",
        audits.audit,
        Can.AUDIT_FUNDS,
        subject="fund_id",
        form=FindingForm,
        two_persons=True,
        binds=audit_bound.audit_bound,
        lane=_lane,
        answer=finding_answer,
        slot_by="text",
        told=Told.OFFICES,
        help="意见由县级财政在规定期限内答复，答复后或者期限届满后作出结论。",
    ),
    Act(
        FUNDS_ANSWER,
        "答复审计意见",
        audits.answer,
        Can.BOOK_FUNDS,
        subject="finding_id",
        form=FindingAnswerForm,
        two_persons=True,
        binds=audit_bound.answer_bound,
        lane=_lane_of_finding,
        answer=answer_answer,
        told=Told.OFFICES,
    ),
    Act(
        FUNDS_CONCLUDE,
        "作出审计结论",
        audits.conclude,
        Can.AUDIT_FUNDS,
        subject="finding_id",
        form=ConclusionForm,
        two_persons=True,
        binds=audit_bound.conclude_bound,
        lane=_lane_of_finding,
        answer=conclusion_answer,
        paper=Printed(DocumentKind.AUDIT_REPORT, case_of=_case_of_finding, every=True),
        told=Told.OFFICES,
        help="结论为追缴的，在县级财政冲回该笔记账之前，该县不得申请出让。",
    ),
)
