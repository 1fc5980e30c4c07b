"""How much of quota that comes from other provinces (跨省域调入) an actor sees, once it may see it at all."""

from django.db.models import QuerySet

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_queries import demands_visible_to
from kernel.actors import Actor


def demands_seen_whole(by: Actor) -> QuerySet[Demand]:
    """Those of which all is the actor's business: whose case it is, and the offices of its region.

    The public sees what its page names as published, and no paper, period or evidence of it.
    """
    found = demands_visible_to(by)
    return found if by.is_person else found.none()


def sees_demand_whole(demand: Demand, *, by: Actor) -> bool:
    """Whether all of it is the actor's business, as `demands_seen_whole` says."""
    return demands_seen_whole(by).filter(pk=demand.pk).exists()
