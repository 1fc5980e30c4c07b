"""Applications to bid: one's own, and those that wait for a decision."""

from typing import Any

from django.db.models import Q, QuerySet

from apps.listings.models import Listing
from apps.listings.queries import before_close
from apps.listings.states import ENDED
from apps.parties.queries import in_province
from apps.parties.roles import Can
from apps.stages.qualification.models import Registration, TermsConfirmation
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.qualification.terms import LotTerms, Terms, terms_of_lot
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.money import ZERO


def registration_of(*, listing_id: int, organisation_id: int) -> Registration | None:
    """The application of one organisation on one lot, if it made one."""
    return (
        Registration.objects.filter(listing_id=listing_id, organisation_id=organisation_id)
        .select_related("organisation", "sub_account", "certificate")
        .first()
    )


def visible_to(by: Actor) -> QuerySet[Registration]:
    """Applications an actor may see, the newest first.

    Its own always. The trading centre sees those it has to decide; which of the decided ones take part is, before
    close, nobody's business (identity of bidders). After close the centre, the province and supervisors see all.
    Offices see those on lots of their province.
    """
    found = Registration.objects.select_related("listing", "organisation", "sub_account").order_by("-id")
    if by.can(Can.RUN_TRADES):
        undecided_or_past = ~before_close("listing__") | Q(status=RegistrationStatus.SUBMITTED)
        return found.filter(in_province(by, "listing__province")).filter(undecided_or_past)
    if by.can(Can.OVERSEE):
        return found.filter(in_province(by, "listing__province")).exclude(before_close("listing__"))
    return found.filter(organisation_id=by.organisation_id)


def registration_for(registration_id: int, *, by: Actor) -> Registration:
    """One application, if the actor may see it. Refuses: not_found."""
    found = visible_to(by).filter(pk=registration_id).first()
    if found is None:
        raise not_found("竞买申请")
    return found


def listing_of(registration_id: int) -> int | None:
    """The lot an application is for; None when there is no such application."""
    return Registration.objects.filter(pk=registration_id).values_list("listing_id", flat=True).first()


def undecided() -> QuerySet[Registration]:
    """Applications that wait for the centre's decision, the oldest first."""
    found = Registration.objects.filter(status=RegistrationStatus.SUBMITTED).order_by("submitted_at", "id")
    return found.select_related("listing", "organisation")


def on_one_running_lot(one: int, other: int) -> bool:
    """Whether two organisations have to do with one lot before it is over, as its bidders or as bidder and seller."""
    applied = Registration.objects.exclude(status=RegistrationStatus.REJECTED)
    running = Listing.objects.exclude(status__in=[str(each) for each in ENDED])

    def lots(organisation_id: int) -> QuerySet[Listing]:
        bids = Q(pk__in=applied.filter(organisation_id=organisation_id).values("listing_id"))
        return running.filter(bids | Q(seller_id=organisation_id))

    return lots(one).filter(pk__in=lots(other).order_by().values("pk")).exists()


def terms_of(listing: Listing) -> tuple[Terms, ...]:
    """The texts that an applicant for this lot reads and confirms; none before the lot is announced."""
    if not (
        listing.rules_copy
        and listing.registration_closes_at
        and listing.deposit_cutoff_at
        and listing.opens_at
        and listing.closes_at
    ):
        return ()
    return terms_of_lot(
        LotTerms(
            number=listing.number or "",
            title=listing.title,
            seller=listing.seller.name,
            lines=listing.lines_text(),
            unit=listing.unit.label.removeprefix("元/"),
            starting_price=listing.starting_price,
            starting_total=listing.starting_total or listing.total(listing.starting_price),
            increment=listing.increment or ZERO,
            ceiling=listing.ceiling,
            deposit=listing.deposit_amount or ZERO,
            deposit_cutoff_at=listing.deposit_cutoff_at,
            registration_closes_at=listing.registration_closes_at,
            opens_at=listing.opens_at,
            period_ends_at=listing.listing_period_ends_at or listing.closes_at,
            rules=listing.rules.parameters,
            rounds_from_opening=listing.trade.rounds_from_opening,
        )
    )


def confirmation_facts(listing_id: int) -> dict[str, Any]:
    """The digests by which an applicant confirms the texts of a lot as they stand now."""
    listing = Listing.objects.select_related("seller").filter(pk=listing_id).first()
    return {str(each.document): each.sha256 for each in terms_of(listing)} if listing else {}


def confirmed_by(registration: Registration) -> list[TermsConfirmation]:
    """What the applicant confirmed with its present submission."""
    found = TermsConfirmation.objects.filter(registration=registration, submission=registration.submission)
    return list(found.order_by("id"))
