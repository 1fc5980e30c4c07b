"""What the public sees of lots: lists with their filters, and everything on the page of one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_noop

from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.insight.market_statistics import RESULTS, premium_of, results
from apps.kinds.table import kinds_of
from apps.kinds.trade import FORM_LABELS
from apps.listings.models import Listing
from apps.listings.queries import holding, identities_hidden, is_before_close, published, selling, with_lines
from apps.listings.states import BEFORE_PUBLICATION, LABELS, OBJECTIONABLE, ListingStatus
from apps.listings.timetable import moments
from apps.parties.models import Organisation, Region
from apps.stages.announcement.models import Supplement
from apps.stages.award.models import Award
from apps.stages.award.queries import paddle_of
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import BidHistoryLine, bid_history
from apps.stages.bidding.rules import GENESIS, bid_hash
from kernel.clock import BEIJING, beijing, read_date
from kernel.web.filters import whole_number

M = TypeVar("M", bound=Model)
PAGE = 20
OPEN = (ListingStatus.ANNOUNCED, ListingStatus.BIDDING)
PUBLIC_STATUSES = (
    *OPEN,
    ListingStatus.SUSPENDED,
    *RESULTS,
    ListingStatus.DEFAULTED,
    ListingStatus.TERMINATED,
)
NOTICES = tuple(kind for kind in DocumentKind if kind.is_published)
"""The documents that are published to everybody (公告公示)."""

ORDERS: dict[str, tuple[str, str, bool]] = {
    "newest": (gettext_noop("最新发布"), "announced_at", True),
    "closing": (gettext_noop("截止时间由近及远"), "closes_at", False),
    "cheapest": (gettext_noop("起始总价由低到高"), "starting_total", False),
    "dearest": (gettext_noop("起始总价由高到低"), "starting_total", True),
}
"""How the list may be ordered: label, field, whether downwards. Each has an index."""


@dataclass(frozen=True)
class Wanted:
    """What a visitor filters lists by; empty texts filter nothing, and what makes no sense counts as empty."""

    status: str = ""
    kind: str = ""
    form: str = ""
    county: str = ""
    q: str = ""
    order: str = ""
    document: str = ""
    since: str = ""
    until: str = ""

    @property
    def query(self) -> str:
        """The same filter as an address's query, without what is empty."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def first_day(self) -> date | None:
        """From this day on."""
        return _day(self.since)

    @property
    def last_day(self) -> date | None:
        """To the end of this day."""
        return _day(self.until)

    @property
    def is_empty(self) -> bool:
        """Whether it filters nothing."""
        return not self.query


def wanted_from(query: Mapping[str, str]) -> Wanted:
    """The filter in an address's query. Unknown statuses, kinds, forms, orders, codes and dates are dropped."""
    kind, status, order = query.get("kind", ""), query.get("status", ""), query.get("order", "")
    county, document = query.get("county", ""), query.get("document", "")
    return Wanted(
        status=status if status in PUBLIC_STATUSES else "",
        kind=kind if kind in kinds_of(None) else "",
        form=form if (form := query.get("form", "")) in FORM_LABELS else "",
        county=county if len(county) == 6 and county.isascii() and county.isdecimal() else "",
        q=" ".join(query.get("q", "").replace("\x00", " ").split())[:60],
        order=order if order in ORDERS and order != "newest" else "",
        document=document if document in NOTICES else "",
        since=query.get("since", "") if _day(query.get("since", "")) else "",
        until=query.get("until", "") if _day(query.get("until", "")) else "",
    )


def _day(text: str) -> date | None:
    try:
        found = read_date(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 and len(text) == 10 else None


def _within(field: str, wanted: Wanted) -> Q:
    """Between the two days of the filter, on Beijing's clock."""
    found = Q()
    if wanted.first_day:
        found &= Q(**{f"{field}__gte": datetime.combine(wanted.first_day, time(), BEIJING)})
    if wanted.last_day:
        following = wanted.last_day + timedelta(days=1)
        found &= Q(**{f"{field}__lt": datetime.combine(following, time(), BEIJING)})
    return found


def with_prices(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """The lots with `highest`, the highest unit price bid so far (None before the first bid)."""
    bids = Bid.objects.filter(listing=OuterRef("pk")).order_by("-unit_price")
    return listings.annotate(highest=Subquery(bids.values("unit_price")[:1]))


def matching(listings: QuerySet[Listing], wanted: Wanted) -> QuerySet[Listing]:
    """Those that match the filter's status, kind, form of trade, county and words."""
    if wanted.status:
        listings = listings.filter(status=wanted.status)
    if wanted.kind:
        listings = selling(listings, wanted.kind)
    if wanted.form:
        listings = listings.filter(form=wanted.form)
    if wanted.county:
        listings = listings.filter(seller__region_id=wanted.county)
    return holding(listings, wanted.q)


def filtered(wanted: Wanted) -> QuerySet[Listing]:
    """Published lots that match, in the wanted order."""
    _, field, down = ORDERS[wanted.order or "newest"]
    sign = "-" if down else ""
    found = with_lines(matching(published(), wanted)).filter(_within("announced_at", wanted))
    return with_prices(found.order_by(f"{sign}{field}", f"{sign}pk"))


def decided(wanted: Wanted) -> QuerySet[Listing]:
    """Results that match, the last closed first."""
    return with_lines(matching(results(), wanted)).filter(_within("closed_at", wanted))


def notices(wanted: Wanted) -> QuerySet[Document]:
    """Public notices (公告公示) that match, the newest first."""
    kinds = [wanted.document] if wanted.document else [str(kind) for kind in NOTICES]
    found = Document.objects.filter(public=True, kind__in=kinds).filter(_within("issued_at", wanted))
    if wanted.kind or wanted.form or wanted.county or wanted.q:
        lots = matching(Listing.objects.filter(announced_at__isnull=False), wanted).order_by()
        found = found.filter(case_id__in=lots.values("pk"))
    return found.order_by("-id")


def of_lots(documents: list[Document]) -> list[tuple[Document, Listing]]:
    """Each document with its published lot; one without any is left out. One query."""
    ids = {each.case_id for each in documents if each.case_id}
    lots = {each.pk: each for each in with_lines(published()).filter(pk__in=ids)}
    return [(each, lots[each.case_id]) for each in documents if each.case_id and each.case_id in lots]


@dataclass(frozen=True)
class Place:
    """Where a page of a list begins: after the row with this value and id."""

    value: Any
    pk: int


def place_from(text: str, field: str) -> Place | None:
    """The place written as `value~id`; None for anything else, which is the list's beginning."""
    written, _, tail = text.rpartition("~")
    number = whole_number(tail)
    if number is None or len(written) > 40:
        return None
    try:
        value: Any = Decimal(written) if field == "starting_total" else datetime.fromisoformat(written)
    except (ValueError, InvalidOperation):
        return None
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value) >= 10**15):
        return None
    if isinstance(value, datetime) and (value.tzinfo is None or not 2000 <= value.year <= 2100):
        return None
    return Place(value, number)


def following(request: HttpRequest, after: str) -> str:
    """The query of the next page; empty on the last one."""
    if not after:
        return ""
    query: QueryDict = request.GET.copy()
    query["after"] = after
    return query.urlencode()


def page(found: QuerySet[M], *, field: str, down: bool, after: str) -> tuple[list[M], str]:
    """One page of a list ordered by `field` and id, and where the next one begins (empty on the last)."""
    place = place_from(after, field)
    if place is not None:
        beyond = "lt" if down else "gt"
        found = found.filter(
            Q(**{f"{field}__{beyond}": place.value}) | Q(**{field: place.value, f"pk__{beyond}": place.pk}),
            # Said again for the index: the page begins here.
            **{f"{field}__{beyond}e": place.value},
        )
    rows = list(found[: PAGE + 1])
    if len(rows) <= PAGE:
        return rows, ""
    last = rows[PAGE - 1]
    value = getattr(last, field)
    written = value.isoformat() if isinstance(value, datetime) else str(value)
    return rows[:PAGE], f"{written}~{last.pk}"


def counties() -> list[tuple[Region, list[Region]]]:
    """The counties that have published lots, under their provinces."""
    listed = Listing.objects.filter(seller=OuterRef("pk"), announced_at__isnull=False)
    codes = set(Organisation.objects.filter(Exists(listed)).values_list("region_id", flat=True))
    return under_provinces(codes)


def under_provinces(codes: set[str]) -> list[tuple[Region, list[Region]]]:
    """These counties under their provinces, both in the order of their codes."""
    wanted = codes | {f"{code[:2]}0000" for code in codes}
    regions = {each.code: each for each in Region.objects.filter(pk__in=wanted)}
    found: dict[str, list[Region]] = {}
    for code in sorted(codes):
        found.setdefault(f"{code[:2]}0000", []).append(regions[code])
    return [(regions[province], below) for province, below in found.items() if province in regions]


def status_choices() -> list[tuple[str, str]]:
    """The statuses that a published lot can have."""
    return [(str(each), LABELS[each]) for each in PUBLIC_STATUSES]


def front(*, now: datetime) -> dict[str, Any]:
    """The home page: open lots, today's announcements (else the last ones), the last results."""
    midnight = datetime.combine(beijing(now).date(), time(), BEIJING)
    lots = with_lines(published())
    announced = list(lots.order_by("-announced_at", "-pk")[:6])
    today = [each for each in announced if each.announced_at and each.announced_at >= midnight]
    return {
        "open_lots": list(with_prices(lots.filter(status__in=OPEN).order_by("closes_at", "pk"))[:9]),
        "now": now,
        "today": bool(today),
        "announced": today or announced,
        "results": list(results()[:6]),
    }


@dataclass(frozen=True)
class Draw:
    """What anyone needs to compute a draw at the ceiling again."""

    commitment: str
    secret: str
    last_hash: str
    paddles: list[int]
    winner: str


def public_lot(listing_id: int) -> Listing | None:
    """One published lot with everything that hangs on it one to one, in one query."""
    lots = with_lines(published()).filter(pk=listing_id)
    found = lots.select_related(
        "seller__region",
        "counterparty",
        "commitment__project",
        "relisted_from",
        "announcement",
        "portal_note",
        "termination",
        "award__registration__certificate",
        "award__auction",
        "confirmation__winner",
    ).first()
    return None if found is None or found.stood_at in BEFORE_PUBLICATION else found


def chain_holds(listing: Listing, bid_lines: list[BidHistoryLine]) -> bool:
    """Whether the bid history as it is shown is numbered without gaps and each hash follows from the one before."""
    previous = GENESIS
    for place, bid_line in enumerate(bid_lines, start=1):
        previous = bid_hash(
            listing=listing.number or "",
            sequence=place,
            paddle=int(bid_line.paddle),
            unit_price=bid_line.unit_price,
            received_at=bid_line.at,
            previous=previous,
        )
        if bid_line.sequence != place or bid_line.hash != previous:
            return False
    return True


def page_of(listing: Listing, *, now: datetime) -> dict[str, Any]:
    """Everything public about one lot of `public_lot`, without anything about who bids before the close."""
    bid_lines = bid_history(listing)
    hidden = identities_hidden(listing)
    award = None if hidden else getattr(listing, "award", None)
    confirmation = getattr(listing, "confirmation", None)
    highest = max((bid_line.unit_price for bid_line in bid_lines), default=None)
    return {
        "listing": listing,
        "kinds": listing.quantities.items(),
        "priced": listing.priced,
        "promised": listing.promised,
        "rules": listing.rules if listing.rules_copy else None,
        "bid_lines": list(reversed(bid_lines)),
        "chain_whole": chain_holds(listing, bid_lines) if bid_lines else None,
        "highest": highest,
        "highest_total": listing.total(highest) if highest is not None else None,
        "moments": moments(listing, now=now),
        "documents": list(Document.objects.filter(case_id=listing.pk, public=True).order_by("-id")),
        "announcement": getattr(listing, "announcement", None),
        "portal_note": getattr(listing, "portal_note", None),
        "supplements": list(Supplement.objects.filter(listing=listing).order_by("-id")),
        "suspensions": list(listing.suspensions.order_by("-id")),
        "termination": getattr(listing, "termination", None),
        "award": award,
        "premium": premium_of(listing, award),
        "winner": confirmation.winner.name if confirmation is not None and not hidden else "",
        "draw": _draw(award, listing, bid_lines[-1].hash if bid_lines else ""),
        "relistings": list(published().filter(relisted_from=listing)),
        "is_open": is_before_close(listing),
        "objectionable": listing.state in OBJECTIONABLE,
        "now": now,
    }


def _draw(award: Award | None, listing: Listing, last_hash: str) -> Draw | None:
    announcement = getattr(listing, "announcement", None)
    auction = getattr(award, "auction", None)
    if award is None or announcement is None or auction is None or not auction.drawn:
        return None
    paddles = list(auction.draw_paddles)
    return Draw(announcement.draw_commitment, auction.draw_secret, last_hash, paddles, paddle_of(award))
