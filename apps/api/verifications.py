"""Verifications of surplus quota (节余指标核定): as they stand, their parcels, opinions, findings, papers, evidence."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView, OldestFirst
from apps.api.documents import DocumentFilter, DocumentRow
from apps.api.evidence import AttachmentForm, AttachmentRow, CaseAttachments
from apps.api.fields import Instant, yuan
from apps.api.surplus_filters import SurplusFilter
from apps.disclosure.documents import readable_in_verification
from apps.disclosure.evidence import visible_in_verification
from apps.disclosure.verifications import concerns_whole, sees_whole, visible_measurements
from apps.documents.incoming import of_case
from apps.documents.models import Attachment, Document, IncomingDocument
from apps.documents.states import AttachmentKind
from apps.parties.roles import Can, kinds_that
from apps.process import uploads
from apps.surplus import queries
from apps.surplus.classes import After, Before
from apps.surplus.findings import findings_of
from apps.surplus.models import Measurement, Opinion, Part, Verification
from apps.surplus.states import LABELS, LEVEL_LABELS, OUTCOME_LABELS, Level, Outcome, VerificationStatus
from kernel.deadlines import runner
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import WholeNumberFilter, whole_number

_TAG = "核定"
_MOST_VERSIONS = 2**15 - 1


class VerificationFilter(SurplusFilter):
    """What verifications can be looked for by."""

    dated_by = "drafted_at"
    status = django_filters.MultipleChoiceFilter(
        label="状态，可重复", choices=[(str(each), LABELS[each]) for each in VerificationStatus]
    )
    year = WholeNumberFilter(label="起草年份", method="of_year")
    search = django_filters.CharFilter(
        label="编号、验收文号、名称、权属主体或行政区划，多个词以空格分隔", method="called", max_length=100
    )


class VerificationRow(serializers.ModelSerializer[Verification]):
    """One verification in a list; areas are in 亩."""

    id = serializers.IntegerField(source="pk", read_only=True)
    number = serializers.CharField(source="case.number", allow_null=True)
    status_label = serializers.SerializerMethodField()
    holder_name = serializers.CharField(source="holder.name")
    filed_by_name = serializers.CharField(source="filed_by.name")
    region = serializers.CharField(source="region_id")
    region_name = serializers.CharField(source="region.name")
    measurer_name = serializers.CharField(source="measurer.name", allow_null=True, default=None)
    drafted_at = Instant()
    commissioned_at = Instant(allow_null=True)
    submitted_at = Instant(allow_null=True)
    certified_at = Instant(allow_null=True)

    class Meta:
        model = Verification
        fields: ClassVar[list[str]] = [
            "id", "number", "title", "status", "status_label", "holder_name", "filed_by_name", "region",
            "region_name", "acceptance_no", "declared", "resettlement", "returned", "reserved", "measurer_name",
            "review_round", "drafted_at", "commissioned_at", "submitted_at", "record_no", "recorded_on",
            "certificate_no", "certified_at", "end_reason",
        ]  # fmt: skip

    def get_status_label(self, row: Verification) -> str:
        """The status as users see it."""
        return LABELS[row.state]

    def to_representation(self, instance: Verification) -> dict[str, Any]:
        """To its measurer nothing of how it was reviewed, recorded or ended."""
        shown = super().to_representation(instance)
        return shown if concerns_whole(instance, by=self.context["by"]) else {**shown, **_NOT_ITS_MEASURERS}


_NOT_ITS_MEASURERS = {"review_round": 0, "record_no": None, "recorded_on": None, "end_reason": ""}


class Verifications(ListView[Verification]):
    """Verifications, the newest first: one's own, what one measures, those of an office's region."""

    title = "节余指标核定"
    capability = Can.TAKE_PART
    serializer_class = VerificationRow
    filterset_class = VerificationFilter

    def schema_model(self) -> type[Verification]:
        """Verifications."""
        return Verification

    def rows(self) -> QuerySet[Verification]:
        """What the asker may see."""
        return queries.visible_to(self.by).defer("rules")

    def get_serializer_context(self) -> dict[str, Any]:
        """With who asks."""
        return {**super().get_serializer_context(), "by": self.by}


class OfVerification(ApiView):
    """A view below one verification that the asker may know of, with what was due on it settled."""

    capability = Can.TAKE_PART
    verification: Verification

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """NotFound for any other."""
        super().initial(request, *args, **kwargs)
        found = kwargs["verification_id"]
        require_possible_id(found, what="核定项目")
        self.verification = queries.verification_for(found, by=self.by)
        if runner.run_due(now=self.now, case_id=found):
            self.verification = queries.verification_for(found, by=self.by)

    def require_whole(self) -> None:
        """Refuse not_found to the measurer: how it is reviewed is none of its business."""
        if not sees_whole(self.verification, by=self.by):
            raise not_found("内容")


class SurplusAccountBody(serializers.Serializer[Any]):
    """What a set of parts comes to, in 亩; `carried_capacity` in 公斤."""

    reclaimed = serializers.CharField()
    surplus = serializers.CharField()
    tradeable = serializers.CharField()
    carried_farmland = serializers.CharField()
    carried_paddy = serializers.CharField()
    carried_capacity = serializers.CharField()
    high_standard = serializers.CharField()


class MeasurementBody(serializers.ModelSerializer[Measurement]):
    """A set of parts: the county's own (draft) or the measurer's (report)."""

    by_name = serializers.CharField(source="by.name")
    made_at = Instant()
    account = serializers.SerializerMethodField()

    class Meta:
        model = Measurement
        fields: ClassVar[list[str]] = [
            "version", "origin", "by_name", "made_at", "resettlement", "digest", "method", "instrument", "surveyors",
            "measured_on", "report_sha256", "account",
        ]  # fmt: skip

    @extend_schema_field(SurplusAccountBody)
    def get_account(self, row: Measurement) -> Any:
        """Its figures."""
        return {name: str(value) for name, value in queries.account_of(row).by_name().items()}


class IncomingBody(serializers.ModelSerializer[IncomingDocument]):
    """What a body outside decided on it, and by which act that took effect."""

    entered_at = Instant()
    corrected_at = Instant(allow_null=True)

    class Meta:
        model = IncomingDocument
        fields: ClassVar[list[str]] = [
            "id", "act", "body", "document_no", "document_date", "register_no", "entered_at", "corrected_at",
        ]  # fmt: skip


class OneVerificationBody(VerificationRow):
    """One verification in full; of its sets of parts the newest that the asker may see."""

    contract_no = serializers.CharField()
    contract_price = yuan(allow_null=True)
    measurement = serializers.SerializerMethodField()
    incoming = serializers.SerializerMethodField()

    class Meta(VerificationRow.Meta):
        fields: ClassVar[list[str]] = [
            *VerificationRow.Meta.fields, "contract_no", "contract_price", "measurement", "incoming",
        ]  # fmt: skip

    @extend_schema_field(MeasurementBody(allow_null=True))
    def get_measurement(self, row: Verification) -> Any:
        """The newest set of parts."""
        found = visible_measurements(row, by=self.context["by"]).first()
        return MeasurementBody(found).data if found else None

    @extend_schema_field(IncomingBody(many=True))
    def get_incoming(self, row: Verification) -> Any:
        """What ministry and others decided; nothing of it to its measurer."""
        whole = concerns_whole(row, by=self.context["by"])
        return IncomingBody(of_case(row.pk), many=True).data if whole else []


class OneVerification(OfVerification):
    """One verification."""

    @extend_schema(
        summary="节余指标核定项目",
        operation_id="verification",
        responses={200: OneVerificationBody, **PROBLEMS},
        tags=[_TAG],
    )
    def get(self, request: Request, verification_id: int) -> Response:
        """Refuses: not_found, also for what the asker may not know of."""
        return Response(OneVerificationBody(self.verification, context={"by": self.by}).data)


class ParcelProperties(serializers.ModelSerializer[Part]):
    """What is said of one parcel; areas in 亩, `building_area` in square metres."""

    class_before_label = serializers.SerializerMethodField()
    class_after_label = serializers.SerializerMethodField()
    drawn_area = serializers.CharField(source="ground.drawn_area")

    class Meta:
        model = Part
        fields: ClassVar[list[str]] = [
            "parcel_no", "village", "class_before", "class_before_label", "class_after", "class_after_label", "area",
            "drawn_area", "grade_after", "high_standard_no", "building_area", "demolition",
        ]  # fmt: skip

    def get_class_before_label(self, row: Part) -> str:
        """What stood there."""
        return Before(row.class_before).label

    def get_class_after_label(self, row: Part) -> str:
        """What it became."""
        return After(row.class_after).label


class ParcelBody(serializers.Serializer[Any]):
    """One parcel as a GeoJSON feature (RFC 7946), in degrees of CGCS2000."""

    type = serializers.CharField()
    geometry = serializers.DictField()
    properties = ParcelProperties()


class ParcelsBody(serializers.Serializer[Any]):
    """All parcels of one set, as a GeoJSON collection."""

    type = serializers.CharField()
    version = serializers.IntegerField()
    origin = serializers.CharField()
    digest = serializers.CharField()
    features = ParcelBody(many=True)


class Parcels(OfVerification):
    """The parcels of one set of parts."""

    @extend_schema(
        summary="核定项目的地块（GeoJSON）",
        parameters=[OpenApiParameter("version", int, description="地块清单的版本，缺省为最新一版")],
        responses={200: ParcelsBody, **PROBLEMS},
        tags=[_TAG],
    )
    def get(self, request: Request, verification_id: int) -> Response:
        """Refuses: not_found, also for a set that is not the asker's business."""
        asked = request.query_params.get("version")
        found = visible_measurements(self.verification, by=self.by)
        if asked is not None:
            found = found.filter(version=whole_number(asked, most=_MOST_VERSIONS) or 0)
        measured = found.first()
        if measured is None:
            raise not_found("地块清单")
        parts = measured.parts.select_related("ground").order_by("id")
        return Response(
            {
                "type": "FeatureCollection",
                "version": measured.version,
                "origin": measured.origin,
                "digest": measured.digest,
                "features": [
                    {
                        "type": "Feature",
                        "geometry": each.ground.geometry,
                        "properties": ParcelProperties(each).data,
                    }
                    for each in parts
                ],
            }
        )


class VerificationOpinionBody(serializers.ModelSerializer[Opinion]):
    """One opinion."""

    level_label = serializers.SerializerMethodField()
    outcome_label = serializers.SerializerMethodField()
    decided_at = Instant()

    class Meta:
        model = Opinion
        fields: ClassVar[list[str]] = [
            "review_round", "level", "level_label", "outcome", "outcome_label", "reason", "organisation_name",
            "decided_by_name", "decided_at",
        ]  # fmt: skip

    def get_level_label(self, row: Opinion) -> str:
        """Who reviews, as users see it."""
        return LEVEL_LABELS[Level(row.level)]

    def get_outcome_label(self, row: Opinion) -> str:
        """What it comes to, as users see it."""
        return OUTCOME_LABELS[Outcome(row.outcome)]


class Opinions(OfVerification):
    """What city and province decided, in every round."""

    @extend_schema(
        summary="核定项目的审核意见",
        responses={200: VerificationOpinionBody(many=True), **PROBLEMS},
        tags=[_TAG],
    )
    def get(self, request: Request, verification_id: int) -> Response:
        """Refuses: not_found, to the measurer as well."""
        self.require_whole()
        found = self.verification.opinions.order_by("id")
        return Response(VerificationOpinionBody(found, many=True).data)


class VerificationFindingBody(serializers.Serializer[Any]):
    """What the system checked by itself; one that `bars` and does not hold refuses the certificate with `code`."""

    name = serializers.CharField()
    holds = serializers.BooleanField()
    text = serializers.CharField()
    bars = serializers.BooleanField()
    code = serializers.CharField()


class Findings(OfVerification):
    """What the system finds in the newest set of parts."""

    @extend_schema(
        summary="核定项目的自动核对",
        responses={200: VerificationFindingBody(many=True), **PROBLEMS},
        tags=[_TAG],
    )
    def get(self, request: Request, verification_id: int) -> Response:
        """Refuses: not_found, to the measurer as well."""
        self.require_whole()
        newest = queries.newest(self.verification)
        found = findings_of(self.verification, newest) if newest else []
        return Response(VerificationFindingBody(found, many=True).data)


class VerificationDocuments(OfVerification, ListView[Document]):
    """The documents of a verification."""

    title = "核定项目的文书"
    serializer_class = DocumentRow
    pagination_class = OldestFirst
    filterset_class = DocumentFilter

    def schema_model(self) -> type[Document]:
        """Documents."""
        return Document

    def rows(self) -> QuerySet[Document]:
        """Those that the asker may open."""
        return readable_in_verification(self.verification, by=self.by)


class VerificationAttachmentRow(AttachmentRow):
    """One piece of evidence; `owner` is own, county, surveyor or staff."""

    class Meta(AttachmentRow.Meta):
        fields: ClassVar[list[str]] = [each for each in AttachmentRow.Meta.fields if each != "round_note"]

    round_note = None  # type: ignore[assignment]

    def get_owner(self, row: Attachment) -> str:
        """Whose it is, as seen by the asker."""
        if row.organisation_id == self.context["by"].organisation_id:
            return "own"
        kind = self.context["organisations"].get(row.organisation_id, ("", ""))[1]
        if kind in kinds_that(Can.SEE_VERIFICATIONS):
            return "staff"
        return "surveyor" if kind in kinds_that(Can.MEASURE) else "county"


class VerificationAttachments(OfVerification, CaseAttachments):
    """The evidence of a verification."""

    title = "核定项目的附件"
    serializer_class = VerificationAttachmentRow

    def rows(self) -> QuerySet[Attachment]:
        """Those that concern the asker."""
        return visible_in_verification(self.verification, by=self.by)

    @extend_schema(
        summary="上传核定材料",
        request={"multipart/form-data": AttachmentForm},
        responses={201: VerificationAttachmentRow, **PROBLEMS},
        tags=["附件"],
    )
    def post(self, request: Request, verification_id: int) -> Response:
        """Take a file as evidence. Refuses: not_permitted, not_found, wrong_status, invalid, facts_frozen."""

        def take(kind: AttachmentKind, name: str, content: bytes) -> Attachment:
            return uploads.take_for_verification(
                self.verification, kind=kind, name=name, content=content, by=self.by, now=self.now
            )

        return self.taken(request, take)
