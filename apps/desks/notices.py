"""The inbox of an organisation: grouped by lot, newest first, read by acting on it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.desks import exports
from apps.desks.access import desk
from apps.desks.filters import Filters
from apps.desks.listings import within
from apps.desks.saved_views import PAGES, views_of
from apps.desks.views import PAGE, before, next_page
from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.notices.commands import read, read_all
from apps.notices.models import Notice
from apps.notices.queries import inbox
from kernel.actors import Actor
from kernel.cases.queries import NamedCase, named
from kernel.sheets import INSTANT, Column
from kernel.web.methods import post_from


@dataclass(frozen=True)
class Group:
    """The notices of one page about one lot or another case (None: about none), the newest first."""

    lot: Listing | None
    case: NamedCase | None
    rows: list[Notice]

    @property
    def unread(self) -> int:
        """How many of them nobody has read."""
        return sum(each.read_at is None for each in self.rows)


@require_safe
@desk()
def notices(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The inbox of the organisation, searched; a page of it grouped by lot, the lot with the newest first."""
    filters = Filters.of(request, *PAGES["notices"][1])
    found = _matching(inbox(by), filters, by=by)
    if exports.wanted(request):
        return _book(found, filters, by=by, now=now)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    context = {
        "groups": _groups(rows[:PAGE], by=by),
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "has_unread": any(each.read_at is None for each in rows),
        "filters": filters,
        "views": views_of(by, "notices"),
        "page": "notices",
    }
    return render(request, "desks/notices.html", context)


def _matching(found: QuerySet[Notice], filters: Filters, *, by: Actor) -> QuerySet[Notice]:
    found = found.filter(within(filters, "at"))
    if filters.show == "unread":
        found = found.filter(read_at=None)
    if filters.lot:
        named = visible_to(by).filter(Q(title__icontains=filters.lot) | Q(number__icontains=filters.lot))
        found = found.filter(case_id__in=named.order_by().values("pk"))
    for word in filters.q.split():
        found = found.filter(Q(title__icontains=word) | Q(text__icontains=word))
    return found


def _groups(rows: list[Notice], *, by: Actor) -> list[Group]:
    lots = visible_to(by).in_bulk([each.case_id for each in rows if each.case_id])
    groups: dict[int, list[Notice]] = {}
    for each in rows:
        groups.setdefault(each.case_id or 0, []).append(each)
    cases = named(pk for pk in groups if pk and pk not in lots)
    others = {pk: each for pk, each in cases.items() if each.page != _page_of_lot(pk)}
    return [Group(lots.get(pk), others.get(pk), found) for pk, found in groups.items()]


def _page_of_lot(case_id: int) -> str:
    """Where a lot stands, also one that may not be seen any more: its page says so."""
    return f"/desk/listings/{case_id}/"


def _book(found: QuerySet[Notice], filters: Filters, *, by: Actor, now: datetime) -> HttpResponse:
    rows = list(found[: exports.ROWS_READ])
    lots = visible_to(by).in_bulk({each.case_id for each in rows if each.case_id})
    columns = (
        Column("时间", INSTANT, 18), Column("标题", "", 30), Column("内容", "", 70), Column("项目编号", "", 24),
        Column("项目名称", "", 36), Column("阅读时间", INSTANT, 18),
    )  # fmt: skip
    cells = []
    for each in rows:
        lot = lots.get(each.case_id or 0)
        cells.append(
            [each.at, each.title, each.text, str(lot) if lot else "", lot.title if lot else "", each.read_at]
        )
    return exports.workbook("通知", exports.table("通知", columns, cells), by=by, now=now, filters=filters)


@post_from("/desk/notices/")
@desk()
def read_notices(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Mark all of them as read."""
    read_all(by=by, now=now)
    return redirect("/desk/notices/")


@post_from("/desk/notices/")
@desk()
def read_notice(request: HttpRequest, *, by: Actor, now: datetime, notice_id: int) -> HttpResponse:
    """Mark a notice as read; with `open`, go on to what it is about: acting on it is reading it."""
    notice = read(notice_id=notice_id, by=by, now=now)
    if request.POST.get("open") and notice.case_id:
        return redirect(named([notice.case_id])[notice.case_id].page)
    return redirect("/desk/notices/")
