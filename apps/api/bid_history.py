"""The bids of a lot in their order (报价记录)."""

from typing import ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from apps.api.base import ListView, OfListing, Pages
from apps.api.fields import Instant, yuan
from apps.stages.bidding.models import Bid


class BidHistoryRow(serializers.ModelSerializer[Bid]):
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


class BidHistory(OfListing, ListView[Bid]):
    """The anonymous bid history."""

    title = "报价记录（匿名）"
    serializer_class = BidHistoryRow
    pagination_class = BySequence

    def schema_model(self) -> type[Bid]:
        """Bids."""
        return Bid

    def rows(self) -> QuerySet[Bid]:
        """All bids of the lot."""
        return Bid.objects.filter(listing=self.listing).select_related("certificate")
