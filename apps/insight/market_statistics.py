"""The figures of the market (市场统计): what was sold, where, when and for how much, counted exactly.

A result counts from its confirmation on (成交确认): before that it may still change, and nothing of it is said
here. One query brings the sums of each month, county and kind; everything else is added up from them.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeVar

from django.db.models import Count, DecimalField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from apps.kinds.table import QuotaClass, QuotaKind, kinds_of
from apps.kinds.trade import OF_THE_MARKET
from apps.listings.models import Listing
from apps.listings.queries import standing_at
from apps.listings.states import DECIDED, ListingStatus
from apps.stages.award.models import Award
from kernel.clock import BEIJING
from kernel.money import Yuan, round_fen

RESULTS = (ListingStatus.CLOSED, ListingStatus.UNSOLD, *DECIDED)
"""Bidding has ended: a lot with one of these has a result to tell."""

_EXACT = DecimalField(max_digits=60, decimal_places=6)
_DIVISION = Context(prec=60)
_SHARE = Decimal("0.0001")
K = TypeVar("K", bound=Hashable)


def results() -> QuerySet[Listing]:
    """Published lots whose bidding has ended with a result, newest first; `award` is loaded where there is one."""
    return (
        Listing.objects.filter(standing_at(RESULTS), announced_at__isnull=False, closed_at__isnull=False)
        .select_related("seller__region", "award", "confirmation__winner")
        .order_by("-closed_at", "-pk")
    )


@dataclass(frozen=True)
class Sums:
    """What some deals add up to. `quantity` is in the unit of `kind`; with deals of several kinds there is none."""

    lots: int
    turnover: Yuan
    at_start: Decimal
    quantity: Decimal

    @property
    def average(self) -> Yuan | None:
        """The average price in yuan per unit, weighted by quantity, rounded half up to 分."""
        return round_fen(_DIVISION.divide(self.turnover.amount, self.quantity)) if self.quantity else None

    @property
    def premium(self) -> Decimal | None:
        """How far the turnover lies above the starting prices (溢价率): 0.1250 is 12.50 %."""
        if not self.at_start:
            return None
        ratio = _DIVISION.divide(self.turnover.amount, self.at_start) - 1
        return ratio.quantize(_SHARE, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Deals:
    """The deals of one month in one county for one kind."""

    month: date
    region: str
    region_name: str
    kind: QuotaKind
    sums: Sums

    @property
    def by_area(self) -> bool:
        """Priced in 元/亩."""
        return self.kind.is_area


def added(deals: Iterable[Deals]) -> Sums:
    """What deals add up to. The quantity means something only when all are priced in the same unit."""
    lots, turnover, at_start, quantity = 0, Decimal(0), Decimal(0), Decimal(0)
    for each in deals:
        lots += each.sums.lots
        turnover += each.sums.turnover.amount
        at_start += each.sums.at_start
        quantity += each.sums.quantity
    return Sums(lots, Yuan(turnover), at_start, quantity)


def grouped(deals: Iterable[Deals], key: Callable[[Deals], K]) -> dict[K, list[Deals]]:
    """Deals under what `key` gives of each, in the order in which the keys first come."""
    found: dict[K, list[Deals]] = {}
    for each in deals:
        found.setdefault(key(each), []).append(each)
    return found


def deals(
    *, province: str = "", since: datetime | None = None, of: QuotaClass = QuotaClass.SUPPLEMENTARY
) -> list[Deals]:
    """The confirmed deals of a province (all when empty) closed since an instant, by month, county and kind.

    Those of one class: prices of two classes have nothing in common, though both are in 元/亩.
    """
    awards = Award.objects.filter(
        standing_at(DECIDED, path="listing__"),
        listing__form__in=OF_THE_MARKET,
        confirmation__isnull=False,
        listing__priced_kind__in=kinds_of(of),
    )
    if province:
        awards = awards.filter(listing__seller__region__code__startswith=province[:2])
    if since is not None:
        awards = awards.filter(at__gte=since)
    rows = (
        awards.annotate(month=TruncMonth("at", tzinfo=BEIJING), kind=F("listing__priced_kind"))
        .values("month", "kind", "listing__seller__region_id", "listing__seller__region__name")
        .annotate(
            lots=Count("id"),
            turnover=Sum("total_price", output_field=_EXACT),
            quantity=Sum("listing__priced_amount", output_field=_EXACT),
            at_start=Sum(
                ExpressionWrapper(
                    F("listing__starting_price") * F("listing__priced_amount"), output_field=_EXACT
                ),
                output_field=_EXACT,
            ),
        )
        .order_by("month", "listing__seller__region_id", "kind")
    )
    return [
        Deals(
            month=row["month"].date(),
            region=row["listing__seller__region_id"],
            region_name=row["listing__seller__region__name"],
            kind=QuotaKind(row["kind"]),
            sums=Sums(row["lots"], Yuan(row["turnover"]), row["at_start"], row["quantity"]),
        )
        for row in rows
    ]


def premium_of(listing: Listing, award: Award | None) -> Decimal | None:
    """How far the awarded unit price lies above the starting price: 0.25 is 25 %. None where nobody bid or won."""
    if award is None or not listing.trade.market:
        return None
    return award.unit_price.amount / listing.starting_price.amount - 1
