"""Lots (挂牌项目)."""

from typing import Any, ClassVar

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView, settled_listing
from apps.api.fields import Instant, yuan
from apps.kinds.fields import EachKind, WithKinds, amount_of_any
from apps.kinds.table import kind_choices
from apps.kinds.trade import FORM_CHOICES
from apps.listings.models import Listing
from apps.listings.queries import holding, selling, with_lines
from apps.listings.queries import visible_to as visible_listings
from apps.listings.states import LABELS, ListingStatus
from apps.listings.timetable import moments
from apps.parties.roles import Can
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import next_prices
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS
from kernel.web.fields import AreaInput
from kernel.web.filters import AmountFilter


class ListingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What lots can be looked for by."""

    status = django_filters.MultipleChoiceFilter(
        label="状态，可重复", choices=[(str(each), LABELS[each]) for each in ListingStatus]
    )
    form = django_filters.ChoiceFilter(label="交易方式", choices=FORM_CHOICES)
    kind = django_filters.ChoiceFilter(label="指标种类", method="of_kind", choices=kind_choices())
    region = django_filters.CharFilter(label="行政区划代码，含下级", method="within", max_length=6)
    price_unit = django_filters.CharFilter(label="计价单位", max_length=20)
    min_price = AmountFilter(label="起始价不低于", field_name="starting_price", lookup_expr="gte")
    max_price = AmountFilter(label="起始价不高于", field_name="starting_price", lookup_expr="lte")
    search = django_filters.CharFilter(
        label="名称、编号、出让方或行政区划，多个词以空格分隔", method="called", max_length=100
    )

    class Meta:
        model = Listing
        fields: ClassVar[list[str]] = []

    def of_kind(self, rows: QuerySet[Listing], name: str, value: str) -> QuerySet[Listing]:
        """Lots that sell something of a kind."""
        return selling(rows, value)

    def within(self, rows: QuerySet[Listing], name: str, value: str) -> QuerySet[Listing]:
        """Lots of sellers in a division or below it."""
        prefix = value
        while len(prefix) >= 2 and prefix.endswith("00"):
            prefix = prefix[:-2]
        return rows.filter(seller__region__code__startswith=prefix)

    def called(self, rows: QuerySet[Listing], name: str, value: str) -> QuerySet[Listing]:
        """Lots with all of these words in number, title, seller or county, as the portal finds them."""
        return holding(rows, value)


class ListingRow(WithKinds, serializers.ModelSerializer[Listing]):
    """One lot in a list."""

    status_label = serializers.SerializerMethodField()
    seller_name = serializers.CharField(source="seller.name")
    id = serializers.IntegerField(source="pk", read_only=True)
    region = serializers.CharField(source="seller.region_id")
    region_name = serializers.CharField(source="seller.region.name")
    quota_class = serializers.CharField(read_only=True)
    quantities = EachKind(amount_of_any, None)
    planning_mu = AreaInput(read_only=True, allow_null=True)
    starting_price = yuan()
    increment = yuan(allow_null=True)
    ceiling = yuan(allow_null=True)
    starting_total = yuan(allow_null=True)
    deposit_amount = yuan(allow_null=True)
    highest_price = yuan(allow_null=True)
    announced_at = Instant(allow_null=True)
    registration_closes_at = Instant(allow_null=True)
    deposit_cutoff_at = Instant(allow_null=True)
    opens_at = Instant(allow_null=True)
    closes_at = Instant(allow_null=True)
    closed_at = Instant(allow_null=True)

    class Meta:
        model = Listing
        fields: ClassVar[list[str]] = [
            "id", "number", "title", "status", "status_label", "seller_name", "region", "region_name",
            "form", "quota_class", "quantities", "grade", "planning_no", "planning_mu", "starting_price", "price_unit",
            "increment",
            "ceiling", "has_reserve", "starting_total", "deposit_amount", "highest_price", "announced_at",
            "registration_closes_at", "deposit_cutoff_at", "opens_at", "closes_at", "closed_at", "timed_round",
            "relisted_from",
        ]  # fmt: skip

    def get_status_label(self, row: Listing) -> str:
        """The status as users see it."""
        return LABELS[row.state]


def _with_highest(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    highest = Bid.objects.filter(listing=OuterRef("pk")).order_by("-unit_price").values("unit_price")[:1]
    return rows.annotate(highest_price=Subquery(highest))


class Listings(ListView[Listing]):
    """Lots, the newest first: what is announced, and what else the asker may see."""

    title = "挂牌项目列表"
    serializer_class = ListingRow
    filterset_class = ListingFilter

    def schema_model(self) -> type[Listing]:
        """Listings."""
        return Listing

    def rows(self) -> QuerySet[Listing]:
        """What the asker may see, with the highest bid."""
        return _with_highest(with_lines(visible_listings(self.by)))


class MomentBody(serializers.Serializer[Any]):
    """One line of the timetable."""

    label = serializers.CharField()  # type: ignore[assignment]
    at = Instant()
    past = serializers.BooleanField()
    provisional = serializers.BooleanField()
    done_at = Instant(allow_null=True)
    late = serializers.BooleanField()


class RulesBody(serializers.Serializer[Any]):
    """The rules a lot runs under."""

    name = serializers.CharField()
    version = serializers.IntegerField()
    legal_basis = serializers.ListField(child=serializers.CharField())
    parameters = serializers.DictField()


class CommitmentBody(serializers.Serializer[Any]):
    """What a lot's county promises: grades, area in 亩, capacities in 公斤; and what came of it, once decided."""

    grade = serializers.IntegerField()
    target_grade = serializers.IntegerField()
    area = serializers.CharField()
    project = serializers.CharField()
    days = serializers.IntegerField()
    proceeds_use = serializers.CharField()
    capacity_there = serializers.CharField()
    capacity_promised = serializers.CharField()
    achieved_grade = serializers.IntegerField(allow_null=True)
    refund = serializers.CharField(allow_null=True)
    from_held_back = serializers.CharField(allow_null=True)
    decided_at = Instant(allow_null=True)


def _commitment(row: Listing) -> dict[str, Any] | None:
    promised = row.promised
    if promised is None:
        return None
    promise, refund = promised.promise, promised.refund
    return {
        "grade": promise.now,
        "target_grade": promise.target,
        "area": f"{promised.area:.4f}",
        "project": promised.project.name,
        "days": promised.days,
        "proceeds_use": promised.proceeds_use,
        "capacity_there": f"{promise.there:.0f}",
        "capacity_promised": f"{promise.capacity:.0f}",
        "achieved_grade": promised.achieved_grade,
        "refund": str(refund) if refund is not None else None,
        "from_held_back": str(promised.from_held_back) if refund is not None else None,
        "decided_at": promised.decided_at,
    }


class LineBody(serializers.Serializer[Any]):
    """What a lot draws from one batch."""

    batch = serializers.IntegerField(source="batch_id")
    kind = serializers.CharField()
    amount = serializers.CharField()


class ListingBody(ListingRow):
    """One lot in full."""

    server_time = serializers.SerializerMethodField()
    rules = serializers.SerializerMethodField()
    timetable = serializers.SerializerMethodField()
    next_prices = serializers.SerializerMethodField()
    lines = serializers.SerializerMethodField()
    counterparty_name = serializers.SerializerMethodField()
    commitment = serializers.SerializerMethodField()
    suspended_for = serializers.SerializerMethodField()
    terminated_for = serializers.SerializerMethodField()

    class Meta(ListingRow.Meta):
        fields: ClassVar[list[str]] = [
            *ListingRow.Meta.fields, "counterparty_name", "pairing", "commitment",
            "contact", "server_time", "rules", "timetable",
            "next_prices", "lines",
            "suspended_for", "terminated_for",
        ]  # fmt: skip

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_server_time(self, row: Listing) -> str:
        """The instant by which countdowns run."""
        return str(Instant().to_representation(self.context["now"]))

    @extend_schema_field(RulesBody(allow_null=True))
    def get_rules(self, row: Listing) -> Any:
        """The lot's own copy of the rules; null before it has one."""
        return row.rules.as_json() if row.rules_copy else None

    @extend_schema_field(MomentBody(many=True))
    def get_timetable(self, row: Listing) -> Any:
        """What was and what comes."""
        return MomentBody(moments(row, now=self.context["now"]), many=True).data

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "decimal"}})
    def get_next_prices(self, row: Listing) -> list[str]:
        """The next valid prices, lowest first."""
        return [str(price) for price in next_prices(row)] if row.state is ListingStatus.BIDDING else []

    @extend_schema_field(LineBody(many=True))
    def get_lines(self, row: Listing) -> Any:
        """Where the quota comes from, for the seller and staff; empty for others."""
        by: Actor = self.context["by"]
        if not by.can(Can.SEE_CASES) and by.organisation_id != row.seller_id:
            return []
        return LineBody(row.lines.order_by("id"), many=True).data

    def get_counterparty_name(self, row: Listing) -> str:
        """Who takes the lot by agreement; empty where nobody is named."""
        return row.counterparty.name if row.counterparty is not None else ""

    @extend_schema_field(CommitmentBody(allow_null=True))
    def get_commitment(self, row: Listing) -> Any:
        """What its county promises of its quality; null for most lots."""
        found = _commitment(row)
        return CommitmentBody(found).data if found is not None else None

    def get_suspended_for(self, row: Listing) -> str:
        """The public reason of a suspension that lasts; empty otherwise."""
        found = row.suspensions.filter(ended_at=None).first()
        return found.public_reason if found else ""

    def get_terminated_for(self, row: Listing) -> str:
        """The public reason of a termination; empty otherwise."""
        if row.state is not ListingStatus.TERMINATED:
            return ""
        return row.termination.public_reason if hasattr(row, "termination") else ""


class OneListing(ApiView):
    """One lot."""

    @extend_schema(
        summary="挂牌项目", operation_id="listing", responses={200: ListingBody, **PROBLEMS}, tags=["项目"]
    )
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found, also for what the asker may not know of."""
        settled_listing(listing_id, by=self.by, now=self.now)
        row = _with_highest(visible_listings(self.by)).filter(pk=listing_id).first()
        if row is None:
            raise not_found("挂牌项目")
        return Response(ListingBody(row, context={"by": self.by, "now": self.now}).data)
