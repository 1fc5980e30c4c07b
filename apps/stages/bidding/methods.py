"""What an auction on the listing (挂牌竞价) tells later stages of its award."""

from typing import Any

from apps.stages.award.methods import SaleMethod
from apps.stages.award.models import Award
from apps.stages.award.states import Method
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import bids_stated
from kernel.acts.bound import Fact, instant, text


def facts(award: Award) -> tuple[Fact, ...]:
    """When bidding closed, and how many bids there were: after a draw the last one need not have won."""
    count = Bid.objects.filter(listing_id=award.listing_id).count()
    return (instant("竞价截止", award.at), text("报价次数", f"{count}次"))


def record(award: Award) -> list[dict[str, Any]]:
    """The anonymous bid history: order, paddle, price, instant and hash of each bid."""
    return bids_stated(award.listing)


METHOD = SaleMethod(Method.LISTING_AUCTION, facts, record)
