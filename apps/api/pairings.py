"""Pairings (对口关系), and the papers of bodies outside that decide on no case."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant
from apps.api.parsers import StrictMultiPartParser
from apps.documents.uploads import MOST_UPLOAD_BYTES
from apps.pairing.models import Pairing
from apps.pairing.queries import visible_to
from apps.parties.roles import Can
from apps.process import uploads
from kernel.errors import Code, Refused
from kernel.web.acts import PROBLEMS


class PairingRow(serializers.ModelSerializer[Pairing]):
    """One pairing with the documents that began and ended it."""

    classes = serializers.ListField(child=serializers.CharField())
    project_unit_name = serializers.CharField(source="project_unit.name", default=None, allow_null=True)
    body = serializers.CharField(source="document.body")
    document_no = serializers.CharField(source="document.document_no")
    document_date = serializers.DateField(source="document.document_date")
    recorded_at = Instant()
    ended_at = Instant(allow_null=True)

    class Meta:
        model = Pairing
        fields: ClassVar[list[str]] = [
            "id", "giving_region", "taking_region", "major_project_no", "project_unit", "project_unit_name", "classes",
            "valid_from", "valid_to", "body", "document_no", "document_date", "recorded_at", "ended_at",
        ]  # fmt: skip


class Pairings(ListView[Pairing]):
    """Between whom quota may be handed over by agreement, the newest first."""

    title = "对口关系"
    capability = Can.TAKE_PART
    serializer_class = PairingRow
    filterset_fields: ClassVar[list[str]] = ["giving_region", "taking_region"]

    def schema_model(self) -> type[Pairing]:
        """Pairings."""
        return Pairing

    def rows(self) -> QuerySet[Pairing]:
        """Those of the asker's province."""
        return visible_to(self.by)


class IncomingPaperForm(serializers.Serializer[Any]):
    """The paper of a body outside."""

    file = serializers.FileField(label="文件", max_length=200)


class PaperBody(serializers.Serializer[Any]):
    """The paper as it was taken."""

    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class IncomingPapers(ApiView):
    """What a body outside sent on no case (外部来文), before the act that enters it."""

    capability = Can.DECIDE_FOR_PROVINCE
    parser_classes = (StrictMultiPartParser,)

    @extend_schema(
        summary="上传外部来文",
        request={"multipart/form-data": IncomingPaperForm},
        responses={201: PaperBody, **PROBLEMS},
        tags=["附件"],
    )
    def post(self, request: Request) -> Response:
        """Take the paper. Refuses: not_permitted, invalid."""
        form = IncomingPaperForm(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        if (file.size or 0) > MOST_UPLOAD_BYTES:
            raise Refused.because(Code.INVALID, "文件超过 20 MB，请压缩或拆分后上传。", field="file")
        made = uploads.take_from_outside(name=file.name or "", content=file.read(), by=self.by, now=self.now)
        return Response(PaperBody(made).data, status=201)
