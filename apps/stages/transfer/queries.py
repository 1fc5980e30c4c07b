"""What a quality claim is judged by: what was sold, how long one may claim, who measured."""

from datetime import datetime

from django.db.models import Q

from apps.documents.queries import attachments_of
from apps.documents.states import AttachmentKind
from apps.listings.models import Listing
from apps.parties.models import Organisation
from apps.parties.queries import superiors
from apps.stages.transfer.models import Transfer
from apps.stages.transfer.rules import Measured
from kernel.deadlines.commands import calendar_days, end_of


def sold(listing: Listing) -> Measured:
    """What the price was for: capacity, or area with its grade."""
    if listing.priced.kind.is_area:
        return Measured(area=listing.priced, grade=listing.grade)
    return Measured(capacity=listing.priced)


def claims_end_at(listing: Listing) -> datetime | None:
    """When the term for quality claims ends, counted in calendar days from the transfer; None before it."""
    transfer = Transfer.objects.filter(listing=listing).first()
    if transfer is None:
        return None
    book = listing.rules.parameters
    period = calendar_days(book.quality_claim_days, daily_end=book.daily_end)
    return end_of(period, triggered_at=transfer.executed_at).at


def use_by(listing: Listing, *, transferred_at: datetime) -> datetime | None:
    """Until when (exclusive) the buyer has to use what it bought; None where the lot's rules set no term."""
    book = listing.rules.parameters
    if book.term_of_use is None:
        return None
    period = calendar_days(book.term_of_use, daily_end=book.daily_end)
    return end_of(period, triggered_at=transferred_at).at


def controlled_by(*sides: int) -> set[str]:
    """The names of the sides of a deal, of their superiors and of whatever belongs to any of these."""
    known = set(sides).union(*(superiors(side) for side in sides))
    names: set[str] = set()
    while known:
        rows = list(Organisation.objects.filter(Q(pk__in=known)).values_list("name", flat=True))
        below = set(Organisation.objects.filter(superior_id__in=known).values_list("pk", flat=True))
        names |= set(rows)
        known = below
    return names


def retest_reports(listing_id: int, *, organisation_id: int, since: datetime | None) -> int:
    """How many retest reports an organisation has uploaded for the lot, later than an instant if one is given."""
    found = attachments_of(case_id=listing_id).filter(
        kind=AttachmentKind.RETEST_REPORT, organisation_id=organisation_id
    )
    return found.filter(uploaded_at__gt=since).count() if since is not None else found.count()
