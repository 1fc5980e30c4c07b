"""The filing and its dossier (备案)."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.contract import AccountBody
from apps.api.deals import InDeal
from apps.api.evidence import download
from apps.api.fields import Instant
from apps.documents.commands import Opened
from apps.documents.rules import sha256
from apps.listings.models import Listing
from apps.parties.roles import Can
from apps.process.dossier import pack
from apps.stages.filing.models import Filing
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.web.acts import PROBLEMS

_ZIP = {(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="ZIP 文件")}


class FiledDocumentBody(serializers.Serializer[Any]):
    """A document in the dossier."""

    kind = serializers.CharField()
    number = serializers.CharField()
    issued_at = serializers.DateTimeField()
    facts_sha256 = serializers.CharField()


class FiledBidBody(serializers.Serializer[Any]):
    """A bid in the dossier."""

    sequence = serializers.IntegerField()
    paddle = serializers.CharField()
    unit_price = serializers.CharField()
    at = serializers.DateTimeField()
    hash = serializers.CharField()


class FiledEntryBody(serializers.Serializer[Any]):
    """Money that came in."""

    reference = serializers.CharField()
    amount = serializers.CharField()
    payer = serializers.CharField()
    arrived_at = serializers.DateTimeField()


class FiledRemittanceBody(serializers.Serializer[Any]):
    """Money that went to the seller."""

    request_id = serializers.CharField()
    amount = serializers.CharField()
    account = AccountBody()
    released_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)


class FiledPaymentsBody(serializers.Serializer[Any]):
    """The money of the deal: deposit applied + instalments = price + late fee = remitted + held back + refunded."""

    deposit_applied = FiledEntryBody(many=True)
    instalments = FiledEntryBody(many=True)
    total_price = serializers.CharField()
    late_fee = serializers.CharField()
    remitted = FiledRemittanceBody(many=True)
    held_back = serializers.CharField()
    refunded = serializers.CharField(required=False)


class FiledVoucherBody(serializers.Serializer[Any]):
    """A payment voucher."""

    name = serializers.CharField()
    sha256 = serializers.CharField()
    uploaded_at = serializers.DateTimeField()


class FiledEvidenceBody(FiledVoucherBody):
    """What seller or winner handed in."""

    kind = serializers.CharField()


class FiledResultBody(serializers.Serializer[Any]):
    """How the lot was sold, and to whom."""

    title = serializers.CharField()
    seller = serializers.CharField()
    winner = serializers.CharField()
    unit_price = serializers.CharField()
    price_unit = serializers.CharField()
    total_price = serializers.CharField()
    closed_at = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField()


class ManifestBody(serializers.Serializer[Any]):
    """What the dossier holds."""

    listing = serializers.CharField()
    documents = FiledDocumentBody(many=True)
    bids = FiledBidBody(many=True)
    payments = FiledPaymentsBody()
    vouchers = FiledVoucherBody(many=True)
    evidence = FiledEvidenceBody(many=True, required=False)
    result = FiledResultBody(required=False)


@extend_schema_field(ManifestBody)
class _Manifest(serializers.JSONField):
    """The manifest as it was filed, every part of it."""


class FilingBody(serializers.Serializer[Any]):
    """What was filed."""

    manifest = _Manifest()
    manifest_sha256 = serializers.CharField()
    submitted_at = Instant()
    accepted_at = Instant(allow_null=True)


def _filing(listing: Listing, *, by: Actor) -> Filing:
    found = Filing.objects.filter(listing=listing).first() if by.can(Can.SEE_CASES) else None
    if found is None:
        raise not_found("备案卷宗")
    return found


class FilingView(InDeal):
    """The filing, for staff."""

    @extend_schema(summary="备案目录", responses={200: FilingBody, **PROBLEMS}, tags=["成交后"])
    def get(self, request: Request, listing_id: int) -> Response:
        """Refuses: not_found."""
        return Response(FilingBody(_filing(self.listing, by=self.by)).data)


class Dossier(InDeal):
    """The dossier, for staff."""

    @extend_schema(summary="下载备案卷宗", responses={**_ZIP, **PROBLEMS}, tags=["成交后"])
    def get(self, request: Request, listing_id: int) -> HttpResponse:
        """Refuses: not_found."""
        content = pack(self.listing, _filing(self.listing, by=self.by).manifest, now=self.now)
        name = f"备案卷宗-{self.listing.number}.zip"
        return download(Opened(name, "application/zip", content, sha256(content)))
