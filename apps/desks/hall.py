"""The bidding hall (竞价大厅) for bidders: the price as it stands, the next valid prices, a confirmation, a receipt.

Everything works as plain forms. A page with scripts sends the same forms with `X-Fragment: 1` and is answered with a
fragment of HTML and what it is: `confirm`, `receipt` or `refusal`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from csp.constants import SELF
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.desks.access import desk
from apps.desks.standings import Standing, after_close, standing
from apps.listings.models import Listing
from apps.listings.queries import is_before_close, listing_for
from apps.live import state, tickets
from apps.parties.roles import Can
from apps.stages.award.queries import award_of
from apps.stages.bidding.models import Bid
from apps.stages.bidding.names import BID_PLACE
from apps.stages.bidding.queries import highest_price, next_prices, own_paddle
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.deadlines import runner
from kernel.errors import Code, Refusal, Refused, not_found, refuse
from kernel.money import Yuan, parse_yuan
from kernel.web.api import status_of
from kernel.web.filters import MOST_SEQUENCE, whole_number

FAR_STEPS = 3
"""A price more steps above the lowest valid one is confirmed by a second act: the wrong zero."""
SHOWN = 30
SAW_NONE = "none"
"""What a confirmation says that it saw when nobody had bid yet."""


@dataclass(frozen=True)
class Intended:
    """A price that somebody is about to bid, with what it comes to."""

    unit_price: Yuan
    total: Yuan
    above: Yuan | None
    seen: Yuan | None
    far: bool
    leads: bool
    request_id: str


def _hall(listing: Listing, paddle: str, *, bidding_ticket: str, by: Actor, now: datetime) -> dict[str, Any]:
    """The state of the lot for this bidder; other bidders are paddles only."""
    own = list(
        Bid.objects.filter(
            listing=listing, certificate__registration__organisation_id=by.organisation_id
        ).order_by("-sequence")
    )
    last = list(
        Bid.objects.filter(listing=listing).select_related("certificate").order_by("-sequence")[:SHOWN]
    )
    highest = highest_price(listing.pk)
    offered = next_prices(listing) if listing.status == "bidding" else []
    prices = [(price, listing.total(price)) for price in offered]
    return {
        "listing": listing,
        "paddle": paddle,
        "highest": highest,
        "shown": highest if highest is not None else listing.starting_price,
        "shown_total": listing.total(highest if highest is not None else listing.starting_price),
        "offered": prices,
        "places": [*prices, *[(None, None)] * (state.OFFERED - len(prices))],
        "bid_lines": last,
        "standing": _standing(listing, own, last, highest, by=by),
        "is_open": is_before_close(listing),
        "sold": award_of(listing.pk) is not None if not is_before_close(listing) else False,
        "own": own,
        "own_best": max((bid.unit_price for bid in own), default=None),
        "now": now,
        "ticket": tickets.issue(listing_id=listing.pk, paddle=paddle, now=now),
        "bidding_ticket": bidding_ticket,
    }


def _standing(
    listing: Listing, own: list[Bid], last: list[Bid], highest: Yuan | None, *, by: Actor
) -> Standing:
    if is_before_close(listing):
        return standing(
            listing, own, highest=highest, last_is_own=bool(own and last and own[0].pk == last[0].pk)
        )
    award = award_of(listing.pk)
    won = award is not None and award.winner_id == by.organisation_id
    return after_close(listing, bid=bool(own), won=won)


def _own_lot(listing_id: int, *, by: Actor, now: datetime) -> tuple[Listing, str]:
    """The lot and one's own paddle. Who holds none finds no hall here."""
    listing_for(listing_id, by=by)
    runner.run_due(now=now, case_id=listing_id)
    paddle = own_paddle(listing_id=listing_id, organisation_id=by.organisation_id)
    if paddle is None:
        raise not_found("本单位竞买资格")
    return listing_for(listing_id, by=by), paddle


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.BUY)
def bid(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """See the price, choose one, confirm it in capitals, get the receipt."""
    listing, paddle = _own_lot(listing_id, by=by, now=now)
    if request.method != "POST" and not request.GET.get("price"):
        if _wants_fragment(request):
            return _receipt(request, listing, paddle, sequence=request.GET.get("receipt", ""), by=by)
        return _page(request, listing, paddle, by=by, now=now)
    try:
        return _step(request, listing, paddle, by=by, now=now)
    except Refused as no:
        if _wants_fragment(request):
            return _fragment(request, "refusal", {"listing": listing, "refusal": no.refusal})
        return _page(request, listing, paddle, by=by, now=now, refusal=no.refusal)


@never_cache
@require_safe
@desk(Can.BUY)
def ticket(request: HttpRequest, *, by: Actor, now: datetime, listing_id: int) -> HttpResponse:
    """A fresh ticket for the bid address of the live process: the page's grows old in a quarter of an hour."""
    _own_lot(listing_id, by=by, now=now)
    return JsonResponse({"ticket": _bidding_ticket(request, listing_id, by=by, now=now)})


def _bidding_ticket(request: HttpRequest, listing_id: int, *, by: Actor, now: datetime) -> str:
    return tickets.issue_bidding(
        listing_id=listing_id,
        person_id=by.person_id,
        organisation_id=by.organisation_id,
        password=str(getattr(request.user, "password", "")),
        tickets_round=int(getattr(request.user, "tickets_round", 0)),
        now=now,
    )


def _wants_fragment(request: HttpRequest) -> bool:
    return request.headers.get("X-Fragment") == "1"


def _fragment(request: HttpRequest, kind: str, context: dict[str, Any], **more: Any) -> JsonResponse:
    html = render_to_string(f"desks/hall_{kind}.html", context, request)
    return JsonResponse({"kind": kind, "html": html, **more})


def _step(request: HttpRequest, listing: Listing, paddle: str, *, by: Actor, now: datetime) -> HttpResponse:
    intended = _intended(request, listing, by=by)
    confirmed = request.method == "POST" and request.POST.get("step") == "confirm"
    if not confirmed:
        refuse(_why_not_choose(listing, intended))
    if not confirmed or (intended.far and request.POST.get("far") != "true"):
        context = {
            "listing": listing,
            "paddle": paddle,
            "intended": intended,
            "unticked": confirmed,
        }
        if _wants_fragment(request):
            return _fragment(request, "confirm", context, price=str(intended.unit_price))
        return render(request, "desks/hall_check.html", context)
    data: dict[str, Any] = {
        "unit_price": str(intended.unit_price),
        "request_id": intended.request_id,
    }
    if intended.seen is not None:
        data["seen_price"] = str(intended.seen)
    elif request.POST.get("seen") == SAW_NONE:
        data["saw_none"] = True
    done = perform(act_called(BID_PLACE), subject_id=listing.pk, data=data, by=by, now=now)
    if not _wants_fragment(request):
        return redirect(f"/desk/listings/{listing.pk}/bid/?receipt={done.answer['sequence']}")
    return _receipt(request, listing, paddle, sequence=str(done.answer["sequence"]), by=by)


def _receipt(
    request: HttpRequest, listing: Listing, paddle: str, *, sequence: str, by: Actor
) -> HttpResponse:
    """The receipt of one's own bid as a fragment; not_found for another's."""
    number = whole_number(sequence, most=MOST_SEQUENCE) or 0
    made = Bid.objects.filter(
        listing=listing, sequence=number, certificate__registration__organisation_id=by.organisation_id
    ).first()
    if made is None:
        raise not_found("报价回执")
    context = {"listing": listing, "paddle": paddle, "receipt": made, "total": listing.total(made.unit_price)}
    row = render_to_string("desks/hall_own_row.html", context, request)
    return _fragment(request, "receipt", context, sequence=made.sequence, price=str(made.unit_price), row=row)


def _why_not_choose(listing: Listing, intended: Intended) -> Refusal | None:
    """A figure below the lowest valid one is stopped before it is confirmed, with that price."""
    offered = next_prices(listing, count=1) if listing.status == "bidding" else []
    if not offered or intended.unit_price >= offered[0]:
        return None
    code = Code.BELOW_START if intended.seen is None else Code.BELOW_INCREMENT
    return Refusal(
        code, f"低于最低有效报价，现在的最低有效报价为{offered[0]:,}元。", {"lowest_valid": str(offered[0])}
    )


def _leads(listing: Listing, *, by: Actor) -> bool:
    """Whether the highest price is one's own already."""
    last = Bid.objects.filter(listing=listing).order_by("-unit_price", "sequence").first()
    return last is not None and last.certificate.registration.organisation_id == by.organisation_id


def _intended(request: HttpRequest, listing: Listing, *, by: Actor) -> Intended:
    given = request.POST if request.method == "POST" else request.GET
    unit_price = _price(given.get("price", "").strip())
    if given.get("step") == "confirm":
        seen = _price(given["seen"]) if given.get("seen") not in ("", SAW_NONE, None) else None
    else:
        seen = highest_price(listing.pk)
    offered = next_prices(listing, count=1)
    limit = offered[0] + (listing.increment or Yuan(0)).times(FAR_STEPS) if offered else unit_price
    return Intended(
        unit_price=unit_price,
        total=_total(listing, unit_price),
        above=unit_price - seen if seen is not None and unit_price > seen else None,
        seen=seen,
        far=unit_price > limit,
        leads=_leads(listing, by=by),
        request_id=given.get("request_id", "")[:100] or secrets.token_urlsafe(16),
    )


def _total(listing: Listing, unit_price: Yuan) -> Yuan:
    try:
        return listing.total(unit_price)
    except ValueError as error:
        raise Refused.because(Code.INVALID, "该单价的总价超出可以办理的金额。", field="unit_price") from error


def _price(text: str) -> Yuan:
    try:
        return parse_yuan(text)
    except ValueError as error:
        raise Refused.because(Code.INVALID, str(error), field="unit_price") from error


def _page(
    request: HttpRequest,
    listing: Listing,
    paddle: str,
    *,
    by: Actor,
    now: datetime,
    refusal: Refusal | None = None,
) -> HttpResponse:
    held = _bidding_ticket(request, listing.pk, by=by, now=now)
    context = _hall(listing, paddle, bidding_ticket=held, by=by, now=now)
    wanted = request.GET.get("receipt", "")
    shown = [each for each in context["own"] if str(each.sequence) == wanted]
    context |= {
        "refusal": refusal,
        "typed": request.POST.get("price") or request.GET.get("price", ""),
        "receipt": shown[0] if shown else None,
        "total": listing.total(shown[0].unit_price) if shown else None,
    }
    framed = request.method == "GET" and request.GET.get("panel") == "1"
    context |= {"framed": framed, "layout": "frame.html" if framed else "base.html"}
    answer = render(request, "desks/hall.html", context, status=status_of(refusal) if refusal else 200)
    return _for_own_frame(answer) if framed else answer


def _for_own_frame(answer: HttpResponse) -> HttpResponse:
    """Only a page of this site, the board, may show the hall in a frame."""
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer._csp_replace = {"frame-ancestors": [SELF]}  # type: ignore[attr-defined]
    return answer
