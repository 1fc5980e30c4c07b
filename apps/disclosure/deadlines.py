"""Who may see which deadlines (期限)."""

from django.db.models import Q, QuerySet

from apps.disclosure.record import hidden_listings
from apps.listings.models import Listing
from apps.parties.models import Organisation
from apps.parties.queries import in_province
from apps.parties.roles import Can
from apps.stages.confirmation.models import Confirmation
from kernel.actors import Actor
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import all_kinds, kinds_shared, kinds_told
from kernel.deadlines.states import DeadlineStatus
from kernel.transparency import Told


def visible_deadlines(by: Actor) -> QuerySet[Deadline]:
    """The deadlines an actor may see.

    Staff all, but before close none of a bidder's; only the centre sees the decisions that still wait for it.
    Parties their own and those of their deal.
    """
    rows = Deadline.objects.all()
    if by.can(Can.SEE_CASES):
        bidders = Q(kind__in=kinds_told(Told.SECRET), case_id__in=hidden_listings().values("pk"))
        if by.can(Can.RUN_TRADES):
            decided = [kind.name for kind in all_kinds().values() if kind.decided]
            bidders &= ~Q(kind__in=decided, status=DeadlineStatus.PENDING)
        return rows.filter(within_province(by)).exclude(bidders)
    mine = by.organisation_id
    sold = Listing.objects.filter(seller_id=mine).values("pk")
    bought = Confirmation.objects.filter(winner_id=mine).values("listing_id")
    in_deal = Q(case_id__in=sold) | Q(case_id__in=bought)
    return rows.filter(Q(concerns_id=mine) | in_deal & Q(kind__in=kinds_shared()))


def within_province(by: Actor) -> Q:
    """Deadlines of the actor's province: of its lots, and of its organisations where they belong to no case."""
    lots = Listing.objects.filter(in_province(by, "province")).values("pk")
    concerned = Organisation.objects.filter(in_province(by, "region__code")).values("pk")
    return Q(case_id__in=lots) | Q(case_id=None, concerns_id__in=concerned)
