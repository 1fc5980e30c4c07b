"""What machines take from the portal: open data, calendars, boundaries."""

import gzip
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition, require_safe

from apps.insight import open_data
from apps.listings.models import Listing
from apps.listings.queries import identities_hidden
from apps.listings.states import ListingStatus
from apps.listings.timetable import Moment, fallen_away, moments, recounted
from apps.portal import lots
from apps.portal.certificates import wanted_certificates
from apps.portal.market import map_of, map_tag
from apps.quota.models import YearStatement
from apps.surplus import queries
from kernel import clock
from kernel.clock import beijing, iso
from kernel.web.icalendar_feed import Date, Status, calendar_of

R = TypeVar("R")
_LARGEST_ID = 2**63 - 1
_CHUNK = 1000


def _sent(
    table: open_data.Table[R], rows: Iterable[R], format_: str, *, name: str, **more: str
) -> HttpResponseBase:
    now = clock.now()
    if format_ == "csv":
        body, kind = open_data.as_csv(table, rows), "text/csv; charset=utf-8"
    else:
        body, kind = open_data.as_json(table, rows, now=now, **more), "application/json; charset=utf-8"
    file_name = f"{name}-{beijing(now):%Y%m%d}.{format_}"
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Access-Control-Allow-Origin": "*",
    }
    return StreamingHttpResponse((part.encode() for part in body), content_type=kind, headers=headers)


@require_safe
def listings(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The published lots of the same filter as the page, all of them."""
    wanted = lots.wanted_from(request.GET.dict())
    rows = lots.filtered(wanted).iterator(chunk_size=_CHUNK)
    return _sent(open_data.LISTINGS, rows, extension, name="listings")


@require_safe
def results(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The results of the same filter as the page, all of them."""
    wanted = lots.wanted_from(request.GET.dict())
    rows = lots.decided(wanted).iterator(chunk_size=_CHUNK)
    return _sent(open_data.OUTCOMES, rows, extension, name="results")


@require_safe
def certificates(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The certificates of the same filter as the page, all of them."""
    wanted = wanted_certificates(request.GET.dict())
    found = queries.matching_certificates(region=wanted.county, words=wanted.q)
    return _sent(open_data.CERTIFICATES, open_data.certified(found), extension, name="certificates")


def _lot(listing_id: int) -> Listing:
    listing = lots.public_lot(listing_id) if listing_id <= _LARGEST_ID else None
    if listing is None:
        raise Http404
    return listing


@require_safe
def bid_history(request: HttpRequest, listing_id: str, extension: str) -> HttpResponseBase:
    """The bid history of one lot after the close of bidding; before that there is none to take away."""
    listing = _lot(int(listing_id))
    if identities_hidden(listing) or listing.closed_at is None:
        raise Http404
    rows = open_data.bids_of(listing)
    number = listing.number or ""
    return _sent(
        open_data.BID_HISTORY,
        rows,
        extension,
        name=f"bid-history-{listing_id}",
        number=number,
        unit=listing.unit.label,
    )


@require_safe
def dates(request: HttpRequest, listing_id: int) -> HttpResponse:
    """The dates of one lot as a calendar: provisional and suspended ones tentative, those of a lot that ended off."""
    listing = _lot(listing_id)
    now = clock.now()
    turns = sum(
        (
            listing.suspensions.count(),
            listing.suspensions.filter(ended_at__isnull=False).count(),
            listing.supplements.count(),
            recounted(listing),
        )
    )
    all_moments = [*moments(listing, now=now), *fallen_away(listing, now=now)]
    events = [_date(listing, each, turns=turns) for each in sorted(all_moments, key=lambda one: one.at)]
    content = calendar_of(f"{listing.number} {listing.title}", events, now=now)
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="listing-{listing_id}.ics"'},
    )


def _date(listing: Listing, moment: Moment, *, turns: int) -> Date:
    """One moment as an entry. `turns` is how often the lot was suspended, resumed, supplemented, its dates recounted:
    each may set any of its dates anew.

    Sequences are made of what is public: they tell no count of bids or bidders.
    """
    status, prefix = Status.CONFIRMED, ""
    if moment.off:
        status, prefix = Status.CANCELLED, "（项目已终止）"
    elif listing.state is ListingStatus.SUSPENDED and not moment.past:
        status, prefix = Status.TENTATIVE, "（项目中止，时间待定）"
    site = settings.SITE_URL.rstrip("/")
    return Date(
        uid=f"listing-{listing.pk}-{moment.key}@{urlsplit(site).hostname}",
        title=f"{prefix}{moment.label}：{listing.title}",
        at=moment.at,
        provisional=moment.provisional and not moment.off,
        text=f"项目编号 {listing.number}",
        url=f"{site}/listings/{listing.pk}/",
        begins=not moment.ends,
        status=status,
        # Whatever was set is set anew once more when it falls away.
        sequence=2 * turns + 2 * moment.moved + moment.off,
    )


def _tag_of(request: HttpRequest, province: str) -> str | None:
    tag = map_tag(province)
    return f'W/"{tag}"' if tag else None


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


@require_safe
@condition(etag_func=_tag_of)
def boundaries(request: HttpRequest, province: str) -> HttpResponse:
    """The counties of a province for its map: their borders where that has been examined, squares otherwise."""
    content = map_of(province)
    if content is None:
        raise Http404
    headers: dict[str, Any] = {"Cache-Control": "public, max-age=2592000"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        content = _packed(content)
        headers["Content-Encoding"] = "gzip"
    answer = HttpResponse(content, content_type="application/geo+json", headers=headers)
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


@require_safe
def year(request: HttpRequest, province: str, year: int) -> HttpResponse:
    """A closed year's statement with every line that makes it, to be added up by anybody."""
    found = YearStatement.objects.filter(province=province, year=min(year, 9999)).first()
    if found is None:
        raise Http404
    body = {"statement": found.statement, "sha256": found.sha256, "closed_at": iso(found.closed_at)}
    answer = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
