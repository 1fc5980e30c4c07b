"""The public page of quota that crosses provinces (跨省域调剂): rules, schemes in publication, results."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.crossprovince.audit_pages import audits_of
from apps.crossprovince.demand_queries import demands_visible_to
from apps.crossprovince.demand_states import LABELS as DEMAND_LABELS
from apps.crossprovince.models import Adjustment, Scheme
from apps.crossprovince.process import ADJUSTMENT
from apps.crossprovince.queries import visible_to
from apps.crossprovince.states import LABELS
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.queries import public_of
from apps.funds.figures import by_county
from apps.objections.names import OBJECTION_RAISE_ON_CASE
from apps.objections.rules import sort_for
from apps.portal import objecting
from apps.rulebook.cross_province import CROSS_PROVINCE
from apps.rulebook.models import Rulebook
from kernel import clock
from kernel.actors import PUBLIC
from kernel.clock import beijing
from kernel.deadlines import runner
from kernel.errors import Refusal, Refused
from kernel.objected import objected
from kernel.web.api import status_of
from kernel.web.filters import MOST_ID
from kernel.web.methods import post_from

_MOST = 100


@dataclass(frozen=True)
class PublishedScheme:
    """One scheme with the applications that it matches, each with its 亩."""

    scheme: Scheme
    rows: list[tuple[Adjustment, str, Decimal]]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The rules in force, the schemes in publication with their end, and what came of earlier ones."""
    now = clock.now()
    found = visible_to(PUBLIC).defer("rules").annotate(area=Sum("lines__amount"))
    published = list(found.filter(status=S.PUBLICISED).order_by("scheme_id", "pk")[:_MOST])
    results = list(found.exclude(status=S.PUBLICISED).order_by("-implementing_at", "-pk")[:_MOST])
    demands = demands_visible_to(PUBLIC).defer("rules").order_by("-scheme_id", "-pk")[:_MOST]
    today = beijing(now).date()
    books = Rulebook.objects.filter(
        subject=CROSS_PROVINCE.code, approved_at__isnull=False, valid_from__lte=today
    )
    context = {
        "schemes": _by_scheme(published),
        "results": [(each, LABELS[each.state]) for each in results],
        "demands": [(each, DEMAND_LABELS[each.state]) for each in demands],
        "funds": by_county(ADJUSTMENT.name),
        "rulebooks": list(books.order_by("province", "-version").distinct("province")),
        "today": today,
    }
    return render(request, "portal/cross_province.html", context)


def _by_scheme(published: Iterable[Adjustment]) -> list[PublishedScheme]:
    found: dict[int, PublishedScheme] = {}
    for each in published:
        if each.scheme is not None:
            of = found.setdefault(each.scheme.pk, PublishedScheme(each.scheme, []))
            of.rows.append((each, LABELS[each.state], each.area))  # type: ignore[attr-defined]
    return list(found.values())


@require_safe
def scheme(request: HttpRequest, case_id: int) -> HttpResponse:
    """One application's part in a published scheme, and how to object to it."""
    return _scheme_page(request, case_id)


def _scheme_page(request: HttpRequest, case_id: int, *, refusal: Refusal | None = None) -> HttpResponse:
    now = clock.now()
    found = _public(case_id)
    if runner.run_due(now=now, case_id=case_id):
        found = _public(case_id)
    objectionable = found.state is S.PUBLICISED
    sort = sort_for(objected(case_id).office)
    context = {
        "adjustment": found,
        "status": LABELS[found.state],
        "area": sum((each.amount for each in found.lines.all()), Decimal(0)),
        "rows": list(found.rows.filter(scheme=found.scheme).order_by("id")),
        "audits": audits_of(found),
        "documents": list(public_of(case_id).order_by("id")),
        "objectionable": objectionable,
        "objection_address": f"/cross-province/{case_id}/objections/#objection",
        "refusal": refusal,
        "wrong": objecting.wrong_fields(request, refusal),
        "typed": request.POST,
        "objected": request.GET.get("objected") == "1",
        "key": request.POST.get("key") or secrets.token_urlsafe(16),
        "receipt": objecting.receipt_to_show(request),
        "challenge": objecting.challenge(request, case_id, sort, when=objectionable, now=now),
    }
    status = status_of(refusal) if refusal else 200
    return render(request, "portal/scheme.html", context, status=status)


def _public(case_id: int) -> Adjustment:
    found = visible_to(PUBLIC).filter(pk=case_id).first() if case_id <= MOST_ID else None
    if found is None:
        raise Http404
    return found


@post_from("/cross-province/{case_id}/#objection")
def objection(request: HttpRequest, case_id: int) -> HttpResponse:
    """Anyone objects to a scheme in publication."""
    _public(case_id)
    try:
        objecting.objected(request, OBJECTION_RAISE_ON_CASE, case_id, now=clock.now())
    except Refused as no:
        return _scheme_page(request, case_id, refusal=no.refusal)
    return redirect(f"/cross-province/{case_id}/?objected=1")
