"""The hall for spectators (观众席), and the state of lots for pages whose stream does not come through."""

from dataclasses import asdict

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.listings.models import Listing
from apps.listings.queries import is_before_close, is_public, published
from apps.live import state
from apps.parties.roles import Can
from apps.parties.web import actor_of_request
from apps.stages.award.queries import award_of
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import highest_price, own_paddle
from kernel import clock
from kernel.clock import iso
from kernel.deadlines import runner
from kernel.web.filters import MOST_SEQUENCE, whole_number

_LARGEST_ID = 2**63 - 1


def _public_lot(listing_id: int) -> Listing:
    """A lot with a hall: one that is published, and that bids are placed on."""
    listing = published().filter(pk=listing_id).first() if listing_id <= _LARGEST_ID else None
    if listing is None or not is_public(listing) or not listing.trade.auctioned:
        raise Http404
    return listing


@never_cache
@require_safe
def hall(request: HttpRequest, listing_id: int) -> HttpResponse:
    """One lot, large and calm: for those who watch, and for a projector (`?screen=1`)."""
    now = clock.now()
    _public_lot(listing_id)
    runner.run_due(now=now, case_id=listing_id)
    listing = _public_lot(listing_id)
    last = Bid.objects.filter(listing=listing).select_related("certificate").order_by("-sequence")
    highest = highest_price(listing.pk)
    shown = highest if highest is not None else listing.starting_price
    context = {
        "listing": listing,
        "highest": highest,
        "shown": shown,
        "total": listing.total(shown),
        "bid_lines": list(last[: state.TAIL]),
        "now": now,
        "is_open": is_before_close(listing),
        "sold": not is_before_close(listing) and award_of(listing.pk) is not None,
        "own_hall": _own_hall(request, listing),
        "screen": request.GET.get("screen") == "1",
    }
    return render(request, "portal/hall.html", context)


def _own_hall(request: HttpRequest, listing: Listing) -> bool:
    """Whether the visitor holds a paddle of this lot, and so has a hall of its own to bid in."""
    by = actor_of_request(request)
    if not by.is_person or not by.can(Can.BUY) or not is_before_close(listing):
        return False
    return own_paddle(listing_id=listing.pk, organisation_id=by.organisation_id) is not None


@never_cache
@require_safe
def lot_state(request: HttpRequest, listing_id: int) -> JsonResponse:
    """The lot as a stream's message would tell it; `after` is the last bid that the page has. 404: not public."""
    now = clock.now()
    _public_lot(listing_id)
    runner.run_due(now=now, case_id=listing_id)
    after = request.GET.get("after", "").partition("-")[0]
    known = whole_number(after, most=MOST_SEQUENCE)
    said = state.snapshot(listing_id, now=now, after=known)
    if said is None:
        raise Http404
    return JsonResponse(said)


@never_cache
@require_safe
def wall_state(request: HttpRequest) -> JsonResponse:
    """All open lots as the wall's stream would tell them."""
    now = clock.now()
    version, entries = state.wall(now=now)
    lots = [asdict(entry) for entry in entries]
    return JsonResponse({"now": iso(now), "version": version, "full": True, "lots": lots, "gone": []})
