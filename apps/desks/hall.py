"""The bid page: the price as it stands, the next valid prices, a confirmation in capitals, a receipt."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from apps.desks.gates import desk
from apps.listings.models import Listing
from apps.listings.queries import listing_for
from apps.listings.states import ListingStatus
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import highest_price, ladder, next_prices, own_paddle
from kernel import clock
from kernel.actors import TRADERS, Actor
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.deadlines import runner
from kernel.errors import Code, Refusal, Refused, not_found
from kernel.money import Yuan, parse_yuan
from kernel.web.api import status_of

FAR_STEPS = 3
"""A price more steps above the lowest valid one is confirmed a second time: the wrong zero."""


@dataclass(frozen=True)
class Intended:
    """A price that somebody is about to bid, with what it comes to."""

    unit_price: Yuan
    total: Yuan
    above: Yuan | None
    seen: Yuan | None
    far: bool
    request_id: str


def _hall(listing: Listing, paddle: str, *, by: Actor) -> dict[str, Any]:
    """The state of the lot for this bidder; other bidders are paddles only."""
    rungs = ladder(listing)
    own = [rung for rung in rungs if rung.paddle == paddle]
    highest = highest_price(listing.pk)
    offered = next_prices(listing) if listing.state is ListingStatus.BIDDING else []
    leading = bool(rungs) and rungs[-1].paddle == paddle
    return {
        "listing": listing,
        "paddle": paddle,
        "highest": highest,
        "highest_total": listing.total(highest) if highest is not None else None,
        "offered": [(price, listing.total(price)) for price in offered],
        "rungs": list(reversed(rungs))[:30],
        "standing": "尚未报价" if not own else "领先" if leading else "已被超越",
        "leading": leading,
        "own": list(
            Bid.objects.filter(listing=listing, certificate__registration__organisation_id=by.organisation_id)
        ),
        "now": clock.now(),
    }


def _own_lot(listing_id: int, *, by: Actor, now: datetime) -> tuple[Listing, str]:
    """The lot and one's own paddle. Who holds none finds no hall here."""
    listing_for(listing_id, by=by)
    runner.run_due(now=now, listing_id=listing_id)
    paddle = own_paddle(listing_id=listing_id, organisation_id=by.organisation_id)
    if paddle is None:
        raise not_found("本单位竞买资格")
    return listing_for(listing_id, by=by), paddle


@require_http_methods(["GET", "POST"])
@desk(*TRADERS)
def bid(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """See the price, choose one, confirm it in capitals, get the receipt."""
    listing, paddle = _own_lot(listing_id, by=by, now=now)
    if request.method == "GET" and not request.GET.get("price"):
        return _page(request, listing, paddle, by=by)
    try:
        return _step(request, listing, paddle, by=by, now=now)
    except Refused as no:
        return _page(request, listing, paddle, by=by, refusal=no.refusal)


@require_GET
@desk(*TRADERS)
def state(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """The moving part of the page alone, for a page that looks again by itself."""
    listing, paddle = _own_lot(listing_id, by=by, now=now)
    return render(request, "desks/hall_state.html", _hall(listing, paddle, by=by))


def _step(request: HttpRequest, listing: Listing, paddle: str, *, by: Actor, now: datetime) -> HttpResponse:
    intended = _intended(request, listing)
    confirmed = request.method == "POST" and request.POST.get("step") == "confirm"
    if not confirmed or (intended.far and request.POST.get("far") != "true"):
        return render(
            request, "desks/bid_confirm.html", {"listing": listing, "paddle": paddle, "intended": intended}
        )
    data = {"unit_price": str(intended.unit_price), "request_id": intended.request_id}
    if intended.seen is not None:
        data["seen_price"] = str(intended.seen)
    done = perform(act_called("bid.place"), subject_id=listing.pk, data=data, by=by, now=now)
    return redirect(f"/desk/listings/{listing.pk}/bid/?receipt={done.answer['sequence']}")


def _intended(request: HttpRequest, listing: Listing) -> Intended:
    given = request.POST if request.method == "POST" else request.GET
    unit_price = _price(given.get("price", "").strip())
    if given.get("step") == "confirm":
        seen = _price(given["seen"]) if given.get("seen") else None
    else:
        seen = highest_price(listing.pk)
    offered = next_prices(listing, count=1)
    limit = offered[0] + (listing.increment or Yuan(0)).times(FAR_STEPS) if offered else unit_price
    return Intended(
        unit_price=unit_price,
        total=listing.total(unit_price),
        above=unit_price - seen if seen is not None and unit_price > seen else None,
        seen=seen,
        far=unit_price > limit,
        request_id=given.get("request_id", "")[:100] or secrets.token_urlsafe(16),
    )


def _price(text: str) -> Yuan:
    try:
        return parse_yuan(text)
    except ValueError as error:
        raise Refused.because(Code.INVALID, str(error), field="unit_price") from error


def _page(
    request: HttpRequest, listing: Listing, paddle: str, *, by: Actor, refusal: Refusal | None = None
) -> HttpResponse:
    context = _hall(listing, paddle, by=by)
    receipt = request.GET.get("receipt", "")
    shown = [each for each in context["own"] if str(each.sequence) == receipt]
    context |= {
        "refusal": refusal,
        "typed": request.POST.get("price") or request.GET.get("price", ""),
        "receipt": shown[0] if shown else None,
        "receipt_total": listing.total(shown[0].unit_price) if shown else None,
    }
    return render(request, "desks/bid.html", context, status=status_of(refusal) if refusal else 200)
