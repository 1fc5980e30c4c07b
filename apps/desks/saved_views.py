"""Saved views (常用筛选): a person's own filters under a name, opened from a bar, deleted; nobody else's business."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.desks import commands
from apps.desks.access import desk
from apps.desks.filters import MOST_SIGNS
from apps.desks.models import SavedView
from kernel.actors import Actor
from kernel.errors import Refused, not_found
from kernel.web.methods import post_from

PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "queue": ("/desk/", ("show", "act", "lot", "county", "person", "due", "q")),
    "listings": ("/desk/listings/", ("status", "lot", "county", "due", "q")),
    "notices": ("/desk/notices/", ("show", "lot", "since", "until", "q")),
    "documents": ("/desk/documents/", ("kind", "lot", "county", "since", "until", "q")),
}
"""The pages that keep views: address and filters."""


_LONGEST_QUERY = 2_000


def views_of(by: Actor, page: str) -> list[SavedView]:
    """The person's own views of one page, the oldest first."""
    return list(SavedView.objects.filter(person_id=by.person_id, page=page))


def own_query(page: str, text: str) -> str:
    """What of a query is made of the page's own filters, in their order."""
    given = dict(parse_qsl(text[:_LONGEST_QUERY]))
    kept = {name: given[name].replace("\x00", "")[:MOST_SIGNS] for name in PAGES[page][1] if given.get(name)}
    return urlencode(kept)


@post_from("/desk/")
@desk()
def save(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Keep the filters of a page under a name; the same name again takes the new ones."""
    page = request.POST.get("page", "")
    if page not in PAGES:
        raise not_found("页面")
    address, query = PAGES[page][0], own_query(page, request.POST.get("query", ""))
    try:
        kept = commands.keep_view(page=page, name=request.POST.get("name", ""), query=query, by=by, now=now)
    except Refused as no:
        messages.error(request, no.refusal.sentence, extra_tags=str(no.refusal.code))
    else:
        messages.success(request, _("已保存筛选条件：%(name)s。") % {"name": kept.name})
    return redirect(f"{address}?{query}" if query else address)


@post_from("/desk/")
@desk()
def delete(request: HttpRequest, *, by: Actor, now: datetime, view_id: int) -> HttpResponse:
    """Delete a view of one's own. 404 for another person's."""
    found = commands.delete_view(view_id=view_id, by=by)
    messages.success(request, _("已删除筛选条件：%(name)s。") % {"name": found.name})
    return redirect(PAGES[found.page][0] if found.page in PAGES else "/desk/")
