"""What a bid is made of."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.stages.bidding import commands
from apps.stages.bidding.decision import Receipt
from apps.stages.bidding.names import BID_PLACE
from kernel.acts.act import Act
from kernel.clock import iso
from kernel.web.fields import LineInput, YuanInput


class BidForm(serializers.Serializer[Any]):
    """A unit price, the bidder's own request id, and the price the bidder saw (or that nobody had bid)."""

    unit_price = YuanInput(label="报价（元/亩或元/公斤）")
    request_id = LineInput(label="请求标识", max_length=100, required=False, allow_blank=True)
    seen_price = YuanInput(label="报价时看到的最高价", required=False, allow_null=True)
    saw_none = serializers.BooleanField(label="报价时尚无报价", required=False, default=False)


class ReceiptAnswer(TypedDict):
    """A receipt: the bid, when it came, its place in the chain."""

    sequence: int
    unit_price: str
    paddle: str
    received_at: str
    hash: str
    previous_hash: str
    closes_at: str


def receipt_answer(receipt: Receipt) -> ReceiptAnswer:
    """A receipt as pages and API show it."""
    return {
        "sequence": receipt.sequence,
        "unit_price": str(receipt.unit_price),
        "paddle": f"{receipt.paddle:03d}",
        "received_at": iso(receipt.received_at),
        "hash": receipt.hash,
        "previous_hash": receipt.previous_hash,
        "closes_at": iso(receipt.closes_at),
    }


ACTS = (
    Act(
        BID_PLACE,
        "报价",
        commands.place,
        Can.BUY,
        form=BidForm,
        answer=receipt_answer,
        statuses=frozenset({ListingStatus.BIDDING}),
        help="报价一经接受不得撤回。",
        subject="listing_id",
    ),
)
