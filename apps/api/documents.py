"""Documents (文书), and their files."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from apps.api.base import ApiView, ListView, OfListing, OldestFirst
from apps.api.evidence import download
from apps.api.fields import Instant
from apps.disclosure.documents import may_read, readable
from apps.documents.commands import open_document
from apps.documents.models import Document
from apps.documents.states import DocumentKind
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.opaque import OpaqueId

_PDF = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="PDF 文件")}


class DocumentRow(serializers.ModelSerializer[Document]):
    """One document."""

    kind = serializers.CharField()
    kind_label = serializers.SerializerMethodField()
    id = OpaqueId(of="document")
    issued_at = Instant()
    corrected_at = Instant(allow_null=True)

    class Meta:
        model = Document
        fields: ClassVar[list[str]] = [
            "id", "kind", "kind_label", "number", "issued_by_name", "issued_at", "verification_code", "public",
            "facts_sha256", "sha256", "corrected_at",
        ]  # fmt: skip

    def get_kind_label(self, row: Document) -> str:
        """The kind as users see it."""
        return DocumentKind(row.kind).label


class DocumentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Documents of one kind."""

    kind = django_filters.ChoiceFilter(choices=[(each.value, each.label) for each in DocumentKind])


class Documents(OfListing, ListView[Document]):
    """The documents of a lot."""

    title = "项目文书"
    serializer_class = DocumentRow
    pagination_class = OldestFirst
    filterset_class = DocumentFilter

    def schema_model(self) -> type[Document]:
        """Documents."""
        return Document

    def rows(self) -> QuerySet[Document]:
        """Those that the asker may open."""
        return readable(self.listing, by=self.by)


class DocumentFile(ApiView):
    """One document as PDF."""

    @extend_schema(summary="下载文书", responses={**_PDF, **PROBLEMS}, tags=["文书"])
    def get(self, request: Request, document_id: int) -> HttpResponse:
        """Refuses: not_found, also for what the asker may not know of."""
        require_possible_id(document_id, what="文书")
        row = Document.objects.filter(pk=document_id).first()
        if row is None or not may_read(row, by=self.by):
            raise not_found("文书")
        return download(open_document(document_id=document_id, now=self.now))
