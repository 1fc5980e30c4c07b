"""Reviewing, returning, reopening and recording verifications: what city and province decide."""

from datetime import datetime

from django.db import transaction

from apps.documents.incoming import Incoming, enter
from apps.parties.roles import Can
from apps.surplus import queries, rules
from apps.surplus.events import (
    VerificationRecorded,
    VerificationReopened,
    VerificationReturned,
    VerificationReviewed,
)
from apps.surplus.models import Opinion, Verification
from apps.surplus.names import (
    CERTIFY_DEADLINE,
    CITY_REVIEW_DEADLINE,
    PROVINCE_REVIEW_DEADLINE,
    RECORD_DEADLINE,
    VERIFICATION_CITY_DECIDE,
    VERIFICATION_PROVINCE_DECIDE,
    VERIFICATION_RECORD,
    VERIFICATION_REOPEN,
    VERIFICATION_RETURN,
    VERIFICATION_RETURN_NOTICE_DEADLINE,
)
from apps.surplus.progress import advance, days
from apps.surplus.states import Level, Outcome
from apps.surplus.states import VerificationStatus as S
from apps.surplus.ties import require_apart
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refused, refuse
from kernel.events import emit
from kernel.text import folded


@transaction.atomic
def city_decide(
    *, verification_id: int, outcome: Outcome, by: Actor, now: datetime, reason: str = ""
) -> Opinion:
    """The prefecture's first review (市级初审).

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found (of another prefecture),
    wrong_status, self_dealing (somebody of it serves a party too), duplicate_request (given in this round), invalid (no
    reason).
    """
    require_capability(by, Can.REVIEW_FOR_CITY)
    access.release(act=VERIFICATION_CITY_DECIDE, subject_id=verification_id, by=by, now=now)
    found = queries.held(verification_id, by=by, now=now)
    refuse(rules.why_not_prefecture(region=by.region, of=found.region_id))
    made = _decide(found, Level.CITY, outcome, reason, at=S.CITY_REVIEW, by=by, now=now)
    if outcome is Outcome.PASS:
        book = queries.parameters_of(found)
        deadlines.start(
            kind=PROVINCE_REVIEW_DEADLINE,
            case_id=found.pk,
            triggered_at=now,
            period=days(found, book.province_review_wd),
            concerns_id=queries.province_office_id(found),
        )
        advance(found, S.PROVINCE_REVIEW, now=now)
    return made


@transaction.atomic
def province_decide(
    *, verification_id: int, outcome: Outcome, by: Actor, now: datetime, reason: str = ""
) -> Opinion:
    """The province's final review (省级终审). Refuses as `city_decide`, and of another province."""
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=VERIFICATION_PROVINCE_DECIDE, subject_id=verification_id, by=by, now=now)
    found = queries.held(verification_id, by=by, now=now)
    require_province(by, found.province)
    made = _decide(found, Level.PROVINCE, outcome, reason, at=S.PROVINCE_REVIEW, by=by, now=now)
    if outcome is Outcome.PASS:
        deadlines.start(
            kind=RECORD_DEADLINE,
            case_id=found.pk,
            triggered_at=now,
            period=days(found, queries.parameters_of(found).record_wd),
            concerns_id=queries.province_office_id(found),
        )
        advance(found, S.VERIFIED, now=now)
    return made


_REVIEW_OF = {Level.CITY: CITY_REVIEW_DEADLINE, Level.PROVINCE: PROVINCE_REVIEW_DEADLINE}
"""The period of each level's review. Any opinion ends it; what follows an unfavourable one has a period of its own."""


def _decide(
    found: Verification, level: Level, outcome: Outcome, reason: str, *, at: S, by: Actor, now: datetime
) -> Opinion:
    refuse(rules.why_not_at(found.state, {at}))
    require_apart(found, by=by)
    refuse(rules.why_not_again(decided=queries.opinion_of(found, level) is not None))
    refuse(rules.why_not_opinion(outcome=outcome, reason=reason))
    made = Opinion.objects.create(
        verification=found,
        review_round=found.review_round,
        level=level,
        outcome=outcome,
        reason=reason,
        organisation_name=by.organisation_name,
        decided_by_id=by.person_id,
        decided_by_name=by.person_name,
        decided_at=now,
    )
    deadlines.meet(kind=_REVIEW_OF[level], case_id=found.pk, at=now)
    if outcome is not Outcome.PASS:
        deadlines.start(
            kind=VERIFICATION_RETURN_NOTICE_DEADLINE,
            case_id=found.pk,
            triggered_at=now,
            period=days(found, queries.parameters_of(found).return_notice_wd),
            concerns_id=by.organisation_id,
        )
    audit.record(
        verb=VERIFICATION_CITY_DECIDE if level is Level.CITY else VERIFICATION_PROVINCE_DECIDE,
        by=by,
        now=now,
        case_id=found.pk,
        subject=made,
        after={"outcome": str(outcome), "reason": reason},
    )
    emit(VerificationReviewed(verification_id=found.pk, level=str(level), outcome=str(outcome), now=now))
    return made


@transaction.atomic
def send_back(
    *,
    verification_id: int,
    reason: str,
    by: Actor,
    now: datetime,
) -> Verification:
    """Return it with written reasons (退回补正): after an unfavourable opinion, by who gave it.

    Refuses: not_permitted, not_found, wrong_status, self_dealing, invalid (no reason, or no unfavourable opinion).
    """
    require_capability(by, Can.RETURN_VERIFICATIONS)
    found = queries.held(verification_id, by=by, now=now)
    by_city = by.can(Can.REVIEW_FOR_CITY)
    refuse(rules.why_not_at(found.state, {S.CITY_REVIEW if by_city else S.PROVINCE_REVIEW}))
    require_province(by, found.province)
    if by_city:
        refuse(rules.why_not_prefecture(region=by.region, of=found.region_id))
    require_apart(found, by=by)
    against = queries.unfavourable(found)
    refuse(rules.why_not_return(unfavourable=against is not None, reason=reason))
    deadlines.meet(kind=VERIFICATION_RETURN_NOTICE_DEADLINE, case_id=found.pk, at=now)
    advance(found, S.RETURNED, now=now)
    audit.record(
        verb=VERIFICATION_RETURN, by=by, now=now, case_id=found.pk, subject=found, after={"reason": reason}
    )
    emit(VerificationReturned(verification_id=found.pk, reason=reason, now=now))
    return found


@transaction.atomic
def reopen(
    *, verification_id: int, reason: str, incoming: Incoming, by: Actor, now: datetime
) -> Verification:
    """Return what the province had verified because the ministry sent it back (部里退回), as its document says.

    The period for its record falls away; once corrected it is submitted again, as a new round. One person prepares,
    another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing, invalid (no reason, a
    document of the future), missing_document (incoming_document), duplicate_request (the document sent it back before).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=VERIFICATION_REOPEN, subject_id=verification_id, by=by, now=now)
    found = queries.held(verification_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_at(found.state, {S.VERIFIED}))
    require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    enter(incoming, act=VERIFICATION_REOPEN, case_id=found.pk, by=by, now=now)
    deadlines.cancel(kind=RECORD_DEADLINE, case_id=found.pk)
    advance(found, S.RETURNED, now=now)
    said = {"reason": reason, **incoming.as_said()}
    audit.record(verb=VERIFICATION_REOPEN, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(
        VerificationReopened(
            verification_id=found.pk,
            body=incoming.body,
            document_no=incoming.document_no,
            reason=reason,
            now=now,
        )
    )
    return found


@transaction.atomic
def record(
    *, verification_id: int, record_no: str, incoming: Incoming, by: Actor, now: datetime
) -> Verification:
    """Enter the ministry's record number (部备案号), as its document says.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, invalid (a
    document of the future), self_dealing, missing_document (incoming_document), duplicate_request (the number, or the
    document, is used, however it is written).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=VERIFICATION_RECORD, subject_id=verification_id, by=by, now=now)
    found = queries.held(verification_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_at(found.state, {S.VERIFIED}))
    require_apart(found, by=by)
    enter(incoming, act=VERIFICATION_RECORD, case_id=found.pk, register_no=record_no, by=by, now=now)
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    if Verification.objects.filter(record_key=folded(record_no)).exists():
        raise Refused.because(
            Code.DUPLICATE_REQUEST,
            f"部备案号“{record_no}”已登记在另一核定项目，请核对。",
            record_no=record_no,
        )
    found.record_no, found.recorded_on = record_no, incoming.document_date
    deadlines.meet(kind=RECORD_DEADLINE, case_id=found.pk, at=now)
    deadlines.start(
        kind=CERTIFY_DEADLINE,
        case_id=found.pk,
        triggered_at=now,
        period=days(found, queries.parameters_of(found).certify_wd),
        concerns_id=queries.province_office_id(found),
    )
    advance(found, S.RECORDED, now=now)
    said = {"record_no": record_no, **incoming.as_said()}
    audit.record(verb=VERIFICATION_RECORD, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(VerificationRecorded(verification_id=found.pk, now=now))
    return found
