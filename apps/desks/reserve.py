"""The reserve of quota (储备库) and what stands on it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.views import PAGE, before, next_page
from apps.parties.roles import Can
from apps.quota.batch_models import Encumbrance
from apps.quota.burden_queries import open_on, said_of
from apps.quota.models import UseTerm
from apps.quota.queries import batches_of, unbooked
from kernel.actors import Actor


@require_safe
@desk(Can.SEE_RESERVE)
def reserve(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The reserve: projects to book, batches with what stands on them."""
    batches = batches_of(by).filter(region__code__startswith=by.region[:2])
    batches = batches.prefetch_related("lines").order_by("-id")
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60].replace("\x00", "")
    if text:
        batches = batches.filter(
            Q(certificate_no__icontains=text) | Q(title__icontains=text)
            | Q(owner__name__icontains=text) | Q(region__name__icontains=text)
        )  # fmt: skip
    if state in ("burdened", "free"):
        burdened = Encumbrance.objects.filter(batch=OuterRef("pk"), lifted_at=None)
        batches = batches.filter(Exists(burdened) if state == "burdened" else ~Exists(burdened))
    if exports.wanted(request):
        every = list(batches.select_related("owner", "region")[: exports.ROWS_READ])
        named: dict[int, str] = {}
        for burden in open_on(each.pk for each in every):
            named[burden.batch_id] = "；".join(
                each for each in (named.get(burden.batch_id), said_of(burden, holder=True)) if each
            )
        return exports.workbook("储备库", books.batches(every, named), by=by, now=now)
    last = before(request)
    if last is not None:
        batches = batches.filter(pk__lt=last)
    rows = list(batches[: PAGE + 1])
    burdens: dict[int, list[Encumbrance]] = {}
    for each in open_on(row.pk for row in rows):
        burdens.setdefault(each.batch_id, []).append(each)
    terms: dict[int, list[UseTerm]] = {}
    for term in UseTerm.objects.filter(batch__in=rows).select_related("holder").order_by("ends_at", "id"):
        terms.setdefault(term.batch_id, []).append(term)
    context = {
        "projects": list(
            unbooked().filter(region__code__startswith=by.region[:2]).select_related("owner", "region")[:100]
        ),
        "batches": [(each, burdens.get(each.pk, []), terms.get(each.pk, [])) for each in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "may_act": by.can(Can.DECIDE_FOR_PROVINCE),
        "state": state,
        "text": text,
    }
    return render(request, "desks/reserve.html", context)
