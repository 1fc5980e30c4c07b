"""Registers from files on the desks: projects and parcels for sellers, batches for the province."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.bearable import project_file, require_bearable
from apps.desks.bulk import Item, perform_all, sealed, unsealed
from apps.desks.downloads import download
from apps.desks.views import PAGE, before, next_page
from apps.land import imports as land_imports
from apps.land.imports import PART_COLUMNS, PROJECT_COLUMNS, REPORT_COLUMNS, Found
from apps.land.lanes import LAND_LANE
from apps.land.models import Project
from apps.land.names import PROJECT_RECORD
from apps.land.queries import geometry_required, project_for, with_parts
from apps.parties.roles import Can
from apps.quota import imports
from apps.quota.imports import BATCH_COLUMNS
from apps.quota.names import QUOTA_BOOK
from apps.quota.queries import booked_of
from kernel import files, lanes, sheets
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.errors import Refused

_NAMES = {
    name: column for column, name in (PROJECT_COLUMNS | REPORT_COLUMNS | PART_COLUMNS | BATCH_COLUMNS).items()
}


def _act_of(by: Actor) -> str:
    return QUOTA_BOOK if by.can(Can.DECIDE_FOR_PROVINCE) else PROJECT_RECORD


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.IMPORT)
def quota_import(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Import projects and parcels (a seller) or batches (the province): a preview first, then all or nothing."""
    act = act_called(_act_of(by))
    context: dict[str, Any] = {
        "act": act,
        "batches": by.can(Can.DECIDE_FOR_PROVINCE),
        "may_import": by.can(Can.DECIDE_FOR_PROVINCE) or by.duty is Duty.OPERATOR,
        "columns": list(
            BATCH_COLUMNS
            if by.can(Can.DECIDE_FOR_PROVINCE)
            else PROJECT_COLUMNS | REPORT_COLUMNS | PART_COLUMNS
        ),
        "most": land_imports.MOST_ROWS,
    }
    if request.method == "POST":
        try:
            if request.POST.get("step") == "confirm":
                return _confirmed(request, context, by=by, now=now)
            context |= _previewed(request, by=by, now=now)
        except Refused as no:
            context["refusal"] = no.refusal
    failed = "refusal" in context or bool(context.get("errors"))
    return render(request, "desks/import.html", context, status=400 if failed else 200)


def _previewed(request: HttpRequest, *, by: Actor, now: datetime) -> dict[str, Any]:
    upload = request.FILES.get("file")
    content = upload.read(files.MOST_BYTES + 1) if upload else b""
    files.require_some(content)
    require_bearable(content, by=project_file)
    found, is_map = _read(content, by=by, now=now)
    context: dict[str, Any] = {"found": found, "is_map": is_map, "errors": found.errors}
    if not found.errors:
        digest = hashlib.sha256(content).hexdigest()[:32]
        context["sealed"] = sealed(_act_of(by), {"facts": found.facts, "digest": digest}, by=by)
        context["facts"] = [facts for _subject, facts in found.facts]
    return context


def _read(content: bytes, *, by: Actor, now: datetime) -> tuple[Found, bool]:
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return imports.batches_from_sheet(content, province=by.region), False
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return land_imports.projects_from_geojson(content, owner_id=by.organisation_id, near=by.region), True
    required = geometry_required(by.region, now=now)
    return land_imports.projects_from_sheet(
        content, owner_id=by.organisation_id, near=by.region, land_required=required
    ), False


def _confirmed(request: HttpRequest, context: dict[str, Any], *, by: Actor, now: datetime) -> HttpResponse:
    said = unsealed(_act_of(by), request.POST.get("sealed", ""), by=by)
    items = [Item(place, subject, facts) for place, (subject, facts) in enumerate(said["facts"], start=1)]
    ground = land_imports.cells_in(Found([(item.subject_id, item.facts) for item in items], []))
    outcome = perform_all(
        act_called(_act_of(by)),
        items,
        by=by,
        now=now,
        columns=_NAMES,
        key=f"import:{said['digest']}",
        before=lambda: lanes.hold_all(LAND_LANE, ground),
    )
    if outcome.errors:
        context |= {"errors": outcome.errors, "by_item": True}
        return render(request, "desks/import.html", context, status=400)
    count = len(outcome.done)
    told = _("已导入%(count)s项。") % {"count": count}
    messages.success(request, told)
    return redirect("/desk/reserve/" if by.can(Can.DECIDE_FOR_PROVINCE) else "/desk/quota/#projects")


@require_safe
@desk(Can.IMPORT)
def import_template(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The workbook to fill in, with headings, units, an example row and choices."""
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return download(imports.batch_template(), content_type=sheets.MIME, name="入库批次导入模板.xlsx")
    return download(land_imports.project_template(), content_type=sheets.MIME, name="项目与地块导入模板.xlsx")


@require_safe
@desk(Can.IMPORT, Can.OVERSEE)
def project(request: HttpRequest, *, by: Actor, now: datetime, project_id: int) -> HttpResponse:
    """One project with its parcels, on a map where their polygons are known, and its batches."""
    found = project_for(project_id, by=by)
    prefetch_related_objects([found], "parts__regrades")
    parts = list(found.parts.all())
    drawn = [each for each in parts if each.geometry]
    booked = booked_of(found.pk)
    features = [
        {"type": "Feature", "id": each.pk, "properties": {"name": _name(each)}, "geometry": each.geometry}
        for each in drawn
    ]
    context = {
        "project": found,
        "parts": [(each, _name(each), _corners(each.geometry)) for each in parts],
        "collection": {"type": "FeatureCollection", "features": features} if features else None,
        "batches": list(found.batches.all()),
        "totals": [
            (kind, total, (found.made - booked).of(kind).amount) for kind, total in found.made.items()
        ],
        "may_book": by.can(Can.DECIDE_FOR_PROVINCE) and found.voided_at is None and found.made != booked,
        "may_void": booked.is_zero
        and found.voided_at is None
        and (by.can(Can.DECIDE_FOR_PROVINCE) or by.organisation_id == found.owner_id),
    }
    return render(request, "desks/project.html", context)


def _name(part: Any) -> str:
    return str(part.parcel_no or part.pk)


def _corners(geometry: Any) -> list[tuple[int, int, float, float]]:
    """(ring, point, longitude, latitude) of every corner, each ring without its closing point."""
    if not geometry:
        return []
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    rings = [ring for polygon in polygons for ring in polygon]
    return [
        (number, place, point[0], point[1])
        for number, ring in enumerate(rings, start=1)
        for place, point in enumerate(ring[:-1], start=1)
    ][:400]


@require_safe
@desk(Can.SELL)
def projects(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The organisation's projects, the newest first."""
    own = Project.objects.filter(owner_id=by.organisation_id).select_related("region").order_by("-id")
    if exports.wanted(request):
        every = with_parts(own).select_related("owner", "region")[: exports.ROWS_READ]
        return exports.workbook("土地整治项目", books.projects(every), by=by, now=now)
    last = before(request)
    if last is not None:
        own = own.filter(pk__lt=last)
    rows = list(own[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "may_record": by.duty is Duty.OPERATOR,
    }
    if not rows and last is not None:
        raise Http404
    return render(request, "desks/projects.html", context)
