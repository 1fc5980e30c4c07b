"""The public page of quota that crosses provinces (跨省域调剂): rules, schemes in publication, results."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.crossprovince.demand_queries import demands_visible_to
from apps.crossprovince.demand_states import LABELS as DEMAND_LABELS
from apps.crossprovince.models import Adjustment, Scheme
from apps.crossprovince.process import ADJUSTMENT
from apps.crossprovince.queries import visible_to
from apps.crossprovince.states import LABELS
from apps.crossprovince.states import AdjustmentStatus as S
from apps.funds.figures import by_county
from apps.parties.models import Region
from apps.rulebook.cross_province import CROSS_PROVINCE
from apps.rulebook.models import Rulebook
from kernel import clock
from kernel.actors import PUBLIC
from kernel.clock import beijing

_MOST = 100


@dataclass(frozen=True)
class PublishedScheme:
    """One scheme with the applications that it matches, each with its 亩."""

    scheme: Scheme
    rows: list[tuple[Adjustment, str, Decimal]]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The rules in force, the schemes in publication with their end, and what came of earlier ones."""
    now = clock.now()
    found = visible_to(PUBLIC).defer("rules").annotate(area=Sum("lines__amount"))
    published = list(found.filter(status=S.PUBLICISED).order_by("scheme_id", "pk")[:_MOST])
    results = list(found.exclude(status=S.PUBLICISED).order_by("-implementing_at", "-pk")[:_MOST])
    demands = demands_visible_to(PUBLIC).defer("rules").order_by("-scheme_id", "-pk")[:_MOST]
    today = beijing(now).date()
    books = Rulebook.objects.filter(
        subject=CROSS_PROVINCE.code, approved_at__isnull=False, valid_from__lte=today
    )
    context = {
        "schemes": _by_scheme(published),
        "results": [(each, LABELS[each.state]) for each in results],
        "demands": [(each, DEMAND_LABELS[each.state]) for each in demands],
        "funds": by_county(ADJUSTMENT.name),
        "rulebooks": _with_provinces(books.order_by("province", "-version").distinct("province")),
        "today": today,
    }
    return render(request, "portal/cross_province.html", context)


def _with_provinces(books: Iterable[Rulebook]) -> list[tuple[Rulebook, str]]:
    """Each province's rules with its name: two provinces may call theirs alike."""
    found = list(books)
    names = dict(
        Region.objects.filter(code__in=[each.province for each in found]).values_list("code", "name")
    )
    return [(each, names.get(each.province, each.province)) for each in found]


def _by_scheme(published: Iterable[Adjustment]) -> list[PublishedScheme]:
    found: dict[int, PublishedScheme] = {}
    for each in published:
        if each.scheme is not None:
            of = found.setdefault(each.scheme.pk, PublishedScheme(each.scheme, []))
            of.rows.append((each, LABELS[each.state], each.area))  # type: ignore[attr-defined]
    return list(found.values())
