"""Who may read which document of a case."""

from functools import reduce
from operator import or_

from django.db.models import Exists, Q, QuerySet

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.disclosure.adjustments import adjustments_seen_whole
from apps.disclosure.demands import demands_seen_whole
from apps.disclosure.record import hidden_listings
from apps.disclosure.verifications import concerns_whole, seen_whole, sees_whole
from apps.documents.models import Document
from apps.documents.queries import all_of, between_the_parties, public_of, visible_to, visible_to_seller
from apps.listings.models import Listing
from apps.listings.queries import identities_hidden
from apps.listings.queries import visible_to as visible_listings
from apps.parties.roles import Can
from apps.surplus.models import Verification
from kernel.actors import Actor


def readable(listing: Listing, *, by: Actor) -> QuerySet[Document]:
    """The documents of a listing that an actor may open, oldest first. Everything else does not exist for it.

    Everybody the public ones; each organisation those issued to it; the seller also the contract; officials
    everything, but before the close nothing that was issued to one organisation.
    """
    if by.can(Can.SEE_CASES):
        return public_of(listing.pk) if identities_hidden(listing) else all_of(listing.pk)
    if not by.is_person:
        return public_of(listing.pk)
    if by.organisation_id == listing.seller_id:
        return visible_to_seller(listing.pk, organisation_id=by.organisation_id)
    return visible_to(listing.pk, organisation_id=by.organisation_id)


def readable_in_verification(verification: Verification, *, by: Actor) -> QuerySet[Document]:
    """The documents of a verification that an actor may open, oldest first.

    Everybody the public ones; whose case it is, and the offices that may see it, every one.
    """
    if sees_whole(verification, by=by):
        return all_of(verification.pk)
    return visible_to(verification.pk, organisation_id=by.organisation_id)


def readable_beside(verification: Verification, *, by: Actor) -> QuerySet[Document]:
    """The same beside a verification that is known to be visible to the actor: its measurer reads the public ones."""
    if concerns_whole(verification, by=by):
        return all_of(verification.pk)
    return visible_to(verification.pk, organisation_id=by.organisation_id)


def readable_in_adjustment(adjustment: Adjustment, *, by: Actor) -> QuerySet[Document]:
    """The documents of an adjustment that an actor may open, oldest first: the public ones, or every one."""
    whole = Exists(adjustments_seen_whole(by).filter(pk=adjustment.pk))
    return all_of(adjustment.pk).filter(Q(public=True) | whole)


def readable_in_demand(demand: Demand, *, by: Actor) -> QuerySet[Document]:
    """The documents of a demand that an actor may open, oldest first: the public ones, or every one."""
    whole = Exists(demands_seen_whole(by).filter(pk=demand.pk))
    return all_of(demand.pk).filter(Q(public=True) | whole)


def may_read(document: Document, *, by: Actor) -> bool:
    """Whether the actor may read this document, whatever process its case is of; one of no case nobody."""
    if document.case_id is None:
        return False
    verification = Verification.objects.filter(pk=document.case_id).first()
    if verification is not None:
        return readable_in_verification(verification, by=by).filter(pk=document.pk).exists()
    adjustment = Adjustment.objects.filter(pk=document.case_id).first()
    if adjustment is not None:
        return readable_in_adjustment(adjustment, by=by).filter(pk=document.pk).exists()
    demand = Demand.objects.filter(pk=document.case_id).first()
    if demand is not None:
        return readable_in_demand(demand, by=by).filter(pk=document.pk).exists()
    listing = visible_listings(by).filter(pk=document.case_id).first()
    return listing is not None and readable(listing, by=by).filter(pk=document.pk).exists()


def readable_all(by: Actor) -> QuerySet[Document]:
    """The documents of all lots that an actor may open, the newest first: `readable` over every lot that it sees."""
    lots = visible_listings(by).order_by()
    found = Document.objects.filter(case_id__in=lots.values("pk")).order_by("-issued_at", "-id")
    if by.can(Can.SEE_CASES):
        return found.filter(Q(public=True) | ~Q(case_id__in=hidden_listings().values("pk")))
    if not by.is_person:
        return found.filter(public=True)
    sold = lots.filter(seller_id=by.organisation_id).values("pk")
    own = Q(case_id__in=sold) & between_the_parties()
    return found.filter(Q(public=True) | Q(visible_to=by.organisation_id) | own)


def readable_of_cases(by: Actor) -> QuerySet[Document]:
    """The documents of all cases but lots that are wholly an actor's business, the newest first: `readable_in_…` over
    every such case."""
    whole = (
        Q(case_id__in=seen_whole(by).order_by().values("pk")),
        Q(case_id__in=adjustments_seen_whole(by).order_by().values("pk")),
        Q(case_id__in=demands_seen_whole(by).order_by().values("pk")),
    )
    return Document.objects.filter(reduce(or_, whole)).order_by("-issued_at", "-id")
