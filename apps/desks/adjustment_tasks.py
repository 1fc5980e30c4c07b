"""What of quota across provinces (跨省域调剂) waits for whom."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.crossprovince.models import Adjustment, AdjustmentOpinion, AuditRound, Plan
from apps.crossprovince.names import (
    ADJUSTMENT_ALLOCATE,
    ADJUSTMENT_CLOSE,
    ADJUSTMENT_CONSENT,
    ADJUSTMENT_DECIDE,
    ADJUSTMENT_QUARTER,
    ADJUSTMENT_REPORT,
    ADJUSTMENT_REPORT_DEADLINE,
    ADJUSTMENT_RETURN,
    ADJUSTMENT_RETURN_NOTICE_DEADLINE,
    ADJUSTMENT_REVIEW_DEADLINE,
    ADJUSTMENT_SUBMIT,
    ADJUSTMENT_TRANSFER,
    ADJUSTMENT_TRANSFER_DEADLINE,
    PAY_IN_DEADLINE,
    PLAN_ACCEPT,
    QUARTER_REPORT_DEADLINE,
    SCHEME_DISPUTE,
    SCHEME_PUBLISH,
    SCHEME_PUBLISH_DEADLINE,
    SCHEME_SETTLE,
)
from apps.crossprovince.queries import visible_to
from apps.crossprovince.states import AMENDABLE, Outcome
from apps.crossprovince.states import AdjustmentStatus as S
from apps.desks.tasks import Release, Task
from apps.funds.models import Allocation
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus

MOST = 5_000
_Step = tuple[S, str, str]
"""Where it stands, the act that is due there, by which deadline."""

_COUNTY: tuple[_Step, ...] = ((S.DRAFT, ADJUSTMENT_SUBMIT, ""), (S.RETURNED, ADJUSTMENT_SUBMIT, ""))
_PROVINCE: tuple[_Step, ...] = (
    (S.PROVINCE_REVIEW, ADJUSTMENT_DECIDE, ADJUSTMENT_REVIEW_DEADLINE),
    (S.PASSED, ADJUSTMENT_CONSENT, ""),
    (S.CONSENTED, ADJUSTMENT_REPORT, ADJUSTMENT_REPORT_DEADLINE),
    (S.MATCHED, SCHEME_PUBLISH, SCHEME_PUBLISH_DEADLINE),
    (S.IMPLEMENTING, ADJUSTMENT_TRANSFER, ADJUSTMENT_TRANSFER_DEADLINE),
)
_FINANCE: tuple[_Step, ...] = ((S.IMPLEMENTING, ADJUSTMENT_ALLOCATE, PAY_IN_DEADLINE),)
KIND_OF = {act: kind for steps in (_PROVINCE, _FINANCE) for _, act, kind in steps if kind} | {
    ADJUSTMENT_QUARTER: QUARTER_REPORT_DEADLINE,
}
"""By which deadline an act of two persons on an adjustment is to be released."""


def adjustment_tasks(by: Actor) -> list[Task]:
    """The tasks of the actor's organisation, those that wait longest first; none for other roles."""
    steps = _steps_of(by)
    if not steps:
        return []
    due = {status: (act, kind) for status, act, kind in steps}
    found = visible_to(by).defer("rules").order_by("pk")
    own = Q(status__in=[str(each) for each in due])
    if by.can(Can.APPLY_ACROSS_PROVINCES):
        found = found.annotate(owes=Exists(_pending(QUARTER_REPORT_DEADLINE))).filter(own | Q(owes=True))
    elif by.can(Can.DECIDE_FOR_PROVINCE):
        found = _with_what_waits_beside(found, own)
    else:
        found = found.filter(own)
    rows = list(found[:MOST])
    refused = _unfavourable(rows)
    whole = _allocated_whole(rows)
    tasks = []
    for each in rows:
        tasks += [_task(each, act, kind) for act, kind in _beside(each)]
        if each.state not in due:
            continue
        act, kind = due[each.state]
        if act == ADJUSTMENT_DECIDE and each.pk in refused:
            act, kind = ADJUSTMENT_RETURN, ADJUSTMENT_RETURN_NOTICE_DEADLINE
        if act in (ADJUSTMENT_TRANSFER, ADJUSTMENT_ALLOCATE) and (each.pk in whole) != (
            act == ADJUSTMENT_TRANSFER
        ):
            continue
        tasks.append(_task(each, act, kind))
    return tasks


def _with_what_waits_beside(found: QuerySet[Adjustment], own: Q) -> QuerySet[Adjustment]:
    """The same with disputes, plans and ends, which wait for the province beside the step of a status."""
    newest = Plan.objects.filter(adjustment=OuterRef("pk")).order_by("-version")
    audited = AuditRound.objects.filter(adjustment=OuterRef("pk"), year=0, outcome="in_order", voided_at=None)
    return found.annotate(
        proposed=Subquery(newest.values("proposed")[:1]),
        accepted=Subquery(newest.values("acceptance__pk")[:1]),
        audited=Exists(audited),
    ).filter(
        own
        | Q(proposed=True, accepted=None, status__in=[str(each) for each in AMENDABLE])
        | Q(status=S.PUBLICISED, upheld_at__isnull=False)
        | Q(status=S.DISPUTED)
        | Q(status=S.TRANSFERRED, audited=True)
    )


def _pending(kind: str) -> QuerySet[Deadline]:
    """The deadline of a case of such a kind that is not met."""
    return Deadline.objects.filter(case_id=OuterRef("pk"), kind=kind, met_at=None).exclude(
        status=DeadlineStatus.CANCELLED
    )


def _beside(found: Adjustment) -> Iterator[tuple[str, str]]:
    """What has to be done beside the step of its status, by which deadline, for whom it was found."""
    if getattr(found, "owes", False):
        yield ADJUSTMENT_QUARTER, QUARTER_REPORT_DEADLINE
    if hasattr(found, "audited"):
        for act in _province_acts(found):
            yield act, ""


def _province_acts(found: Adjustment) -> Iterator[str]:
    """What the province has to do beside the step of its status, as `_beside` found it."""
    proposed, accepted, audited = (getattr(found, each) for each in ("proposed", "accepted", "audited"))
    if proposed and accepted is None and found.state in AMENDABLE:
        yield PLAN_ACCEPT
    if found.state is S.PUBLICISED and found.upheld_at is not None:
        yield SCHEME_DISPUTE
    if found.state is S.DISPUTED:
        yield SCHEME_SETTLE
    if found.state is S.TRANSFERRED and audited:
        yield ADJUSTMENT_CLOSE


def _steps_of(by: Actor) -> tuple[_Step, ...]:
    if by.can(Can.APPLY_ACROSS_PROVINCES):
        return _COUNTY
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return _PROVINCE
    return _FINANCE if by.can(Can.BOOK_MONEY) else ()


def _unfavourable(rows: list[Adjustment]) -> set[int]:
    """Those whose opinion of this round asks for their return."""
    reviewed = [each for each in rows if each.state is S.PROVINCE_REVIEW]
    if not reviewed:
        return set()
    rounds = {each.pk: each.review_round for each in reviewed}
    said = AdjustmentOpinion.objects.filter(adjustment_id__in=rounds)
    return {
        each.adjustment_id
        for each in said.exclude(outcome=Outcome.PASS)
        if each.review_round == rounds[each.adjustment_id]
    }


def _allocated_whole(rows: list[Adjustment]) -> set[int]:
    """Those of which all of A has been allocated."""
    running = {each.pk: each for each in rows if each.state is S.IMPLEMENTING}
    if not running:
        return set()
    sums = {key: each.amounts.allocated for key, each in running.items() if each.amounts}
    for case_id, amount in Allocation.objects.filter(movement__source_id__in=running).values_list(
        "movement__source_id", "amount"
    ):
        sums[case_id] -= amount
    return {key for key, left in sums.items() if not left}


def name_adjustments(releases: Iterable[Release], *, by: Actor) -> None:
    """Say in each release on an adjustment which one it is about; one query where there are any."""
    waits = [each for each in releases if act_called(each.act).subject == "adjustment_id"]
    if not waits:
        return
    rows = visible_to(by).defer("rules").filter(pk__in={each.subject_id for each in waits})
    found = {each.pk: each for each in rows}
    for each in waits:
        about = found.get(each.subject_id)
        if about is not None:
            each.lot, each.title, each.seller = _number(about), about.title, about.holder.name
            each.county, each.county_name = about.region_id, about.region.name


def _number(found: Adjustment) -> str:
    return found.case.number or "调剂草稿"


def _task(found: Adjustment, act: str, kind: str) -> Task:
    subject_id = (found.scheme_id or 0) if act == SCHEME_PUBLISH else found.pk
    return Task(
        act_called(act).label,
        f"{_number(found)} {found.title}",
        f"/desk/adjustments/{found.pk}/" if act == ADJUSTMENT_SUBMIT else f"/desk/acts/{act}/{subject_id}/",
        kind=kind,
        listing_id=found.pk,
        slot=act,
        slot_subject=subject_id,
        county=found.region_id,
        county_name=found.region.name,
        seller=found.holder.name,
        act=act,
    )
