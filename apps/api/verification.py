"""Is this document genuine (文书验证)?"""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView
from apps.api.fields import Instant
from apps.api.parsers import StrictMultiPartParser
from apps.documents.queries import Verification, verify, verify_file
from apps.documents.uploads import MOST_UPLOAD_BYTES
from apps.listings.process import LISTING
from apps.surplus.process import VERIFICATION
from apps.surplus.queries import is_revoked
from kernel.errors import Code, Refused, not_found
from kernel.web.acts import PROBLEMS
from kernel.web.opaque import shown


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
    certificate = serializers.IntegerField(allow_null=True, help_text="登记证，见certificates/")
    revoked = serializers.BooleanField(help_text="文书真实，但已失效")
    sha256 = serializers.CharField(allow_null=True)
    corrected_by = serializers.CharField(help_text="已更正的，代替它的文书的文号")


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
        "document": shown(found.document_id, "document") if found.document_id else None,
        "listing": found.case_id if found.process == LISTING.name else None,
        "certificate": found.case_id if found.process == VERIFICATION.name else None,
        "revoked": is_revoked(found.case_id),
        "sha256": found.sha256,
        "corrected_by": found.corrected_by,
    }
    return Response(VerificationBody(body).data)


class Verify(ApiView):
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
