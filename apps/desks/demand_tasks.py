"""What of quota that comes from other provinces (跨省域调入) waits for whom."""

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, QuerySet

from apps.crossprovince.demand_models import Demand, DemandOpinion
from apps.crossprovince.demand_queries import demands_visible_to
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.names import (
    DEMAND_ACKNOWLEDGE,
    DEMAND_CLOSE,
    DEMAND_DECIDE,
    DEMAND_DISPUTE,
    DEMAND_PAY_IN,
    DEMAND_PAY_IN_DEADLINE,
    DEMAND_PUBLISH_DEADLINE,
    DEMAND_RECEIVE,
    DEMAND_REPORT,
    DEMAND_REPORT_DEADLINE,
    DEMAND_RETURN,
    DEMAND_RETURN_NOTICE_DEADLINE,
    DEMAND_REVIEW_DEADLINE,
    DEMAND_SETTLE,
    DEMAND_SUBMIT,
    SCHEME_IMPORT,
    SCHEME_PUBLISH,
)
from apps.crossprovince.states import Outcome
from apps.desks.tasks import Task
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.cases.models import Case

_Step = tuple[S, str, str]
"""Where it stands, the act that is due there, by which deadline."""

_HOLDER: tuple[_Step, ...] = ((S.DRAFT, DEMAND_SUBMIT, ""), (S.RETURNED, DEMAND_SUBMIT, ""))
_PROVINCE: tuple[_Step, ...] = (
    (S.PROVINCE_REVIEW, DEMAND_DECIDE, DEMAND_REVIEW_DEADLINE),
    (S.PASSED, DEMAND_REPORT, DEMAND_REPORT_DEADLINE),
    (S.WITH_MINISTRY, DEMAND_ACKNOWLEDGE, ""),
    (S.UNMATCHED, DEMAND_REPORT, ""),
    (S.MATCHED, SCHEME_PUBLISH, DEMAND_PUBLISH_DEADLINE),
    (S.PUBLICISED, DEMAND_DISPUTE, ""),
    (S.DISPUTED, DEMAND_SETTLE, ""),
    (S.PAID_IN, DEMAND_RECEIVE, ""),
    (S.RECEIVED, DEMAND_CLOSE, ""),
)
_FINANCE: tuple[_Step, ...] = ((S.PAYING, DEMAND_PAY_IN, DEMAND_PAY_IN_DEADLINE),)
KIND_OF = {
    act: kind for steps in (_PROVINCE, _FINANCE) for _, act, kind in steps if kind and act != SCHEME_PUBLISH
}
"""By which deadline an act of two persons on a demand is to be released."""


def demands_waiting(by: Actor) -> QuerySet[Demand] | None:
    """The demands that may wait for the actor's organisation; None for other roles."""
    steps = _steps_of(by)
    if not steps:
        return None
    found = demands_visible_to(by).filter(status__in=[str(status) for status, _, _ in steps])
    return found.exclude(status=S.PUBLICISED, upheld_at=None)


def demand_marks() -> dict[str, Exists]:
    """What has to be known of a demand beside its row: whether its opinion of this round asks for its return."""
    said = DemandOpinion.objects.filter(demand=OuterRef("pk"), review_round=F("demand__review_round"))
    return {"demand_refused": Exists(said.exclude(outcome=Outcome.PASS))}


def demand_tasks(rows: Iterable[Case], *, by: Actor) -> list[Task]:
    """The tasks of the actor's organisation on these cases, which bear the marks of a demand."""
    due = {status: (act, kind) for status, act, kind in _steps_of(by)}
    tasks = []
    for case in rows:
        found = case.demand
        act, kind = due[found.state]
        if act == DEMAND_DECIDE and getattr(case, "demand_refused", False):
            act, kind = DEMAND_RETURN, DEMAND_RETURN_NOTICE_DEADLINE
        elif act == DEMAND_ACKNOWLEDGE and (found.receipt_no or found.parent_id):
            act = SCHEME_IMPORT  # the unmatched rest of another was received with it
        tasks.append(_task(found, act, kind))
    return tasks


def _steps_of(by: Actor) -> tuple[_Step, ...]:
    if by.can(Can.TAKE_ACROSS_PROVINCES):
        return _HOLDER
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return _PROVINCE
    return _FINANCE if by.can(Can.BOOK_MONEY) else ()


def _task(found: Demand, act: str, kind: str) -> Task:
    subject_id = found.pk
    if act in (SCHEME_IMPORT, SCHEME_PUBLISH):  # of a whole scheme, which is none before it is imported
        subject_id = (found.scheme_id or 0) if act == SCHEME_PUBLISH else 0
    return Task(
        act_called(act).label,
        f"{found.case.number or '调入草稿'} {found.title}",
        f"/desk/demands/{found.pk}/" if act == DEMAND_SUBMIT else f"/desk/acts/{act}/{subject_id}/",
        kind=kind,
        listing_id=found.pk,
        slot=act,
        slot_subject=subject_id,
        county=found.region_id,
        county_name=found.region.name,
        seller=found.holder.name,
        act=act,
    )
