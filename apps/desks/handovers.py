"""Transfers of quota and filings of dossiers (划转与备案)."""

from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.views import PAGE, before, next_page
from apps.listings.queries import visible_to, with_lines
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from kernel.actors import Actor


@require_safe
@desk(Can.OVERSEE)
def handovers(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Transfers of quota and filings of dossiers: what waits, what is done, filtered."""
    lots = with_lines(visible_to(by)).select_related(
        "transfer__buyer", "filing", "transfer", "contract__winner", "award"
    )
    found = lots.filter(Q(status=ListingStatus.PAID) | Q(transfer__isnull=False) | Q(filing__isnull=False))
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60].replace("\x00", "")
    found = found.filter(_HANDOVER_STATES[state]) if state in _HANDOVER_STATES else found
    if text:
        found = found.filter(
            Q(number__icontains=text) | Q(title__icontains=text) | Q(seller__name__icontains=text)
            | Q(contract__winner__name__icontains=text)
        )  # fmt: skip
    if exports.wanted(request):
        every = found.order_by("-pk")[: exports.ROWS_READ]
        return exports.workbook("划转与备案", books.handovers(every), by=by, now=now)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    context = {
        "rows": [
            (each, getattr(each, "transfer", None), getattr(each, "filing", None)) for each in rows[:PAGE]
        ],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "state": state,
        "text": text,
        "may_act": by.can(Can.DECIDE_FOR_PROVINCE),
    }
    return render(request, "desks/reserve_handovers.html", context)


_HANDOVER_STATES = {
    "to_transfer": Q(status=ListingStatus.PAID),
    "transferred": Q(transfer__isnull=False),
    "to_file": Q(filing__isnull=True),
    "to_accept": Q(filing__isnull=False, filing__accepted_at=None),
    "accepted": Q(filing__accepted_at__isnull=False),
}
