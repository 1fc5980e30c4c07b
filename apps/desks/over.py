"""What was prepared on a case that is over and can be done no more: it waits for nobody."""

from collections.abc import Iterable, Mapping

from django.db.models import Model, Q

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import ENDED as DEMAND_ENDED
from apps.crossprovince.models import Adjustment
from apps.crossprovince.states import ENDED as ADJUSTMENT_ENDED
from apps.crossprovince.states import AdjustmentStatus
from apps.funds.names import NOT_OF_CLOSED
from apps.listings.models import Listing
from apps.listings.states import ENDED as LISTING_ENDED
from apps.surplus.models import Verification
from apps.surplus.states import ENDED as VERIFICATION_ENDED
from kernel.acts.act import all_acts

_ENDS: Mapping[str, tuple[type[Model], Iterable[str]]] = {
    "listing_id": (Listing, LISTING_ENDED),
    "verification_id": (Verification, VERIFICATION_ENDED),
    "adjustment_id": (Adjustment, ADJUSTMENT_ENDED),
    "demand_id": (Demand, DEMAND_ENDED),
}
"""By what it is to an act: the case, and the statuses in which it is over."""


def over() -> Q:
    """Preparations of acts that are done in none of the statuses in which their case is over, where it is over."""
    found = Q(
        act__in=NOT_OF_CLOSED,
        case_id__in=Adjustment.objects.filter(status=AdjustmentStatus.CLOSED).values("pk"),
    )
    for subject, (cases, ends) in _ENDS.items():
        ended = {str(each) for each in ends}
        acts = [
            act.name
            for act in all_acts()
            if act.subject == subject and act.statuses and not act.statuses & ended
        ]
        at_its_end = cases._default_manager.filter(status__in=ended).order_by().values("pk")
        found |= Q(act__in=acts, case_id__in=at_its_end)
    return found
