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
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desks import standings
from apps.desks.access import desk
from apps.desks.board_words import deposit_word, price_label, runs_to, todo_on
from apps.desks.listing_page import Deposit, deposits_of
from apps.desks.standings import Standing
from apps.listings.models import Listing
from apps.listings.queries import is_before_close
from apps.listings.states import ENDED, ListingStatus
from apps.parties.roles import Can
from apps.stages.bidding.models import Bid
from apps.stages.contract.models import Contract, Signature
from apps.stages.qualification.models import Registration
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
    next_label, next_at = runs_to(listing, admitted=certificate is not None, now=now)
    todo, url = todo_on(registration, deposit, standing, now=now)
    closing = listing.state is S.BIDDING and listing.closes_at is not None
    return Row(
        listing=listing,
        paddle=f"{certificate.paddle:03d}" if certificate else "",
        standing=standing,
        price=registration.highest if registration.highest is not None else listing.starting_price,
        price_label=price_label(listing, bid=registration.highest is not None, sold=award is not None),
        own_best=last.unit_price if last else None,
        own_at=last.received_at if last else None,
        next_label=next_label,
        next_at=next_at,
        soon=bool(closing and listing.closes_at and listing.closes_at - now < SOON and certificate),
        deposit=deposit,
        deposit_word=deposit_word(registration, deposit, now=now),
        todo=todo,
        url=url,
    )


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
