"""What of verifications (节余指标核定) waits for whom."""

from collections.abc import Callable, Sequence

from django.db.models import Q, QuerySet

from apps.desks.tasks import Task
from apps.parties.roles import Can
from apps.surplus.beginning import Standing, standings_of, why_not_begin
from apps.surplus.models import Verification
from apps.surplus.names import (
    CERTIFY_DEADLINE,
    CITY_REVIEW_DEADLINE,
    MEASURE_DEADLINE,
    PROVINCE_REVIEW_DEADLINE,
    RECORD_DEADLINE,
    VERIFICATION_CERTIFY,
    VERIFICATION_CITY_DECIDE,
    VERIFICATION_COMMISSION,
    VERIFICATION_PROVINCE_DECIDE,
    VERIFICATION_RECORD,
    VERIFICATION_REPORT,
    VERIFICATION_RETURN,
    VERIFICATION_RETURN_NOTICE_DEADLINE,
    VERIFICATION_SUBMIT,
)
from apps.surplus.queries import visible_to
from apps.surplus.states import Origin
from apps.surplus.states import VerificationStatus as S
from kernel.actors import Actor
from kernel.acts.act import act_called

_Step = tuple[S, str, str]
"""Where it stands, the act that is due there, by which deadline."""

_COUNTY: tuple[_Step, ...] = (
    (S.DRAFT, VERIFICATION_COMMISSION, ""),
    (S.MEASURED, VERIFICATION_SUBMIT, ""),
    (S.RETURNED, VERIFICATION_SUBMIT, ""),
)
_MEASURER: tuple[_Step, ...] = (
    (S.COMMISSIONED, VERIFICATION_REPORT, MEASURE_DEADLINE),
    (S.MEASURED, VERIFICATION_REPORT, ""),
    (S.RETURNED, VERIFICATION_REPORT, ""),
)
"""After its report it has to measure again what the county has changed since."""
_CITY: tuple[_Step, ...] = ((S.CITY_REVIEW, VERIFICATION_CITY_DECIDE, CITY_REVIEW_DEADLINE),)
_PROVINCE: tuple[_Step, ...] = (
    (S.PROVINCE_REVIEW, VERIFICATION_PROVINCE_DECIDE, PROVINCE_REVIEW_DEADLINE),
    (S.VERIFIED, VERIFICATION_RECORD, RECORD_DEADLINE),
    (S.RECORDED, VERIFICATION_CERTIFY, CERTIFY_DEADLINE),
)
KIND_OF = {act: kind for steps in (_MEASURER, _CITY, _PROVINCE) for _, act, kind in reversed(steps) if kind}
"""By which deadline an act of two persons on a verification is to be released."""
_DECISIONS = frozenset({VERIFICATION_CITY_DECIDE, VERIFICATION_PROVINCE_DECIDE})


def verifications_waiting(by: Actor) -> QuerySet[Verification] | None:
    """The verifications that may wait for the actor's organisation; None for other roles."""
    steps, mine = _steps_of(by)
    if not steps:
        return None
    return mine(visible_to(by)).filter(status__in=[str(status) for status, _, _ in steps])


def verification_tasks(rows: Sequence[Verification], *, by: Actor) -> list[Task]:
    """The tasks of the actor's organisation on these verifications; two queries where there are any."""
    due = {status: (act, kind) for status, act, kind in _steps_of(by)[0]}
    standings = standings_of(rows) if rows else {}
    tasks = []
    for each in rows:
        act, kind = _next(due[each.state], standings[each.pk])
        if _is_due(act, each, standings[each.pk], by=by):
            tasks.append(_task(each, act, kind))
    return tasks


def _is_due(act: str, found: Verification, standing: Standing, *, by: Actor) -> bool:
    if act == VERIFICATION_REPORT and found.state is not S.COMMISSIONED and standing.newest == Origin.REPORT:
        return False  # it has reported, and nothing has changed since
    return why_not_begin(act_called(act), found, standing, by=by) is None


def _steps_of(
    by: Actor,
) -> tuple[tuple[_Step, ...], Callable[[QuerySet[Verification]], QuerySet[Verification]]]:
    own = Q(holder_id=by.organisation_id) | Q(filed_by_id=by.organisation_id)
    if by.can(Can.APPLY_FOR_VERIFICATION):
        return _COUNTY, lambda found: found.filter(own)
    if by.can(Can.MEASURE):
        return _MEASURER, lambda found: found.filter(measurer_id=by.organisation_id)
    if by.can(Can.REVIEW_FOR_CITY):
        return _CITY, lambda found: found
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return _PROVINCE, lambda found: found
    return (), lambda found: found


def _next(step: tuple[str, str], standing: Standing) -> tuple[str, str]:
    if step[0] in _DECISIONS and standing.unfavourable:
        return VERIFICATION_RETURN, VERIFICATION_RETURN_NOTICE_DEADLINE
    return step


def _task(found: Verification, act: str, kind: str) -> Task:
    open_page = act in (VERIFICATION_SUBMIT, VERIFICATION_COMMISSION, VERIFICATION_REPORT)
    return Task(
        act_called(act).label,
        f"{found.case.number or '核定草稿'} {found.title}",
        f"/desk/verifications/{found.pk}/" if open_page else f"/desk/acts/{act}/{found.pk}/",
        kind=kind,
        listing_id=found.pk,
        slot=act,
        slot_subject=found.pk,
        county=found.region_id,
        county_name=found.region.name,
        seller=found.holder.name,
        act=act,
    )
