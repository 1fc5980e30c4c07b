"""The result of a lot (成交结果)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import OfListing
from apps.api.fields import Instant, yuan
from apps.stages.award.queries import award_of, paddle_of
from apps.stages.bidding.queries import auction_of
from apps.stages.confirmation.models import Confirmation
from kernel.errors import not_found
from kernel.money import capitals
from kernel.web.acts import PROBLEMS


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
        award, auction = award_of(listing_id), auction_of(listing_id)
        if confirmation is None or award is None:
            raise not_found("成交结果")
        body = {
            "winner_name": confirmation.winner.name,
            "paddle": paddle_of(award),
            "unit_price": award.unit_price,
            "total_price": award.total_price,
            "total_price_capitals": capitals(award.total_price),
            "closed_at": self.listing.closed_at,
            "confirmed_at": confirmation.issued_at,
            "drawn": auction is not None and auction.drawn,
            "draw_secret": auction.draw_secret if auction is not None else "",
            "draw_paddles": auction.draw_paddles if auction is not None else [],
        }
        return Response(ResultBody(body).data)
