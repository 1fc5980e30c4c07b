"""The lots one works on and their documents, searched; both as workbooks."""

from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks import exports
from apps.desks.access import desk
from apps.desks.filters import DUE, DueDates, Filters
from apps.desks.onward import act_address
from apps.desks.saved_views import PAGES, views_of
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.deadlines import visible_deadlines
from apps.disclosure.documents import readable_all, readable_of_cases
from apps.documents.mending import may_mend
from apps.documents.models import Document
from apps.documents.names import DOCUMENT_CORRECT
from apps.documents.states import DocumentKind
from apps.kinds.sheets import amount_columns, amounts_among_all
from apps.listings.models import Listing
from apps.listings.queries import holding, visible_to, with_lines
from apps.listings.states import LABELS, ListingStatus
from apps.parties.models import Region
from apps.parties.roles import Can
from apps.stages.application.names import LISTING_DRAFT
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.cases.queries import named
from kernel.clock import BEIJING, read_date
from kernel.deadlines.states import DeadlineStatus
from kernel.sheets import INSTANT, LIMIT, YUAN, Column


def counties_of(lots: QuerySet[Listing]) -> list[tuple[str, str]]:
    """The counties whose lots these are: (code, name)."""
    sellers = lots.order_by().values("seller__region_id")
    return list(Region.objects.filter(pk__in=sellers).order_by("code").values_list("code", "name"))


def day(text: str) -> date | None:
    """A day as a date input sends it; None for anything else."""
    try:
        found = read_date(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def within(filters: Filters, path: str) -> Q:
    """Rows whose instant at `path` lies within the days asked for, both included (Beijing time)."""
    found = Q()
    since, until = day(filters.since), day(filters.until)
    if since is not None:
        found &= Q(**{f"{path}__gte": datetime(since.year, since.month, since.day, tzinfo=BEIJING)})
    if until is not None:
        end = datetime(until.year, until.month, until.day, tzinfo=BEIJING) + timedelta(days=1)
        found &= Q(**{f"{path}__lt": end})
    return found


# --- lots ---


def _mine(by: Actor) -> QuerySet[Listing]:
    """Listings that an actor works on: its own and those it won; everything visible for officials."""
    found = visible_to(by)
    if by.can(Can.SEE_CASES):
        return found
    if not by.can(Can.BUY):
        return found.filter(province__startswith=by.region[:2])
    return found.filter(Q(seller_id=by.organisation_id) | Q(contract__winner_id=by.organisation_id))


def _matching(found: QuerySet[Listing], filters: Filters, *, by: Actor, now: datetime) -> QuerySet[Listing]:
    if filters.status in list(ListingStatus):
        found = found.filter(status=filters.status)
    if filters.lot:
        found = found.filter(Q(title__icontains=filters.lot) | Q(number__icontains=filters.lot))
    if filters.county:
        found = found.filter(seller__region_id=filters.county)
    if filters.q:
        named = holding(Listing.objects.all(), filters.q).order_by().values("pk")
        found = found.filter(Q(pk__in=named) | Q(title__icontains=filters.q) | Q(number__icontains=filters.q))
    if filters.due in DUE:
        running = visible_deadlines(by).filter(
            DueDates.at(now).between(filters.due, "due_at"),
            case_id=OuterRef("pk"), met_at=None, paused_at=None, status=DeadlineStatus.PENDING,
        )  # fmt: skip
        found = found.filter(Exists(running))
    return found


@require_safe
@desk()
def listings(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """One's listings, the newest first, searched by state, number, county, deadline and words."""
    filters = Filters.of(request, *PAGES["listings"][1])
    mine = _mine(by)
    found = with_lines(_matching(mine, filters, by=by, now=now)).annotate(highest=Max("bids__unit_price"))
    found = found.order_by("-pk")
    if exports.wanted(request):
        return _book(found, filters, by=by, now=now)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    context = {
        "rows": rows[:PAGE],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "statuses": [(str(each), LABELS[each]) for each in ListingStatus],
        "filters": filters,
        "counties": counties_of(mine),
        "dues": list(DUE.items()),
        "views": views_of(by, "listings"),
        "page": "listings",
        "may_draft": by.can(act_called(LISTING_DRAFT).capability),
    }
    return render(request, "desks/listings.html", context)


def _book(found: QuerySet[Listing], filters: Filters, *, by: Actor, now: datetime) -> HttpResponse:
    columns = (
        Column("项目编号", "", 24), Column("项目名称", "", 36), Column("出让方", "", 26), Column("行政区划", "", 14),
        *amount_columns(16, None),
        Column("起始价（元）", YUAN, 18), Column("计价单位", "", 10), Column("最高报价（元）", YUAN, 18),
        Column("状态", "", 14), Column("公告时间", INSTANT, 18), Column("竞价截止", LIMIT, 18),
    )  # fmt: skip
    rows = [
        [
            str(each), each.title, each.seller.name, each.seller.region.name, *amounts_among_all(each.quantities),
            each.starting_price, each.unit.label, getattr(each, "highest", None),
            LABELS[each.state], each.announced_at, each.closes_at,
        ]
        for each in found[: exports.ROWS_READ]
    ]  # fmt: skip
    return exports.workbook(
        "挂牌项目", exports.table("挂牌项目", columns, rows), by=by, now=now, filters=filters
    )


# --- documents ---


@require_safe
@desk()
def documents(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The documents (文书) that the actor may open, the newest first."""
    filters = Filters.of(request, *PAGES["documents"][1])
    here = Listing.objects.filter(province__startswith=by.region[:2]).values("pk")
    of_lots = readable_all(by).filter(Q(visible_to=by.organisation_id) | Q(case_id__in=here))
    mine = of_lots | readable_of_cases(by)
    found = _documents(mine, filters)
    if exports.wanted(request):
        return _documents_book(found, filters, by=by, now=now)
    last = _last(request, mine)
    if last is not None:
        found = found.filter(Q(issued_at__lt=last.issued_at) | Q(issued_at=last.issued_at, pk__lt=last.pk))
    rows = list(found[: PAGE + 1])
    lots = Listing.objects.select_related("seller__region").in_bulk(
        [each.case_id for each in rows if each.case_id]
    )
    cases = named(each.case_id for each in rows if each.case_id not in lots)
    context = {
        "rows": [
            (each, lots.get(each.case_id or 0), cases.get(each.case_id or 0), _mend(each, by=by))
            for each in rows[:PAGE]
        ],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "filters": filters,
        "kinds": [(each.value, each.label) for each in DocumentKind],
        "counties": _counties(mine.order_by()),
        "views": views_of(by, "documents"),
        "page": "documents",
    }
    return render(request, "desks/documents.html", context)


def _mend(document: Document, *, by: Actor) -> str:
    """Where who issued it begins to mend a slip of the pen in it, or nothing."""
    if by.duty is not Duty.OPERATOR or not may_mend(document, by=by):
        return ""
    return act_address(act_called(DOCUMENT_CORRECT), document.pk)


_CASES = ("adjustment", "demand", "verification")
"""What a case but a lot is, as its document leads to it."""


def _of_cases(path: str, wanted: str) -> Q:
    """Documents of such cases by what `path` of these holds."""
    return reduce(or_, (Q(**{f"case__{each}__{path}": wanted}) for each in _CASES))


def _counties(mine: QuerySet[Document]) -> list[tuple[str, str]]:
    """The counties whose lots and other cases these documents are of: (code, name)."""
    sellers = Listing.objects.filter(pk__in=mine.values("case_id")).order_by().values("seller__region_id")
    holders = (Q(pk__in=mine.values(f"case__{each}__region_id")) for each in _CASES)
    found = Region.objects.filter(reduce(or_, holders, Q(pk__in=sellers)))
    return list(found.order_by("code").values_list("code", "name"))


def _last(request: HttpRequest, mine: QuerySet[Document]) -> Document | None:
    """The last document of the page before, if the actor may open it."""
    last = before(request)
    return None if last is None else mine.filter(pk=last).first()


def _documents(found: QuerySet[Document], filters: Filters) -> QuerySet[Document]:
    found = found.filter(within(filters, "issued_at"))
    if filters.kind in list(DocumentKind):
        found = found.filter(kind=filters.kind)
    lots = Listing.objects.order_by()
    if filters.lot:
        meant = lots.filter(Q(title__icontains=filters.lot) | Q(number__icontains=filters.lot))
        found = found.filter(
            Q(case_id__in=meant.values("pk"))
            | Q(case__number__icontains=filters.lot)
            | _of_cases("title__icontains", filters.lot)
        )
    if filters.county:
        sold = lots.filter(seller__region_id=filters.county)
        found = found.filter(Q(case_id__in=sold.values("pk")) | _of_cases("region_id", filters.county))
    if filters.q:
        meant = lots.filter(Q(title__icontains=filters.q) | Q(seller__name__icontains=filters.q))
        found = found.filter(
            Q(number__icontains=filters.q)
            | Q(issued_by_name__icontains=filters.q)
            | Q(case_id__in=meant.values("pk"))
            | _of_cases("title__icontains", filters.q)
            | _of_cases("holder__name__icontains", filters.q)
        )
    return found


def _documents_book(found: QuerySet[Document], filters: Filters, *, by: Actor, now: datetime) -> HttpResponse:
    rows = list(found[: exports.ROWS_READ])
    lots = Listing.objects.select_related("seller__region").in_bulk({each.case_id or 0 for each in rows})
    cases = named(each.case_id for each in rows if each.case_id not in lots)
    columns = (
        Column("文书种类", "", 20), Column("文号", "", 34), Column("项目编号", "", 24), Column("项目名称", "", 36),
        Column("出让方", "", 26), Column("签发单位", "", 28), Column("签发时间", INSTANT, 18),
        Column("是否公开", "", 10),
    )  # fmt: skip
    cells = []
    for each in rows:
        lot, case = lots.get(each.case_id or 0), cases.get(each.case_id or 0)
        cells.append(
            [
                DocumentKind(each.kind).label, each.number,
                str(lot) if lot else case.number if case else "", lot.title if lot else case.title if case else "",
                lot.seller.name if lot else "", each.issued_by_name, each.issued_at, "是" if each.public else "否",
            ]
        )  # fmt: skip
    return exports.workbook("文书", exports.table("文书", columns, cells), by=by, now=now, filters=filters)
