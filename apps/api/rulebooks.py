"""Rulebooks (规则), and those in force."""

from typing import ClassVar

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant
from apps.parties.roles import Can
from apps.rulebook.models import Rulebook
from apps.rulebook.queries import in_force
from apps.rulebook.subjects import SUPPLEMENTARY, all_subjects
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS, require_possible_id


class RulebookRow(serializers.ModelSerializer[Rulebook]):
    """One version of a province's rules on a subject, without its parameters."""

    legal_basis = serializers.ListField(child=serializers.CharField())
    verified_basis = serializers.ListField(child=serializers.CharField())
    approved_at = Instant(allow_null=True)

    class Meta:
        model = Rulebook
        fields: ClassVar[list[str]] = [
            "id", "province", "subject", "version", "name", "legal_basis", "verified_basis", "valid_from",
            "valid_to", "approved_at",
        ]  # fmt: skip


class RulebookDetail(RulebookRow):
    """One version with all its parameters."""

    parameters = serializers.DictField()

    class Meta(RulebookRow.Meta):
        fields: ClassVar[list[str]] = [*RulebookRow.Meta.fields, "parameters"]


class Rulebooks(ListView[Rulebook]):
    """Versions of rulebooks of every subject: the approved ones; the province sees its drafts too."""

    title = "规则版本"
    serializer_class = RulebookRow
    filterset_fields: ClassVar[list[str]] = ["province", "subject"]

    def schema_model(self) -> type[Rulebook]:
        """Rulebooks."""
        return Rulebook

    def rows(self) -> QuerySet[Rulebook]:
        """What the asker may see."""
        return _visible_to(self.by).defer("parameters")


def _visible_to(by: Actor) -> QuerySet[Rulebook]:
    approved = Q(approved_at__isnull=False)
    if by.can(Can.DECIDE_FOR_PROVINCE):
        approved |= Q(province=f"{by.region[:2]}0000")
    return Rulebook.objects.filter(approved)


class RulebookVersion(ApiView):
    """One version of a rulebook."""

    @extend_schema(summary="规则版本详情", responses={200: RulebookDetail, **PROBLEMS}, tags=["规则"])
    def get(self, request: Request, rulebook_id: int) -> Response:
        """Refuses: not_found, also for a draft of another province."""
        require_possible_id(rulebook_id, what="规则版本")
        found = _visible_to(self.by).filter(pk=rulebook_id).first()
        if found is None:
            raise not_found("规则版本")
        return Response(RulebookDetail(found).data)


class RulesInForce(ApiView):
    """The rules in force in a province."""

    @extend_schema(
        summary="现行规则",
        parameters=[
            OpenApiParameter("subject", str, description="规则主题，如surplus；缺省为补充耕地指标交易")
        ],
        responses={200: RulebookDetail, **PROBLEMS},
        tags=["规则"],
    )
    def get(self, request: Request, province: str) -> Response:
        """Those of `subject`, of supplementary quota unless it is said. Refuses: not_found when none is in force."""
        asked = request.query_params.get("subject", SUPPLEMENTARY.code)
        subject = next((each for each in all_subjects() if each.code == asked), None)
        found = in_force(province=province, subject=subject, now=self.now) if subject is not None else None
        if found is None:
            raise not_found("现行规则")
        return Response(RulebookDetail(found).data)
