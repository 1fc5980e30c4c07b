"""The market page (市场行情): tables of the figures, and the same numbers for its charts and its map."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.insight.market_statistics import Deals, Sums, added, deals, grouped
from apps.kinds.prices import PriceUnit, unit_of
from apps.kinds.table import QuotaClass, QuotaKind
from apps.parties.boundaries import boundaries_of, drawn_provinces
from apps.parties.models import Region
from apps.portal.schematic import schematic_of
from kernel.clock import beijing

PERIODS = {"12": gettext_noop("近十二个月"), "all": gettext_noop("全部")}
_WAN = Decimal(10000)


@dataclass(frozen=True)
class MonthLine:
    """One month: everything together, and each kind by itself (None without a deal)."""

    month: date
    whole: Sums
    kinds: list[tuple[QuotaKind, Sums | None]]


@dataclass(frozen=True)
class KindLine:
    """One kind over the whole period."""

    kind: QuotaKind
    unit: PriceUnit
    sums: Sums


@dataclass(frozen=True)
class CountyLine:
    """One county: everything together, and what was priced by area and by capacity."""

    code: str
    name: str
    whole: Sums
    area: Sums | None
    capacity: Sums | None


@dataclass(frozen=True)
class Market:
    """The figures of one province (or all) over one period."""

    whole: Sums
    by_area: Sums
    months: list[MonthLine]
    kinds: list[KindLine]
    counties: list[CountyLine]


def month_ago(now: datetime, count: int) -> datetime:
    """The first instant of the month `count` months before this one, on Beijing's clock."""
    first = beijing(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = first.year * 12 + first.month - 1 - count
    return first.replace(year=months // 12, month=months % 12 + 1)


def market(*, province: str, since: datetime | None, of: QuotaClass = QuotaClass.SUPPLEMENTARY) -> Market:
    """All figures of one class of quota, out of one query."""
    found = deals(province=province, since=since, of=of)
    return Market(
        whole=added(found),
        by_area=added(each for each in found if each.by_area),
        months=list(_months(found)),
        kinds=[
            KindLine(kind, unit_of(kind), added(each for each in found if each.kind is kind))
            for kind in _kinds_in(found)
        ],
        counties=_counties(found),
    )


def _kind(each: Deals) -> QuotaKind:
    return each.kind


def _months(found: list[Deals]) -> Iterator[MonthLine]:
    """Every month from the first deal to the last, also those without any."""
    by_month = grouped(found, lambda each: each.month)
    if not by_month:
        return
    month = min(by_month)
    while month <= max(by_month):
        below = by_month.get(month, [])
        kinds = grouped(below, _kind)
        yield MonthLine(
            month, added(below), [(kind, _some(kinds.get(kind, []))) for kind in _kinds_in(found)]
        )
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _kinds_in(found: Iterable[Deals]) -> list[QuotaKind]:
    sold = {each.kind for each in found}
    return [kind for kind in QuotaKind if kind in sold]


def _some(below: list[Deals]) -> Sums | None:
    return added(below) if below else None


def _counties(found: list[Deals]) -> list[CountyLine]:
    lines = [
        CountyLine(
            code,
            below[0].region_name,
            added(below),
            _some([each for each in below if each.by_area]),
            _some([each for each in below if not each.by_area]),
        )
        for code, below in grouped(found, lambda each: each.region).items()
    ]
    return sorted(lines, key=lambda line: (-line.whole.turnover.amount, line.code))


def provinces() -> list[Region]:
    """The provinces that have a map, by code."""
    return list(Region.objects.filter(pk__in=drawn_provinces()).order_by("code"))


def price_chart(figures: Market, *, by_area: bool) -> dict[str, Any] | None:
    """Average unit price by month, a line a kind: those in 元/亩, or those in 元/公斤. None without any deal."""
    lines = [line for line in figures.kinds if line.kind.is_area == by_area]
    if not lines:
        return None
    return _chart(
        figures,
        axes=[_(lines[0].unit.label)],
        series=[
            (_(line.kind.label), "line", 0, _average_of(line.kind)) for line in lines
        ],
    )  # fmt: skip


def _average_of(kind: QuotaKind) -> Callable[[MonthLine], Decimal | None]:
    def read(line: MonthLine) -> Decimal | None:
        sums = dict(line.kinds).get(kind)
        average = sums.average if sums else None
        return average.amount if average else None

    return read


def turnover_chart(figures: Market) -> dict[str, Any] | None:
    """Turnover in 万元 as bars, the number of lots as a line."""
    return _chart(
        figures,
        axes=[_("成交额（万元）"), _("成交宗数（宗）")],
        series=[
            (_("成交额"), "bar", 0, lambda line: line.whole.turnover.amount / _WAN),
            (_("成交宗数"), "line", 1, lambda line: Decimal(line.whole.lots)),
        ],
    )


def premium_chart(figures: Market) -> dict[str, Any] | None:
    """The premium over the start in percent, as bars."""
    return _chart(
        figures,
        axes=[_("溢价率（%）")],
        series=[(_("溢价率"), "bar", 0, _percent_of)],
    )


def _percent_of(line: MonthLine) -> Decimal | None:
    return line.whole.premium * 100 if line.whole.premium is not None else None


Series = tuple[str, str, int, Callable[[MonthLine], Decimal | None]]


def _chart(figures: Market, *, axes: list[str], series: list[Series]) -> dict[str, Any] | None:
    if not figures.months:
        return None
    return {
        "categories": [f"{line.month:%Y-%m}" for line in figures.months],
        "axes": axes,
        "series": [
            {
                "name": name,
                "type": drawn,
                "axis": axis,
                "data": [_number(read(line)) for line in figures.months],
            }
            for name, drawn, axis, read in series
        ],
    }


def _number(value: Decimal | None) -> float | None:
    """For drawing alone; the table beside the chart has the exact figure."""
    return round(float(value), 4) if value is not None else None


def map_of(province: str) -> bytes | None:
    """What a province's map is drawn from: borders under an approval number (审图号), or else plain squares."""
    return boundaries_of(province) if settings.MAP_APPROVAL_NUMBER else schematic_of(province)


def map_tag(province: str) -> str:
    """A short name of exactly that content; empty for none."""
    content = map_of(province)
    return hashlib.sha256(content).hexdigest()[:16] if content else ""


def county_map(figures: Market, province: Region) -> dict[str, Any] | None:
    """What the map colours each county by. None for a province that has no boundaries."""
    tag = map_tag(province.code)
    if not tag:
        return None
    none, by_area = _("无成交"), _("无按亩计价的成交")
    return {
        "boundaries": f"/market/boundaries/{province.code}.geojson?v={tag}",
        "measures": {
            "price": {"label": _("均价（元/亩）"), "places": 2, "none": by_area},
            "turnover": {"label": _("成交额（万元）"), "places": 2, "none": none},
            "area": {"label": _("成交面积（亩）"), "places": 4, "none": by_area},
            "lots": {"label": _("成交宗数（宗）"), "places": 0, "none": none},
        },
        "counties": {
            line.code: {
                "price": _number(line.area.average.amount) if line.area and line.area.average else None,
                "turnover": _number(line.whole.turnover.amount / _WAN),
                "area": _number(line.area.quantity) if line.area else None,
                "lots": line.whole.lots,
            }
            for line in figures.counties
        },
    }
