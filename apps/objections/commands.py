"""Raising, accepting and deciding objections (异议、投诉)."""

import json
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from apps.objections import rules
from apps.objections.events import FloodDismissed, ObjectionAccepted, ObjectionRaised, ObjectionSettled
from apps.objections.models import Objection
from apps.objections.names import (
    OBJECTION_ACCEPT,
    OBJECTION_ACCEPT_AND_SUSPEND,
    OBJECTION_ACCEPT_DEADLINE,
    OBJECTION_DECIDE,
    OBJECTION_DECIDE_DEADLINE,
    OBJECTION_DISMISS_FLOOD,
    OBJECTION_RAISE,
    OBJECTION_REFUSE_TOGETHER,
)
from apps.objections.queries import case_of, flood_on, unanswered
from apps.objections.states import ObjectionStatus
from apps.parties.roles import Can
from kernel import anonymous
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_no_part, require_province
from kernel.actors import PUBLIC, Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit
from kernel.objected import UNKNOWN, Objected, Standing, objected
from kernel.sealing import seal
from kernel.web.origin import Origin


@transaction.atomic
def raise_objection(
    *,
    case_id: int,
    text: str,
    name: str,
    contact: str,
    by: Actor,
    now: datetime,
    origin: Origin | None = None,
    challenge: str = "",
    answer: str = "",
) -> Objection:
    """Object to what is published of a case, such as a lot or a scheme. Anyone may; who it was is sealed at once.

    The record names nobody; the code in `receipt` of what is given back, of which only the digest is kept, lets whoever
    objected follow it. With an `origin`, objections from one person or address are limited, and whoever is not
    signed in has worked for a challenge. Refuses: not_found, wrong_status, invalid, duplicate_request.
    """
    process, standing = _public(case_id, by=by, now=now)
    refuse(standing.why_not or rules.why_not_raise(text=text, name=name, contact=contact))
    sort = rules.sort_for(process.office)
    marks = anonymous.admitted(
        sort, unanswered(), case_id=case_id, origin=origin, challenge=challenge, answer=answer, now=now
    )
    receipt = anonymous.new_receipt()
    made = anonymous.kept(
        sort,
        Objection.objects.create,
        case_id=case_id,
        receipt_sha256=anonymous.digest_of(receipt),
        phase=standing.status,
        text=text,
        sealed_identity=seal(json.dumps({"name": name, "contact": contact}, ensure_ascii=False)),
        raised_at=now,
        **asdict(marks),
    )
    process.count(case_id, +1)
    _expect_answer(standing, made, now=now)
    audit.record(verb=OBJECTION_RAISE, by=PUBLIC, now=now, case_id=case_id, subject=made)
    emit(ObjectionRaised(case_id=case_id, objection_id=made.pk, now=now))
    made.receipt = receipt
    return made


def _public(case_id: int, *, by: Actor, now: datetime) -> tuple[Objected, Standing]:
    """A published case under its lane; one that is not is found no more than one that there is not, in one sentence."""
    process = objected(case_id)
    try:
        standing = process.held(case_id, by, now)
    except Refused as no:
        raise (not_found(UNKNOWN) if no.refusal.code is Code.NOT_FOUND else no) from no
    if not standing.is_public:
        raise not_found(UNKNOWN)
    return process, standing


def _expect_answer(standing: Standing, made: Objection, *, now: datetime) -> None:
    """Accepted or refused within `objection_accept_wd`, and before what is published takes effect."""
    period, binds_at = standing.to_accept, standing.binds_at
    if binds_at is not None and now < binds_at < deadlines.end_of(period, triggered_at=now).at:
        deadlines.set_at(
            kind=OBJECTION_ACCEPT_DEADLINE,
            case_id=standing.case.pk,
            subject_id=made.pk,
            due_at=binds_at,
            now=now,
            concerns_id=standing.concerns_id,
        )
        return
    deadlines.start(
        kind=OBJECTION_ACCEPT_DEADLINE,
        case_id=standing.case.pk,
        subject_id=made.pk,
        triggered_at=now,
        period=period,
        concerns_id=standing.concerns_id,
    )


def _locked(objection_id: int, *, by: Actor, now: datetime) -> tuple[Objected, Standing, Objection]:
    """An objection with its case under its lane, for whoever decides on its process.

    Refuses: not_found, not_permitted, self_dealing (who has acted for a side in the case).
    """
    case_id = case_of(objection_id)
    if case_id is None:
        raise not_found("异议")
    process = objected(case_id)
    needed = process.decided_by
    require_capability(by, needed)
    standing = process.held(case_id, by, now)
    require_province(by, standing.case.province)
    require_no_part(standing.side_ids, by=by, case_id=case_id)
    return process, standing, Objection.objects.select_for_update().get(pk=objection_id)


@transaction.atomic
def accept(*, objection_id: int, accepted: bool, by: Actor, now: datetime, reason: str = "") -> Objection:
    """Accept or refuse an objection within `objection_accept_wd`. One that is accepted holds the next step.

    Refuses: not_permitted, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.ANSWER_OBJECTIONS)
    process, standing, objection = _locked(objection_id, by=by, now=now)
    refuse(rules.why_not_accept(status=ObjectionStatus(objection.status), accepted=accepted, reason=reason))
    _answered(process, objection, accepted=accepted, reason=reason, by=by, now=now)
    if not accepted:
        return _settle(objection, ObjectionStatus.REFUSED, reason=reason, by=by, now=now)
    return _take_up(process, standing, objection, now=now)


def _answered(
    process: Objected, objection: Objection, *, accepted: bool, reason: str, by: Actor, now: datetime
) -> None:
    """It waits no more: its period is met, its case counts one less, and the answer is on record."""
    case_id = objection.case_id
    deadlines.meet(kind=OBJECTION_ACCEPT_DEADLINE, case_id=case_id, subject_id=objection.pk, at=now)
    process.count(case_id, -1)
    audit.record(
        verb=OBJECTION_ACCEPT,
        by=by,
        now=now,
        case_id=case_id,
        subject=objection,
        after={"accepted": accepted, "reason": reason},
    )


@transaction.atomic
def refuse_together(*, case_id: int, up_to: int, reason: str, by: Actor, now: datetime) -> int:
    """Refuse every unanswered objection to a case that is no lot that nobody signed in raised, up to a number.

    One person prepares, another releases, having read each of them; each keeps an answer of its own on record and is
    followed up as if refused by itself. Gives how many. Refuses: not_permitted (also a lot, whose centre decides),
    same_person, not_found, invalid (no reason, or no flood).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=OBJECTION_REFUSE_TOGETHER, subject_id=case_id, by=by, now=now)
    process = objected(case_id)
    needed = process.decided_by
    require_capability(by, needed)
    standing = process.held(case_id, by, now)
    require_province(by, standing.case.province)
    require_no_part(standing.side_ids, by=by, case_id=case_id)
    flood = list(flood_on(case_id, up_to=up_to).select_for_update()[: rules.MOST_AT_ONCE])
    refuse(rules.why_not_dismiss(count=len(flood), reason=reason))
    for each in flood:
        _answered(process, each, accepted=False, reason=reason, by=by, now=now)
        _settle(each, ObjectionStatus.REFUSED, reason=reason, by=by, now=now)
    said = {"objections": [each.pk for each in flood], "reason": reason}
    audit.record(
        verb=OBJECTION_REFUSE_TOGETHER, by=by, now=now, case_id=case_id, subject=standing.row, after=said
    )
    return len(flood)


@transaction.atomic
def accept_and_suspend(*, objection_id: int, by: Actor, now: datetime) -> Objection:
    """Accept an objection and stop its lot at once; one person prepares, another releases.

    Refuses: not_permitted, same_person, not_found, wrong_status, suspended.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=OBJECTION_ACCEPT_AND_SUSPEND, subject_id=objection_id, by=by, now=now)
    process, standing, objection = _locked(objection_id, by=by, now=now)
    case_id = standing.case.pk
    refuse(rules.why_not_accept(status=ObjectionStatus(objection.status), accepted=True, reason=""))
    deadlines.meet(kind=OBJECTION_ACCEPT_DEADLINE, case_id=case_id, subject_id=objection_id, at=now)
    process.count(case_id, -1)
    audit.record(
        verb=OBJECTION_ACCEPT_AND_SUSPEND,
        by=by,
        now=now,
        case_id=case_id,
        subject=objection,
        after={"accepted": True},
    )
    taken = _take_up(process, standing, objection, now=now)
    process.stop(case_id, now)
    return taken


def _take_up(process: Objected, standing: Standing, objection: Objection, *, now: datetime) -> Objection:
    case_id = standing.case.pk
    if process.holds:
        cases.hold(case_id)
    objection.status, objection.accepted_at = ObjectionStatus.ACCEPTED, now
    objection.save()
    deadlines.start(
        kind=OBJECTION_DECIDE_DEADLINE,
        case_id=case_id,
        subject_id=objection.pk,
        triggered_at=now,
        period=standing.to_decide,
        concerns_id=standing.concerns_id,
    )
    emit(ObjectionAccepted(case_id=case_id, objection_id=objection.pk, now=now))
    return objection


@transaction.atomic
def dismiss_flood(*, listing_id: int, up_to: int, reason: str, by: Actor, now: datetime) -> int:
    """Refuse at once every unanswered objection to a lot that nobody signed in raised, up to the number `up_to`.

    One person prepares, another releases; each objection keeps its text and its sealed name, and the record names each
    by number. Gives how many. Refuses: not_permitted, same_person, not_found, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=OBJECTION_DISMISS_FLOOD, subject_id=listing_id, by=by, now=now)
    process = objected(listing_id)
    needed = process.decided_by
    require_capability(by, needed)
    standing = process.held(listing_id, by, now)
    flood = list(flood_on(listing_id, up_to=up_to).select_for_update()[: rules.MOST_AT_ONCE])
    refuse(rules.why_not_dismiss(count=len(flood), reason=reason))
    for each in flood:
        deadlines.meet(kind=OBJECTION_ACCEPT_DEADLINE, case_id=listing_id, subject_id=each.pk, at=now)
        each.status, each.settled_at, each.reason = ObjectionStatus.REFUSED, now, reason
        each.decided_by_id, each.address_key = by.person_id, ""
    fields = ["status", "settled_at", "reason", "decided_by_id", "address_key"]
    Objection.objects.bulk_update(flood, fields, batch_size=100)
    process.count(listing_id, -len(flood))
    audit.record(
        verb=OBJECTION_DISMISS_FLOOD,
        by=by,
        now=now,
        case_id=listing_id,
        subject=standing.row,
        after={"objections": [each.pk for each in flood], "reason": reason},
    )
    emit(FloodDismissed(case_id=listing_id, count=len(flood), now=now))
    return len(flood)


@transaction.atomic
def decide(*, objection_id: int, upheld: bool, reason: str, by: Actor, now: datetime) -> Objection:
    """Decide an accepted objection within `objection_decide_wd`, with reasons.

    What follows from one that is upheld (termination, a supplement, a dispute) is its deciders' next act. One that is
    dismissed holds nothing any more: one person prepares, another releases.
    Refuses: not_permitted, same_person, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.ANSWER_OBJECTIONS)
    access.release(act=OBJECTION_DECIDE, subject_id=objection_id, by=by, now=now)
    process, standing, objection = _locked(objection_id, by=by, now=now)
    case_id = standing.case.pk
    refuse(rules.why_not_decide(status=ObjectionStatus(objection.status), reason=reason))
    deadlines.meet(kind=OBJECTION_DECIDE_DEADLINE, case_id=case_id, subject_id=objection_id, at=now)
    outcome = ObjectionStatus.UPHELD if upheld else ObjectionStatus.DISMISSED
    audit.record(
        verb=OBJECTION_DECIDE,
        by=by,
        now=now,
        case_id=case_id,
        subject=objection,
        after={"outcome": outcome, "reason": reason},
    )
    if process.holds:
        cases.hold(case_id, by=-1)
    if upheld:
        process.uphold(case_id, now)
    return _settle(objection, outcome, reason=reason, by=by, now=now)


def _settle(
    objection: Objection, outcome: ObjectionStatus, *, reason: str, by: Actor, now: datetime
) -> Objection:
    objection.status, objection.settled_at = outcome, now
    objection.reason, objection.decided_by_id = reason, by.person_id
    # Whoever it was is not counted any more, and need not be told apart.
    objection.address_key = objection.person_key = ""
    objection.save()
    emit(ObjectionSettled(case_id=objection.case_id, objection_id=objection.pk, outcome=outcome, now=now))
    return objection
