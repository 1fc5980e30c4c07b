"""What a bid is made of."""

from typing import Any

from rest_framework import serializers

from apps.listings.states import ListingStatus
from apps.stages.bidding import commands
from apps.stages.bidding.commands import Receipt
from kernel.actors import TRADERS
from kernel.acts.act import Act
from kernel.clock import iso
from kernel.web.fields import YuanInput


class BidForm(serializers.Serializer[Any]):
    """A unit price, the bidder's own request id, and the price the bidder saw (or that nobody had bid)."""

    unit_price = YuanInput(label="报价（元/亩或元/公斤）")
    request_id = serializers.CharField(label="请求标识", max_length=100, required=False, allow_blank=True)
    seen_price = YuanInput(label="报价时看到的最高价", required=False, allow_null=True)
    saw_none = serializers.BooleanField(label="报价时尚无报价", required=False, default=False)


def _receipt_answer(receipt: Receipt) -> dict[str, Any]:
    bid = receipt.bid
    return {
        "sequence": bid.sequence,
        "unit_price": str(bid.unit_price),
        "paddle": str(bid.certificate),
        "received_at": iso(bid.received_at),
        "hash": bid.hash,
        "previous_hash": bid.previous_hash,
        "closes_at": iso(receipt.closes_at),
    }


ACTS = (
    Act(
        "bid.place",
        "报价",
        commands.place,
        TRADERS,
        form=BidForm,
        answer=_receipt_answer,
        statuses=frozenset({ListingStatus.BIDDING}),
        help="报价一经接受不得撤回。",
    ),
)
