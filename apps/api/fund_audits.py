"""Audits of what was spent of money from other provinces (年度审计、决算审计), as their cases' pages show them."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView
from apps.api.fields import Instant, yuan
from apps.crossprovince.audit_pages import rounds_seen
from apps.crossprovince.models import AuditRound
from apps.crossprovince.states import AUDIT_LABELS
from apps.parties.roles import Can
from kernel.web.filters import WholeNumberFilter


class FundAuditFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What audits can be looked for by."""

    adjustment = WholeNumberFilter(label="跨省域调剂申请", field_name="adjustment_id")
    year = WholeNumberFilter(label="年度，决算审计为0", field_name="year")

    class Meta:
        model = AuditRound
        fields: ClassVar[list[str]] = []


class FundAuditRow(serializers.ModelSerializer[AuditRound]):
    """One audit; before its vouchers are drawn nothing but what was committed to. `year` is 0 of the final one."""

    adjustment_id = serializers.IntegerField()
    number = serializers.CharField(source="adjustment.case.number", allow_null=True)
    holder_name = serializers.CharField(source="adjustment.holder.name")
    year_label = serializers.CharField(source="label")
    begun_at = Instant()
    drawn_at = Instant(allow_null=True)
    spent = yuan(allow_null=True)
    sampled = yuan(allow_null=True)
    concluded_at = Instant(allow_null=True)
    outcome_label = serializers.SerializerMethodField()
    voided_at = Instant(allow_null=True)

    class Meta:
        model = AuditRound
        fields: ClassVar[list[str]] = [
            "id", "adjustment_id", "number", "holder_name", "year", "year_label", "commitment", "begun_at", "drawn_at",
            "secret", "spent", "sampled", "concluded_at", "outcome", "outcome_label", "voided_at",
        ]  # fmt: skip

    def get_outcome_label(self, row: AuditRound) -> str:
        """The outcome as users see it; empty before there is one."""
        return AUDIT_LABELS[row.outcome] if row.outcome else ""


class FundAudits(ListView[AuditRound]):
    """The audits of the adjustments that the asker may see, the newest first."""

    title = "调剂资金审计"
    capability = Can.TAKE_PART
    serializer_class = FundAuditRow
    filterset_class = FundAuditFilter

    def schema_model(self) -> type[AuditRound]:
        """Audits."""
        return AuditRound

    def rows(self) -> QuerySet[AuditRound]:
        """What the asker may see."""
        return rounds_seen(self.by)
