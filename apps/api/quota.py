"""Batches, holdings and entries of quota (指标)."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant
from apps.kinds.fields import EachKind, WithKinds, amount_of_any
from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from apps.parties.models import Organisation
from apps.parties.queries import in_province
from apps.parties.roles import Can
from apps.quota.batch_models import Batch, Encumbrance, EncumbranceLine
from apps.quota.burden_queries import told_to
from apps.quota.models import Bucket, Entry
from apps.quota.queries import batches_of, classes_of, holdings
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS
from kernel.web.filters import WholeNumberFilter, whole_number


class EncumbranceLineBody(serializers.ModelSerializer[EncumbranceLine]):
    """How much of one kind a burden lies on."""

    amount = serializers.SerializerMethodField()

    class Meta:
        model = EncumbranceLine
        fields: ClassVar[list[str]] = ["kind", "amount"]

    def get_amount(self, line: EncumbranceLine) -> str:
        """With the kind's decimals."""
        return str(Quantity(QuotaKind(line.kind), line.amount))


class EncumbranceBody(serializers.ModelSerializer[Encumbrance]):
    """A burden on a batch: on all of it (`whole`), or on these amounts of what its holder has."""

    since = Instant()
    lifted_at = Instant(allow_null=True)
    lines = EncumbranceLineBody(many=True)

    class Meta:
        model = Encumbrance
        fields: ClassVar[list[str]] = [
            "id", "type", "reason", "holder", "whole", "lines", "since", "lifted_at", "lift_reason",
        ]  # fmt: skip


class BatchRow(WithKinds, serializers.ModelSerializer[Batch]):
    """One batch as it was booked in."""

    project_name = serializers.CharField(source="title")
    region = serializers.CharField(source="region_id")
    quantities = EachKind(amount_of_any, None)
    booked_at = Instant()
    encumbrances = EncumbranceBody(many=True)

    class Meta:
        model = Batch
        fields: ClassVar[list[str]] = [
            "id", "quota_class", "certificate_no", "project", "project_name", "region", "quantities", "grade",
            "booked_at", "encumbrances",
        ]  # fmt: skip


class Batches(ListView[Batch]):
    """Batches in the reserve: those of which the asker holds something, or all for those who watch it."""

    title = "指标批次"
    capability = Can.TAKE_PART
    serializer_class = BatchRow
    filterset_fields: ClassVar[list[str]] = ["project", "grade"]

    def schema_model(self) -> type[Batch]:
        """Batches."""
        return Batch

    def rows(self) -> QuerySet[Batch]:
        """What the asker may see."""
        found = batches_of(self.by).prefetch_related(Prefetch("encumbrances", told_to(self.by)), "lines")
        return found.filter(in_province(self.by, "region__code")) if self.by.can(Can.SEE_RESERVE) else found


class HoldingBody(serializers.Serializer[Any]):
    """A holder's total of one kind in one bucket."""

    kind = serializers.CharField()
    bucket = serializers.CharField()
    amount = serializers.CharField()


class HoldingsBody(serializers.Serializer[Any]):
    """All totals of a holder."""

    organisation = serializers.IntegerField()
    holdings = HoldingBody(many=True)


class Holdings(ApiView):
    """What an organisation holds: one's own; anybody's for those who watch the reserve."""

    capability = Can.TAKE_PART

    @extend_schema(
        summary="指标持有情况",
        parameters=[OpenApiParameter("organisation", int, description="单位，缺省为本单位")],
        responses={200: HoldingsBody, **PROBLEMS},
        tags=["指标"],
    )
    def get(self, request: Request) -> Response:
        """Refuses: not_found for another organisation that is not the asker's business."""
        asked = request.query_params.get("organisation")
        holder = self.by.organisation_id if asked is None else whole_number(asked)
        mine = holder == self.by.organisation_id
        if holder is None or not (mine or self.by.can(Can.SEE_RESERVE)):
            raise not_found("单位")
        if not Organisation.objects.filter(in_province(self.by, "region__code"), pk=holder).exists():
            raise not_found("单位")
        rows = [
            {"kind": str(kind), "bucket": str(bucket), "amount": str(Quantity(kind, amount))}
            for quota_class in classes_of(holder)
            for kind, buckets in holdings(holder, quota_class).items()
            for bucket, amount in buckets.items()
        ]
        return Response(HoldingsBody({"organisation": holder, "holdings": rows}).data)


class LedgerRow(serializers.ModelSerializer[Entry]):
    """One line of the quota ledger."""

    reason = serializers.CharField(source="movement.reason")
    listing_id = serializers.IntegerField(source="movement.case_id", allow_null=True)
    reference = serializers.CharField(source="movement.reference")
    at = Instant(source="movement.at")
    holder = serializers.IntegerField(source="account.holder_id")
    holder_name = serializers.CharField(source="account.holder.name")
    bucket = serializers.CharField(source="account.bucket")
    kind = serializers.CharField()
    amount = serializers.CharField()

    class Meta:
        model = Entry
        fields: ClassVar[list[str]] = [
            "id", "movement", "reason", "listing_id", "reference", "at", "holder", "holder_name", "batch", "kind",
            "bucket", "amount",
        ]  # fmt: skip


class LedgerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What ledger lines can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="movement__case_id")
    batch = WholeNumberFilter(label="批次", field_name="batch_id")

    class Meta:
        model = Entry
        fields: ClassVar[list[str]] = ["kind"]


class Ledger(ListView[Entry]):
    """Lines of the quota ledger: one's own; all for those who watch the reserve."""

    title = "指标台账"
    capability = Can.TAKE_PART
    serializer_class = LedgerRow
    filterset_class = LedgerFilter

    def schema_model(self) -> type[Entry]:
        """Lines."""
        return Entry

    def rows(self) -> QuerySet[Entry]:
        """What the asker may see; the province's own side of a booking only for those who watch the reserve."""
        found = Entry.objects.select_related("movement", "account__holder")
        if self.by.can(Can.SEE_RESERVE):
            return found.filter(in_province(self.by, "batch__region__code"))
        return found.filter(account__holder_id=self.by.organisation_id).exclude(account__bucket=Bucket.ISSUED)
