"""What the bidder's board (竞买看板) says of a lot: the price, what it runs to, the deposit, what is to be done."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from apps.desks.listing_page import Deposit
from apps.desks.standings import Standing
from apps.listings.models import Listing
from apps.listings.queries import is_before_close
from apps.listings.states import ListingStatus
from apps.stages.contract.names import CONTRACT_SIGN
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import RegistrationStatus

S = ListingStatus


def price_label(listing: Listing, *, bid: bool, sold: bool) -> str:
    """What the price beside the lot is: the highest bid, or the starting price where nobody has bid."""
    if is_before_close(listing):
        return gettext_noop("当前最高价") if bid else gettext_noop("起始价（尚无报价）")
    return gettext_noop("成交价") if sold else gettext_noop("最高报价") if bid else gettext_noop("起始价")


def runs_to(listing: Listing, *, admitted: bool, now: datetime) -> tuple[str, datetime | None]:
    """What the lot runs to now, and when that is; nothing unless it is announced or in bidding."""
    cutoff = listing.deposit_cutoff_at
    if listing.state is S.BIDDING:
        return gettext_noop("距竞价截止"), listing.closes_at
    if listing.state is not S.ANNOUNCED:
        return "", None
    if not admitted and cutoff is not None and cutoff > now:
        return gettext_noop("距保证金到账截止"), cutoff
    return gettext_noop("距竞价开始"), listing.opens_at


def deposit_word(registration: Registration, deposit: Deposit, *, now: datetime) -> str:
    """Where the deposit stands: still to come, there, on its way back, applied to the price or forfeited."""
    position = deposit.position
    if position.forfeited:
        return gettext_noop("已没收")
    if position.applied:
        return gettext_noop("已抵作价款")
    if position.refunded:
        return gettext_noop("已退还")
    if deposit.refunds:
        return gettext_noop("退还中")
    if not deposit.missing:
        return gettext_noop("已足额到账")
    cutoff = registration.listing.deposit_cutoff_at
    if cutoff is not None and now >= cutoff:
        return gettext_noop("截止时未见足额到账")
    return gettext_noop("部分到账") if position.received else gettext_noop("待缴纳")


def todo_on(registration: Any, deposit: Deposit, standing: Standing, *, now: datetime) -> tuple[str, str]:
    """What one has to do on the lot, and where; without an address where others are to act."""
    listing: Listing = registration.listing
    if listing.state is S.BIDDING:
        return _in_bidding(listing, standing)
    if listing.state is S.ANNOUNCED:
        return _before_bidding(registration, deposit, now=now)
    if listing.state is S.SUSPENDED:
        return gettext_noop("已中止，等待恢复"), ""
    if standing.kind == "won":
        return _of_the_winner(registration)
    owed = deposit.refunds and not deposit.position.refunded
    return (gettext_noop("等待退还保证金") if owed else gettext_noop("无须办理")), ""


def _of_the_winner(registration: Any) -> tuple[str, str]:
    listing: Listing = registration.listing
    if listing.state is S.CONFIRMED and registration.unsigned:
        return gettext_noop("签署三方合同"), f"/desk/acts/{CONTRACT_SIGN}/{listing.pk}/"
    if listing.state is S.CONTRACTED:
        return gettext_noop("缴纳价款"), f"/desk/listings/{listing.pk}/#payment"
    return gettext_noop("等待其他单位办理"), ""


def _in_bidding(listing: Listing, standing: Standing) -> tuple[str, str]:
    if standing.kind == "outbid":
        return gettext_noop("加价或放弃"), f"/desk/listings/{listing.pk}/bid/"
    if standing.kind == "none":
        return gettext_noop("报价"), f"/desk/listings/{listing.pk}/bid/"
    if standing.kind == "outside":
        return gettext_noop("不能参加竞价"), ""
    return gettext_noop("暂时无须办理"), ""


def _before_bidding(registration: Any, deposit: Deposit, *, now: datetime) -> tuple[str, str]:
    listing: Listing = registration.listing
    if registration.state is RegistrationStatus.REJECTED:
        return gettext_noop("申请未获通过"), ""
    if registration.state is RegistrationStatus.CORRECT:
        return gettext_noop("补正竞买申请"), f"/desk/listings/{listing.pk}/"
    if hasattr(registration, "certificate"):
        return gettext_noop("等待竞价开始"), ""
    if not deposit.missing:
        return gettext_noop("等待资格审核"), ""
    if listing.deposit_cutoff_at is not None and now >= listing.deposit_cutoff_at:
        return gettext_noop("不能参加竞价"), ""
    return gettext_noop("足额缴纳保证金"), f"/desk/listings/{listing.pk}/#deposit"
