"""What the province decides on demands, and what it enters for the ministry before its scheme."""

from datetime import datetime

from django.db import transaction

from apps.crossprovince import demand_queries as queries
from apps.crossprovince import demand_rules, national, rules
from apps.crossprovince.demand_events import DemandAdvanced, DemandReturned, DemandReviewed
from apps.crossprovince.demand_models import Demand, DemandOpinion
from apps.crossprovince.demand_progress import advance
from apps.crossprovince.demand_states import REOPENABLE, REPORTABLE
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.names import (
    DEMAND_ACKNOWLEDGE,
    DEMAND_DECIDE,
    DEMAND_REOPEN,
    DEMAND_REPORT,
    DEMAND_REPORT_DEADLINE,
    DEMAND_RETURN,
    DEMAND_RETURN_NOTICE_DEADLINE,
    DEMAND_REVIEW_DEADLINE,
    DEMAND_UNMATCH,
)
from apps.crossprovince.queries import (
    days,
    is_receipt_used,
    parameters_of,
    province_office_id,
    require_apart,
)
from apps.crossprovince.states import Outcome
from apps.documents.incoming import Incoming, enter
from apps.documents.sent import keep_sent
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit


@transaction.atomic
def decide(*, demand_id: int, outcome: Outcome, by: Actor, now: datetime, reason: str = "") -> DemandOpinion:
    """The department's review (省厅审核), within `review_wd` of the submission; passed, its report is due.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    duplicate_request (given in this round), invalid (no reason).
    """
    found = held_by_two(DEMAND_DECIDE, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, {S.PROVINCE_REVIEW}))
    require_apart(found, by=by)
    decided = queries.opinion_of(found) is not None
    refuse(rules.why_not_opinion(outcome=outcome, reason=reason, decided=decided))
    made = DemandOpinion.objects.create(
        demand=found,
        review_round=found.review_round,
        outcome=outcome,
        reason=reason,
        organisation_name=by.organisation_name,
        decided_by_id=by.person_id,
        decided_by_name=by.person_name,
        decided_at=now,
    )
    deadlines.meet(kind=DEMAND_REVIEW_DEADLINE, case_id=found.pk, at=now)
    if outcome is Outcome.PASS:
        _expect_report(found, now=now)
        advance(found, S.PASSED, now=now)
    else:
        deadlines.start(
            kind=DEMAND_RETURN_NOTICE_DEADLINE,
            case_id=found.pk,
            triggered_at=now,
            period=days(found, parameters_of(found).return_notice_wd),
            concerns_id=province_office_id(found),
        )
    said = {"outcome": str(outcome), "reason": reason}
    audit.record(verb=DEMAND_DECIDE, by=by, now=now, case_id=found.pk, subject=made, after=said)
    emit(DemandReviewed(demand_id=found.pk, outcome=str(outcome), now=now))
    return made


def held_by_two(act: str, demand_id: int, *, by: Actor, now: datetime) -> Demand:
    """What the two persons of its province's department decide on. Refuses: not_permitted, same_person, not_found."""
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=act, subject_id=demand_id, by=by, now=now)
    found = queries.held(demand_id, by=by, now=now)
    require_province(by, found.province)
    return found


def _expect_report(found: Demand, *, now: datetime) -> None:
    deadlines.start(
        kind=DEMAND_REPORT_DEADLINE,
        case_id=found.pk,
        triggered_at=now,
        period=days(found, parameters_of(found).report_wd),
        concerns_id=province_office_id(found),
    )


@transaction.atomic
def send_back(*, demand_id: int, reason: str, by: Actor, now: datetime) -> Demand:
    """Return it with written reasons (退回补正) after an unfavourable opinion, within `return_notice_wd` (S002).

    Refuses: not_permitted, not_found, wrong_status, self_dealing, invalid.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    found = queries.held(demand_id, by=by, now=now)
    require_province(by, found.province)
    refuse(demand_rules.why_not_at(found.state, {S.PROVINCE_REVIEW}))
    require_apart(found, by=by)
    refuse(rules.why_not_return(unfavourable=queries.unfavourable(found), reason=reason))
    deadlines.meet(kind=DEMAND_RETURN_NOTICE_DEADLINE, case_id=found.pk, at=now)
    advance(found, S.RETURNED, now=now)
    said = {"reason": reason}
    audit.record(verb=DEMAND_RETURN, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(DemandReturned(demand_id=found.pk, reason=reason, now=now))
    return found


@transaction.atomic
def reopen(*, demand_id: int, reason: str, incoming: Incoming, by: Actor, now: datetime) -> Demand:
    """Return what had been passed or sent to the ministry, because a body outside sent it back.

    As its document says. One person prepares, another releases. Refuses: not_permitted, same_person, not_found,
    wrong_status, self_dealing, invalid, missing_document, duplicate_request.
    """
    found = held_by_two(DEMAND_REOPEN, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, REOPENABLE))
    require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    enter(incoming, act=DEMAND_REOPEN, case_id=found.pk, by=by, now=now)
    deadlines.cancel(kind=DEMAND_REPORT_DEADLINE, case_id=found.pk)
    advance(found, S.RETURNED, now=now)
    said = {"reason": reason, **incoming.as_said()}
    audit.record(verb=DEMAND_REOPEN, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(DemandReturned(demand_id=found.pk, reason=reason, now=now))
    return found


@transaction.atomic
def report(*, demand_id: int, by: Actor, now: datetime) -> Demand:
    """Send it to the ministry with its package (报部), again where nothing was matched. Due `report_wd` from the pass.

    The package's digest is kept. One person prepares, another releases. Refuses: not_permitted, same_person, not_found,
    wrong_status, self_dealing.
    """
    found = held_by_two(DEMAND_REPORT, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, REPORTABLE))
    require_apart(found, by=by)
    found.package_sha256 = keep_sent(national.system().package_of_demand(found))
    found.reported_at = now
    deadlines.meet(kind=DEMAND_REPORT_DEADLINE, case_id=found.pk, at=now)
    advance(found, S.WITH_MINISTRY, now=now)
    said = {"package_sha256": found.package_sha256}
    audit.record(verb=DEMAND_REPORT, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(DemandAdvanced(demand_id=found.pk, act=DEMAND_REPORT, said="", now=now))
    return found


@transaction.atomic
def acknowledge(*, demand_id: int, receipt_no: str, incoming: Incoming, by: Actor, now: datetime) -> Demand:
    """Enter the ministry's receipt number (部受理号), which stands for one case, of whichever side.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    missing_document, invalid, duplicate_request (it has a number, or another has this one).
    """
    found = held_by_two(DEMAND_ACKNOWLEDGE, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, {S.WITH_MINISTRY}))
    require_apart(found, by=by)
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    used = is_receipt_used(receipt_no)
    refuse(rules.why_not_acknowledge(receipt_no, before=found.receipt_no, used=used))
    enter(incoming, act=DEMAND_ACKNOWLEDGE, case_id=found.pk, register_no=receipt_no, by=by, now=now)
    found.receipt_no = receipt_no
    found.save(update_fields=["receipt_no", "receipt_key"])
    return _entered(found, DEMAND_ACKNOWLEDGE, incoming, by=by, now=now, receipt_no=receipt_no)


@transaction.atomic
def unmatch(*, demand_id: int, incoming: Incoming, by: Actor, now: datetime) -> Demand:
    """Enter that the ministry matched it with nobody (未匹配); it may be reported again.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    missing_document, invalid, duplicate_request.
    """
    found = held_by_two(DEMAND_UNMATCH, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, {S.WITH_MINISTRY}))
    require_apart(found, by=by)
    enter(incoming, act=DEMAND_UNMATCH, case_id=found.pk, by=by, now=now)
    advance(found, S.UNMATCHED, now=now)
    return _entered(found, DEMAND_UNMATCH, incoming, by=by, now=now)


def _entered(found: Demand, act: str, incoming: Incoming, *, by: Actor, now: datetime, **more: str) -> Demand:
    said = {**incoming.as_said(), **more}
    audit.record(verb=act, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(DemandAdvanced(demand_id=found.pk, act=act, said=incoming.document_no, now=now))
    return found
