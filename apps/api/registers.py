"""The registers: quota, organisations, divisions, rulebooks, calendars; and papers checked by anyone."""

from typing import Any, ClassVar

import django_filters
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import STAFF, Asked, OldestFirst, Pages, Rows
from apps.api.fields import Instant, area, capacity
from apps.api.parsers import StrictMultiPartParser
from apps.documents.queries import Verification, verify, verify_file
from apps.documents.rules import MOST_UPLOAD_BYTES
from apps.parties.models import Organisation, Region
from apps.parties.queries import in_province
from apps.quota.models import Batch, Bucket, Encumbrance, Entry, Project
from apps.quota.queries import batches_of, holdings
from apps.rulebook.models import Rulebook
from apps.rulebook.queries import in_force
from kernel.actors import PROVINCE, TRADERS, Role
from kernel.errors import Code, Refused, not_found
from kernel.quantity import Quantity
from kernel.web.acts import PROBLEMS
from kernel.web.filters import WholeNumberFilter, whole_number
from kernel.web.opaque import shown
from kernel.workdays.models import Year
from kernel.workdays.queries import years

_RESERVE = (Role.TRADING_CENTRE, Role.PROVINCIAL_DNR, Role.SUPERVISOR)
"""Who sees the whole reserve; others see what is theirs."""

_HOLDERS = TRADERS | STAFF


# --- quota --------------------------------------------------------------------------------------------------------


class ProjectRow(serializers.ModelSerializer[Project]):
    """One consolidation project."""

    owner_name = serializers.CharField(source="owner.name")
    recorded_at = Instant()

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = [
            "id", "name", "owner_name", "region", "approval_no", "acceptance_no", "recorded_at",
        ]  # fmt: skip


class Projects(Rows[Project]):
    """Consolidation projects: one's own, or all for those who watch the reserve."""

    title = "土地整治项目"
    roles = _HOLDERS
    serializer_class = ProjectRow
    filterset_fields: ClassVar[list[str]] = ["region"]

    def schema_model(self) -> type[Project]:
        """Projects."""
        return Project

    def rows(self) -> QuerySet[Project]:
        """What the asker may see."""
        found = Project.objects.select_related("owner")
        if self.by.role in _RESERVE:
            return found.filter(in_province(self.by, "region__code"))
        return found.filter(owner_id=self.by.organisation_id)


class EncumbranceBody(serializers.ModelSerializer[Encumbrance]):
    """A burden on a batch."""

    since = Instant()
    lifted_at = Instant(allow_null=True)

    class Meta:
        model = Encumbrance
        fields: ClassVar[list[str]] = ["id", "reason", "since", "lifted_at"]


class BatchRow(serializers.ModelSerializer[Batch]):
    """One batch as it was booked in."""

    project_name = serializers.CharField(source="project.name")
    region = serializers.CharField(source="project.region_id")
    farmland_area = area()
    paddy_area = area()
    grain_capacity = capacity()
    booked_at = Instant()
    encumbrances = EncumbranceBody(many=True)

    class Meta:
        model = Batch
        fields: ClassVar[list[str]] = [
            "id", "certificate_no", "project", "project_name", "region", "farmland_area", "paddy_area",
            "grain_capacity", "grade", "booked_at", "encumbrances",
        ]  # fmt: skip


class Batches(Rows[Batch]):
    """Batches in the reserve: those of which the asker holds something, or all for those who watch it."""

    title = "指标批次"
    roles = _HOLDERS
    serializer_class = BatchRow
    filterset_fields: ClassVar[list[str]] = ["project", "grade"]

    def schema_model(self) -> type[Batch]:
        """Batches."""
        return Batch

    def rows(self) -> QuerySet[Batch]:
        """What the asker may see."""
        found = batches_of(self.by).prefetch_related("encumbrances")
        return (
            found.filter(in_province(self.by, "project__region__code")) if self.by.role in _RESERVE else found
        )


class HoldingBody(serializers.Serializer[Any]):
    """A holder's total of one kind in one bucket."""

    kind = serializers.CharField()
    bucket = serializers.CharField()
    amount = serializers.CharField()


class HoldingsBody(serializers.Serializer[Any]):
    """All totals of a holder."""

    organisation = serializers.IntegerField()
    holdings = HoldingBody(many=True)


class Holdings(Asked):
    """What an organisation holds: one's own; anybody's for those who watch the reserve."""

    roles = _HOLDERS

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
        if holder is None or not (mine or self.by.role in _RESERVE):
            raise not_found("单位")
        if not Organisation.objects.filter(in_province(self.by, "region__code"), pk=holder).exists():
            raise not_found("单位")
        rows = [
            {"kind": str(kind), "bucket": str(bucket), "amount": str(Quantity(kind, amount))}
            for kind, buckets in holdings(holder).items()
            for bucket, amount in buckets.items()
        ]
        return Response(HoldingsBody({"organisation": holder, "holdings": rows}).data)


class LedgerRow(serializers.ModelSerializer[Entry]):
    """One line of the quota ledger."""

    reason = serializers.CharField(source="movement.reason")
    listing_id = serializers.IntegerField(source="movement.listing_id", allow_null=True)
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

    listing = WholeNumberFilter(label="项目", field_name="movement__listing_id")
    batch = WholeNumberFilter(label="批次", field_name="batch_id")

    class Meta:
        model = Entry
        fields: ClassVar[list[str]] = ["kind"]


class Ledger(Rows[Entry]):
    """Lines of the quota ledger: one's own; all for those who watch the reserve."""

    title = "指标台账"
    roles = _HOLDERS
    serializer_class = LedgerRow
    filterset_class = LedgerFilter

    def schema_model(self) -> type[Entry]:
        """Lines."""
        return Entry

    def rows(self) -> QuerySet[Entry]:
        """What the asker may see; the province's own side of a booking only for those who watch the reserve."""
        found = Entry.objects.select_related("movement", "account__holder")
        if self.by.role in _RESERVE:
            return found.filter(in_province(self.by, "batch__project__region__code"))
        return found.filter(account__holder_id=self.by.organisation_id).exclude(account__bucket=Bucket.ISSUED)


# --- parties and divisions ------------------------------------------------------------------------------------------


class OrganisationRow(serializers.ModelSerializer[Organisation]):
    """One organisation."""

    kind = serializers.CharField()

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = ["id", "kind", "name", "region", "superior", "active"]


class OrganisationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What organisations can be looked for by."""

    search = django_filters.CharFilter(
        label="名称", field_name="name", lookup_expr="icontains", max_length=100
    )
    region = django_filters.CharFilter(label="行政区划代码", field_name="region_id", max_length=6)
    kind = django_filters.CharFilter(label="类别", max_length=30)

    class Meta:
        model = Organisation
        fields: ClassVar[list[str]] = []


class Organisations(Rows[Organisation]):
    """Registered organisations, for staff."""

    title = "单位"
    roles = STAFF
    serializer_class = OrganisationRow
    filterset_class = OrganisationFilter
    pagination_class = OldestFirst

    def schema_model(self) -> type[Organisation]:
        """Organisations."""
        return Organisation

    def rows(self) -> QuerySet[Organisation]:
        """Those of the asker's province."""
        return Organisation.objects.filter(in_province(self.by, "region__code"))


class RegionRow(serializers.ModelSerializer[Region]):
    """One division."""

    class Meta:
        model = Region
        fields: ClassVar[list[str]] = ["code", "name", "parent"]


class RegionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What divisions can be looked for by."""

    parent = django_filters.CharFilter(label="上级代码", field_name="parent_id", max_length=6)
    search = django_filters.CharFilter(
        label="名称", field_name="name", lookup_expr="icontains", max_length=60
    )

    class Meta:
        model = Region
        fields: ClassVar[list[str]] = []


class ByCode(Pages):
    """By GB/T 2260 code."""

    ordering = "code"


class Regions(Rows[Region]):
    """Administrative divisions (GB/T 2260)."""

    title = "行政区划"
    serializer_class = RegionRow
    filterset_class = RegionFilter
    pagination_class = ByCode

    def schema_model(self) -> type[Region]:
        """Divisions."""
        return Region

    def rows(self) -> QuerySet[Region]:
        """All of them."""
        return Region.objects.all()


# --- rules and calendars --------------------------------------------------------------------------------------------


class RulebookRow(serializers.ModelSerializer[Rulebook]):
    """One version of a province's rules."""

    legal_basis = serializers.ListField(child=serializers.CharField())
    verified_basis = serializers.ListField(child=serializers.CharField())
    parameters = serializers.DictField()
    approved_at = Instant(allow_null=True)

    class Meta:
        model = Rulebook
        fields: ClassVar[list[str]] = [
            "id", "province", "version", "name", "legal_basis", "verified_basis", "valid_from", "valid_to",
            "parameters", "approved_at",
        ]  # fmt: skip


class Rulebooks(Rows[Rulebook]):
    """Versions of rulebooks: the approved ones; the province sees its drafts too."""

    title = "规则版本"
    serializer_class = RulebookRow
    filterset_fields: ClassVar[list[str]] = ["province"]

    def schema_model(self) -> type[Rulebook]:
        """Rulebooks."""
        return Rulebook

    def rows(self) -> QuerySet[Rulebook]:
        """What the asker may see."""
        approved = Q(approved_at__isnull=False)
        if self.by.role in PROVINCE:
            approved |= Q(province=f"{self.by.region[:2]}0000")
        return Rulebook.objects.filter(approved)


class RulesInForce(Asked):
    """The rules in force in a province."""

    @extend_schema(summary="现行规则", responses={200: RulebookRow, **PROBLEMS}, tags=["规则"])
    def get(self, request: Request, province: str) -> Response:
        """Refuses: not_found when none is in force."""
        found = in_force(province=province, now=self.now)
        if found is None:
            raise not_found("现行规则")
        return Response(RulebookRow(found).data)


class YearRow(serializers.ModelSerializer[Year]):
    """The official calendar of a year in force."""

    days_off = serializers.ListField(child=serializers.DateField())
    workdays_on = serializers.ListField(child=serializers.DateField())

    class Meta:
        model = Year
        fields: ClassVar[list[str]] = ["year", "notice_no", "published_on", "days_off", "workdays_on"]


class ByYear(Pages):
    """The newest year first."""

    ordering = "-year"


class Calendars(Rows[Year]):
    """Official calendars, by year."""

    title = "节假日安排"
    serializer_class = YearRow
    filterset_fields: ClassVar[list[str]] = ["year"]
    pagination_class = ByYear

    def schema_model(self) -> type[Year]:
        """Years."""
        return Year

    def rows(self) -> QuerySet[Year]:
        """The revisions in force."""
        return years()


# --- is this paper genuine? -----------------------------------------------------------------------------------------


class VerificationBody(serializers.Serializer[Any]):
    """A genuine document. Of one that is not public only kind, number and date are told."""

    kind = serializers.CharField()
    kind_label = serializers.CharField()
    number = serializers.CharField()
    issued_at = Instant()
    is_public = serializers.BooleanField()
    issued_by_name = serializers.CharField()
    document = serializers.IntegerField(allow_null=True)
    listing = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_null=True)


class PaperForm(serializers.Serializer[Any]):
    """The file of a document."""

    file = serializers.FileField(label="文件", max_length=200)


def _answer(found: Verification | None) -> Response:
    if found is None:
        raise not_found("文书")
    body = {
        "kind": str(found.kind),
        "kind_label": found.kind.label,
        "number": found.number,
        "issued_at": found.issued_at,
        "is_public": found.is_public,
        "issued_by_name": found.issued_by_name,
        "document": shown(found.document_id) if found.document_id else None,
        "listing": found.listing_id,
        "sha256": found.sha256,
    }
    return Response(VerificationBody(body).data)


class Verify(Asked):
    """Whether a document is genuine: by number or code (GET), by its file (POST)."""

    parser_classes = (StrictMultiPartParser,)

    @extend_schema(
        summary="按文号或验证码核验文书",
        parameters=[OpenApiParameter("q", str, required=True, description="文号或验证码")],
        responses={200: VerificationBody, **PROBLEMS},
        tags=["文书"],
    )
    def get(self, request: Request) -> Response:
        """Refuses: not_found."""
        return _answer(verify(request.query_params.get("q", "")))

    @extend_schema(
        summary="按文件核验文书",
        request={"multipart/form-data": PaperForm},
        responses={200: VerificationBody, **PROBLEMS},
        tags=["文书"],
    )
    def post(self, request: Request) -> Response:
        """Refuses: not_found; invalid without a file, or one above 20 MB."""
        form = PaperForm(data=request.data)
        form.is_valid(raise_exception=True)
        file: UploadedFile[Any] = form.validated_data["file"]
        if (file.size or 0) > MOST_UPLOAD_BYTES:
            raise Refused.because(Code.INVALID, "文件超过 20 MB，无法核验。", field="file")
        return _answer(verify_file(file.read()))
