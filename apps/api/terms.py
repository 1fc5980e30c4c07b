"""The texts that a bidder confirms (竞买须知)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import OfListing
from apps.stages.qualification.queries import terms_of
from kernel.web.acts import PROBLEMS


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
