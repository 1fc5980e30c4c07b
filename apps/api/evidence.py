"""Evidence (附件): taking uploads, and showing each only to those whom it concerns."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView, OfListing, OldestFirst
from apps.api.fields import Instant
from apps.api.parsers import StrictMultiPartParser
from apps.disclosure.evidence import marked, may_open, visible_attachments
from apps.documents.commands import Opened, open_attachment
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.documents.uploads import MOST_UPLOAD_BYTES
from apps.parties.models import Organisation
from apps.parties.roles import Can, kinds_that
from apps.process import uploads
from kernel.access.checks import require_capability
from kernel.errors import Code, Refused, not_found
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.opaque import OpaqueId

_FILE = {(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="文件内容")}


def download(opened: Opened) -> HttpResponse:
    """A file as an answer: never run by a browser, never kept by a cache."""
    response = HttpResponse(opened.content, content_type=opened.content_type)
    response.headers["Content-Disposition"] = _disposition(opened.name)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-SHA256"] = opened.sha256
    return response


def _disposition(name: str) -> str:
    encoded = "".join(
        chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else f"%{byte:02X}" for byte in name.encode()
    )
    return f"attachment; filename*=UTF-8''{encoded}"


class AttachmentForm(serializers.Serializer[Any]):
    """A file, and what it is evidence of."""

    kind = serializers.ChoiceField(
        label="材料种类", choices=[(str(each), each.label) for each in AttachmentKind]
    )
    file = serializers.FileField(label="文件", max_length=200)


def uploaded(request: Request) -> tuple[AttachmentKind, UploadedFile[Any]]:
    """The file of a request, and what it is evidence of. Refuses: invalid."""
    form = AttachmentForm(data=request.data)
    form.is_valid(raise_exception=True)
    file: UploadedFile[Any] = form.validated_data["file"]
    if (file.size or 0) > MOST_UPLOAD_BYTES:
        raise Refused.because(Code.INVALID, "文件超过 20 MB，请压缩或拆分后上传。", field="file")
    return AttachmentKind(form.validated_data["kind"]), file


class AttachmentRow(serializers.ModelSerializer[Attachment]):
    """One piece of evidence; `owner` is own, seller, bidder or staff."""

    kind = serializers.CharField()
    kind_label = serializers.SerializerMethodField()
    owner = serializers.SerializerMethodField()
    organisation_name = serializers.SerializerMethodField()
    uploaded_at = Instant()
    id = OpaqueId(of="attachment")
    round_note = serializers.CharField(
        read_only=True, default="", help_text="属于第几轮申请；提交后上传的另行标明"
    )

    class Meta:
        model = Attachment
        fields: ClassVar[list[str]] = [
            "id", "kind", "kind_label", "name", "content_type", "size", "sha256", "uploaded_at", "owner",
            "organisation_name", "round_note",
        ]  # fmt: skip

    def get_kind_label(self, row: Attachment) -> str:
        """The kind as users see it."""
        return AttachmentKind(row.kind).label

    def get_owner(self, row: Attachment) -> str:
        """Whose it is, as seen by the asker."""
        by, seller_id = self.context["by"], self.context["seller_id"]
        if row.organisation_id == by.organisation_id:
            return "own"
        if row.organisation_id == seller_id:
            return "seller"
        kind = self.context["organisations"].get(row.organisation_id, ("", ""))[1]
        return "staff" if kind in kinds_that(Can.SEE_CASES) else "bidder"

    def get_organisation_name(self, row: Attachment) -> str:
        """Its name."""
        return str(self.context["organisations"].get(row.organisation_id, ("", ""))[0])


class CaseAttachments(ListView[Attachment]):
    """The evidence of one case, whatever its process: whose each piece is, and taking another one."""

    parser_classes = (StrictMultiPartParser,)
    serializer_class = AttachmentRow
    pagination_class = OldestFirst
    filterset_fields: ClassVar[list[str]] = ["kind"]

    def schema_model(self) -> type[Attachment]:
        """Attachments."""
        return Attachment

    def look_up(self, page: Iterable[Attachment]) -> None:
        """Whose they are."""
        found = Organisation.objects.filter(pk__in={row.organisation_id for row in page})
        self.organisations = {pk: (name, kind) for pk, name, kind in found.values_list("pk", "name", "kind")}

    def get_serializer_context(self) -> Mapping[str, Any]:
        """Who asks, and who is who."""
        context = super().get_serializer_context()
        if getattr(self, "swagger_fake_view", False):
            return context
        return {**context, "by": self.by, "organisations": getattr(self, "organisations", {})}

    def taken(self, request: Request, take: Callable[[AttachmentKind, str, bytes], Attachment]) -> Response:
        """Take the file of a request as evidence, as the case's process does it. Refuses as that does."""
        require_capability(self.by, Can.UPLOAD_EVIDENCE)
        kind, file = uploaded(request)
        made = take(kind, file.name or "", file.read())
        self.look_up([made])
        return Response(self.get_serializer(made).data, status=201)


class Attachments(OfListing, CaseAttachments):
    """The evidence on a listing."""

    title = "项目附件"
    capability = Can.SIGN_IN

    def rows(self) -> QuerySet[Attachment]:
        """Those that concern the asker."""
        return visible_attachments(self.listing, by=self.by)

    def look_up(self, page: Iterable[Attachment]) -> None:
        """Whose they are, and of which round."""
        super().look_up(page)
        marked(page, listing=self.listing)

    def get_serializer_context(self) -> Mapping[str, Any]:
        """Who asks, who sells, who is who."""
        context = super().get_serializer_context()
        if getattr(self, "swagger_fake_view", False):
            return context
        return {**context, "seller_id": self.listing.seller_id}

    @extend_schema(
        summary="上传附件",
        request={"multipart/form-data": AttachmentForm},
        responses={201: AttachmentRow, **PROBLEMS},
        tags=["附件"],
    )
    def post(self, request: Request, listing_id: int) -> Response:
        """Take a file as evidence. Refuses: not_permitted, not_found, wrong_status, invalid."""

        def take(kind: AttachmentKind, name: str, content: bytes) -> Attachment:
            return uploads.take(self.listing, kind=kind, name=name, content=content, by=self.by, now=self.now)

        return self.taken(request, take)


class AttachmentFile(ApiView):
    """One piece of evidence, opened."""

    capability = Can.SIGN_IN

    @extend_schema(summary="下载附件", responses={**_FILE, **PROBLEMS}, tags=["附件"])
    def get(self, request: Request, attachment_id: int) -> HttpResponse:
        """Refuses: not_found, also for what the asker may not know of."""
        require_possible_id(attachment_id, what="附件")
        row = Attachment.objects.filter(pk=attachment_id).first()
        if row is None or not may_open(row, by=self.by):
            raise not_found("附件")
        uploads.note_reading(row, by=self.by, now=self.now)
        return download(open_attachment(attachment_id=attachment_id))
