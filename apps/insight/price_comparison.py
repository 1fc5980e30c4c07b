"""Price tables by region (价格对比), and what this exchange's own deals came to beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import DecimalField, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_noop as _

from apps.insight.open_data import Field, Table
from apps.kinds.table import QuotaKind
from apps.kinds.trade import OF_THE_MARKET
from apps.listings.queries import standing_at
from apps.listings.states import DECIDED
from apps.parties.models import Region
from apps.prices.queries import in_force_on, parameters_of
from apps.rulebook.prices import EFFECT_WORDS, EVERYWHERE, LAND_CLASS_WORDS, WHAT_WORDS, PriceRow, valid_on
from apps.stages.award.models import Award
from kernel.clock import BEIJING
from kernel.money import Yuan

_FEN = Decimal("0.01")
_DIVISION = Context(prec=60)


@dataclass(frozen=True)
class Spread:
    """Unit prices of deals: how many, the median and the quartiles, by linear interpolation, half up to 分."""

    count: int
    low: Yuan
    median: Yuan
    high: Yuan


def spread_of(prices: Iterable[Decimal]) -> Spread | None:
    """What some unit prices come to; None without any."""
    ordered = sorted(prices)
    if not ordered:
        return None
    low, median, high = (_at(ordered, Decimal(quarter) / 4) for quarter in (1, 2, 3))
    return Spread(len(ordered), low, median, high)


def _at(ordered: Sequence[Decimal], share: Decimal) -> Yuan:
    """The value at a share of the way through, between its two neighbours in proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    exact = ordered[below] + _DIVISION.multiply(ordered[above] - ordered[below], place - below)
    return Yuan(exact.quantize(_FEN, rounding=ROUND_HALF_UP))


@dataclass(frozen=True)
class Line:
    """One row of a price table in the comparison, with the name of its region and the deals there."""

    row: PriceRow
    region_name: str
    deals: Spread | None

    @property
    def what(self) -> str:
        """What the row says of a price, in Chinese."""
        return WHAT_WORDS[self.row.what]

    @property
    def amount(self) -> Yuan:
        """The price in yuan a unit."""
        return Yuan(self.row.amount)

    @property
    def land_class(self) -> str:
        """Of which land, in Chinese; empty for all."""
        return LAND_CLASS_WORDS[self.row.land_class] if self.row.land_class else ""

    @property
    def effect(self) -> str:
        """What the row does, in Chinese."""
        return EFFECT_WORDS[self.row.effect]


def comparison(*, kind: QuotaKind, day: date) -> list[Line]:
    """The rows that are valid for a kind on a day, by region: a province's own tables go before what others say of it.

    Beside each are the deals closed up to that day by sellers within its region: of the province, the prefecture or the
    county. A row about everywhere has no deals beside it.
    """
    rows = _rows_on(kind, day)
    names = _names({each.region for each in rows})
    spreads = _spreads({each.area for each in rows if each.region != EVERYWHERE}, kind=kind, day=day)
    return [Line(each, names.get(each.region, ""), spreads.get(each.area)) for each in rows]


def _spreads(areas: set[str], *, kind: QuotaKind, day: date) -> dict[str, Spread | None]:
    """What the deals came to in each of these areas that has any: read once, and added up by the areas' lengths."""
    lengths = sorted({len(area) for area in areas})
    prices: dict[str, list[Decimal]] = {}
    for region, found in _deals(kind=kind, day=day):
        for area in {region[:length] for length in lengths} & areas:
            prices.setdefault(area, []).extend(found)
    return {area: spread_of(found) for area, found in prices.items()}


def _deals(*, kind: QuotaKind, day: date) -> QuerySet[Award, tuple[str, list[Decimal]]]:
    """(code of the seller's county, unit prices) of the deals that stand and were closed before the day's end."""
    deals = Award.objects.order_by().filter(
        standing_at(DECIDED, path="listing__"),
        listing__form__in=OF_THE_MARKET,
        confirmation__isnull=False,
        listing__priced_kind=str(kind),
        listing__closed_at__lt=datetime.combine(day + timedelta(days=1), time(), BEIJING),
    )
    exactly = Cast("unit_price", DecimalField(max_digits=18, decimal_places=2))
    by_county = deals.values("listing__seller__region_id").annotate(prices=ArrayAgg(exactly))
    return by_county.values_list("listing__seller__region_id", "prices")


def _rows_on(kind: QuotaKind, day: date) -> list[PriceRow]:
    found: dict[tuple[str, ...], PriceRow] = {}
    own: set[tuple[str, ...]] = set()
    for book in in_force_on(day):
        for row in parameters_of(book).rows:
            if row.kind is not kind or not valid_on(row, day) or row.thing in own:
                continue
            if row.area.startswith(book.province[:2]):
                own.add(row.thing)
                found[row.thing] = row
            else:
                found.setdefault(row.thing, row)
    return sorted(found.values(), key=lambda row: (row.area, str(row.what), row.land_class or ""))


def _names(codes: set[str]) -> dict[str, str]:
    """The Chinese name of each region by the code that the row has; of two or four digits that of the whole one."""
    whole = {code: code.ljust(6, "0") for code in codes if code != EVERYWHERE}
    named = dict(Region.objects.filter(pk__in=set(whole.values())).values_list("code", "name"))
    return {code: named.get(full, "") for code, full in whole.items()} | {EVERYWHERE: "全国"}


_DAY = _("日期")
COMPARISON: Table[Line] = Table(
    name="prices",
    title=_("价格对比"),
    about=_("各地价格表中一个种类在一日有效的价格，及本平台当地成交单价。"),
    fields=(
        Field("region", _("行政区划代码"), "GB/T 2260", lambda line: line.row.region),
        Field("region_name", _("行政区划"), "", lambda line: line.region_name),
        Field("what", _("价格类型"), "", lambda line: line.what),
        Field("land_class", _("地类"), "", lambda line: line.land_class),
        Field("amount", _("单价"), _("计价单位"), lambda line: str(line.amount)),
        Field("unit", _("计价单位"), "", lambda line: line.row.unit),
        Field("valid_from", _("自何日起"), _DAY, lambda line: str(line.row.valid_from)),
        Field("valid_to", _("至何日止"), _DAY, lambda line: str(line.row.valid_to or "")),
        Field("document_no", _("文号"), "", lambda line: line.row.document_no),
        Field("source", _("来源"), "", lambda line: line.row.source),
        Field("verified", _("核实情况"), "", lambda line: "已核实" if line.row.verified else "未核实"),
        Field("effect", _("作用"), "", lambda line: line.effect),
        Field("deals", _("成交宗数"), "", lambda line: line.deals.count if line.deals else ""),
        Field(
            "low",
            _("成交单价下四分位"),
            _("计价单位"),
            lambda line: str(line.deals.low) if line.deals else "",
        ),
        Field(
            "median",
            _("成交单价中位数"),
            _("计价单位"),
            lambda line: str(line.deals.median) if line.deals else "",
        ),
        Field(
            "high",
            _("成交单价上四分位"),
            _("计价单位"),
            lambda line: str(line.deals.high) if line.deals else "",
        ),
    ),
)
