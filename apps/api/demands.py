"""Quota that comes from other provinces (跨省域调入): demands, their papers, evidence."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.adjustments import AdjustmentAttachmentRow
from apps.api.base import ApiView, ListView, OldestFirst
from apps.api.documents import DocumentFilter, DocumentRow
from apps.api.evidence import AttachmentForm, CaseAttachments
from apps.api.fields import Instant, yuan
from apps.crossprovince import demand_queries as queries
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import LABELS, DemandStatus
from apps.crossprovince.models import SchemeRow
from apps.disclosure.demands import sees_demand_whole
from apps.disclosure.documents import readable_in_demand
from apps.disclosure.evidence import visible_in_demand
from apps.documents.models import Attachment, Document
from apps.documents.states import AttachmentKind
from apps.funds.models import PayIn
from apps.funds.pay_ins import paid_of, pay_ins_of
from apps.parties.roles import Can
from apps.process import uploads
from kernel.deadlines import runner
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import WholeNumberFilter

_TAG = "跨省域调剂"


class DemandFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What demands can be looked for by."""

    status = django_filters.MultipleChoiceFilter(
        label="状态，可重复", choices=[(str(each), LABELS[each]) for each in DemandStatus]
    )
    scheme = WholeNumberFilter(label="调剂方案", field_name="scheme_id")

    class Meta:
        model = Demand
        fields: ClassVar[list[str]] = []


class DemandRow(serializers.ModelSerializer[Demand]):
    """One demand in a list; `amount` in 亩, `price` (P) in yuan, none before its scheme."""

    id = serializers.IntegerField(source="pk", read_only=True)
    number = serializers.CharField(source="case.number", allow_null=True)
    status_label = serializers.SerializerMethodField()
    holder_name = serializers.CharField(source="holder.name")
    region = serializers.CharField(source="region_id")
    region_name = serializers.CharField(source="region.name")
    parent_id = serializers.IntegerField(allow_null=True)
    scheme_id = serializers.IntegerField(allow_null=True)
    price = yuan(allow_null=True)
    drafted_at = Instant()
    submitted_at = Instant(allow_null=True)
    reported_at = Instant(allow_null=True)
    paying_at = Instant(allow_null=True)
    paid_in_at = Instant(allow_null=True)
    received_at = Instant(allow_null=True)

    class Meta:
        model = Demand
        fields: ClassVar[list[str]] = [
            "id", "number", "title", "status", "status_label", "holder_name", "region", "region_name", "amount",
            "planning_scale", "remainder", "review_round", "parent_id", "scheme_id", "price", "receipt_no",
            "drafted_at", "submitted_at", "reported_at", "paying_at", "paid_in_at", "received_at", "end_reason",
        ]  # fmt: skip

    def get_status_label(self, row: Demand) -> str:
        """The status as users see it."""
        return LABELS[row.state]


class Demands(ListView[Demand]):
    """Demands, the newest first: one's own, those of an office's region."""

    title = "跨省域调入需求"
    capability = Can.TAKE_PART
    serializer_class = DemandRow
    filterset_class = DemandFilter

    def schema_model(self) -> type[Demand]:
        """Demands."""
        return Demand

    def rows(self) -> QuerySet[Demand]:
        """What the asker may see."""
        return queries.demands_visible_to(self.by).defer("rules")


class OfDemand(ApiView):
    """A view below one demand that the asker may know of, with what was due on it settled."""

    capability = Can.TAKE_PART
    demand: Demand

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """NotFound for any other."""
        super().initial(request, *args, **kwargs)
        found = kwargs["demand_id"]
        require_possible_id(found, what="跨省域调入需求")
        self.demand = queries.demand_for(found, by=self.by)
        if runner.run_due(now=self.now, case_id=found):
            self.demand = queries.demand_for(found, by=self.by)


class DemandSchemeRowBody(serializers.ModelSerializer[SchemeRow]):
    """One row of a scheme; prices in 元/亩, without the addition for planning scale."""

    out_price = yuan()
    in_price = yuan()
    national_no = serializers.CharField(source="receipt.national_no", allow_null=True, default=None)

    class Meta:
        model = SchemeRow
        fields: ClassVar[list[str]] = [
            "row_no", "out_county", "in_province", "project_area_no", "area_mu", "area_ha", "high_standard",
            "planning_scale", "out_price", "in_price", "national_no",
        ]  # fmt: skip


class PayInBody(serializers.ModelSerializer[PayIn]):
    """One payment into the central account."""

    amount = yuan()
    paid_at = Instant()

    class Meta:
        model = PayIn
        fields: ClassVar[list[str]] = ["payer", "voucher_no", "amount", "paid_at"]


class OneDemandBody(DemandRow):
    """One demand in full."""

    rows = serializers.SerializerMethodField()
    payments = serializers.SerializerMethodField()
    paid = serializers.SerializerMethodField()

    class Meta(DemandRow.Meta):
        fields: ClassVar[list[str]] = [*DemandRow.Meta.fields, "rows", "payments", "paid"]

    @extend_schema_field(DemandSchemeRowBody(many=True))
    def get_rows(self, row: Demand) -> Any:
        """Its rows of the scheme."""
        return DemandSchemeRowBody(queries.rows_of(row), many=True).data

    @extend_schema_field(PayInBody(many=True))
    def get_payments(self, row: Demand) -> Any:
        """What was paid in; to those of whom all of it is the business."""
        seen = sees_demand_whole(row, by=self.context["by"])
        return PayInBody(pay_ins_of(row.pk) if seen else [], many=True).data

    def get_paid(self, row: Demand) -> str:
        """What was paid in so far, in yuan."""
        return str(paid_of(row.pk))


class OneDemand(OfDemand):
    """One demand."""

    @extend_schema(
        summary="跨省域调入需求",
        operation_id="demand",
        responses={200: OneDemandBody, **PROBLEMS},
        tags=[_TAG],
    )
    def get(self, request: Request, demand_id: int) -> Response:
        """Refuses: not_found, also for what the asker may not know of."""
        return Response(OneDemandBody(self.demand, context={"by": self.by}).data)


class DemandDocuments(OfDemand, ListView[Document]):
    """The documents of a demand."""

    title = "跨省域调入的文书"
    serializer_class = DocumentRow
    pagination_class = OldestFirst
    filterset_class = DocumentFilter

    def schema_model(self) -> type[Document]:
        """Documents."""
        return Document

    def rows(self) -> QuerySet[Document]:
        """Those that the asker may open."""
        return readable_in_demand(self.demand, by=self.by)


class DemandAttachments(OfDemand, CaseAttachments):
    """The evidence of a demand."""

    title = "跨省域调入的附件"
    serializer_class = AdjustmentAttachmentRow

    def rows(self) -> QuerySet[Attachment]:
        """Those that concern the asker."""
        return visible_in_demand(self.demand, by=self.by)

    @extend_schema(
        summary="上传跨省域调入材料",
        request={"multipart/form-data": AttachmentForm},
        responses={201: AdjustmentAttachmentRow, **PROBLEMS},
        tags=["附件"],
    )
    def post(self, request: Request, demand_id: int) -> Response:
        """Take a file as evidence. Refuses: not_permitted, not_found, wrong_status, invalid, facts_frozen."""

        def take(kind: AttachmentKind, name: str, content: bytes) -> Attachment:
            return uploads.take_for_demand(
                self.demand, kind=kind, name=name, content=content, by=self.by, now=self.now
            )

        return self.taken(request, take)
