"""Cases that are no lots (核定、调出、调入) as tasks: what waits of all three processes is read together."""

from collections.abc import Iterable

from django.db.models import Q

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_process import DEMAND
from apps.crossprovince.demand_queries import demands_visible_to
from apps.crossprovince.models import Adjustment
from apps.crossprovince.process import ADJUSTMENT
from apps.crossprovince.queries import visible_to as adjustments_of
from apps.desks.adjustment_tasks import adjustment_marks, adjustment_tasks, adjustments_waiting
from apps.desks.demand_tasks import demand_marks, demand_tasks, demands_waiting
from apps.desks.tasks import Release, Task
from apps.desks.verification_tasks import verification_tasks, verifications_waiting
from apps.surplus.models import Verification
from apps.surplus.process import VERIFICATION
from apps.surplus.queries import visible_to as verifications_of
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.cases.models import Case

MOST = 10_000
_Own = Verification | Adjustment | Demand
_DRAFTS = {VERIFICATION.name: "核定草稿", ADJUSTMENT.name: "调剂草稿", DEMAND.name: "调入草稿"}
"""The processes, each with what a case of it is called that has no number; its own row goes by the process's name."""
_BESIDE = (
    *(f"{own}__{of}" for own in _DRAFTS for of in ("holder", "region")),
    *(f"{VERIFICATION.name}__{of}" for of in ("filed_by", "measurer")),
)
_RULES = tuple(f"{own}__rules" for own in _DRAFTS)
_SUBJECTS = ("verification_id", "adjustment_id", "demand_id")


def case_tasks(by: Actor) -> list[Task]:
    """The tasks of the actor's organisation, those that wait longest first; one query, of verifications two more."""
    wanted = Q()
    for cases in (verifications_waiting(by), adjustments_waiting(by), demands_waiting(by)):
        if cases is not None:
            wanted |= Q(pk__in=cases.order_by().values("pk"))
    if not wanted:
        return []
    rows: dict[str, list[Case]] = {each: [] for each in _DRAFTS}
    marked = Case.objects.filter(wanted).annotate(**adjustment_marks(by), **demand_marks())
    for each in marked.select_related(*_BESIDE).defer(*_RULES).order_by("pk")[:MOST]:
        rows[each.process].append(each)
    return [
        *verification_tasks([each.verification for each in rows[VERIFICATION.name]], by=by),
        *adjustment_tasks(rows[ADJUSTMENT.name], by=by),
        *demand_tasks(rows[DEMAND.name], by=by),
    ]


def name_releases(releases: Iterable[Release], *, by: Actor) -> None:
    """Say in each release on such a case which one it is about; one query where there are any."""
    waits = [each for each in releases if act_called(each.act).subject in _SUBJECTS]
    if not waits:
        return
    wanted = Q()
    for cases in (verifications_of(by), adjustments_of(by), demands_visible_to(by)):
        wanted |= Q(pk__in=cases.order_by().values("pk"))
    rows = Case.objects.filter(wanted, pk__in={each.subject_id for each in waits})
    found = {each.pk: each for each in rows.select_related(*_BESIDE).defer(*_RULES)}
    for each in waits:
        case = found.get(each.subject_id)
        if case is not None:
            about: _Own = getattr(case, case.process)
            each.lot, each.title = case.number or _DRAFTS[case.process], about.title
            each.seller = about.holder.name
            each.county, each.county_name = about.region_id, about.region.name
