"""Bids, and how an auction came to its award. A bid is never changed; the database checks its place in the chain as it
is written.
"""

from django.db import models
from django.db.models import Q

from apps.listings.models import Listing
from apps.stages.award.models import Award
from apps.stages.deposit.models import Certificate
from kernel.money import YuanField


class Bid(models.Model):
    """One accepted bid (挂牌报价): its order, the server's instant, the hash of the one before it.

    The unique indexes serve every look-up. Further ones would slow bids down, and one that begins with the
    certificate would be taken for `bid_request_once` by a plan made while there were few bids. Rows come in by the
    owner's function alone.
    """

    written_by = "bids_write"

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="bids", db_index=False)
    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="bids", db_index=False
    )
    sequence = models.PositiveIntegerField()
    unit_price = YuanField()
    received_at = models.DateTimeField()
    timed_round = models.PositiveIntegerField(default=0)
    request_id = models.CharField(max_length=100, blank=True)
    placed_by_id = models.BigIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["listing_id", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "sequence"], name="bid_sequence_once"),
            models.UniqueConstraint(
                fields=["listing", "certificate", "unit_price"], name="bidder_bids_a_price_once"
            ),
            models.UniqueConstraint(fields=["hash"], name="bid_hash_once"),
            models.UniqueConstraint(
                fields=["certificate", "request_id"], condition=~Q(request_id=""), name="bid_request_once"
            ),
            models.CheckConstraint(condition=Q(unit_price__gt=0, sequence__gt=0), name="bid_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.listing} 第{self.sequence}次报价"


class AuctionResult(models.Model):
    """How the auction came to its award: the bid that won. `draw_secret` is revealed when a draw decided.

    A trigger holds lot, bidder and unit price of bid and award equal.
    """

    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="auction")
    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="result")
    drawn = models.BooleanField(default=False)
    draw_secret = models.CharField(max_length=64, blank=True)
    draw_paddles = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn=False, draw_secret="") | Q(drawn=True, draw_secret__gt=""),
                name="draw_reveals_secret",
            )
        ]

    def __str__(self) -> str:
        return f"{self.award} {self.bid}"
