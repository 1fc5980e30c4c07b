"""Saved views (常用筛选): a person's own filters under a name, opened from a bar, deleted; nobody else's business."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from apps.desks.filters import MOST_SIGNS
from apps.desks.gates import desk
from apps.desks.models import SavedView
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.text import hidden_sign
from kernel.web.methods import post_from

MOST = 20
"""So many of one page."""

PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "queue": ("/desk/", ("show", "act", "lot", "county", "person", "due", "q")),
    "listings": ("/desk/listings/", ("status", "lot", "county", "due", "q")),
    "notices": ("/desk/notices/", ("show", "lot", "since", "until", "q")),
    "documents": ("/desk/documents/", ("kind", "lot", "county", "since", "until", "q")),
}
"""The pages that keep views: address and filters."""


def views_of(by: Actor, page: str) -> list[SavedView]:
    """The person's own views of one page, the oldest first."""
    return list(SavedView.objects.filter(person_id=by.person_id, page=page)[:MOST])


def own_query(page: str, text: str) -> str:
    """What of a query is made of the page's own filters, in their order."""
    given = dict(parse_qsl(text[:2000], max_num_fields=50))
    kept = {name: given[name].replace("\x00", "")[:MOST_SIGNS] for name in PAGES[page][1] if given.get(name)}
    return urlencode(kept)


@post_from("/desk/")
@desk()
def save(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Keep the filters of a page under a name; the same name again takes the new ones."""
    page, name = request.POST.get("page", ""), request.POST.get("name", "").strip()[:30]
    if page not in PAGES:
        raise not_found("页面")
    address = PAGES[page][0]
    query = own_query(page, request.POST.get("query", ""))
    if not name or hidden_sign(name):
        messages.error(request, _("请给这组筛选条件起一个名称。"))
    elif not query or len(query) > 600:
        messages.error(request, _("请先设置筛选条件并查询，再保存。"))
    elif not _kept(by, page, name, query, now=now):
        messages.error(request, _("每个页面至多保存%(most)s组筛选条件，请先删除不用的。") % {"most": MOST})
    else:
        messages.success(request, _("已保存筛选条件：%(name)s。") % {"name": name})
    return redirect(f"{address}?{query}" if query else address)


def _kept(by: Actor, page: str, name: str, query: str, *, now: datetime) -> bool:
    own = SavedView.objects.filter(person_id=by.person_id, page=page)
    changed = {"query": query, "saved_at": now}
    if own.filter(name=name).update(**changed):
        return True
    if own.count() >= MOST:
        return False
    try:
        with transaction.atomic():
            SavedView.objects.create(person_id=by.person_id, page=page, name=name, **changed)
    except IntegrityError:
        own.filter(name=name).update(**changed)
    return True


@post_from("/desk/")
@desk()
def delete(request: HttpRequest, *, by: Actor, now: datetime, view_id: int) -> HttpResponse:
    """Delete a view of one's own. 404 for another person's."""
    found = SavedView.objects.filter(pk=view_id, person_id=by.person_id).first()
    if found is None:
        raise not_found("已保存的筛选条件")
    found.delete()
    messages.success(request, _("已删除筛选条件：%(name)s。") % {"name": found.name})
    return redirect(PAGES[found.page][0] if found.page in PAGES else "/desk/")
