"""Objections (异议) to cases that are no lots, as tasks of the office that answers them."""

from dataclasses import replace

from django.db.models import Q

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_process import DEMAND
from apps.crossprovince.demand_queries import demands_visible_to
from apps.crossprovince.models import Adjustment
from apps.crossprovince.process import ADJUSTMENT
from apps.crossprovince.queries import visible_to as adjustments_of
from apps.desks.tasks import Task
from apps.objections.models import Objection
from apps.objections.names import (
    OBJECTION_ACCEPT,
    OBJECTION_ACCEPT_DEADLINE,
    OBJECTION_DECIDE,
    OBJECTION_DECIDE_DEADLINE,
    OBJECTION_REFUSE_TOGETHER,
)
from apps.objections.rules import LEAST_OF_A_FLOOD
from apps.objections.states import OPEN, ObjectionStatus
from apps.parties.roles import Can
from apps.surplus.models import Verification
from apps.surplus.process import VERIFICATION
from apps.surplus.queries import visible_to as verifications_of
from kernel.actors import Actor
from kernel.acts.act import act_called

MOST = 5_000
_CALLED = {ADJUSTMENT.name: "异议", DEMAND.name: "异议", VERIFICATION.name: "举报"}
"""What an objection to a case of these processes is called; a case's own row goes by the process's name."""
_ACTS = {
    ObjectionStatus.RAISED: (OBJECTION_ACCEPT, OBJECTION_ACCEPT_DEADLINE),
    ObjectionStatus.ACCEPTED: (OBJECTION_DECIDE, OBJECTION_DECIDE_DEADLINE),
}


def objection_tasks(by: Actor) -> list[Task]:
    """What waits of objections to schemes and reports on certificates, the oldest first: one query of the province."""
    if not by.can(Can.DECIDE_FOR_PROVINCE):
        return []
    mine = Q(pk=None)
    for cases in (adjustments_of(by), demands_visible_to(by), verifications_of(by)):
        mine |= Q(case__in=cases.order_by().values("pk"))
    found = Objection.objects.filter(mine, status__in=[str(each) for each in OPEN])
    found = found.select_related(*(f"case__{own}__{of}" for own in _CALLED for of in ("holder", "region")))
    rows = list(found.order_by("id")[:MOST])
    return [*(_task(each) for each in rows), *(_together(each) for each in _floods(rows))]


def _floods(rows: list[Objection]) -> list[Objection]:
    """Of each case the first of a flood that nobody was signed in for: such are refused together."""
    waiting: dict[int, list[Objection]] = {}
    for each in rows:
        if each.status == ObjectionStatus.RAISED and not each.person_key:
            waiting.setdefault(each.case_id, []).append(each)
    return [found[0] for found in waiting.values() if len(found) >= LEAST_OF_A_FLOOD]


def _together(first: Objection) -> Task:
    act = OBJECTION_REFUSE_TOGETHER
    return replace(
        _task(first),
        label=act_called(act).label,
        title=f"{first.case.number} 大量匿名{_CALLED[first.case.process]}",
        url=f"/desk/acts/{act}/{first.case_id}/",
        kind="",
        slot=act,
        slot_subject=first.case_id,
        act=act,
    )


def _task(found: Objection) -> Task:
    about: Adjustment | Demand | Verification = getattr(found.case, found.case.process)
    called, region, holder = _CALLED[found.case.process], about.region, about.holder
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
