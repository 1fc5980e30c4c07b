"""What search engines may read (robots.txt, RFC 9309) and what there is to find (sitemap.xml, sitemaps.org)."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.listings.queries import published
from kernel.clock import beijing

# Of whoever is signed in, of programs, or without end (every page of every filter).
_CLOSED = (
    "/desk/", "/admin/", "/api/", "/account/", "/duty/", "/login/", "/logout/", "/display/", "/invitation/",
    "/calendar/", "/live/", "/clock/", "/logins/", "/*?",
)  # fmt: skip
_PAGES = (
    "/", "/announcements/", "/listings/", "/results/", "/market/", "/guide/", "/rules/", "/prices/", "/years/",
    "/verify/", "/open-data/", "/certificates/", "/cross-province/", "/funds/",
)  # fmt: skip
_MOST = 50_000
"""Addresses that one sitemap may hold."""


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Public pages may be read, desks may not; where the sitemap is."""
    lines = ["User-agent: *", *(f"Disallow: {each}" for each in _CLOSED), ""]
    lines += [f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The public pages and every published lot, the newest first, with the day of its announcement."""
    body = "".join(f"<url>{each}</url>\n" for each in _entries())
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}</urlset>\n'
    )
    return HttpResponse(text, content_type="application/xml; charset=utf-8")


def _entries() -> Iterator[str]:
    for page in _PAGES:
        yield f"<loc>{escape(settings.SITE_URL + page)}</loc>"
    lots = published().values_list("pk", "announced_at")[: _MOST - len(_PAGES)]
    for pk, announced_at in lots:
        assert announced_at is not None
        day = f"{beijing(announced_at):%Y-%m-%d}"
        yield f"<loc>{escape(settings.SITE_URL)}/listings/{pk}/</loc><lastmod>{day}</lastmod>"
