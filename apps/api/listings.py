"""Lots as everybody may see them: the list, one lot with its timetable, its ladder, its papers, its result."""

from typing import Any, ClassVar

import django_filters
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import STAFF, Asked, OfListing, OldestFirst, Pages, Rows, settled_listing
from apps.api.evidence import download
from apps.api.fields import Instant, area, capacity, yuan
from apps.documents.commands import open_document
from apps.documents.models import Document
from apps.documents.queries import all_of, public_of, visible_to, visible_to_seller
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from apps.listings.queries import holding, identities_hidden, listing_for
from apps.listings.queries import visible_to as visible_listings
from apps.listings.states import LABELS, ListingStatus
from apps.listings.timetable import moments
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import award_of, next_prices
from apps.stages.confirmation.models import Confirmation
from apps.stages.qualification.queries import terms_of
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.money import capitals
from kernel.quantity import QuotaKind
from kernel.web.acts import PROBLEMS, require_possible_id
from kernel.web.filters import AmountFilter
from kernel.web.opaque import OpaqueId

_PDF = {(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="PDF 文件")}


class ListingFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What lots can be looked for by."""

    status = django_filters.MultipleChoiceFilter(
        label="状态，可重复", choices=[(str(each), LABELS[each]) for each in ListingStatus]
    )
    kind = django_filters.ChoiceFilter(
        label="指标种类", method="of_kind", choices=[(str(each), each.label) for each in QuotaKind]
    )
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
        return rows.filter(**{f"{value}__gt": 0})

    def within(self, rows: QuerySet[Listing], name: str, value: str) -> QuerySet[Listing]:
        """Lots of sellers in a division or below it."""
        prefix = value
        while len(prefix) >= 2 and prefix.endswith("00"):
            prefix = prefix[:-2]
        return rows.filter(seller__region__code__startswith=prefix)

    def called(self, rows: QuerySet[Listing], name: str, value: str) -> QuerySet[Listing]:
        """Lots with all of these words in number, title, seller or county, as the portal finds them."""
        return holding(rows, value)


class ListingRow(serializers.ModelSerializer[Listing]):
    """One lot in a list."""

    status_label = serializers.SerializerMethodField()
    seller_name = serializers.CharField(source="seller.name")
    region = serializers.CharField(source="seller.region_id")
    region_name = serializers.CharField(source="seller.region.name")
    farmland_area = area()
    paddy_area = area()
    grain_capacity = capacity()
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
            "farmland_area", "paddy_area", "grain_capacity", "grade", "starting_price", "price_unit", "increment",
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


class Listings(Rows[Listing]):
    """Lots, the newest first: what is announced, and what else the asker may see."""

    title = "挂牌项目列表"
    serializer_class = ListingRow
    filterset_class = ListingFilter

    def schema_model(self) -> type[Listing]:
        """Listings."""
        return Listing

    def rows(self) -> QuerySet[Listing]:
        """What the asker may see, with the highest bid."""
        return _with_highest(visible_listings(self.by))


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
    suspended_for = serializers.SerializerMethodField()
    terminated_for = serializers.SerializerMethodField()

    class Meta(ListingRow.Meta):
        fields: ClassVar[list[str]] = [
            *ListingRow.Meta.fields, "contact", "server_time", "rules", "timetable", "next_prices", "lines",
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
        if by.role not in STAFF and by.organisation_id != row.seller_id:
            return []
        return LineBody(row.lines.order_by("id"), many=True).data

    def get_suspended_for(self, row: Listing) -> str:
        """The public reason of a suspension that lasts; empty otherwise."""
        found = row.suspensions.filter(ended_at=None).first()
        return found.public_reason if found else ""

    def get_terminated_for(self, row: Listing) -> str:
        """The public reason of a termination; empty otherwise."""
        if row.state is not ListingStatus.TERMINATED:
            return ""
        return row.termination.public_reason if hasattr(row, "termination") else ""


class OneListing(Asked):
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


class RungRow(serializers.ModelSerializer[Bid]):
    """One bid, without a name."""

    paddle = serializers.CharField(source="certificate.__str__")
    unit_price = yuan()
    at = Instant(source="received_at")

    class Meta:
        model = Bid
        fields: ClassVar[list[str]] = [
            "sequence", "paddle", "unit_price", "at", "timed_round", "previous_hash", "hash",
        ]  # fmt: skip


class BySequence(Pages):
    """In the order in which the server took them."""

    ordering = "sequence"


class Ladder(OfListing, Rows[Bid]):
    """The anonymous ladder of bids."""

    title = "报价记录（匿名）"
    serializer_class = RungRow
    pagination_class = BySequence

    def schema_model(self) -> type[Bid]:
        """Bids."""
        return Bid

    def rows(self) -> QuerySet[Bid]:
        """All bids of the lot."""
        return Bid.objects.filter(listing=self.listing).select_related("certificate")


# --- papers -------------------------------------------------------------------------------------------------------


def visible_documents(listing: Listing, *, by: Actor) -> QuerySet[Document]:
    """The documents of a lot that an actor may open.

    Everybody the public ones; each organisation those issued to it; the seller also the contract; staff everything,
    but before close nothing that was issued to one bidder.
    """
    if by.role in STAFF:
        return public_of(listing.pk) if identities_hidden(listing) else all_of(listing.pk)
    if not by.is_person:
        return public_of(listing.pk)
    if by.organisation_id == listing.seller_id:
        return visible_to_seller(listing.pk, organisation_id=by.organisation_id)
    return visible_to(listing.pk, organisation_id=by.organisation_id)


class DocumentRow(serializers.ModelSerializer[Document]):
    """One document."""

    kind = serializers.CharField()
    kind_label = serializers.SerializerMethodField()
    id = OpaqueId()
    issued_at = Instant()

    class Meta:
        model = Document
        fields: ClassVar[list[str]] = [
            "id", "kind", "kind_label", "number", "issued_by_name", "issued_at", "verification_code", "public",
            "facts_sha256", "sha256",
        ]  # fmt: skip

    def get_kind_label(self, row: Document) -> str:
        """The kind as users see it."""
        return DocumentKind(row.kind).label


class Documents(OfListing, Rows[Document]):
    """The documents of a lot."""

    title = "项目文书"
    serializer_class = DocumentRow
    pagination_class = OldestFirst
    filterset_fields: ClassVar[list[str]] = ["kind"]

    def schema_model(self) -> type[Document]:
        """Documents."""
        return Document

    def rows(self) -> QuerySet[Document]:
        """Those that the asker may open."""
        return visible_documents(self.listing, by=self.by)


class DocumentFile(Asked):
    """One document as PDF."""

    @extend_schema(summary="下载文书", responses={**_PDF, **PROBLEMS}, tags=["文书"])
    def get(self, request: Request, document_id: int) -> HttpResponse:
        """Refuses: not_found, also for what the asker may not know of."""
        require_possible_id(document_id, what="文书")
        row = Document.objects.filter(pk=document_id).first()
        if row is None or row.listing_id is None:
            raise not_found("文书")
        listing = listing_for(row.listing_id, by=self.by)
        if not visible_documents(listing, by=self.by).filter(pk=document_id).exists():
            raise not_found("文书")
        return download(open_document(document_id=document_id, now=self.now))


class BidderTermsBody(serializers.Serializer[Any]):
    """One text to read before applying to bid. `fact` is the field of `registration.submit` that takes `sha256`."""

    fact = serializers.CharField(source="document")
    title = serializers.CharField()
    version = serializers.CharField()
    text = serializers.CharField()
    sha256 = serializers.CharField()


class TermsView(OfListing):
    """The notice to bidders and the undertaking of a lot, as they stand now."""

    @extend_schema(
        summary="竞买须知和承诺书", responses={200: BidderTermsBody(many=True), **PROBLEMS}, tags=["项目"]
    )
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found. Empty before the announcement."""
        return Response(BidderTermsBody(terms_of(self.listing), many=True).data)


# --- the result ---------------------------------------------------------------------------------------------------


class ResultBody(serializers.Serializer[Any]):
    """Who won, at which price; after the confirmation."""

    winner_name = serializers.CharField()
    paddle = serializers.CharField()
    unit_price = yuan()
    total_price = yuan()
    total_price_capitals = serializers.CharField()
    closed_at = Instant(allow_null=True)
    confirmed_at = Instant()
    drawn = serializers.BooleanField()
    draw_secret = serializers.CharField()
    draw_paddles = serializers.ListField(child=serializers.IntegerField())


class Result(OfListing):
    """The award of a lot."""

    @extend_schema(summary="成交结果", responses={200: ResultBody, **PROBLEMS}, tags=["项目"])
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found until the award is confirmed."""
        confirmation = Confirmation.objects.filter(listing=self.listing).select_related("winner").first()
        award = award_of(listing_id)
        if confirmation is None or award is None:
            raise not_found("成交结果")
        body = {
            "winner_name": confirmation.winner.name,
            "paddle": str(award.bid.certificate),
            "unit_price": award.unit_price,
            "total_price": award.total_price,
            "total_price_capitals": capitals(award.total_price),
            "closed_at": self.listing.closed_at,
            "confirmed_at": confirmation.issued_at,
            "drawn": award.drawn,
            "draw_secret": award.draw_secret,
            "draw_paddles": award.draw_paddles,
        }
        return Response(ResultBody(body).data)
