"""Who may read which document of a listing."""

from django.db.models import QuerySet

from apps.documents.models import Document
from apps.documents.queries import all_of, public_of, visible_to, visible_to_seller
from apps.documents.states import DocumentKind
from apps.listings.models import Listing
from apps.listings.queries import identities_hidden
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
