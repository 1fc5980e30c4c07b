"""Objections (异议) to cases that are no lots, as tasks of the office that answers them."""

from collections.abc import Callable

from django.db.models import QuerySet

from apps.desks.tasks import Task
from apps.objections.models import Objection
from apps.objections.names import (
    OBJECTION_ACCEPT,
    OBJECTION_ACCEPT_DEADLINE,
    OBJECTION_DECIDE,
    OBJECTION_DECIDE_DEADLINE,
)
from apps.objections.states import OPEN, ObjectionStatus
from apps.parties.models import Organisation, Region
from kernel.acts.act import act_called
from kernel.cases.models import Case

MOST = 5_000
_ACTS = {
    ObjectionStatus.RAISED: (OBJECTION_ACCEPT, OBJECTION_ACCEPT_DEADLINE),
    ObjectionStatus.ACCEPTED: (OBJECTION_DECIDE, OBJECTION_DECIDE_DEADLINE),
}


def objection_tasks(
    cases: QuerySet[Case], *, own: str, of: Callable[[Case], tuple[Region, Organisation]], called: str
) -> list[Task]:
    """What waits of objections to these cases, the oldest first, in one query.

    `own` is the cases' row in their room, `of` gives whose county and whose case it is, `called` what one is called.
    """
    found = Objection.objects.filter(status__in=[str(each) for each in OPEN], case__in=cases)
    rows = found.select_related(f"case__{own}__holder", f"case__{own}__region").order_by("id")[:MOST]
    return [_task(each, *of(each.case), called=called) for each in rows]


def _task(found: Objection, region: Region, holder: Organisation, *, called: str) -> Task:
    act, kind = _ACTS[ObjectionStatus(found.status)]
    return Task(
        act_called(act).label,
        f"{found.case.number} {called}{found.pk}",
        f"/desk/acts/{act}/{found.pk}/",
        kind=kind,
        listing_id=found.case_id,
        slot=act,
        slot_subject=found.pk,
        county=region.pk,
        county_name=region.name,
        seller=holder.name,
        act=act,
    )
