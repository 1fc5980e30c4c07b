"""What transfers and quality claims take."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.quota.carried import sum_of_carried
from apps.stages.transfer import bound, claims, commands, rules
from apps.stages.transfer.models import QualityClaim, Transfer
from apps.stages.transfer.names import QUALITY_CLAIM, QUALITY_CONFIRM, QUALITY_PAID, TRANSFER_EXECUTE
from kernel.acts.act import Act
from kernel.acts.subjects import Subject
from kernel.web.fields import AreaInput, CapacityInput, LineInput, LinesInput, NumberInput, WholeInput

_GRADED = {"class_has": "graded"}
"""What only a class with quality grades is retested for (see `apps.kinds.classes.ClassTerms`)."""


class QualityForm(serializers.Serializer[Any]):
    """What a retest found: area and grade, or the capacity where that was priced."""

    area = AreaInput(label="复测面积（亩，按亩计价的项目）", required=False, allow_null=True)
    grade = WholeInput(
        label="复测质量等别", min_value=1, max_value=15, required=False, allow_null=True, style=_GRADED
    )
    capacity = CapacityInput(
        label="复测产能（公斤，按公斤计价的项目）", required=False, allow_null=True, style=_GRADED
    )
    measurer = LineInput(
        label="复测机构", max_length=200, help_text="买卖双方均不控制的机构；复测报告须先上传"
    )
    reason = LinesInput(label="复测情况", max_length=2000)


class VoucherForm(serializers.Serializer[Any]):
    """Proof that a quality refund was paid."""

    voucher_no = NumberInput(label="付款凭证号", max_length=80)


class ClaimAnswer(TypedDict):
    """A claim and its refund in yuan."""

    claim: int
    refund: str


def _claim_answer(claim: QualityClaim) -> ClaimAnswer:
    return {"claim": claim.pk, "refund": str(claim.refund)}


class CarriedAnswer(TypedDict):
    """So much of `farmland`, `paddy` (亩) or `capacity` (公斤)."""

    name: str
    amount: str


class TransferAnswer(TypedDict):
    """What goes with the quota that was handed over (附带); nothing where its batches carry nothing."""

    carried: list[CarriedAnswer]


def _transfer_answer(transfer: Transfer) -> TransferAnswer:
    found = sum_of_carried(transfer.movement)
    return {"carried": [{"name": name, "amount": str(amount)} for name, amount in found.items()]}


_AFTER = frozenset(rules.AFTER_TRANSFER)

SUBJECTS = (Subject("claim_id", "claims"),)

ACTS = (
    Act(
        TRANSFER_EXECUTE,
        "划转指标",
        commands.execute,
        Can.DECIDE_FOR_PROVINCE,
        two_persons=True,
        binds=bound.execute_bound,
        paper=Printed(DocumentKind.TRANSFER_CERTIFICATE),
        answer=_transfer_answer,
        statuses=frozenset({ListingStatus.PAID}),
        help="各类指标由出让方划转至竞得人，并出具划转证明。",
        subject="listing_id",
    ),
    Act(
        QUALITY_CLAIM,
        "提出质量退款",
        claims.claim_quality,
        Can.HOLD_QUOTA,
        form=QualityForm,
        answer=_claim_answer,
        statuses=_AFTER,
        subject="listing_id",
    ),
    Act(
        QUALITY_CONFIRM,
        "确认质量退款",
        claims.confirm_quality,
        Can.DECIDE_FOR_PROVINCE,
        subject="claim_id",
        two_persons=True,
        binds=bound.confirm_bound,
        lane=claims.listing_of_claim,
        answer=_claim_answer,
        statuses=_AFTER,
    ),
    Act(
        QUALITY_PAID,
        "登记质量退款付讫",
        claims.note_quality_paid,
        Can.BOOK_MONEY,
        subject="claim_id",
        form=VoucherForm,
        two_persons=True,
        binds=bound.paid_bound,
        lane=claims.listing_of_claim,
        answer=_claim_answer,
        statuses=_AFTER,
    ),
)
