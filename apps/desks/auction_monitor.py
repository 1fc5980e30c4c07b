"""The auction control room (竞价监控): every running lot on one page, and the way to stop one.

How many bidders a lot has is nobody's business before its close, here as everywhere: connections are counted without
saying how many of them bid.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.listings.models import Listing
from apps.listings.names import BIDDING_CLOSE_DEADLINE, BIDDING_OPEN_DEADLINE, LISTING_RESUME, LISTING_SUSPEND
from apps.listings.queries import before_close, identities_hidden, visible_to
from apps.listings.states import ListingStatus
from apps.live import presence
from apps.parties.roles import Can
from apps.stages.bidding.models import Bid
from kernel.access.models import Preparation
from kernel.access.queries import waiting
from kernel.actors import Actor
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.queries import lag, open_of

MOST = 100
UNTOLD = "—"
"""What stands for a number of bidders before the close."""
_STOPS = (LISTING_SUSPEND, LISTING_RESUME)


def _lots(by: Actor, *, now: datetime) -> QuerySet[Listing]:
    """Lots in bidding or suspended in it, those that open or closed today, the nearest close first."""
    day = beijing(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today = (day, day + timedelta(days=1))
    last = Bid.objects.filter(listing=OuterRef("pk")).order_by("-sequence")
    return (
        visible_to(by)
        .filter(
            Q(status=ListingStatus.BIDDING)
            | Q(before_close(), status=ListingStatus.SUSPENDED)
            | Q(status=ListingStatus.ANNOUNCED, opens_at__range=today)
            | Q(closed_at__range=today)
        )
        .annotate(
            highest=Subquery(last.values("unit_price")[:1]),
            bid_count=Subquery(last.values("sequence")[:1]),
            last_bid_at=Subquery(last.values("received_at")[:1]),
            bidders=Count("certificates"),
        )
        .order_by("closes_at", "pk")
    )


def _late(listings: list[Listing], *, now: datetime) -> dict[int, Deadline]:
    """The overdue opening or close of a lot that nobody has handled."""
    found = open_of([each.pk for each in listings]).filter(
        kind__in=(BIDDING_OPEN_DEADLINE, BIDDING_CLOSE_DEADLINE), paused_at=None, due_at__lte=now
    )
    return {each.of_case: each for each in found}


def _prepared(by: Actor) -> dict[int, Preparation]:
    """What a colleague has prepared to stop or resume, by lot."""
    return {each.subject_id: each for each in waiting(by).filter(act__in=_STOPS)}


@dataclass(frozen=True)
class Shown:
    """Who is connected to a lot, as far as it may be told: bidders after the close only, streams always."""

    bidders: int | str
    streams: int


def _present(lots: list[Listing]) -> dict[int, Shown] | None:
    present = presence.connected([each.pk for each in lots])
    if present is None:
        return None
    hidden = {each.pk for each in lots if identities_hidden(each)}
    return {pk: Shown(UNTOLD if pk in hidden else each.bidders, each.streams) for pk, each in present.items()}


def _connected(present: dict[int, Shown] | None) -> int | None:
    """Bidders connected to lots past their close; None where nothing may be told."""
    told = [each.bidders for each in (present or {}).values() if isinstance(each.bidders, int)]
    return sum(told) if told else None


@never_cache
@require_safe
@desk(Can.WATCH_AUCTIONS)
def room(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """All running lots and today's, with clocks, prices, connections, and what is late."""
    lots = list(_lots(by, now=now)[:MOST])
    present = _present(lots)
    for each in lots:
        if identities_hidden(each):
            each.bidders = UNTOLD  # type: ignore[attr-defined]
    late, prepared = _late(lots, now=now), _prepared(by)
    running = [each for each in lots if each.state is ListingStatus.BIDDING]
    context = {
        "rows": [
            (each, present.get(each.pk) if present else None, late.get(each.pk), prepared.get(each.pk))
            for each in lots
        ],
        "running": len(running),
        "timed": sum(1 for each in running if each.timed_round),
        "suspended": sum(1 for each in lots if each.state is ListingStatus.SUSPENDED),
        "connected": _connected(present),
        "lag": lag(now=now),
        "may_stop": by.can(Can.RUN_TRADES),
        "now": now,
    }
    return render(request, "desks/auction_monitor.html", context)


@never_cache
@require_safe
@desk(Can.WATCH_AUCTIONS)
def counts(request: HttpRequest, *, by: Actor, now: datetime) -> JsonResponse:
    """Who is connected to each lot (`Shown`), and how far the closers are behind; for the page that asks again."""
    present = _present(list(_lots(by, now=now)[:MOST]))
    behind = lag(now=now)
    body: dict[str, Any] = {
        "redis": present is not None,
        "lots": {str(key): [each.bidders, each.streams] for key, each in (present or {}).items()},
        "lag_s": int(behind.oldest_overdue.total_seconds()),
        "overdue": behind.overdue,
        "failed": behind.failed,
    }
    return JsonResponse(body)
