"""What an auction on the listing (挂牌竞价) tells later stages of its award."""

from typing import Any

from apps.documents.facts import CeilingDraw
from apps.stages.announcement.models import Announcement
from apps.stages.award.methods import SaleMethod
from apps.stages.award.models import Award
from apps.stages.award.queries import paddle_of
from apps.stages.bidding.models import AuctionResult, Bid
from apps.stages.bidding.queries import bids_stated
from kernel.acts.bound import Fact, instant, text


def facts(award: Award) -> tuple[Fact, ...]:
    """When bidding closed, and how many bids there were: after a draw the last one need not have won."""
    count = Bid.objects.filter(listing_id=award.listing_id).count()
    return (instant("竞价截止", award.at), text("报价次数", f"{count}次"))


def found_by(award: Award) -> dict[str, Any]:
    """By its bid, after a draw or not; how many there were, and how anyone computes a draw again."""
    auction = award.auction
    bids = Bid.objects.filter(listing_id=award.listing_id)
    last_hash = bids.order_by("-sequence").values_list("hash", flat=True)[0]
    return {
        "paddle": paddle_of(award),
        "decided_by": _decided_by(auction, bidders=bids.values("certificate").distinct().count()),
        "bid_count": bids.count(),
        "last_bid_hash": last_hash,
        "draw": _draw(auction, last_hash=last_hash) if auction.drawn else None,
    }


def _decided_by(auction: AuctionResult, *, bidders: int) -> str:
    if auction.drawn:
        return "最高限价报价经可验证抽签确定"
    if bidders == 1:
        return "唯一报价人的最高有效报价"
    return "限时竞价的最高有效报价" if auction.bid.timed_round else "最高有效报价"


def _draw(auction: AuctionResult, *, last_hash: str) -> CeilingDraw:
    """The last bid of the draw is the last of all: below the ceiling nothing is taken any more."""
    return CeilingDraw(
        commitment=Announcement.objects.values_list("draw_commitment", flat=True).get(
            listing_id=auction.award.listing_id
        ),
        secret=auction.draw_secret,
        last_bid_hash=last_hash,
        paddles=tuple(f"{paddle:03d}" for paddle in auction.draw_paddles),
        winning_paddle=paddle_of(auction.award),
    )


def record(award: Award) -> list[dict[str, Any]]:
    """The anonymous bid history: order, paddle, price, instant and hash of each bid."""
    return bids_stated(award.listing)


METHOD = SaleMethod("listing_auction", facts, found_by, record)
