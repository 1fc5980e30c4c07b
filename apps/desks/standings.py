"""How a bidder stands on a lot: by its own bids and the highest price while it runs, by the award afterwards."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from apps.listings.models import Listing
from apps.listings.queries import is_before_close
from apps.listings.states import ListingStatus
from apps.stages.bidding.models import Bid
from kernel.money import Yuan


@dataclass(frozen=True)
class Standing:
    """How the bidder stands: a kind for the page's colour, and the word."""

    kind: str
    word: str


NONE = Standing("none", gettext_noop("尚未报价"))
LEADS = Standing("leads", gettext_noop("领先"))
TIED = Standing("tied", gettext_noop("已报最高限价，待截止后抽签"))
OUTBID = Standing("outbid", gettext_noop("已被超越"))
WON = Standing("won", gettext_noop("竞得"))
LOST = Standing("over", gettext_noop("未竞得"))
OVER = Standing("over", gettext_noop("竞价已结束"))
OUTSIDE = Standing("outside", gettext_noop("未取得竞买资格"))
NOT_YET = Standing("none", gettext_noop("尚未取得号牌"))


def standing(listing: Listing, own: list[Bid], *, highest: Yuan | None, last_is_own: bool) -> Standing:
    """How a bidder stands by its own bids: it leads with the highest price; at the ceiling several may share it."""
    shared = highest is not None and highest == listing.ceiling
    if shared and last_is_own and listing.ceiling is not None:
        shared = others_at(listing, listing.ceiling, own)
    return _running(
        listing, own_best=max((bid.unit_price for bid in own), default=None), highest=highest, shared=shared
    )


def _running(listing: Listing, *, own_best: Yuan | None, highest: Yuan | None, shared: bool) -> Standing:
    if own_best is None or highest is None:
        return NONE
    if own_best < highest:
        return OUTBID
    return TIED if highest == listing.ceiling and shared else LEADS


def others_at(listing: Listing, price: Yuan, own: list[Bid]) -> bool:
    """Whether somebody else bid that price too."""
    return (
        Bid.objects.filter(listing=listing, unit_price=price).exclude(pk__in=[bid.pk for bid in own]).exists()
    )


def after_close(listing: Listing, *, bid: bool, won: bool) -> Standing:
    """How a bidder stands on a lot that takes no more bids."""
    if won:
        return WON
    ended = listing.stood_at in (ListingStatus.UNSOLD, ListingStatus.TERMINATED)
    return LOST if bid and not ended else OVER


def on_board(
    listing: Listing,
    *,
    admitted: bool,
    own_best: Yuan | None,
    highest: Yuan | None,
    shared: bool,
    won: bool,
) -> Standing:
    """How an applicant stands, also one without a paddle. `shared`: another bid the ceiling too."""
    if not is_before_close(listing):
        return after_close(listing, bid=own_best is not None, won=won) if admitted else OUTSIDE
    if not admitted:
        return NOT_YET if listing.stood_at is ListingStatus.ANNOUNCED else OUTSIDE
    return _running(listing, own_best=own_best, highest=highest, shared=shared)
