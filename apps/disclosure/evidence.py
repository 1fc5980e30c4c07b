"""Who may see which evidence (附件) of a case."""

from collections.abc import Iterable

from django.db.models import Exists, Q, QuerySet

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.disclosure.adjustments import adjustments_seen_whole
from apps.disclosure.demands import demands_seen_whole
from apps.disclosure.verifications import seen_whole
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind
from apps.funds.queries import visible_to as funds
from apps.listings.models import Listing
from apps.listings.queries import identities_hidden
from apps.listings.queries import visible_to as listings
from apps.parties.models import Organisation
from apps.parties.roles import Can, kinds_that
from apps.stages.application.queries import round_note, submissions_of
from apps.stages.confirmation.models import Confirmation
from apps.stages.qualification.models import Registration
from apps.stages.qualification.states import RegistrationStatus
from apps.surplus.models import Verification
from kernel.actors import Actor


def visible_attachments(listing: Listing, *, by: Actor) -> QuerySet[Attachment]:
    """The evidence on a listing that an actor may see.

    One's own always, the papers of an agreement to both its parties, and to the buyer what the seller reports of a
    commitment with. The seller's: the centre, the province,
    supervisors. A bidder's: before close only the centre, while its application waits for a decision; after close the
    same three, and of an agreement throughout. Vouchers of proceeds: see `may_open`.
    """
    found = Attachment.objects.filter(case_id=listing.pk).exclude(kind=AttachmentKind.FUND_VOUCHER)
    own = Q(organisation_id=by.organisation_id)
    if listing.counterparty_id is not None:  # both parties read what their agreement rests on
        parties = (listing.seller_id, listing.counterparty_id)
        if by.organisation_id in parties:
            own |= Q(organisation_id__in=parties, kind__in=list(listing.papers))
    if listing.promised is not None and Confirmation.objects.filter(
        listing=listing, winner_id=by.organisation_id
    ):  # what a commitment's outcome rests on is the buyer's business too
        own |= Q(organisation_id=listing.seller_id, kind=AttachmentKind.REGRADING_REPORT)
    if not by.can(Can.SEE_EVIDENCE):
        return found.filter(own) if by.is_person else found.none()
    if not identities_hidden(listing):
        return found
    officials = Organisation.objects.filter(kind__in=kinds_that(Can.SEE_CASES)).values("pk")
    known = own | Q(organisation_id=listing.seller_id) | Q(organisation_id__in=officials)
    if by.can(Can.RUN_TRADES):
        undecided = Registration.objects.filter(listing=listing, status=RegistrationStatus.SUBMITTED)
        known |= Q(organisation_id__in=undecided.values("organisation_id"))
    return found.filter(known)


def visible_in_verification(verification: Verification, *, by: Actor) -> QuerySet[Attachment]:
    """The evidence in a verification that an actor may see, once it may see the verification itself.

    All of it: whose case it is, its city, its province, supervisors and auditors. Its measurer: its own. Nobody else
    any, the public none.
    """
    whole = Q(Exists(seen_whole(by).filter(pk=verification.pk)))
    if by.is_person and by.organisation_id == verification.measurer_id:
        whole |= Q(organisation_id=by.organisation_id)
    return Attachment.objects.filter(whole, case_id=verification.pk)


def visible_in_adjustment(adjustment: Adjustment, *, by: Actor) -> QuerySet[Attachment]:
    """The evidence in an adjustment: to whose case it is and to the offices of its region, to nobody else.

    Copies of vouchers name natural persons: they are there for who reads payees alone.
    """
    found = Attachment.objects.filter(case_id=adjustment.pk)
    if not by.can(Can.SEE_PAYEES):
        found = found.exclude(kind=AttachmentKind.FUND_VOUCHER)
    return found.filter(Exists(adjustments_seen_whole(by).filter(pk=adjustment.pk)))


def visible_in_demand(demand: Demand, *, by: Actor) -> QuerySet[Attachment]:
    """The evidence in a demand: all of it to whose case it is and to the offices of its region, to nobody else."""
    whole = Exists(demands_seen_whole(by).filter(pk=demand.pk))
    return Attachment.objects.filter(whole, case_id=demand.pk)


def may_open(attachment: Attachment, *, by: Actor) -> bool:
    """Whether the actor may open this piece of evidence, whatever process its case is of.

    Copies of vouchers of proceeds name natural persons: for the county's finance and its auditor alone.
    """
    if attachment.kind == AttachmentKind.FUND_VOUCHER:
        return by.can(Can.SEE_PAYEES) and funds(by).filter(source_id=attachment.case_id).exists()
    verification = Verification.objects.filter(pk=attachment.case_id).first()
    if verification is not None:
        return visible_in_verification(verification, by=by).filter(pk=attachment.pk).exists()
    adjustment = Adjustment.objects.filter(pk=attachment.case_id).first()
    if adjustment is not None:
        return visible_in_adjustment(adjustment, by=by).filter(pk=attachment.pk).exists()
    demand = Demand.objects.filter(pk=attachment.case_id).first()
    if demand is not None:
        return visible_in_demand(demand, by=by).filter(pk=attachment.pk).exists()
    if attachment.case_id is None and attachment.registration_id is None:
        return by.is_person and attachment.organisation_id == by.organisation_id
    listing = listings(by).filter(pk=attachment.case_id).first()
    return listing is not None and visible_attachments(listing, by=by).filter(pk=attachment.pk).exists()


def marked(files: Iterable[Attachment], *, listing: Listing) -> list[Attachment]:
    """The files, each with `round_note`: of which round the seller's are, or that they came after it was handed in."""
    found = list(files)
    any_of_seller = any(each.organisation_id == listing.seller_id for each in found)
    rounds = submissions_of(listing.pk) if any_of_seller else []
    for each in found:
        sellers = each.organisation_id == listing.seller_id
        each.round_note = round_note(each.uploaded_at, rounds) if sellers else ""  # type: ignore[attr-defined]
    return found
