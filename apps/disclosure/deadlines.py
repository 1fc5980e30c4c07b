"""Who may see which deadlines (期限)."""

from django.db.models import Q, QuerySet

from apps.disclosure.adjustments import adjustments_seen_whole
from apps.disclosure.demands import demands_seen_whole
from apps.disclosure.record import hidden_listings
from apps.disclosure.verifications import seen_whole
from apps.listings.models import Listing
from apps.listings.queries import visible_to
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
    Parties their own and those of their deal. Of other cases those that one sees whole, and one's own.
    """
    rows = Deadline.objects.all()
    of_verifications = _seen_whole(by)
    if by.can(Can.SEE_CASES):
        bidders = Q(kind__in=kinds_told(Told.SECRET), case_id__in=hidden_listings().values("pk"))
        if by.can(Can.RUN_TRADES):
            decided = [kind.name for kind in all_kinds().values() if kind.decided]
            bidders &= ~Q(kind__in=decided, status=DeadlineStatus.PENDING)
        return rows.filter(within_province(by) | of_verifications).exclude(bidders)
    mine = by.organisation_id
    sold = Listing.objects.filter(seller_id=mine).values("pk")
    bought = Confirmation.objects.filter(winner_id=mine).values("listing_id")
    in_deal = Q(case_id__in=sold) | Q(case_id__in=bought)
    return rows.filter(Q(concerns_id=mine) | of_verifications | in_deal & Q(kind__in=kinds_shared()))


def of_visible_cases(by: Actor) -> Q:
    """Deadlines of the lots that the actor may see, of other cases that it sees whole, and of none."""
    lots = visible_to(by).order_by().values("pk")
    return Q(case_id=None) | Q(case_id__in=lots) | _seen_whole(by)


def _seen_whole(by: Actor) -> Q:
    verifications = seen_whole(by).order_by().values("pk")
    adjustments = adjustments_seen_whole(by).order_by().values("pk")
    demands = demands_seen_whole(by).order_by().values("pk")
    return Q(case_id__in=verifications) | Q(case_id__in=adjustments) | Q(case_id__in=demands)


def within_province(by: Actor) -> Q:
    """Deadlines of the actor's province: of its lots, and of its organisations where they belong to no case."""
    lots = Listing.objects.filter(in_province(by, "province")).values("pk")
    concerned = Organisation.objects.filter(in_province(by, "region__code")).values("pk")
    return Q(case_id__in=lots) | Q(case_id=None, concerns_id__in=concerned)
