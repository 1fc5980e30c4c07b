"""What sellers report of the quality that they promised (质量提升报告)."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView
from apps.api.fields import Instant
from apps.parties.roles import Can
from apps.stages.commitment.models import Report
from apps.stages.commitment.queries import reports_seen
from kernel.web.filters import WholeNumberFilter
from kernel.web.opaque import OpaqueId


class CommitmentReportFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What reports can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="listing_id")

    class Meta:
        model = Report
        fields: ClassVar[list[str]] = []


class CommitmentReportRow(serializers.ModelSerializer[Report]):
    """One report; `grade_decided` is what the province found, none before that and where another took its place."""

    listing_id = serializers.IntegerField()
    number = serializers.CharField(source="listing.case.number", allow_null=True)
    attachment_id = OpaqueId(of="attachment")
    attachment_name = serializers.CharField(source="attachment.name")
    attachment_sha256 = serializers.CharField(source="attachment.sha256")
    reported_at = Instant()
    closed_at = Instant(allow_null=True)

    class Meta:
        model = Report
        fields: ClassVar[list[str]] = [
            "id", "listing_id", "number", "grade", "measurer", "findings", "attachment_id", "attachment_name",
            "attachment_sha256", "reported_at", "grade_decided", "opinion", "closed_at",
        ]  # fmt: skip


class CommitmentReports(ListView[Report]):
    """Reports of promised quality, the newest first: offices those of their province, seller and buyer their own."""

    title = "质量提升报告"
    capability = Can.SIGN_IN
    serializer_class = CommitmentReportRow
    filterset_class = CommitmentReportFilter

    def schema_model(self) -> type[Report]:
        """Reports."""
        return Report

    def rows(self) -> QuerySet[Report]:
        """What the asker may see."""
        return reports_seen(self.by)
