"""What a quality claim is judged by: what was sold, how long one may claim, who measured."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Q

from apps.documents.queries import attachments_of
from apps.documents.states import AttachmentKind
from apps.kinds.quantities import Quantity
from apps.listings.models import Listing
from apps.parties.models import Organisation
from apps.parties.queries import superiors
from apps.stages.contract.models import Contract
from apps.stages.transfer.models import QualityClaim, Transfer
from apps.stages.transfer.rules import KG_PER_GRADE_AND_MU, NOTHING, Measured, rounded_share
from kernel.deadlines.commands import calendar_days, end_of
from kernel.money import ZERO, Yuan


def sold(listing: Listing) -> Measured:
    """What was sold as it was there, of what the price was for: capacity, or area with its grade."""
    if listing.priced.kind.is_area:
        return Measured(area=listing.priced, grade=listing.grade)
    return Measured(capacity=listing.quantities.of(listing.priced.kind))


def promised_worth(listing: Listing) -> Fraction:
    """What a commitment promised beyond what was there, in the measure of `Measured.worth`; nothing without one."""
    if listing.promised is None:
        return NOTHING
    gained = Fraction(listing.promised.promise.capacity - listing.promised.promise.there)
    return gained / KG_PER_GRADE_AND_MU if listing.priced.kind.is_area else gained


@dataclass(frozen=True)
class Brought:
    """What quality claims of a deal have brought in yuan: for a worse quality, and for less area."""

    on_quality: Yuan
    on_area: Yuan


def brought_by_claims(listing: Listing) -> Brought:
    """What the claims of a lot have brought but for what a commitment brought; the last says how the lot was found."""
    claims = list(QualityClaim.objects.filter(listing=listing, of_commitment=False).order_by("id"))
    if not claims:
        return Brought(ZERO, ZERO)
    total, last, had = sum((each.refund for each in claims), ZERO), claims[-1], sold(listing)
    if last.capacity is not None or last.area is None or had.area is None:
        return Brought(total, ZERO)
    price = Contract.objects.values_list("total_price", flat=True).get(listing=listing)
    as_sold = Measured(area=Quantity(had.area.kind, last.area), grade=had.grade)
    found = Measured(area=as_sold.area, grade=last.grade)
    share = (as_sold.worth - found.worth) / (had.worth + promised_worth(listing))
    on_quality = min(rounded_share(price, share), total)
    return Brought(on_quality, total - on_quality)


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
