"""What of quota that comes from other provinces (跨省域调入) waits for whom."""

from collections.abc import Iterable

from apps.crossprovince.demand_models import Demand, DemandOpinion
from apps.crossprovince.demand_queries import demands_visible_to
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.names import (
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
    SCHEME_PUBLISH,
)
from apps.crossprovince.states import Outcome
from apps.desks.tasks import Release, Task
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.acts.act import act_called

MOST = 5_000
_Step = tuple[S, str, str]
"""Where it stands, the act that is due there, by which deadline."""

_HOLDER: tuple[_Step, ...] = ((S.DRAFT, DEMAND_SUBMIT, ""), (S.RETURNED, DEMAND_SUBMIT, ""))
_PROVINCE: tuple[_Step, ...] = (
    (S.PROVINCE_REVIEW, DEMAND_DECIDE, DEMAND_REVIEW_DEADLINE),
    (S.PASSED, DEMAND_REPORT, DEMAND_REPORT_DEADLINE),
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


def demand_tasks(by: Actor) -> list[Task]:
    """The tasks of the actor's organisation, those that wait longest first; none for other roles."""
    steps = _steps_of(by)
    if not steps:
        return []
    due = {status: (act, kind) for status, act, kind in steps}
    found = demands_visible_to(by).defer("rules").filter(status__in=[str(each) for each in due])
    found = found.exclude(status=S.PUBLICISED, upheld_at=None)
    rows = list(found.order_by("pk")[:MOST])
    refused = _unfavourable(rows)
    tasks = []
    for each in rows:
        act, kind = due[each.state]
        if act == DEMAND_DECIDE and each.pk in refused:
            act, kind = DEMAND_RETURN, DEMAND_RETURN_NOTICE_DEADLINE
        tasks.append(_task(each, act, kind))
    return tasks


def _steps_of(by: Actor) -> tuple[_Step, ...]:
    if by.can(Can.TAKE_ACROSS_PROVINCES):
        return _HOLDER
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return _PROVINCE
    return _FINANCE if by.can(Can.BOOK_MONEY) else ()


def _unfavourable(rows: list[Demand]) -> set[int]:
    """Those whose opinion of this round asks for their return."""
    rounds = {each.pk: each.review_round for each in rows if each.state is S.PROVINCE_REVIEW}
    if not rounds:
        return set()
    said = DemandOpinion.objects.filter(demand_id__in=rounds).exclude(outcome=Outcome.PASS)
    return {each.demand_id for each in said if each.review_round == rounds[each.demand_id]}


def name_demands(releases: Iterable[Release], *, by: Actor) -> None:
    """Say in each release on a demand which one it is about; one query where there are any."""
    waits = [each for each in releases if act_called(each.act).subject == "demand_id"]
    if not waits:
        return
    rows = demands_visible_to(by).defer("rules").filter(pk__in={each.subject_id for each in waits})
    found = {each.pk: each for each in rows}
    for each in waits:
        about = found.get(each.subject_id)
        if about is not None:
            each.lot, each.title, each.seller = _number(about), about.title, about.holder.name
            each.county, each.county_name = about.region_id, about.region.name


def _number(found: Demand) -> str:
    return found.case.number or "调入草稿"


def _task(found: Demand, act: str, kind: str) -> Task:
    subject_id = (found.scheme_id or 0) if act == SCHEME_PUBLISH else found.pk
    return Task(
        act_called(act).label,
        f"{_number(found)} {found.title}",
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
