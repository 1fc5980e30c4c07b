"""Deadlines (期限), and how far the engine is behind."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant
from apps.crossprovince.demand_process import DEMAND
from apps.crossprovince.process import ADJUSTMENT
from apps.disclosure.deadlines import visible_deadlines
from apps.disclosure.record import (
    hidden_among,
)
from apps.listings.process import LISTING
from apps.parties.models import Organisation
from apps.parties.roles import Can
from apps.surplus.process import VERIFICATION
from kernel.cases.registry import Process
from kernel.deadlines.models import Deadline
from kernel.deadlines.queries import lag
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus
from kernel.web.acts import PROBLEMS
from kernel.web.filters import WholeNumberFilter
from kernel.web.opaque import OpaqueId


class DeadlineRow(serializers.ModelSerializer[Deadline]):
    """One deadline; `of` names whose it is: own, an organisation, or empty."""

    kind_label = serializers.SerializerMethodField()
    id = OpaqueId(of="deadline")
    of = serializers.SerializerMethodField()
    listing_id = serializers.SerializerMethodField()
    verification_id = serializers.SerializerMethodField()
    adjustment_id = serializers.SerializerMethodField()
    demand_id = serializers.SerializerMethodField()
    triggered_at = Instant()
    due_at = Instant()
    paused_at = Instant(allow_null=True)
    met_at = Instant(allow_null=True)
    breached_at = Instant(allow_null=True)
    handled_at = Instant(allow_null=True)

    class Meta:
        model = Deadline
        fields: ClassVar[list[str]] = [
            "id", "kind", "kind_label", "listing_id", "verification_id", "adjustment_id", "demand_id", "of",
            "triggered_at", "due_at", "provisional", "paused_at", "status", "waiting_for", "met_at", "breached_at",
            "handled_at",
        ]  # fmt: skip

    def get_kind_label(self, row: Deadline) -> str:
        """The kind as users see it."""
        return kind_of(row.kind).label

    def get_listing_id(self, row: Deadline) -> int | None:
        """The lot that it is of, if of one."""
        return _case_of(row, LISTING)

    def get_verification_id(self, row: Deadline) -> int | None:
        """The verification that it is of, if of one."""
        return _case_of(row, VERIFICATION)

    def get_adjustment_id(self, row: Deadline) -> int | None:
        """The application across provinces that it is of, if of one."""
        return _case_of(row, ADJUSTMENT)

    def get_demand_id(self, row: Deadline) -> int | None:
        """The demand for quota of other provinces that it is of, if of one."""
        return _case_of(row, DEMAND)

    def get_of(self, row: Deadline) -> str:
        """Whose it is; nobody's name before close."""
        if row.concerns_id is None or row.case_id in self.context["hidden"]:
            return ""
        if row.concerns_id == self.context["by"].organisation_id:
            return "own"
        return str(self.context["names"].get(row.concerns_id, ""))


def _case_of(row: Deadline, process: Process) -> int | None:
    return row.case.pk if row.case is not None and row.case.process == process.name else None


class DeadlineFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What deadlines can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="case_id")
    verification = WholeNumberFilter(label="核定项目", field_name="case_id")
    adjustment = WholeNumberFilter(label="跨省域调剂申请", field_name="case_id")
    demand = WholeNumberFilter(label="跨省域调入需求", field_name="case_id")
    kind = django_filters.CharFilter(label="种类", max_length=40)
    status = django_filters.ChoiceFilter(
        label="状态", choices=[(str(each), str(each)) for each in DeadlineStatus]
    )
    due_before = django_filters.IsoDateTimeFilter(label="届满早于", field_name="due_at", lookup_expr="lt")

    class Meta:
        model = Deadline
        fields: ClassVar[list[str]] = []


class Deadlines(ListView[Deadline]):
    """Deadlines: staff all, parties and those who measure or review their own."""

    title = "期限"
    capability = Can.TAKE_PART
    serializer_class = DeadlineRow
    filterset_class = DeadlineFilter

    def schema_model(self) -> type[Deadline]:
        """Deadlines."""
        return Deadline

    def rows(self) -> QuerySet[Deadline]:
        """What the asker may see."""
        return visible_deadlines(self.by).select_related("case")

    def look_up(self, page: Iterable[Deadline]) -> None:
        """Whose they are, and on which lots that is hidden."""
        rows = list(page)
        self.hidden = hidden_among(row.case_id for row in rows)
        concerned = {row.concerns_id for row in rows if row.concerns_id is not None}
        self.names = dict(Organisation.objects.filter(pk__in=concerned).values_list("pk", "name"))

    def get_serializer_context(self) -> Mapping[str, Any]:
        """Who asks, and what was looked up."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_serializer_context()
        looked_up = {
            "by": self.by,
            "hidden": getattr(self, "hidden", {}),
            "names": getattr(self, "names", {}),
        }
        return {**super().get_serializer_context(), **looked_up}


class LagBody(serializers.Serializer[Any]):
    """How far the engine is behind."""

    oldest_overdue_s = serializers.FloatField()
    overdue = serializers.IntegerField()
    failed = serializers.IntegerField()


class DeadlineLag(ApiView):
    """How far the engine is behind, for staff."""

    capability = Can.SEE_CASES

    @extend_schema(summary="期限处理滞后", responses={200: LagBody, **PROBLEMS}, tags=["期限"])
    def get(self, request: Request) -> Response:
        """Counts and seconds; nothing of whom."""
        now = lag(now=self.now)
        body = {
            "oldest_overdue_s": now.oldest_overdue.total_seconds(),
            "overdue": now.overdue,
            "failed": now.failed,
        }
        return Response(LagBody(body).data)
