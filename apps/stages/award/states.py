"""By which methods a lot is sold (交易方式)."""

from enum import StrEnum


class Method(StrEnum):
    """How a winner was found. A further method is a member here and a room beside `bidding`."""

    LISTING_AUCTION = "listing_auction"
    """The ascending auction on the listing (挂牌竞价): bids, timed rounds, a draw at the ceiling."""
    AGREEMENT = "agreement"
    """Between giver and taker at a price that both agreed on (协议转让): nobody bids, nobody registers."""
