"""The inbox (通知)."""

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant
from apps.notices.commands import read
from apps.notices.models import Notice
from apps.notices.queries import inbox
from apps.parties.roles import Can
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import WholeNumberFilter
from kernel.web.opaque import OpaqueId


class NoticeRow(serializers.ModelSerializer[Notice]):
    """One notice."""

    id = OpaqueId(of="notice")
    at = Instant()
    listing_id = serializers.IntegerField(source="case_id", read_only=True, allow_null=True)
    read_at = Instant(allow_null=True)

    class Meta:
        model = Notice
        fields: ClassVar[list[str]] = ["id", "kind", "title", "text", "listing_id", "at", "read_at"]


class NoticeFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What notices can be looked for by."""

    unread = django_filters.BooleanFilter(label="未读", field_name="read_at", lookup_expr="isnull")
    listing = WholeNumberFilter(label="项目", field_name="case_id")

    class Meta:
        model = Notice
        fields: ClassVar[list[str]] = []


class Notices(ListView[Notice]):
    """My organisation's inbox, the newest first."""

    title = "通知"
    capability = Can.SIGN_IN
    serializer_class = NoticeRow
    filterset_class = NoticeFilter

    def schema_model(self) -> type[Notice]:
        """Notices."""
        return Notice

    def rows(self) -> QuerySet[Notice]:
        """My organisation's."""
        return inbox(self.by)


class ReadNotice(ApiView):
    """Mark one notice as read."""

    capability = Can.SIGN_IN

    @extend_schema(
        summary="标记通知已读", request=None, responses={200: NoticeRow, **PROBLEMS}, tags=["通知"]
    )
    def post(self, request: Request, notice_id: int) -> Response:
        """Refuses: not_found, also for another organisation's."""
        require_possible_id(notice_id, what="通知")
        return Response(NoticeRow(read(notice_id=notice_id, by=self.by, now=self.now)).data)
