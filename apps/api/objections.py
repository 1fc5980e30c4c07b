"""Objections (异议), and who raised one."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.challenges import ChallengeBody, _CaseChallenge, _Challenge
from apps.api.fields import Instant
from apps.listings.process import LISTING
from apps.objections.models import Objection
from apps.objections.queries import complainant
from apps.objections.queries import visible_to as visible_objections
from apps.objections.rules import OBJECTION
from apps.objections.states import LABELS as OBJECTION_LABELS
from apps.objections.states import ObjectionStatus
from apps.parties.roles import Can
from kernel.audit import commands as audit
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import WholeNumberFilter


class ObjectionRow(serializers.ModelSerializer[Objection]):
    """One objection, without who raised it."""

    case = serializers.IntegerField(source="case_id", read_only=True)
    listing = serializers.SerializerMethodField()
    status_label = serializers.SerializerMethodField()
    raised_at = Instant()
    accepted_at = Instant(allow_null=True)
    settled_at = Instant(allow_null=True)

    class Meta:
        model = Objection
        fields: ClassVar[list[str]] = [
            "id", "case", "listing", "phase", "text", "status", "status_label", "raised_at", "accepted_at",
            "settled_at", "reason",
        ]  # fmt: skip

    def get_listing(self, row: Objection) -> int | None:
        """The lot, where it is about one."""
        return row.case_id if row.case.process == LISTING.name else None

    def get_status_label(self, row: Objection) -> str:
        """The status as users see it."""
        return OBJECTION_LABELS[ObjectionStatus(row.status)]


class ObjectionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What objections can be looked for by."""

    listing = WholeNumberFilter(label="项目", field_name="case_id")
    case = WholeNumberFilter(label="办件", field_name="case_id")

    class Meta:
        model = Objection
        fields: ClassVar[list[str]] = ["status"]


class Objections(ListView[Objection]):
    """Objections, for those who decide or watch them."""

    title = "异议"
    capability = Can.OVERSEE
    serializer_class = ObjectionRow
    filterset_class = ObjectionFilter

    def schema_model(self) -> type[Objection]:
        """Objections."""
        return Objection

    def rows(self) -> QuerySet[Objection]:
        """What the asker may see."""
        return visible_objections(self.by)


class ComplainantBody(serializers.Serializer[Any]):
    """Who objected."""

    name = serializers.CharField()
    contact = serializers.CharField()


@extend_schema_view(
    get=extend_schema(
        summary="取得提出异议的验证题",
        description=(
            '未登录提出异议前，求一个answer，使SHA-256(challenge + ":" + answer)的前bits位全为0，'
            "与异议一并提交。两小时内有效，只能使用一次。"
        ),
        responses={200: ChallengeBody, **PROBLEMS},
        tags=["异议"],
    )
)
class ObjectionChallenge(_Challenge):
    """A challenge for one objection to a lot."""

    sort = OBJECTION


@extend_schema_view(
    get=extend_schema(
        summary="取得对公示提出异议的验证题",
        description="同挂牌项目的验证题，用于对公示中的办件（如调剂方案）提出异议。",
        responses={200: ChallengeBody, **PROBLEMS},
        tags=["异议"],
    )
)
class CaseObjectionChallenge(_CaseChallenge):
    """A challenge for one objection to a case that is published."""

    sort = OBJECTION


class Complainant(ApiView):
    """Who raised an objection, for the office that answers; every look is recorded."""

    capability = Can.ANSWER_OBJECTIONS

    @extend_schema(summary="异议人联系方式", responses={200: ComplainantBody, **PROBLEMS}, tags=["异议"])
    def get(self, request: Request, objection_id: int) -> Response:
        """Refuses: not_found."""
        require_possible_id(objection_id, what="异议")
        row = visible_objections(self.by).filter(pk=objection_id).first()
        if row is None:
            raise not_found("异议")
        identity = complainant(row, by=self.by)
        audit.record_look(
            verb="objection.identify", by=self.by, now=self.now, case_id=row.case_id, subject=row
        )
        return Response(ComplainantBody(identity).data)
