"""What the public sees of lots: lists with their filters, and everything on the page of one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from apps.documents.queries import public_of
from apps.listings.models import Listing, Suspension, Termination
from apps.listings.queries import identities_hidden, published
from apps.listings.states import LABELS, ListingStatus
from apps.listings.timetable import moments
from apps.objections.rules import OBJECTIONABLE
from apps.parties.models import Region
from apps.stages.announcement.models import Announcement, Supplement
from apps.stages.bidding.models import Award
from apps.stages.bidding.queries import award_of, chain_is_whole, ladder
from apps.stages.confirmation.models import Confirmation
from kernel.quantity import QuotaKind

PAGE = 20
OPEN = (ListingStatus.ANNOUNCED, ListingStatus.BIDDING)
RESULTS = (
    ListingStatus.CLOSED,
    ListingStatus.CONFIRMED,
    ListingStatus.CONTRACTED,
    ListingStatus.PAID,
    ListingStatus.TRANSFERRED,
    ListingStatus.PUBLICISED,
    ListingStatus.COMPLETED,
    ListingStatus.UNSOLD,
)
PUBLIC_STATUSES = (
    *OPEN,
    ListingStatus.SUSPENDED,
    *RESULTS,
    ListingStatus.DEFAULTED,
    ListingStatus.TERMINATED,
)


@dataclass(frozen=True)
class Wanted:
    """What a visitor filters the list by; empty texts filter nothing."""

    status: str = ""
    kind: str = ""
    county: str = ""
    text: str = ""
    before: int | None = None


def with_prices(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """The lots with `highest`, the highest unit price bid so far (None before the first bid)."""
    return listings.annotate(highest=Max("bids__unit_price"))


def filtered(wanted: Wanted) -> QuerySet[Listing]:
    """Published lots that match, the newest first, from `before` (an id, exclusive) on."""
    found = published()
    if wanted.status in PUBLIC_STATUSES:
        found = found.filter(status=wanted.status)
    if wanted.kind in list(QuotaKind):
        found = found.filter(**{f"{wanted.kind}__gt": 0})
    if wanted.county:
        found = found.filter(seller__region_id=wanted.county[:6])
    if wanted.text:
        found = found.filter(title__icontains=wanted.text) | found.filter(number__icontains=wanted.text)
    if wanted.before is not None:
        found = found.filter(pk__lt=wanted.before)
    return with_prices(found.order_by("-id"))


def counties() -> list[Region]:
    """The counties that have published lots."""
    return list(
        Region.objects.filter(organisations__listings__announced_at__isnull=False).distinct().order_by("code")
    )


def status_choices() -> list[tuple[str, str]]:
    """The statuses that a published lot can have."""
    return [(str(each), LABELS[each]) for each in PUBLIC_STATUSES]


def front(*, now: datetime) -> dict[str, Any]:
    """The home page: open lots, the last announcements, the last results."""
    lots = published()
    return {
        "open_lots": list(with_prices(lots.filter(status__in=OPEN).order_by("closes_at", "id"))[:12]),
        "now": now,
        "announced": list(lots.order_by("-announced_at", "-id")[:8]),
        "results": list(with_prices(lots.filter(status__in=RESULTS).order_by("-closed_at", "-id"))[:8]),
    }


@dataclass(frozen=True)
class Draw:
    """What anyone needs to compute a draw at the ceiling again."""

    commitment: str
    secret: str
    last_hash: str
    paddles: list[int]
    winner: str


def page_of(listing: Listing, *, now: datetime) -> dict[str, Any]:
    """Everything public about one lot, without anything about who bids before the close."""
    rungs = ladder(listing)
    hidden = identities_hidden(listing)
    award = None if hidden else award_of(listing.pk)
    announcement = Announcement.objects.filter(listing=listing).first()
    confirmation = Confirmation.objects.filter(listing=listing).select_related("winner").first()
    highest = max((rung.unit_price for rung in rungs), default=None)
    return {
        "listing": listing,
        "kinds": listing.quantities.items(),
        "priced": listing.priced,
        "rules": listing.rules if listing.rules_copy else None,
        "rungs": list(reversed(rungs)),
        "chain_whole": chain_is_whole(listing) if rungs else None,
        "highest": highest,
        "highest_total": listing.total(highest) if highest is not None else None,
        "start_total": listing.starting_total,
        "moments": moments(listing, now=now),
        "documents": list(public_of(listing.pk)),
        "announcement": announcement,
        "supplements": list(Supplement.objects.filter(listing=listing).order_by("-id")),
        "suspensions": list(Suspension.objects.filter(listing=listing).order_by("-id")),
        "termination": Termination.objects.filter(listing=listing).first(),
        "award": award,
        "winner": confirmation.winner.name if confirmation and not hidden else "",
        "draw": _draw(award, announcement, rungs[-1].hash if rungs else ""),
        "relistings": list(published().filter(relisted_from=listing)),
        "objectionable": listing.state in OBJECTIONABLE,
        "now": now,
    }


def _draw(award: Award | None, announcement: Announcement | None, last_hash: str) -> Draw | None:
    if award is None or announcement is None or not award.drawn:
        return None
    winner = f"{award.bid.certificate.paddle:03d}"
    return Draw(announcement.draw_commitment, award.draw_secret, last_hash, list(award.draw_paddles), winner)
