"""Business statistics (业务统计): lots, volume, turnover, prices, how long each stage took, returns and breaches."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q, QuerySet

from apps.disclosure.verifications import seen_whole
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass, QuotaKind, kinds_of
from apps.listings.models import Listing
from apps.listings.queries import before_close, selling, visible_to, with_lines
from apps.listings.states import ListingStatus
from apps.stages.review.models import ReturnNotice
from apps.surplus.models import Verification
from kernel.actors import Actor
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kinds_told
from kernel.money import ZERO, Yuan, round_fen
from kernel.transparency import Told
from kernel.workdays import day_end, working_days_between
from kernel.workdays.queries import current

STAGES: tuple[tuple[str, str, str], ...] = (
    ("受理至公告", "submitted_at", "announced_at"),
    ("公告至竞价截止", "announced_at", "closed_at"),
    ("竞价截止至成交确认", "closed_at", "confirmed_at"),
    ("成交确认至合同生效", "confirmed_at", "effective_at"),
    ("合同生效至价款付清", "effective_at", "settled_at"),
    ("价款付清至指标划转", "settled_at", "transferred_at"),
    ("指标划转至公示结束", "transferred_at", "published_at"),
)


@dataclass(frozen=True)
class Asked:
    """What is counted: lots of one class by the day (Beijing) of announcement or close, of one kind and county, or all.

    Areas and prices of two classes are never put together.
    """

    since: date
    until: date
    kind: QuotaKind | None = None
    county: str = ""
    of: QuotaClass = QuotaClass.SUPPLEMENTARY

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The days as instants, the end exclusive."""
        return day_end(date.fromordinal(self.since.toordinal() - 1)), day_end(self.until)


@dataclass
class Line:
    """Figures of one group of lots: a county, a month, or all."""

    label: str
    volume: Quantities
    listed: int = 0
    sold: int = 0
    unsold: int = 0
    turnover: Yuan = ZERO
    starting: Yuan = ZERO
    per_mu: Decimal = Decimal(0)
    per_mu_turnover: Yuan = ZERO
    per_kg: Decimal = Decimal(0)
    per_kg_turnover: Yuan = ZERO

    def add_sold(self, listing: Listing, total: Yuan) -> None:
        """Count a lot that was sold for `total`."""
        self.sold += 1
        self.volume += listing.quantities
        self.turnover += total
        self.starting += listing.starting_total or listing.total(listing.starting_price)
        if listing.unit is PriceUnit.YUAN_PER_KG:
            self.per_kg += listing.priced.amount
            self.per_kg_turnover += total
        else:
            self.per_mu += listing.priced.amount
            self.per_mu_turnover += total

    @property
    def average_per_mu(self) -> Yuan | None:
        """Turnover per 亩 of the lots priced by 亩; None without any."""
        return round_fen(self.per_mu_turnover.amount / self.per_mu) if self.per_mu else None

    @property
    def average_per_kg(self) -> Yuan | None:
        """Turnover per 公斤 of the lots priced by 公斤; None without any."""
        return round_fen(self.per_kg_turnover.amount / self.per_kg) if self.per_kg else None

    @property
    def premium(self) -> Decimal | None:
        """By what share the turnover exceeds the starting totals; None without any sale."""
        if not self.starting:
            return None
        share = (self.turnover - self.starting).amount / self.starting.amount
        return share.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Duration:
    """How many working days one stage took, over the lots that went through it in the period."""

    label: str
    count: int
    average: Decimal | None
    longest: int | None


@dataclass(frozen=True)
class Report:
    """Everything for one question."""

    asked: Asked
    whole: Line
    counties: list[Line]
    months: list[Line]
    durations: list[Duration]
    returns: int
    defaults: int
    terminated: int
    breaches: int


def report(asked: Asked, *, by: Actor) -> Report:
    """The figures of an actor's province for a period."""
    since, until = asked.span
    lots = _lots(asked, by)
    listed = list(lots.filter(announced_at__gte=since, announced_at__lt=until))
    ended = list(
        with_lines(lots)
        .filter(closed_at__gte=since, closed_at__lt=until)
        .select_related("award", "seller__region")
    )
    nothing = Quantities(quota_class=asked.of)
    whole = Line("合计", nothing)
    counties: dict[str, Line] = defaultdict(lambda: Line("", nothing))
    months: dict[str, Line] = defaultdict(lambda: Line("", nothing))
    for each in listed:
        for line in _lines_of(each, each.announced_at, whole, counties, months):
            line.listed += 1
    for each in ended:
        award = getattr(each, "award", None)
        for line in _lines_of(each, each.closed_at, whole, counties, months):
            if award is not None:
                line.add_sold(each, award.total_price)
            else:
                line.unsold += 1
    ids = lots.order_by().values("pk")
    hidden = lots.filter(before_close())
    within = Q(at__gte=since, at__lt=until)
    return Report(
        asked=asked,
        whole=whole,
        counties=sorted(counties.values(), key=lambda line: (-line.turnover.amount, line.label)),
        months=[months[key] for key in sorted(months)],
        durations=_durations(lots, since, until),
        returns=ReturnNotice.objects.filter(within, listing__in=ids).count(),
        defaults=lots.filter(
            status=ListingStatus.DEFAULTED, closed_at__gte=since, closed_at__lt=until
        ).count(),
        terminated=lots.filter(termination__at__gte=since, termination__at__lt=until).count(),
        breaches=Deadline.objects.filter(
            Q(case_id__in=ids) | Q(case_id__in=_verifications(asked, by).order_by().values("pk")),
            breached_at__gte=since,
            breached_at__lt=until,
        )
        .exclude(kind__in=kinds_told(Told.SECRET), case_id__in=hidden.order_by().values("pk"))
        .count(),
    )


def _lots(asked: Asked, by: Actor) -> QuerySet[Listing]:
    lots = visible_to(by).filter(priced_kind__in=kinds_of(asked.of))
    if asked.kind is not None:
        lots = selling(lots, asked.kind)
    return lots.filter(seller__region_id=asked.county) if asked.county else lots


def _verifications(asked: Asked, by: Actor) -> QuerySet[Verification]:
    """What is verified is surplus quota."""
    found = seen_whole(by)
    if asked.of is not QuotaClass.SURPLUS:
        return found.none()
    return found.filter(region_id=asked.county) if asked.county else found


def _lines_of(
    listing: Listing, at: datetime | None, whole: Line, counties: dict[str, Line], months: dict[str, Line]
) -> list[Line]:
    region = listing.seller.region
    county = counties[region.code]
    county.label = region.name
    key = f"{beijing(at):%Y-%m}" if at else ""
    month = months[key]
    month.label = key
    return [whole, county, month]


def _durations(lots: QuerySet[Listing], since: datetime, until: datetime) -> list[Duration]:
    """Counted in working days, the day of the beginning not included; a stage belongs to the day it ended."""
    paths = {
        "submitted_at": "submitted_at",
        "announced_at": "announced_at",
        "closed_at": "closed_at",
        "confirmed_at": "confirmation__issued_at",
        "effective_at": "contract__effective_at",
        "settled_at": "settlement__settled_at",
        "transferred_at": "transfer__executed_at",
        "published_at": "publication__ended_at",
    }
    names = list(paths)
    rows = [dict(zip(names, row, strict=True)) for row in lots.order_by("pk").values_list(*paths.values())]
    return [
        _duration(label, [(row[first], row[last]) for row in rows], since, until)
        for label, first, last in STAGES
    ]


def _duration(
    label: str, spans: Sequence[tuple[datetime | None, datetime | None]], since: datetime, until: datetime
) -> Duration:
    calendar = current()
    days = [
        working_days_between(calendar, after=beijing(first).date(), through=beijing(last).date())
        for first, last in spans
        if first is not None and last is not None and since <= last < until
    ]
    if not days:
        return Duration(label, 0, None, None)
    average = (Decimal(sum(days)) / len(days)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return Duration(label, len(days), average, max(days))
