"""Certificates of surplus quota (建设用地指标登记证): the public register, and what is left of each."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant
from apps.api.surplus_filters import SurplusFilter
from apps.quota.batch_models import Source
from apps.quota.queries import Standing, standings
from apps.surplus import queries
from apps.surplus.models import Verification
from apps.surplus.states import VerificationStatus
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import WholeNumberFilter


class CertificateFilter(SurplusFilter):
    """What certificates can be looked for by."""

    dated_by = "certified_at"
    year = WholeNumberFilter(label="发证年份", method="of_year")
    search = django_filters.CharFilter(
        label="登记证号、验收文号、名称、权属主体或行政区划，多个词以空格分隔",
        method="called",
        max_length=100,
    )


class CertificateRow(serializers.ModelSerializer[Verification]):
    """One certificate; `tradeable` is what was booked, and sold, used, written off and left add up to it, in 亩."""

    id = serializers.IntegerField(source="pk", read_only=True)
    number = serializers.CharField(source="certificate_no")
    holder_name = serializers.CharField(source="holder.name")
    region = serializers.CharField(source="region_id")
    region_name = serializers.CharField(source="region.name")
    certified_at = Instant()
    revoked = serializers.SerializerMethodField(help_text="已撤销")
    tradeable = serializers.SerializerMethodField()
    sold = serializers.SerializerMethodField()
    adjusted = serializers.SerializerMethodField(help_text="已调剂到外省")
    used = serializers.SerializerMethodField()
    written_off = serializers.SerializerMethodField()
    left = serializers.SerializerMethodField()

    class Meta:
        model = Verification
        fields: ClassVar[list[str]] = [
            "id", "number", "title", "holder_name", "region", "region_name", "certified_at", "revoked", "tradeable",
            "sold", "adjusted", "used", "written_off", "left",
        ]  # fmt: skip

    def _standing(self, row: Verification) -> Standing:
        found: Standing = self.context["standings"].get(row.pk, Standing())
        return found

    def get_revoked(self, row: Verification) -> bool:
        """Whether it is of no force any more."""
        return row.state is VerificationStatus.REVOKED

    @extend_schema_field({"type": "string", "format": "decimal"})
    def get_tradeable(self, row: Verification) -> str:
        """T, as it was booked."""
        return str(self._standing(row).booked)

    @extend_schema_field({"type": "string", "format": "decimal"})
    def get_sold(self, row: Verification) -> str:
        """What was sold to others of the province."""
        return str(self._standing(row).sold)

    @extend_schema_field({"type": "string", "format": "decimal"})
    def get_adjusted(self, row: Verification) -> str:
        """What has gone to other provinces."""
        return str(self._standing(row).adjusted)

    @extend_schema_field({"type": "string", "format": "decimal"})
    def get_used(self, row: Verification) -> str:
        """What its holder has used itself."""
        return str(self._standing(row).used)

    @extend_schema_field({"type": "string", "format": "decimal"})
    def get_written_off(self, row: Verification) -> str:
        """What was written off."""
        return str(self._standing(row).written_off)

    @extend_schema_field({"type": "string", "format": "decimal"})
    def get_left(self, row: Verification) -> str:
        """What its holder still has."""
        return str(self._standing(row).left)


class Certificates(ListView[Verification]):
    """Certificates, the newest case first, for everybody."""

    title = "建设用地指标登记证"
    serializer_class = CertificateRow
    filterset_class = CertificateFilter

    def schema_model(self) -> type[Verification]:
        """Verifications, which they certify."""
        return Verification

    def rows(self) -> QuerySet[Verification]:
        """Every one."""
        return queries.certified().defer("rules")

    def look_up(self, page: Iterable[Verification]) -> None:
        """What became of the quota."""
        self.standings = standings(Source.VERIFICATION, [row.pk for row in page])

    def get_serializer_context(self) -> dict[str, Any]:
        """With what became of the quota."""
        return {**super().get_serializer_context(), "standings": getattr(self, "standings", {})}


class OneCertificate(ApiView):
    """One certificate."""

    @extend_schema(
        summary="建设用地指标登记证",
        operation_id="certificate",
        responses={200: CertificateRow, **PROBLEMS},
        tags=["核定"],
    )
    def get(self, request: Request, certificate_id: int) -> Response:
        """Refuses: not_found."""
        require_possible_id(certificate_id, what="登记证")
        found = queries.certified().filter(pk=certificate_id).first()
        if found is None:
            raise not_found("登记证")
        context = {"standings": standings(Source.VERIFICATION, [found.pk])}
        return Response(CertificateRow(found, context=context).data)
