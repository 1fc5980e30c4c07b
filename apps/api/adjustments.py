"""Quota that goes to other provinces (跨省域调剂): applications, schemes, papers, evidence."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView, OldestFirst
from apps.api.documents import DocumentFilter, DocumentRow
from apps.api.evidence import AttachmentForm, AttachmentRow, CaseAttachments
from apps.api.fields import Instant, yuan
from apps.crossprovince import queries
from apps.crossprovince.models import Adjustment, AdjustmentLine, PlanLine, Scheme, SchemeRow
from apps.crossprovince.states import LABELS, AdjustmentStatus
from apps.disclosure.documents import readable_in_adjustment
from apps.disclosure.evidence import visible_in_adjustment
from apps.documents.models import Attachment, Document
from apps.documents.states import AttachmentKind
from apps.funds.allocations import allocated_of
from apps.parties.roles import Can, kinds_that
from apps.process import uploads
from kernel.deadlines import runner
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import WholeNumberFilter

_TAG = "跨省域调剂"


class AdjustmentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What applications can be looked for by."""

    status = django_filters.MultipleChoiceFilter(
        label="状态，可重复", choices=[(str(each), LABELS[each]) for each in AdjustmentStatus]
    )
    scheme = WholeNumberFilter(label="调剂方案", field_name="scheme_id")

    class Meta:
        model = Adjustment
        fields: ClassVar[list[str]] = []


class AdjustmentRow(serializers.ModelSerializer[Adjustment]):
    """One application in a list; amounts in yuan, none before its scheme."""

    id = serializers.IntegerField(source="pk", read_only=True)
    number = serializers.CharField(source="case.number", allow_null=True)
    status_label = serializers.SerializerMethodField()
    holder_name = serializers.CharField(source="holder.name")
    region = serializers.CharField(source="region_id")
    region_name = serializers.CharField(source="region.name")
    parent_id = serializers.IntegerField(allow_null=True)
    scheme_id = serializers.IntegerField(allow_null=True)
    price = yuan(allow_null=True)
    gross = yuan(allow_null=True)
    retained = yuan(allow_null=True)
    margin = yuan(allow_null=True)
    drafted_at = Instant()
    submitted_at = Instant(allow_null=True)
    reported_at = Instant(allow_null=True)
    implementing_at = Instant(allow_null=True)
    transferred_at = Instant(allow_null=True)

    class Meta:
        model = Adjustment
        fields: ClassVar[list[str]] = [
            "id", "number", "title", "status", "status_label", "holder_name", "region", "region_name", "remainder",
            "review_round", "parent_id", "scheme_id", "price", "gross", "retained", "margin", "consent_no",
            "receipt_no", "drafted_at", "submitted_at", "reported_at", "implementing_at", "transferred_at",
            "end_reason",
        ]  # fmt: skip

    def get_status_label(self, row: Adjustment) -> str:
        """The status as users see it."""
        return LABELS[row.state]


class Adjustments(ListView[Adjustment]):
    """Applications, the newest first: one's own, those of an office's region."""

    title = "跨省域调剂申请"
    capability = Can.TAKE_PART
    serializer_class = AdjustmentRow
    filterset_class = AdjustmentFilter

    def schema_model(self) -> type[Adjustment]:
        """Applications."""
        return Adjustment

    def rows(self) -> QuerySet[Adjustment]:
        """What the asker may see."""
        return queries.visible_to(self.by).defer("rules")


class OfAdjustment(ApiView):
    """A view below one application that the asker may know of, with what was due on it settled."""

    capability = Can.TAKE_PART
    adjustment: Adjustment

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """NotFound for any other."""
        super().initial(request, *args, **kwargs)
        found = kwargs["adjustment_id"]
        require_possible_id(found, what="跨省域调剂申请")
        self.adjustment = queries.adjustment_for(found, by=self.by)
        if runner.run_due(now=self.now, case_id=found):
            self.adjustment = queries.adjustment_for(found, by=self.by)


class AdjustmentLineBody(serializers.ModelSerializer[AdjustmentLine]):
    """So many 亩 of one batch."""

    batch_id = serializers.IntegerField()
    certificate_no = serializers.CharField(source="batch.certificate_no")

    class Meta:
        model = AdjustmentLine
        fields: ClassVar[list[str]] = [
            "batch_id",
            "certificate_no",
            "high_standard",
            "amount",
            "frozen",
            "handed",
        ]


class PlanLineBody(serializers.ModelSerializer[PlanLine]):
    """One line of the plan of use as it stands."""

    amount = yuan()

    class Meta:
        model = PlanLine
        fields: ClassVar[list[str]] = ["category", "item", "village", "amount", "revitalisation"]


class SchemeRowBody(serializers.ModelSerializer[SchemeRow]):
    """One row of a scheme; prices in 元/亩, without the addition for planning scale."""

    adjustment_id = serializers.IntegerField()
    out_price = yuan()
    in_price = yuan()
    national_no = serializers.CharField(source="receipt.national_no", allow_null=True, default=None)

    class Meta:
        model = SchemeRow
        fields: ClassVar[list[str]] = [
            "row_no", "adjustment_id", "out_county", "in_province", "project_area_no", "area_mu", "area_ha",
            "high_standard", "planning_scale", "out_price", "in_price", "national_no",
        ]  # fmt: skip


class OneAdjustmentBody(AdjustmentRow):
    """One application in full."""

    lines = serializers.SerializerMethodField()
    plan = serializers.SerializerMethodField()
    rows = serializers.SerializerMethodField()
    allocated = serializers.SerializerMethodField()

    class Meta(AdjustmentRow.Meta):
        fields: ClassVar[list[str]] = [*AdjustmentRow.Meta.fields, "lines", "plan", "rows", "allocated"]

    @extend_schema_field(AdjustmentLineBody(many=True))
    def get_lines(self, row: Adjustment) -> Any:
        """What it is of."""
        return AdjustmentLineBody(queries.lines_of(row), many=True).data

    @extend_schema_field(PlanLineBody(many=True))
    def get_plan(self, row: Adjustment) -> Any:
        """Its plan."""
        plan = queries.plan_of(row)
        return PlanLineBody(plan.lines.order_by("id") if plan else [], many=True).data

    @extend_schema_field(SchemeRowBody(many=True))
    def get_rows(self, row: Adjustment) -> Any:
        """Its rows of the scheme."""
        return SchemeRowBody(row.rows.select_related("receipt").order_by("id"), many=True).data

    def get_allocated(self, row: Adjustment) -> str:
        """What the centre has allocated so far, in yuan."""
        return str(allocated_of(row.pk))


class OneAdjustment(OfAdjustment):
    """One application."""

    @extend_schema(
        summary="跨省域调剂申请",
        operation_id="adjustment",
        responses={200: OneAdjustmentBody, **PROBLEMS},
        tags=[_TAG],
    )
    def get(self, request: Request, adjustment_id: int) -> Response:
        """Refuses: not_found, also for what the asker may not know of."""
        return Response(OneAdjustmentBody(self.adjustment, context={"by": self.by}).data)


class SchemeListRow(serializers.ModelSerializer[Scheme]):
    """One scheme of the ministry, as far as it is about the province."""

    imported_at = Instant()
    published_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    body = serializers.CharField(source="document.body")
    document_no = serializers.CharField(source="document.document_no")
    document_date = serializers.DateField(source="document.document_date")

    class Meta:
        model = Scheme
        fields: ClassVar[list[str]] = [
            "id", "scheme_no", "body", "document_no", "document_date", "imported_at", "published_at", "ends_at",
        ]  # fmt: skip


class Schemes(ListView[Scheme]):
    """The schemes that the asker's province works on, the newest first."""

    title = "调剂方案"
    capability = Can.SEE_ADJUSTMENTS
    serializer_class = SchemeListRow

    def schema_model(self) -> type[Scheme]:
        """Schemes."""
        return Scheme

    def rows(self) -> QuerySet[Scheme]:
        """What the asker may see."""
        return queries.schemes_of(self.by)


class AdjustmentDocuments(OfAdjustment, ListView[Document]):
    """The documents of an application."""

    title = "跨省域调剂的文书"
    serializer_class = DocumentRow
    pagination_class = OldestFirst
    filterset_class = DocumentFilter

    def schema_model(self) -> type[Document]:
        """Documents."""
        return Document

    def rows(self) -> QuerySet[Document]:
        """Those that the asker may open."""
        return readable_in_adjustment(self.adjustment, by=self.by)


class AdjustmentAttachmentRow(AttachmentRow):
    """One piece of evidence; `owner` is own, county or staff."""

    class Meta(AttachmentRow.Meta):
        fields: ClassVar[list[str]] = [each for each in AttachmentRow.Meta.fields if each != "round_note"]

    round_note = None  # type: ignore[assignment]

    def get_owner(self, row: Attachment) -> str:
        """Whose it is, as seen by the asker."""
        if row.organisation_id == self.context["by"].organisation_id:
            return "own"
        kind = self.context["organisations"].get(row.organisation_id, ("", ""))[1]
        return "staff" if kind in kinds_that(Can.SEE_ADJUSTMENTS) else "county"


class AdjustmentAttachments(OfAdjustment, CaseAttachments):
    """The evidence of an application."""

    title = "跨省域调剂的附件"
    serializer_class = AdjustmentAttachmentRow

    def rows(self) -> QuerySet[Attachment]:
        """Those that concern the asker."""
        return visible_in_adjustment(self.adjustment, by=self.by)

    @extend_schema(
        summary="上传跨省域调剂材料",
        request={"multipart/form-data": AttachmentForm},
        responses={201: AdjustmentAttachmentRow, **PROBLEMS},
        tags=["附件"],
    )
    def post(self, request: Request, adjustment_id: int) -> Response:
        """Take a file as evidence. Refuses: not_permitted, not_found, wrong_status, invalid, facts_frozen."""

        def take(kind: AttachmentKind, name: str, content: bytes) -> Attachment:
            return uploads.take_for_adjustment(
                self.adjustment, kind=kind, name=name, content=content, by=self.by, now=self.now
            )

        return self.taken(request, take)
