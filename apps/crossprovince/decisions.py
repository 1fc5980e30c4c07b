"""What the province decides on adjustments, and what it enters for bodies outside before the ministry's scheme."""

from datetime import datetime

from django.db import transaction

from apps.crossprovince import national, queries, rules
from apps.crossprovince.events import AdjustmentAdvanced, AdjustmentReturned, AdjustmentReviewed
from apps.crossprovince.models import Adjustment, AdjustmentOpinion
from apps.crossprovince.names import (
    ADJUSTMENT_ACKNOWLEDGE,
    ADJUSTMENT_CONSENT,
    ADJUSTMENT_DECIDE,
    ADJUSTMENT_REOPEN,
    ADJUSTMENT_REPORT,
    ADJUSTMENT_REPORT_DEADLINE,
    ADJUSTMENT_RETURN,
    ADJUSTMENT_RETURN_NOTICE_DEADLINE,
    ADJUSTMENT_REVIEW_DEADLINE,
    ADJUSTMENT_UNMATCH,
)
from apps.crossprovince.progress import advance
from apps.crossprovince.states import REDUCIBLE, REOPENABLE, REPORTABLE, Outcome
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.incoming import Incoming, enter
from apps.documents.sent import keep_sent
from apps.parties.roles import Can
from apps.quota import claims
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.clock import beijing
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit


@transaction.atomic
def decide(
    *, adjustment_id: int, outcome: Outcome, by: Actor, now: datetime, reason: str = ""
) -> AdjustmentOpinion:
    """The department's review (省厅审核), within `review_wd` of the submission.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    duplicate_request (given in this round), invalid (no reason).
    """
    found = _held(ADJUSTMENT_DECIDE, adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, {S.PROVINCE_REVIEW}))
    queries.require_apart(found, by=by)
    decided = queries.opinion_of(found) is not None
    refuse(rules.why_not_opinion(outcome=outcome, reason=reason, decided=decided))
    made = AdjustmentOpinion.objects.create(
        adjustment=found,
        review_round=found.review_round,
        outcome=outcome,
        reason=reason,
        organisation_name=by.organisation_name,
        decided_by_id=by.person_id,
        decided_by_name=by.person_name,
        decided_at=now,
    )
    deadlines.meet(kind=ADJUSTMENT_REVIEW_DEADLINE, case_id=found.pk, at=now)
    if outcome is Outcome.PASS:
        advance(found, S.PASSED, now=now)
    else:
        deadlines.start(
            kind=ADJUSTMENT_RETURN_NOTICE_DEADLINE,
            case_id=found.pk,
            triggered_at=now,
            period=queries.days(found, queries.parameters_of(found).return_notice_wd),
            concerns_id=queries.province_office_id(found),
        )
    said = {"outcome": str(outcome), "reason": reason}
    audit.record(verb=ADJUSTMENT_DECIDE, by=by, now=now, case_id=found.pk, subject=made, after=said)
    emit(AdjustmentReviewed(adjustment_id=found.pk, outcome=str(outcome), now=now))
    return made


def _held(act: str, adjustment_id: int, *, by: Actor, now: datetime) -> Adjustment:
    """What the two persons of its province's department decide on. Refuses: not_permitted, same_person, not_found."""
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=act, subject_id=adjustment_id, by=by, now=now)
    found = queries.held(adjustment_id, by=by, now=now)
    require_province(by, found.province)
    return found


@transaction.atomic
def send_back(*, adjustment_id: int, reason: str, by: Actor, now: datetime) -> Adjustment:
    """Return it with written reasons (退回补正) after an unfavourable opinion, within `return_notice_wd` (S002).

    Its quota stays frozen. Refuses: not_permitted, not_found, wrong_status, self_dealing, invalid.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    found = queries.held(adjustment_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_at(found.state, {S.PROVINCE_REVIEW}))
    queries.require_apart(found, by=by)
    refuse(rules.why_not_return(unfavourable=queries.unfavourable(found), reason=reason))
    deadlines.meet(kind=ADJUSTMENT_RETURN_NOTICE_DEADLINE, case_id=found.pk, at=now)
    advance(found, S.RETURNED, now=now)
    said = {"reason": reason}
    audit.record(verb=ADJUSTMENT_RETURN, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(AdjustmentReturned(adjustment_id=found.pk, reason=reason, now=now))
    return found


@transaction.atomic
def reopen(*, adjustment_id: int, reason: str, incoming: Incoming, by: Actor, now: datetime) -> Adjustment:
    """Return what had been passed, consented to or sent to the ministry, because a body outside sent it back.

    As its document says; its quota stays frozen. One person prepares, another releases. Refuses: not_permitted,
    same_person, not_found, wrong_status, self_dealing, invalid, missing_document, duplicate_request.
    """
    found = _held(ADJUSTMENT_REOPEN, adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, REOPENABLE))
    queries.require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    enter(incoming, act=ADJUSTMENT_REOPEN, case_id=found.pk, by=by, now=now)
    deadlines.cancel(kind=ADJUSTMENT_REPORT_DEADLINE, case_id=found.pk)
    advance(found, S.RETURNED, now=now)
    said = {"reason": reason, **incoming.as_said()}
    audit.record(verb=ADJUSTMENT_REOPEN, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(AdjustmentReturned(adjustment_id=found.pk, reason=reason, now=now))
    return found


def return_reduced(adjustment_id: int, *, finding_no: str, now: datetime) -> None:
    """It is the county's again: a re-check found less of its quota (核减) than stands free.

    Its quota stays frozen until it applies for less. Called by the reduction, in its transaction.
    """
    found = queries.locked(adjustment_id)
    if found.state not in REDUCIBLE:
        return
    reason = f"申请的指标依据“{finding_no}”核减"
    for kind in (ADJUSTMENT_REVIEW_DEADLINE, ADJUSTMENT_RETURN_NOTICE_DEADLINE, ADJUSTMENT_REPORT_DEADLINE):
        deadlines.cancel(kind=kind, case_id=found.pk)
    advance(found, S.RETURNED, now=now)
    said = {"reason": reason}
    audit.record(verb="adjustment.reduce", by=SYSTEM, now=now, case_id=found.pk, subject=found, after=said)
    emit(AdjustmentReturned(adjustment_id=found.pk, reason=reason, now=now))


@transaction.atomic
def consent(*, adjustment_id: int, incoming: Incoming, by: Actor, now: datetime) -> Adjustment:
    """Enter the provincial government's consent (省政府同意), whose number and date its document has.

    Its report to the ministry is due within `report_wd`. One person prepares, another releases. Refuses: not_permitted,
    same_person, not_found, wrong_status, self_dealing, invalid (dated before the pass, or after today),
    missing_document, duplicate_request.
    """
    found = _held(ADJUSTMENT_CONSENT, adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, {S.PASSED}))
    queries.require_apart(found, by=by)
    said = queries.opinion_of(found)
    if said is not None:
        passed_on = beijing(said.decided_at).date()
        refuse(rules.why_not_consent(on=incoming.document_date, passed_on=passed_on))
    enter(incoming, act=ADJUSTMENT_CONSENT, case_id=found.pk, by=by, now=now)
    found.consent_no, found.consented_on = incoming.document_no, incoming.document_date
    deadlines.start(
        kind=ADJUSTMENT_REPORT_DEADLINE,
        case_id=found.pk,
        triggered_at=now,
        period=queries.days(found, queries.parameters_of(found).report_wd),
        concerns_id=queries.province_office_id(found),
    )
    advance(found, S.CONSENTED, now=now)
    return _entered(found, ADJUSTMENT_CONSENT, incoming, by=by, now=now)


def _entered(
    found: Adjustment, act: str, incoming: Incoming, *, by: Actor, now: datetime, **more: str
) -> Adjustment:
    said = {**incoming.as_said(), **more}
    audit.record(verb=act, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(AdjustmentAdvanced(adjustment_id=found.pk, act=act, said=incoming.document_no, now=now))
    return found


@transaction.atomic
def report(*, adjustment_id: int, by: Actor, now: datetime) -> Adjustment:
    """Send it to the ministry with its package (报部), again where nothing was matched. Due `report_wd` from consent.

    The package's digest is kept; the ministry's number for it is still to come. One person prepares, another releases.
    Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing, quota_encumbered (less was found of its
    quota than stands free).
    """
    found = _held(ADJUSTMENT_REPORT, adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, REPORTABLE))
    queries.require_apart(found, by=by)
    batches = [each.batch_id for each in queries.lines_of(found)]
    claims.require_batches_settled(batches, holder_id=found.holder_id)
    found.package_sha256 = keep_sent(national.system().package(found))
    found.reported_at, found.receipt_no = now, None
    deadlines.meet(kind=ADJUSTMENT_REPORT_DEADLINE, case_id=found.pk, at=now)
    advance(found, S.WITH_MINISTRY, now=now)
    said = {"package_sha256": found.package_sha256}
    audit.record(verb=ADJUSTMENT_REPORT, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(AdjustmentAdvanced(adjustment_id=found.pk, act=ADJUSTMENT_REPORT, said="", now=now))
    return found


@transaction.atomic
def acknowledge(
    *, adjustment_id: int, receipt_no: str, incoming: Incoming, by: Actor, now: datetime
) -> Adjustment:
    """Enter the ministry's receipt number (部受理号), which stands for one adjustment.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    missing_document, invalid, duplicate_request (it has a number, or another has this one).
    """
    found = _held(ADJUSTMENT_ACKNOWLEDGE, adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, {S.WITH_MINISTRY}))
    queries.require_apart(found, by=by)
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    used = queries.is_receipt_used(receipt_no)
    refuse(rules.why_not_acknowledge(receipt_no, before=found.receipt_no, used=used))
    enter(incoming, act=ADJUSTMENT_ACKNOWLEDGE, case_id=found.pk, register_no=receipt_no, by=by, now=now)
    found.receipt_no = receipt_no
    found.save(update_fields=["receipt_no", "receipt_key"])
    return _entered(found, ADJUSTMENT_ACKNOWLEDGE, incoming, by=by, now=now, receipt_no=receipt_no)


@transaction.atomic
def unmatch(*, adjustment_id: int, incoming: Incoming, by: Actor, now: datetime) -> Adjustment:
    """Enter that the ministry matched it with nobody (未匹配); it may be reported again, its quota stays frozen.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    missing_document, invalid, duplicate_request.
    """
    found = _held(ADJUSTMENT_UNMATCH, adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, {S.WITH_MINISTRY}))
    queries.require_apart(found, by=by)
    enter(incoming, act=ADJUSTMENT_UNMATCH, case_id=found.pk, by=by, now=now)
    advance(found, S.UNMATCHED, now=now)
    return _entered(found, ADJUSTMENT_UNMATCH, incoming, by=by, now=now)
