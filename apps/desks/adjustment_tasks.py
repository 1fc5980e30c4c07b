"""What of quota across provinces (跨省域调剂) waits for whom."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from apps.crossprovince.models import Adjustment, AdjustmentOpinion, AuditRound, Plan
from apps.crossprovince.names import (
    ADJUSTMENT_ACKNOWLEDGE,
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
    SCHEME_IMPORT,
    SCHEME_PUBLISH,
    SCHEME_PUBLISH_DEADLINE,
    SCHEME_SETTLE,
)
from apps.crossprovince.queries import visible_to
from apps.crossprovince.states import AMENDABLE, ENDS_WELL, Outcome
from apps.crossprovince.states import AdjustmentStatus as S
from apps.desks.tasks import Task
from apps.funds.models import Allocation
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.cases.models import Case
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus

_Step = tuple[S, str, str]
"""Where it stands, the act that is due there, by which deadline."""

_COUNTY: tuple[_Step, ...] = ((S.DRAFT, ADJUSTMENT_SUBMIT, ""), (S.RETURNED, ADJUSTMENT_SUBMIT, ""))
_PROVINCE: tuple[_Step, ...] = (
    (S.PROVINCE_REVIEW, ADJUSTMENT_DECIDE, ADJUSTMENT_REVIEW_DEADLINE),
    (S.PASSED, ADJUSTMENT_CONSENT, ""),
    (S.CONSENTED, ADJUSTMENT_REPORT, ADJUSTMENT_REPORT_DEADLINE),
    (S.WITH_MINISTRY, ADJUSTMENT_ACKNOWLEDGE, ""),
    (S.UNMATCHED, ADJUSTMENT_REPORT, ""),
    (S.MATCHED, SCHEME_PUBLISH, SCHEME_PUBLISH_DEADLINE),
    (S.IMPLEMENTING, ADJUSTMENT_TRANSFER, ADJUSTMENT_TRANSFER_DEADLINE),
)
_FINANCE: tuple[_Step, ...] = ((S.IMPLEMENTING, ADJUSTMENT_ALLOCATE, PAY_IN_DEADLINE),)
KIND_OF = {act: kind for steps in (_PROVINCE, _FINANCE) for _, act, kind in steps if kind} | {
    ADJUSTMENT_QUARTER: QUARTER_REPORT_DEADLINE,
}
"""By which deadline an act of two persons on an adjustment is to be released."""


def adjustments_waiting(by: Actor) -> QuerySet[Adjustment] | None:
    """The adjustments that may wait for the actor's organisation; None for other roles."""
    steps = _steps_of(by)
    if not steps:
        return None
    marks = adjustment_marks(by)
    own = Q(status__in=[str(status) for status, _, _ in steps])
    if "owes" in marks:
        own |= Q(owes__isnull=False)
    if "audited" in marks:
        own |= Q(proposed=True, accepted=None, status__in=[str(each) for each in AMENDABLE])
        own |= Q(status=S.PUBLICISED, upheld_at__isnull=False) | Q(status=S.DISPUTED)
        own |= Q(status=S.TRANSFERRED, audited=True)
    return visible_to(by).annotate(**marks).filter(own)


def adjustment_marks(by: Actor) -> dict[str, Exists | Subquery]:
    """What a role has to know of an adjustment beside its row, by its key."""
    if by.can(Can.APPLY_ACROSS_PROVINCES):
        first = _pending(QUARTER_REPORT_DEADLINE).order_by("subject_id")
        return {"owes": Subquery(first.values("subject_id")[:1])}
    given = Allocation.objects.filter(movement__source_id=OuterRef("pk")).order_by()
    sums = given.values("movement__source_id").annotate(total=Sum("amount"))
    marks: dict[str, Exists | Subquery] = {"given": Subquery(sums.values("total"))}
    if not by.can(Can.DECIDE_FOR_PROVINCE):
        return marks
    said = AdjustmentOpinion.objects.filter(
        adjustment=OuterRef("pk"), review_round=F("adjustment__review_round")
    )
    newest = Plan.objects.filter(adjustment=OuterRef("pk")).order_by("-version")
    audited = AuditRound.objects.filter(
        adjustment=OuterRef("pk"), year=0, outcome__in=ENDS_WELL, voided_at=None
    )
    return marks | {
        "refused": Exists(said.exclude(outcome=Outcome.PASS)),
        "proposed": Subquery(newest.values("proposed")[:1]),
        "accepted": Subquery(newest.values("acceptance__pk")[:1]),
        "audited": Exists(audited),
    }


def adjustment_tasks(rows: Iterable[Case], *, by: Actor) -> list[Task]:
    """The tasks of the actor's organisation on these cases, which bear the marks of its role."""
    due = {status: (act, kind) for status, act, kind in _steps_of(by)}
    tasks = []
    for case in rows:
        found = case.adjustment
        tasks += [_task(found, act, kind, of=_owed(case, act)) for act, kind in _beside(case)]
        step = due.get(found.state)
        if step is not None:
            tasks += [_task(found, act, kind) for act, kind in _due(case, *step)]
    return tasks


def _due(case: Case, act: str, kind: str) -> Iterator[tuple[str, str]]:
    """What the step of its status comes to, as it was found; nothing while another office is next."""
    found = case.adjustment
    if act in (ADJUSTMENT_TRANSFER, ADJUSTMENT_ALLOCATE):
        whole = found.amounts is not None and _mark(case, "given") == found.amounts.allocated
        if whole != (act == ADJUSTMENT_TRANSFER):
            return
    if act == ADJUSTMENT_DECIDE and _mark(case, "refused"):
        act, kind = ADJUSTMENT_RETURN, ADJUSTMENT_RETURN_NOTICE_DEADLINE
    elif act == ADJUSTMENT_ACKNOWLEDGE and (found.receipt_no or found.parent_id):
        act = SCHEME_IMPORT  # the unmatched rest of another was received with it
    yield act, kind


def _mark(case: Case, name: str) -> object:
    return getattr(case, name, None)


def _pending(kind: str) -> QuerySet[Deadline]:
    """The deadline of a case of such a kind that is not met."""
    return Deadline.objects.filter(case_id=OuterRef("pk"), kind=kind, met_at=None).exclude(
        status=DeadlineStatus.CANCELLED
    )


def _owed(case: Case, act: str) -> int:
    """The quarter that a report is due of, as its deadline is told apart; 0 for what else is to do."""
    return int(str(_mark(case, "owes"))) if act == ADJUSTMENT_QUARTER else 0


def _beside(case: Case) -> Iterator[tuple[str, str]]:
    """What has to be done beside the step of its status, by which deadline, for whom it was found."""
    if _mark(case, "owes"):
        yield ADJUSTMENT_QUARTER, QUARTER_REPORT_DEADLINE
    if hasattr(case, "audited"):
        for act in _province_acts(case):
            yield act, ""


def _province_acts(case: Case) -> Iterator[str]:
    """What the province has to do beside the step of its status."""
    found = case.adjustment
    if _mark(case, "proposed") and _mark(case, "accepted") is None and found.state in AMENDABLE:
        yield PLAN_ACCEPT
    if found.state is S.PUBLICISED and found.upheld_at is not None:
        yield SCHEME_DISPUTE
    if found.state is S.DISPUTED:
        yield SCHEME_SETTLE
    if found.state is S.TRANSFERRED and _mark(case, "audited"):
        yield ADJUSTMENT_CLOSE


def _steps_of(by: Actor) -> tuple[_Step, ...]:
    if by.can(Can.APPLY_ACROSS_PROVINCES):
        return _COUNTY
    if by.can(Can.DECIDE_FOR_PROVINCE):
        return _PROVINCE
    return _FINANCE if by.can(Can.BOOK_MONEY) else ()


def _task(found: Adjustment, act: str, kind: str, *, of: int = 0) -> Task:
    subject_id = found.pk
    if act in (SCHEME_IMPORT, SCHEME_PUBLISH):  # of a whole scheme, which is none before it is imported
        subject_id = (found.scheme_id or 0) if act == SCHEME_PUBLISH else 0
    return Task(
        act_called(act).label,
        f"{found.case.number or '调剂草稿'} {found.title}",
        f"/desk/adjustments/{found.pk}/" if act == ADJUSTMENT_SUBMIT else f"/desk/acts/{act}/{subject_id}/",
        kind=kind,
        listing_id=found.pk,
        subject_id=of,
        slot=act,
        slot_subject=subject_id,
        county=found.region_id,
        county_name=found.region.name,
        seller=found.holder.name,
        act=act,
    )
