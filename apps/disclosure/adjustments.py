"""How much of quota that goes to other provinces (跨省域调剂) an actor sees, once it may see it at all."""

from django.db.models import QuerySet

from apps.crossprovince.models import Adjustment
from apps.crossprovince.queries import visible_to
from kernel.actors import Actor


def adjustments_seen_whole(by: Actor) -> QuerySet[Adjustment]:
    """Those of which all is the actor's business: whose case it is, and the offices of its region.

    The public sees what its page names as published, and no paper, period or evidence of it.
    """
    found = visible_to(by)
    return found if by.is_person else found.none()
