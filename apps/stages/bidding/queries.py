"""The anonymous bid history, the state of a lot's bidding, and the proof that its chain is whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.listings.models import Listing
from apps.stages.award.rules import highest_of
from apps.stages.bidding import rules
from apps.stages.bidding.models import AuctionResult, Bid
from apps.stages.deposit.models import Certificate
from kernel.clock import iso
from kernel.money import Yuan


@dataclass(frozen=True)
class BidHistoryLine:
    """One line of the bid history, as everybody sees it: no name, no organisation."""

    sequence: int
    paddle: str
    unit_price: Yuan
    at: datetime
    hash: str


def bid_history(listing: Listing) -> list[BidHistoryLine]:
    """All bids in the order in which the server took them."""
    rows = Bid.objects.filter(listing=listing).select_related("certificate").order_by("sequence")
    return [
        BidHistoryLine(
            row.sequence, f"{row.certificate.paddle:03d}", row.unit_price, row.received_at, row.hash
        )
        for row in rows
    ]


def bids_stated(listing: Listing) -> list[dict[str, Any]]:
    """The bid history as plain values, for what is kept or handed in: price as text, instant as ISO 8601."""
    return [
        {
            "sequence": each.sequence,
            "paddle": each.paddle,
            "unit_price": str(each.unit_price),
            "at": iso(each.at),
            "hash": each.hash,
        }
        for each in bid_history(listing)
    ]


def highest_price(listing_id: int) -> Yuan | None:
    """The highest unit price so far; None before the first bid. Found by amount."""
    return (
        Bid.objects.filter(listing_id=listing_id)
        .order_by("-unit_price")
        .values_list("unit_price", flat=True)
        .first()
    )


def lot_of(listing: Listing) -> rules.Lot | None:
    """What rules need of a lot; None before it is announced, and of one that is not auctioned."""
    if (
        not listing.trade.auctioned
        or listing.opens_at is None
        or listing.closes_at is None
        or listing.listing_period_ends_at is None
        or listing.increment is None
    ):
        return None
    return rules.Lot(
        status=listing.state,
        opens_at=listing.opens_at,
        closes_at=listing.closes_at,
        listing_period_ends_at=listing.listing_period_ends_at,
        timed_round=listing.timed_round,
        starting_price=listing.starting_price,
        increment=listing.increment,
        ceiling=listing.ceiling,
        current=highest_price(listing.pk),
        rules=listing.rules.parameters,
        rounds_from_opening=listing.trade.rounds_from_opening,
        highest=highest_of(listing.priced.amount),
    )


def next_prices(listing: Listing, *, count: int = 3) -> list[Yuan]:
    """The next valid prices, lowest first, as buttons of the bid form; empty where nothing may be bid any more."""
    lot = lot_of(listing)
    return [] if lot is None else rules.next_valid(lot, count=count)


def chain_is_whole(listing: Listing) -> bool:
    """Whether the bids are numbered without gaps and each hash follows from its bid and the one before."""
    previous = rules.GENESIS
    for sequence, bid in enumerate(
        Bid.objects.filter(listing=listing).select_related("certificate").order_by("sequence"), start=1
    ):
        expected = rules.bid_hash(
            listing=listing.number or "",
            sequence=sequence,
            paddle=bid.certificate.paddle,
            unit_price=bid.unit_price,
            received_at=bid.received_at,
            previous=previous,
        )
        if (bid.sequence, bid.previous_hash, bid.hash) != (sequence, previous, expected):
            return False
        previous = bid.hash
    return True


def fault_of_bid_history(listing: Listing, *, closes_at: datetime) -> str:
    """What is wrong with the bids of an announced lot, as a sentence; empty when nothing is.

    Their chain, and each bid by the announced facts and [opens, `closes_at`).
    """
    if not chain_is_whole(listing):
        return "报价链不完整"
    if listing.increment is None or listing.opens_at is None:
        return "公告缺少加价幅度或竞价时间"
    rows = Bid.objects.filter(listing=listing).order_by("sequence")
    return rules.fault_of_bid_history(
        [rules.BidHistoryLine(row.sequence, row.unit_price, row.received_at) for row in rows],
        starting_price=listing.starting_price,
        increment=listing.increment,
        ceiling=listing.ceiling,
        opens_at=listing.opens_at,
        closes_at=closes_at,
    )


def auction_of(listing_id: int) -> AuctionResult | None:
    """How the auction of a lot came to its award, with both; None without an award, or by another method."""
    return (
        AuctionResult.objects.filter(award__listing_id=listing_id)
        .select_related("award__registration__certificate", "bid")
        .first()
    )


def own_paddle(*, listing_id: int, organisation_id: int) -> str | None:
    """A bidder's own paddle on a lot; None without a certificate."""
    found = Certificate.objects.filter(
        listing_id=listing_id, registration__organisation_id=organisation_id
    ).first()
    return f"{found.paddle:03d}" if found else None
