"""The bidder's board (竞买看板): all lots one has applied for in one view, and how one stands on each.

Of others it says only what the public hall says: the highest price. Bidding opens beside it, in frames of the hall.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desks import standings
from apps.desks.access import desk
from apps.desks.listing_page import Deposit, deposits_of
from apps.desks.standings import Standing
from apps.listings.models import Listing
from apps.listings.queries import is_before_close
from apps.listings.states import ENDED, ListingStatus
from apps.parties.roles import Can
from apps.stages.bidding.models import Bid
from apps.stages.contract.models import Contract, Signature
from apps.stages.contract.names import CONTRACT_SIGN
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import RegistrationStatus
from kernel.actors import Actor
from kernel.clock import iso
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.money import Yuan

MOST = 100
"""So many lots are on the board; the soonest first."""
SOON = timedelta(minutes=10)
STILL_SHOWN = timedelta(days=30)
"""For so long after its close a lot that one did not win stays on the board."""

S = ListingStatus


@dataclass(frozen=True)
class Row:
    """One lot on the board. `next_at` is what it runs to now, if to anything; `soon`: bidding ends within minutes.

    `todo` says in words what is to be done, `url` leads there and is empty where there is nothing to do.
    """

    listing: Listing
    paddle: str
    standing: Standing
    price: Yuan
    price_label: str
    own_best: Yuan | None
    own_at: datetime | None
    next_label: str
    next_at: datetime | None
    soon: bool
    deposit: Deposit
    deposit_word: str
    todo: str
    url: str

    @property
    def bids(self) -> bool:
        """Whether its hall takes bids from this organisation."""
        return bool(self.paddle) and self.listing.state is S.BIDDING


@never_cache
@require_safe
@desk(Can.BUY)
def board(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """All my lots, the most urgent first."""
    return render(request, "desks/board.html", {"rows": rows_of(by, now=now), "now": now})


@never_cache
@require_safe
@desk(Can.BUY)
def state(request: HttpRequest, *, by: Actor, now: datetime) -> JsonResponse:
    """How the organisation stands on each of its lots, for a board that was told of a change."""
    lots = [
        {
            "id": row.listing.pk,
            "standing": row.standing.kind,
            "word": _(row.standing.word),
            "own": str(row.own_best) if row.own_best is not None else "",
            "deposit": _(row.deposit_word),
            "todo": _(row.todo),
            "url": row.url,
            "bids": row.bids,
            "next": iso(row.next_at) if row.next_at else "",
            "label": _(row.next_label),
        }
        for row in rows_of(by, now=now)
    ]
    return JsonResponse({"now": iso(now), "lots": lots})


def rows_of(by: Actor, *, now: datetime) -> list[Row]:
    """The organisation's lots: under ten minutes first, then in bidding, then what is to be done, then the rest."""
    _settle(by, now=now)
    found = list(_registrations(by, now=now)[:MOST])
    return sorted((row for _, row in _made(found, by=by, now=now)), key=_urgency)


def _made(found: list[Any], *, by: Actor, now: datetime) -> list[tuple[int, Row]]:
    """Each application's id and row; three queries for all."""
    deposits = deposits_of(found)
    last: dict[int, Bid] = {}
    own = Bid.objects.filter(
        listing__in=[each.listing_id for each in found],
        certificate__registration__organisation_id=by.organisation_id,
    )
    for bid in own.order_by("listing_id", "-sequence").distinct("listing_id"):
        last[bid.listing_id] = bid
    return [
        (each.pk, _row(each, deposit, last.get(each.listing_id), now=now))
        for each, deposit in zip(found, deposits, strict=True)
    ]


def standings_of(registrations: list[Registration], *, by: Actor, now: datetime) -> dict[int, Row]:
    """The board's row of each of these applications of one's own, by the application's id."""
    found = list(_annotated(by).filter(pk__in=[each.pk for each in registrations]))
    return dict(_made(found, by=by, now=now))


def _settle(by: Actor, *, now: datetime) -> None:
    """What fell due on one's lots is settled first, as on the page of each."""
    own = Registration.objects.filter(organisation_id=by.organisation_id).values("listing_id")
    due = Deadline.objects.filter(case_id__in=own, status=DeadlineStatus.PENDING, due_at__lte=now)
    for listing_id in sorted({pk for pk in due.values_list("case_id", flat=True) if pk}):
        runner.run_due(now=now, case_id=listing_id)


def _registrations(by: Actor, *, now: datetime) -> QuerySet[Registration]:
    """One's applications that belong on the board: what runs, what one won, and what closed lately."""
    running = Q(listing__closed_at=None) & ~Q(listing__status__in=[str(each) for each in ENDED])
    mine = Q(listing__award__registration=F("pk"))
    return _annotated(by).filter(running | mine | Q(listing__closed_at__gt=now - STILL_SHOWN))


def _annotated(by: Actor) -> QuerySet[Registration]:
    """One's applications with what a row needs of each lot, in one query."""
    bids = Bid.objects.filter(listing=OuterRef("listing_id"))
    others = bids.filter(unit_price=OuterRef("listing__ceiling")).exclude(
        certificate__registration_id=OuterRef("pk")
    )
    contracts = Contract.objects.filter(listing=OuterRef("listing_id"))
    signed = Signature.objects.filter(
        contract__listing=OuterRef("listing_id"), organisation_name=by.organisation_name, voided_at=None
    )
    return (
        Registration.objects.filter(organisation_id=by.organisation_id)
        .select_related("listing__award", "listing__confirmation", "sub_account", "certificate")
        .annotate(
            highest=Subquery(bids.order_by("-unit_price").values("unit_price")[:1]),
            shared=Exists(others),
            unsigned=Exists(contracts) & ~Exists(signed),
        )
        .order_by("listing__closes_at", "id")
    )


def _row(registration: Any, deposit: Deposit, last: Bid | None, *, now: datetime) -> Row:
    listing: Listing = registration.listing
    certificate = getattr(registration, "certificate", None)
    award = getattr(listing, "award", None)
    won = award is not None and award.registration_id == registration.pk
    standing = standings.on_board(
        listing,
        admitted=certificate is not None,
        own_best=last.unit_price if last else None,
        highest=registration.highest,
        shared=registration.shared,
        won=won,
    )
    next_label, next_at = _next(listing, admitted=certificate is not None, now=now)
    todo, url = _todo(registration, deposit, standing, now=now)
    closing = listing.state is S.BIDDING and listing.closes_at is not None
    return Row(
        listing=listing,
        paddle=f"{certificate.paddle:03d}" if certificate else "",
        standing=standing,
        price=registration.highest if registration.highest is not None else listing.starting_price,
        price_label=_price_label(listing, bid=registration.highest is not None, sold=award is not None),
        own_best=last.unit_price if last else None,
        own_at=last.received_at if last else None,
        next_label=next_label,
        next_at=next_at,
        soon=bool(closing and listing.closes_at and listing.closes_at - now < SOON and certificate),
        deposit=deposit,
        deposit_word=_deposit_word(registration, deposit, now=now),
        todo=todo,
        url=url,
    )


def _price_label(listing: Listing, *, bid: bool, sold: bool) -> str:
    if is_before_close(listing):
        return gettext_noop("当前最高价") if bid else gettext_noop("起始价（尚无报价）")
    return gettext_noop("成交价") if sold else gettext_noop("最高报价") if bid else gettext_noop("起始价")


def _next(listing: Listing, *, admitted: bool, now: datetime) -> tuple[str, datetime | None]:
    cutoff = listing.deposit_cutoff_at
    if listing.state is S.BIDDING:
        return gettext_noop("距竞价截止"), listing.closes_at
    if listing.state is not S.ANNOUNCED:
        return "", None
    if not admitted and cutoff is not None and cutoff > now:
        return gettext_noop("距保证金到账截止"), cutoff
    return gettext_noop("距竞价开始"), listing.opens_at


def _deposit_word(registration: Registration, deposit: Deposit, *, now: datetime) -> str:
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


def _todo(registration: Any, deposit: Deposit, standing: Standing, *, now: datetime) -> tuple[str, str]:
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


def _urgency(row: Row) -> tuple[int, float, int]:
    """Under ten minutes, in bidding and outbid, in bidding, something to do, waiting, over."""
    at = row.next_at.timestamp() if row.next_at else float("inf")
    if row.soon:
        rank = 0
    elif row.bids:
        rank = 1 if row.standing.kind == "outbid" else 2
    elif row.url:
        rank = 3
    else:
        rank = 4 if is_before_close(row.listing) else 5
    return rank, at, -row.listing.pk
