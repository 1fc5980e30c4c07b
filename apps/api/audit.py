"""The record (审计记录), and whether it holds."""

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant
from apps.crossprovince import queries as crossprovince
from apps.crossprovince.demand_faults import demand_faults
from apps.disclosure.record import (
    gapped,
    readable_by,
    shown_subject,
)
from apps.funds import faults as funds
from apps.money import queries as money
from apps.parties.roles import Can
from apps.quota import queries as quota
from apps.surplus import queries as surplus
from kernel.audit.models import AuditEntry
from kernel.audit.queries import breaks
from kernel.web.acts import PROBLEMS
from kernel.web.filters import WholeNumberFilter
from kernel.web.opaque import OpaqueId


class AuditRow(serializers.ModelSerializer[AuditEntry]):
    """One entry. Its place in its chain is null while entries of that chain are not shown: gaps would count them."""

    id = OpaqueId(of="auditentry")
    sequence = serializers.SerializerMethodField()
    subject = serializers.SerializerMethodField()
    at = Instant()
    listing_id = serializers.IntegerField(source="case_id", read_only=True, allow_null=True)

    class Meta:
        model = AuditEntry
        fields: ClassVar[list[str]] = [
            "id", "chain", "sequence", "at", "verb", "outcome", "code", "person_id", "person_name",
            "organisation_id", "organisation_name", "role", "address", "listing_id", "subject", "before", "after",
            "hash",
        ]  # fmt: skip

    def get_subject(self, row: AuditEntry) -> str:
        """What it is about: `app.model:id`, the id as it is shown."""
        return shown_subject(row.subject)

    def get_sequence(self, row: AuditEntry) -> int | None:
        """Its place in its chain."""
        return None if self.context["gapped"](row) else row.sequence


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What entries can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="case_id")
    chain = django_filters.CharFilter(label="链", max_length=40)
    verb = django_filters.CharFilter(label="事项", max_length=80)
    outcome = django_filters.CharFilter(label="结果", max_length=10)
    person_id = WholeNumberFilter(label="人员")
    organisation_id = WholeNumberFilter(label="单位")
    since = django_filters.IsoDateTimeFilter(label="不早于", field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(label="早于", field_name="at", lookup_expr="lt")

    class Meta:
        model = AuditEntry
        fields: ClassVar[list[str]] = []


class Audit(ListView[AuditEntry]):
    """The audit record, for supervisors; without what would tell who bids, or how many, before the close."""

    title = "审计日志"
    capability = Can.SUPERVISE
    serializer_class = AuditRow
    filterset_class = AuditFilter

    def schema_model(self) -> type[AuditEntry]:
        """Entries."""
        return AuditEntry

    def rows(self) -> QuerySet[AuditEntry]:
        """What was done on cases of the asker's province, by its organisations, and by the exchange itself."""
        return readable_by(self.by)

    def get_serializer_context(self) -> Mapping[str, Any]:
        """With whose places are not told."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        return {**super().get_serializer_context(), "gapped": gapped()}


class BreakBody(serializers.Serializer[Any]):
    """Where a chain does not hold."""

    chain = serializers.CharField()
    sequence = serializers.IntegerField()
    entry_id = serializers.IntegerField()
    what = serializers.CharField()


class FaultBody(serializers.Serializer[Any]):
    """What does not hold in a ledger."""

    what = serializers.CharField()
    id = serializers.IntegerField()


class SoundnessBody(serializers.Serializer[Any]):
    """Whether record and ledgers are whole."""

    audit_breaks = BreakBody(many=True)
    quota_faults = FaultBody(many=True)
    money_faults = FaultBody(many=True)
    surplus_faults = FaultBody(many=True)
    funds_faults = FaultBody(many=True)
    cross_province_faults = FaultBody(many=True)
    whole = serializers.BooleanField()


class Soundness(ApiView):
    """The chains of the record recomputed, the ledgers added up; for supervisors."""

    capability = Can.SUPERVISE

    @extend_schema(
        summary="核验审计链与账目",
        parameters=[OpenApiParameter("chain", str, description="只核验这一条链，例如 case:7")],
        responses={200: SoundnessBody, **PROBLEMS},
        tags=["监督"],
    )
    def get(self, request: Request) -> Response:
        """Every break and fault, by row."""
        chain = request.query_params.get("chain", "")[:40].replace("\x00", "") or None
        body = {
            "audit_breaks": breaks(chain=chain),
            "quota_faults": quota.faults(),
            "money_faults": money.faults(),
            "surplus_faults": surplus.faults(),
            "funds_faults": funds.faults(),
            "cross_province_faults": crossprovince.faults() + demand_faults(),
        }
        return Response(SoundnessBody({**body, "whole": not any(body.values())}).data)
