"""Who may read which document of a listing."""

from django.db.models import Q, QuerySet

from apps.disclosure.record import hidden_listings
from apps.documents.models import Document
from apps.documents.queries import all_of, between_the_parties, public_of, visible_to, visible_to_seller
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from apps.listings.queries import identities_hidden
from apps.listings.queries import visible_to as visible_listings
from kernel.actors import OFFICIALS, Actor


def readable(listing: Listing, *, by: Actor) -> QuerySet[Document]:
    """The documents of a listing that an actor may open, oldest first. Everything else does not exist for it.

    Before close a qualification certificate is its bidder's alone: officials see it only afterwards.
    """
    if by.role in OFFICIALS:
        found = all_of(listing.pk)
        hidden = identities_hidden(listing)
        return found.exclude(kind=DocumentKind.QUALIFICATION_CERTIFICATE.value) if hidden else found
    if not by.is_person:
        return public_of(listing.pk)
    if by.organisation_id == listing.seller_id:
        return visible_to_seller(listing.pk, organisation_id=by.organisation_id)
    return visible_to(listing.pk, organisation_id=by.organisation_id)


def readable_all(by: Actor) -> QuerySet[Document]:
    """The documents of all lots that an actor may open, the newest first: `readable` over every lot that it sees."""
    lots = visible_listings(by).order_by()
    found = Document.objects.filter(listing_id__in=lots.values("pk")).order_by("-issued_at", "-id")
    if by.role in OFFICIALS:
        hidden = hidden_listings().values("pk")
        return found.exclude(kind=DocumentKind.QUALIFICATION_CERTIFICATE.value, listing_id__in=hidden)
    if not by.is_person:
        return found.filter(public=True)
    sold = lots.filter(seller_id=by.organisation_id).values("pk")
    own = Q(listing_id__in=sold) & between_the_parties()
    return found.filter(Q(public=True) | Q(visible_to=by.organisation_id) | own)
