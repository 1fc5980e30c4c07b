"""The public page of a case's part in a scheme (调剂方案), of either side, and objections to it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

from apps.crossprovince import demand_queries, queries
from apps.crossprovince.audit_pages import Audit, audits_of
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import LABELS as DEMAND_LABELS
from apps.crossprovince.demand_states import DemandStatus
from apps.crossprovince.models import Adjustment, SchemeRow
from apps.crossprovince.states import LABELS, AdjustmentStatus
from apps.documents.queries import public_of
from apps.objections.names import OBJECTION_RAISE_ON_CASE
from apps.objections.rules import sort_for
from apps.parties.queries import divisions_called
from apps.portal import objecting
from kernel import clock
from kernel.actors import PUBLIC
from kernel.cases.models import Case
from kernel.deadlines import runner
from kernel.errors import Refusal, Refused
from kernel.money import Yuan
from kernel.objected import objected
from kernel.web.api import status_of
from kernel.web.filters import MOST_ID
from kernel.web.methods import post_from


@dataclass(frozen=True)
class Part:
    """What a scheme makes of one case, as everybody may read it: `place` is the region that gives, or who takes.

    Each of `rows` stands with the name of the other side; `addition` is what a 亩 with planning scale costs more.
    """

    case: Adjustment | Demand
    place: tuple[str, str]
    price: tuple[str, Yuan | None]
    other_side: str
    status: str
    in_publication: bool
    ends_at: datetime | None
    area: Decimal
    addition: Yuan
    rows: Sequence[tuple[SchemeRow, str]]
    audits: Sequence[Audit] = ()


def _lasts(ends_at: datetime | None) -> bool:
    """Whether its publication still runs: it may be held by an objection when it is over."""
    return ends_at is not None and clock.now() < ends_at


def _given(case_id: int) -> Part | None:
    found = queries.visible_to(PUBLIC).filter(pk=case_id).first()
    if found is None:
        return None
    return Part(
        case=found,
        place=(_("调出县（市、区）"), found.region.name),
        price=(_("调出价款（元）"), found.gross),
        other_side=_("调入省"),
        status=LABELS[found.state],
        in_publication=found.state is AdjustmentStatus.PUBLICISED and _lasts(found.ends_at),
        ends_at=found.ends_at,
        area=sum((each.amount for each in found.lines.all()), Decimal(0)),
        addition=Yuan(queries.prices_of(found).addition),
        rows=queries.rows_of(found),
        audits=audits_of(found.audit_rounds.all()),
    )


def _taken(case_id: int) -> Part | None:
    found = demand_queries.demands_visible_to(PUBLIC).filter(pk=case_id).first()
    if found is None:
        return None
    rows = list(demand_queries.rows_of(found))
    names = divisions_called({each.out_county for each in rows})
    return Part(
        case=found,
        place=(_("需求单位"), found.holder.name),
        price=(_("应缴款（元）"), found.price),
        other_side=_("调出县（市、区）"),
        status=DEMAND_LABELS[found.state],
        in_publication=found.state is DemandStatus.PUBLICISED and _lasts(found.ends_at),
        ends_at=found.ends_at,
        area=found.amount,
        addition=Yuan(queries.prices_of(found).addition),
        rows=[(each, names.get(each.out_county, each.out_county)) for each in rows],
    )


def _public(case_id: int) -> Part:
    found = (_given(case_id) or _taken(case_id)) if case_id <= MOST_ID else None
    if found is None:
        raise Http404
    return found


@require_safe
def scheme(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case's part in a published scheme, and how to object to it; of a scheme that was taken back, that it was."""
    try:
        return _scheme_page(request, case_id)
    except Http404:
        taken_back = _taken_back(case_id)
        if not taken_back:
            raise
    return _taken_back_page(request, case_id, taken_back)


def _taken_back(case_id: int) -> list[SchemeRow]:
    """A row of each scheme of a case that was published and is taken back, the newest first."""
    if case_id > MOST_ID:
        return []
    published = Q(scheme__published_at__isnull=False, taken_back_at__isnull=False)
    rows = SchemeRow.ever.filter(published, Q(adjustment=case_id) | Q(demand=case_id)).select_related(
        "scheme"
    )
    return list({each.scheme_id: each for each in rows.order_by("-id")}.values())


def _taken_back_page(request: HttpRequest, case_id: int, taken_back: list[SchemeRow]) -> HttpResponse:
    context = {
        "case": Case.objects.get(pk=case_id),
        "taken_back": taken_back,
        "documents": list(public_of(case_id).order_by("id")),
    }
    return render(request, "portal/scheme_taken_back.html", context)


def _scheme_page(request: HttpRequest, case_id: int, *, refusal: Refusal | None = None) -> HttpResponse:
    now = clock.now()
    found = _public(case_id)
    if runner.run_due(now=now, case_id=case_id):
        found = _public(case_id)
    sort = sort_for(objected(case_id).office)
    context = {
        "part": found,
        "documents": list(public_of(case_id).order_by("id")),
        "audits": found.audits,
        "objection_address": f"/cross-province/{case_id}/objections/#objection",
        "refusal": refusal,
        "wrong": objecting.wrong_fields(request, refusal),
        "typed": request.POST,
        "objected": request.GET.get("objected") == "1",
        "key": request.POST.get("key") or secrets.token_urlsafe(16),
        "receipt": objecting.receipt_to_show(request),
        "challenge": objecting.challenge(request, case_id, sort, when=found.in_publication, now=now),
    }
    status = status_of(refusal) if refusal else 200
    return render(request, "portal/scheme.html", context, status=status)


@post_from("/cross-province/{case_id}/#objection")
def objection(request: HttpRequest, case_id: int) -> HttpResponse:
    """Anyone objects to a scheme in publication."""
    _public(case_id)
    try:
        objecting.objected(request, OBJECTION_RAISE_ON_CASE, case_id, now=clock.now())
    except Refused as no:
        return _scheme_page(request, case_id, refusal=no.refusal)
    return redirect(f"/cross-province/{case_id}/?objected=1")
