"""What of verifications (节余指标核定) waits for whom."""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from apps.desks.tasks import Task
from apps.parties.roles import Can
from apps.surplus.models import Opinion, Verification
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
from apps.surplus.states import Outcome
from apps.surplus.states import VerificationStatus as S
from kernel.actors import Actor
from kernel.acts.act import act_called

MOST = 5_000
_Step = tuple[S, str, str]
"""Where it stands, the act that is due there, by which deadline."""

_COUNTY: tuple[_Step, ...] = (
    (S.DRAFT, VERIFICATION_COMMISSION, ""),
    (S.MEASURED, VERIFICATION_SUBMIT, ""),
    (S.RETURNED, VERIFICATION_SUBMIT, ""),
)
_MEASURER: tuple[_Step, ...] = ((S.COMMISSIONED, VERIFICATION_REPORT, MEASURE_DEADLINE),)
_CITY: tuple[_Step, ...] = ((S.CITY_REVIEW, VERIFICATION_CITY_DECIDE, CITY_REVIEW_DEADLINE),)
_PROVINCE: tuple[_Step, ...] = (
    (S.PROVINCE_REVIEW, VERIFICATION_PROVINCE_DECIDE, PROVINCE_REVIEW_DEADLINE),
    (S.VERIFIED, VERIFICATION_RECORD, RECORD_DEADLINE),
    (S.RECORDED, VERIFICATION_CERTIFY, CERTIFY_DEADLINE),
)
_DECISIONS = frozenset({VERIFICATION_CITY_DECIDE, VERIFICATION_PROVINCE_DECIDE})


def verification_tasks(by: Actor) -> list[Task]:
    """The tasks of the actor's organisation, those that wait longest first; two queries, none for other roles."""
    steps, mine = _steps_of(by)
    if not steps:
        return []
    due = {status: (act, kind) for status, act, kind in steps}
    rows = mine(visible_to(by)).filter(status__in=[str(each) for each in due]).order_by("pk")[:MOST]
    against = _returnable(by)
    return [_task(each, *_next(each, due[each.state], against)) for each in rows]


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


def _returnable(by: Actor) -> set[tuple[int, int]]:
    """Verifications and rounds with an unfavourable opinion: they are to be returned."""
    if not by.can(Can.RETURN_VERIFICATIONS):
        return set()
    found = Opinion.objects.exclude(outcome=Outcome.PASS).filter(
        verification__status__in=[S.CITY_REVIEW, S.PROVINCE_REVIEW]
    )
    return set(found.values_list("verification_id", "review_round"))


def _next(found: Verification, step: tuple[str, str], against: set[tuple[int, int]]) -> tuple[str, str]:
    if step[0] in _DECISIONS and (found.pk, found.review_round) in against:
        return VERIFICATION_RETURN, VERIFICATION_RETURN_NOTICE_DEADLINE
    return step


def _task(found: Verification, act: str, kind: str) -> Task:
    open_page = act in (VERIFICATION_SUBMIT, VERIFICATION_COMMISSION, VERIFICATION_REPORT)
    return Task(
        act_called(act).label,
        f"{found.case.number or f'核定草稿{found.pk}'} {found.title}",
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
