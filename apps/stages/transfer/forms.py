"""What transfers and quality claims take."""

from typing import Any

from rest_framework import serializers

from apps.documents.queries import printed
from apps.documents.states import DocumentKind
from apps.listings.states import ListingStatus
from apps.stages.transfer import bound, commands, rules
from apps.stages.transfer.models import QualityClaim
from kernel.actors import FINANCE, PROVINCE, TRADERS
from kernel.acts.act import Act
from kernel.quantity import QuotaKind, parse_area, parse_capacity


class QualityForm(serializers.Serializer[Any]):
    """What a retest found."""

    kind = serializers.ChoiceField(label="指标种类", choices=[(str(each), each.label) for each in QuotaKind])
    retested = serializers.CharField(label="复测数量", max_length=30)
    reason = serializers.CharField(label="复测情况", max_length=2000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The measured quantity, exact."""
        kind = QuotaKind(attrs["kind"])
        parse = parse_capacity if kind is QuotaKind.GRAIN_CAPACITY else parse_area
        try:
            return {**attrs, "kind": kind, "retested": parse(attrs["retested"])}
        except ValueError as error:
            raise serializers.ValidationError({"retested": str(error)}) from error


class VoucherForm(serializers.Serializer[Any]):
    """Proof that a quality refund was paid."""

    voucher_no = serializers.CharField(label="付款凭证号", max_length=80)


def _claim_answer(claim: QualityClaim) -> dict[str, Any]:
    return {"claim": claim.pk, "refund": str(claim.refund)}


_AFTER = frozenset(rules.AFTER_TRANSFER)

ACTS = (
    Act(
        "transfer.execute",
        "划转指标",
        commands.execute,
        PROVINCE,
        two_persons=True,
        paper=printed(DocumentKind.TRANSFER_CERTIFICATE),
        statuses=frozenset({ListingStatus.PAID}),
        help="各类指标由出让方划转至受让方，并出具划转证明。",
    ),
    Act(
        "quality.claim",
        "提出质量退款",
        commands.claim_quality,
        TRADERS,
        form=QualityForm,
        answer=_claim_answer,
        statuses=_AFTER,
    ),
    Act(
        "quality.confirm",
        "确认质量退款",
        commands.confirm_quality,
        PROVINCE,
        subject="claim_id",
        two_persons=True,
        lane=commands.listing_of_claim,
        answer=_claim_answer,
        statuses=_AFTER,
    ),
    Act(
        "quality.paid",
        "登记质量退款付讫",
        commands.note_quality_paid,
        FINANCE,
        subject="claim_id",
        form=VoucherForm,
        two_persons=True,
        binds=bound.paid_bound,
        lane=commands.listing_of_claim,
        answer=_claim_answer,
        statuses=_AFTER,
    ),
)
