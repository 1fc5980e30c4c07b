"""Price tables (价格表) in force, and the guide prices that one computed (指导价测算)."""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView
from apps.api.fields import Instant
from apps.api.rulebooks import RulebookDetail
from apps.parties.roles import Can
from apps.prices.models import Computation
from apps.prices.queries import own, tables_in_force
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS
from kernel.web.opaque import OpaqueId


class PricesInForce(ApiView):
    """The price tables in force in a province."""

    @extend_schema(summary="现行价格表", responses={200: RulebookDetail, **PROBLEMS}, tags=["规则"])
    def get(self, request: Request, province: str) -> Response:
        """Refuses: not_found when none are in force."""
        found = tables_in_force(province=province, now=self.now)
        if found is None:
            raise not_found("现行价格表")
        return Response(RulebookDetail(found).data)


class GuidePriceRow(serializers.ModelSerializer[Computation]):
    """One guide price: what was asked, by which version of the norms, what came of it."""

    id = OpaqueId(of="computation")
    budget = serializers.DictField(child=serializers.CharField())
    norms_version = serializers.IntegerField(source="norms.version", read_only=True)
    result = serializers.DictField()
    computed_at = Instant()
    attached_at = Instant(allow_null=True)

    class Meta:
        model = Computation
        fields: ClassVar[list[str]] = [
            "id", "case", "region", "kind", "land_class", "grade", "budget", "norms_version", "result",
            "computed_at", "attached_at",
        ]  # fmt: skip


class GuidePrices(ListView[Computation]):
    """The guide prices that the asker computed."""

    title = "指导价测算"
    capability = Can.COMPUTE_GUIDE_PRICES
    serializer_class = GuidePriceRow
    filterset_fields: ClassVar[list[str]] = ["case", "kind"]

    def schema_model(self) -> type[Computation]:
        """Guide prices."""
        return Computation

    def rows(self) -> QuerySet[Computation]:
        """One's own."""
        return own(self.by)
