"""The public register of certificates of surplus quota (建设用地指标登记证), and the page of one."""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from shapely.geometry import mapping, shape

from apps.documents import facts
from apps.documents.models import Document
from apps.documents.queries import latest, public_of
from apps.documents.states import DocumentKind
from apps.objections.names import OBJECTION_RAISE_ON_CASE
from apps.objections.rules import sort_for
from apps.parties.models import Organisation, Region
from apps.parties.queries import offices
from apps.parties.roles import Can
from apps.portal import lots, objecting
from apps.portal.lots import Wanted, wanted_from
from apps.quota.batch_models import Source
from apps.quota.queries import Standing, standings
from apps.surplus import queries
from apps.surplus.models import Part, Verification
from apps.surplus.states import VerificationStatus
from kernel import clock
from kernel.errors import Refusal, Refused
from kernel.objected import objected
from kernel.web.api import status_of
from kernel.web.methods import post_from

_LARGEST_ID = 2**63 - 1
_ABOUT_TEN_METRES = 0.0001
_PLACES = 5


def wanted_certificates(query: dict[str, str]) -> Wanted:
    """The filter in an address's query: a county and words."""
    given = wanted_from(query)
    return Wanted(county=given.county, q=given.q)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """All certificates, filtered, the last issued first, page by page."""
    wanted = wanted_certificates(request.GET.dict())
    found, after = lots.page(
        queries.matching_certificates(region=wanted.county, words=wanted.q),
        field="certified_at", down=True, after=request.GET.get("after", ""),
    )  # fmt: skip
    became = standings(Source.VERIFICATION, [each.pk for each in found])
    context = {
        "wanted": wanted,
        "counties": _counties(),
        "rows": [(each, became.get(each.pk, Standing()), _is_revoked(each)) for each in found],
        "next": lots.following(request, after),
    }
    return render(request, "portal/certificates.html", context)


def _is_revoked(found: Verification) -> bool:
    return found.state is VerificationStatus.REVOKED


def _counties() -> list[tuple[Region, list[Region]]]:
    """The counties that have certificates, under their provinces."""
    codes = set(queries.certified().order_by().values_list("region_id", flat=True))
    return lots.under_provinces(codes)


@require_safe
def certificate(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """One certificate: its figures as they were certified, what is left, its parcels and its paper."""
    return _certificate_page(request, _certified(certificate_id))


@post_from("/certificates/{certificate_id}/#objection")
def report(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Anyone reports what is wrong with a certificate (举报)."""
    found = _certified(certificate_id)
    try:
        objecting.objected(request, OBJECTION_RAISE_ON_CASE, found.pk, now=clock.now())
    except Refused as no:
        return _certificate_page(request, found, refusal=no.refusal)
    return redirect(f"/certificates/{certificate_id}/?objected=1")


def _certified(certificate_id: int) -> Verification:
    found = queries.certified().filter(pk=certificate_id).first() if certificate_id <= _LARGEST_ID else None
    if found is None:
        raise Http404
    return found


def _certificate_page(
    request: HttpRequest, found: Verification, *, refusal: Refusal | None = None
) -> HttpResponse:
    paper = latest(case_id=found.pk, kind=DocumentKind.QUOTA_CERTIFICATE)
    stated = _stated(paper)
    parts = list(queries.reported(found).parts.select_related("ground").defer("demolition").order_by("id"))
    context = {
        "found": found,
        "revoked": _is_revoked(found),
        "standing": standings(Source.VERIFICATION, [found.pk]).get(found.pk, Standing()),
        "paper": paper,
        "extracts": list(public_of(found.pk).filter(kind=DocumentKind.CERTIFICATE_EXTRACT).order_by("id")),
        "stated": stated,
        "capacity": f"{stated.carried_capacity.value:,.0f}" if stated is not None else "",
        "villages": _villages(parts),
        "collection": _drawn(parts),
        "office": _office(found),
        **_reporting(request, found, refusal),
    }
    return render(request, "portal/certificate.html", context, status=status_of(refusal) if refusal else 200)


def _reporting(request: HttpRequest, found: Verification, refusal: Refusal | None) -> dict[str, Any]:
    """What the form needs that reports what is wrong; a revoked certificate takes no report."""
    takes, now = not _is_revoked(found), clock.now()
    sort = sort_for(objected(found.pk).office)
    return {
        "reportable": takes,
        "objection_address": f"/certificates/{found.pk}/reports/#objection",
        "objection_title": _("举报"),
        "objection_help": _(
            "发现地块未复垦、面积不实或者指标重复使用的，任何人可以举报。姓名与联系方式密封保存，仅供核实答复。"
        ),
        "refusal": refusal,
        "wrong": objecting.wrong_fields(request, refusal),
        "typed": request.POST,
        "objected": request.GET.get("objected") == "1",
        "key": request.POST.get("key") or secrets.token_urlsafe(16),
        "receipt": objecting.receipt_to_show(request),
        "challenge": objecting.challenge(request, found.pk, sort, when=takes, now=now),
    }


def _stated(paper: Document | None) -> facts.QuotaCertificateFacts | None:
    if paper is None:
        return None
    stated = facts.restored(DocumentKind.QUOTA_CERTIFICATE, paper.facts)
    return stated if isinstance(stated, facts.QuotaCertificateFacts) else None


def _office(found: Verification) -> Organisation | None:
    """Whom to tell what is wrong: the province that released it."""
    return next(iter(offices(Can.DECIDE_FOR_PROVINCE, province=found.province)), None)


@dataclass(frozen=True)
class Village:
    """What was reclaimed in one village."""

    name: str
    parcels: int
    area: Decimal


def _villages(parts: list[Part]) -> list[Village]:
    areas: dict[str, list[Decimal]] = defaultdict(list)
    for each in parts:
        areas[each.village].append(each.area)
    return [Village(name, len(found), sum(found, Decimal(0))) for name, found in areas.items()]


def _drawn(parts: list[Part]) -> dict[str, Any]:
    """The parcels for a map that everybody may see: simplified, exact to about ten metres."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": each.parcel_no},
                "geometry": simplified(each.ground.geometry),
            }
            for each in parts
        ],
    }


def simplified(geometry: dict[str, Any]) -> dict[str, Any]:
    """A polygon for drawing, its corners on a grid of about ten metres; one that is smaller is left in its place."""
    whole = shape(geometry)
    drawn = shapely.set_precision(whole, _ABOUT_TEN_METRES)
    if drawn.is_empty:
        drawn = whole.centroid.buffer(_ABOUT_TEN_METRES / 2, quad_segs=1)
    plain: dict[str, Any] = mapping(shapely.transform(drawn, lambda corners: corners.round(_PLACES)))
    return plain
