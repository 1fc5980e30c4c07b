"""The public price tables (价格表): by region for a kind and a day, as a page and as CSV; cost norms below."""

from dataclasses import dataclass
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.insight import open_data
from apps.insight.price_comparison import COMPARISON, comparison
from apps.insight.price_map import price_map
from apps.kinds.prices import unit_of
from apps.kinds.table import QuotaKind
from apps.parties.models import Region
from apps.prices.queries import in_force_on, parameters_of
from apps.rulebook.models import Rulebook
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import COST_WORDS, LAND_CLASS_WORDS, CostNorm, valid_on
from kernel import clock
from kernel.clock import beijing, read_date
from kernel.money import Yuan

_PAGE = 200


@dataclass(frozen=True)
class Wanted:
    """Which prices are asked for; `wrong_day` says why what was asked for is no day."""

    kind: QuotaKind
    day: date
    wrong_day: str = ""

    @property
    def query(self) -> str:
        """The same as the end of an address."""
        return f"kind={self.kind}&day={self.day}"


def _wanted(request: HttpRequest) -> Wanted:
    """What the address asks for; farmland and today where it asks for nothing."""
    kind = next((each for each in QuotaKind if each == request.GET.get("kind")), QuotaKind.FARMLAND_AREA)
    today, given = beijing(clock.now()).date(), request.GET.get("day", "")
    if not given:
        return Wanted(kind, today)
    try:
        day = read_date(given)
    except ValueError as error:
        return Wanted(kind, today, wrong_day=str(error))
    return Wanted(kind, day)


@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """The price tables for a kind on a day, the deals beside them, and the norms of guide prices."""
    wanted = _wanted(request)
    if wanted.wrong_day:
        context = {"wanted": wanted, "kinds": list(QuotaKind)}
        return render(request, "portal/prices.html", context, status=400)
    books = list(in_force_on(wanted.day))
    compared = comparison(kind=wanted.kind, day=wanted.day)
    lines = Paginator(compared, _PAGE).get_page(request.GET.get("page"))
    regions = dict(
        Region.objects.filter(pk__in=[each.province for each in books]).values_list("code", "name")
    )
    context = {
        "wanted": wanted,
        "unit": unit_of(wanted.kind),
        "kinds": list(QuotaKind),
        "lines": lines,
        "map": price_map(compared, wanted=request.GET.get("what", "")) if lines.number == 1 else None,
        "next": f"{wanted.query}&page={lines.next_page_number()}" if lines.has_next() else "",
        "books": [(each, regions.get(each.province, each.province)) for each in books],
        "heads": [PRICES.columns[name].label for name in COST_WORDS],
        "norms": [
            (regions.get(book.province, ""), norm, _land(norm), _costs(norm))
            for book, norm in _norms(books, wanted)[:_PAGE]
        ]
        if lines.number == 1
        else [],
    }
    return render(request, "portal/prices.html", context)


def _norms(books: list[Rulebook], wanted: Wanted) -> list[tuple[Rulebook, CostNorm]]:
    return [
        (book, norm)
        for book in books
        for norm in parameters_of(book).cost_norms
        if norm.kind is wanted.kind and valid_on(norm, wanted.day)
    ]


def _land(norm: CostNorm) -> str:
    return LAND_CLASS_WORDS[norm.land_class] if norm.land_class else ""


def _costs(norm: CostNorm) -> list[tuple[str, Yuan | None]]:
    """Each cost that a norm may give, under the name of its column."""
    amounts = [(PRICES.columns[name].label, getattr(norm, name)) for name in COST_WORDS]
    return [(label, None if amount is None else Yuan(amount)) for label, amount in amounts]


@require_safe
def prices_csv(request: HttpRequest) -> HttpResponseBase:
    """The comparison as CSV, whole, by the same filter as the page."""
    wanted = _wanted(request)
    if wanted.wrong_day:
        return prices(request)
    body = open_data.as_csv(COMPARISON, comparison(kind=wanted.kind, day=wanted.day))
    name = f"prices-{wanted.kind}-{wanted.day:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Access-Control-Allow-Origin": "*"}
    return StreamingHttpResponse(
        (part.encode() for part in body), content_type="text/csv; charset=utf-8", headers=headers
    )
