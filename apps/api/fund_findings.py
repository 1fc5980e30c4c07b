"""What auditors found on proceeds of quota (收益审计意见), with answers and conclusions."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView
from apps.api.fields import Instant, yuan
from apps.funds.findings import findings_seen
from apps.funds.models import Finding
from apps.funds.states import OUTCOME_LABELS
from apps.parties.roles import Can
from kernel.web.filters import WholeNumberFilter


class FindingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What findings can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="source_id")

    class Meta:
        model = Finding
        fields: ClassVar[list[str]] = []


class FindingRow(serializers.ModelSerializer[Finding]):
    """One finding of an auditor, with its answer and conclusion; empty where there is none yet."""

    listing_id = serializers.IntegerField(source="source_id")
    number = serializers.CharField(source="source.number", allow_null=True)
    holder_name = serializers.CharField(source="holder.name")
    auditor_name = serializers.CharField(source="organisation.name")
    movement = serializers.IntegerField(source="about_id", allow_null=True)
    at = Instant()
    amount = yuan()
    answer = serializers.SerializerMethodField()
    outcome = serializers.SerializerMethodField()
    outcome_label = serializers.SerializerMethodField()
    recovered = serializers.SerializerMethodField()

    class Meta:
        model = Finding
        fields: ClassVar[list[str]] = [
            "id", "listing_id", "number", "holder_name", "auditor_name", "movement", "at", "text", "amount", "answer",
            "outcome", "outcome_label", "recovered",
        ]  # fmt: skip

    def get_answer(self, row: Finding) -> str:
        """What the county said."""
        return row.answer.text if row.is_answered else ""

    def get_outcome(self, row: Finding) -> str:
        """What came of it."""
        return row.conclusion.outcome if row.is_concluded else ""

    def get_outcome_label(self, row: Finding) -> str:
        """The same as users see it."""
        return OUTCOME_LABELS[row.conclusion.outcome] if row.is_concluded else ""

    def get_recovered(self, row: Finding) -> str:
        """How much is to be recovered."""
        return str(row.conclusion.amount) if row.is_concluded else "0.00"


class FundFindings(ListView[Finding]):
    """The findings on proceeds of the asker's county or region, the newest first."""

    title = "收益审计意见"
    capability = Can.SEE_FUNDS
    serializer_class = FindingRow
    filterset_class = FindingFilter

    def schema_model(self) -> type[Finding]:
        """Findings."""
        return Finding

    def rows(self) -> QuerySet[Finding]:
        """What the asker may see."""
        return findings_seen(self.by)
