"""Raising, accepting and deciding objections (异议、投诉)."""

import json
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.listings.names import NOTICE_END_DEADLINE
from apps.listings.queries import held, is_public
from apps.listings.rules import why_not_suspend
from apps.listings.states import ListingStatus
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
)
from apps.objections.queries import flood_on, listing_of, unanswered
from apps.objections.states import ObjectionStatus
from apps.parties.roles import Can
from kernel import anonymous
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import PUBLIC, Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.deadlines import commands as deadlines
from kernel.errors import not_found, refuse
from kernel.events import emit
from kernel.sealing import seal
from kernel.web.origin import Origin


@transaction.atomic
def raise_objection(
    *,
    listing_id: int,
    text: str,
    name: str,
    contact: str,
    by: Actor,
    now: datetime,
    origin: Origin | None = None,
    challenge: str = "",
    answer: str = "",
) -> Objection:
    """Object to a listing during its announcement or publication. Anyone may; who it was is sealed at once.

    The record names nobody; the code in `receipt` of what is given back, of which only the digest is kept, lets whoever
    objected follow it. With an `origin`, objections from one person or address are limited, and whoever is not
    signed in has worked for a challenge. Refuses: not_found, wrong_status, invalid, duplicate_request.
    """
    listing = held(listing_id, now=now, by=by)
    if not is_public(listing):
        raise not_found("挂牌项目")
    refuse(rules.why_not_raise(status=listing.state, text=text, name=name, contact=contact))
    marks = anonymous.admitted(
        rules.OBJECTION, unanswered(), case_id=listing_id, origin=origin, challenge=challenge, answer=answer,
        now=now,
    )  # fmt: skip
    receipt = anonymous.new_receipt()
    made = anonymous.kept(
        rules.OBJECTION,
        Objection.objects.create,
        case_id=listing.pk,
        receipt_sha256=anonymous.digest_of(receipt),
        phase=listing.status,
        text=text,
        sealed_identity=seal(json.dumps({"name": name, "contact": contact}, ensure_ascii=False)),
        raised_at=now,
        **asdict(marks),
    )
    _count(listing, unanswered=+1)
    _expect_answer(listing, made, now=now)
    audit.record(verb=OBJECTION_RAISE, by=PUBLIC, now=now, case_id=listing_id, subject=made)
    emit(ObjectionRaised(listing_id=listing_id, objection_id=made.pk, now=now))
    made.receipt = receipt
    return made


def _expect_answer(listing: Listing, made: Objection, *, now: datetime) -> None:
    """Accepted or refused within `objection_accept_wd`, and before what is announced takes effect."""
    book = listing.rules.parameters
    period = deadlines.working_days(book.objection_accept_wd, daily_end=book.daily_end)
    binds_at = _binds_at(listing)
    if binds_at is not None and now < binds_at < deadlines.end_of(period, triggered_at=now).at:
        deadlines.set_at(
            kind=OBJECTION_ACCEPT_DEADLINE, case_id=listing.pk, subject_id=made.pk, due_at=binds_at, now=now
        )
        return
    deadlines.start(
        kind=OBJECTION_ACCEPT_DEADLINE,
        case_id=listing.pk,
        subject_id=made.pk,
        triggered_at=now,
        period=period,
    )


def _binds_at(listing: Listing) -> datetime | None:
    """When what was announced takes its effect: the opening of bidding, or the end of the notice of an agreement."""
    if listing.state is not ListingStatus.ANNOUNCED:
        return None
    notice = deadlines.pending(kind=NOTICE_END_DEADLINE, case_id=listing.pk)
    return notice.due_at if notice is not None else listing.opens_at


def _count(listing: Listing, *, unanswered: int = 0, accepted: int = 0) -> None:
    listing.unanswered_objections += unanswered
    listing.save(update_fields=["unanswered_objections"])
    if accepted:
        cases.hold(listing.pk, by=accepted)
        listing.case.refresh_from_db(fields=["holds"])


def _locked(objection_id: int, *, by: Actor, now: datetime) -> tuple[Listing, Objection]:
    listing_id = listing_of(objection_id)
    if listing_id is None:
        raise not_found("异议")
    listing = held(listing_id, now=now, by=by)
    return listing, Objection.objects.select_for_update().get(pk=objection_id)


@transaction.atomic
def accept(*, objection_id: int, accepted: bool, by: Actor, now: datetime, reason: str = "") -> Objection:
    """Accept or refuse an objection within `objection_accept_wd`. One that is accepted holds the next step.

    Refuses: not_permitted, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    listing, objection = _locked(objection_id, by=by, now=now)
    refuse(rules.why_not_accept(status=ObjectionStatus(objection.status), accepted=accepted, reason=reason))
    deadlines.meet(kind=OBJECTION_ACCEPT_DEADLINE, case_id=listing.pk, subject_id=objection_id, at=now)
    _count(listing, unanswered=-1)
    audit.record(
        verb=OBJECTION_ACCEPT,
        by=by,
        now=now,
        case_id=listing.pk,
        subject=objection,
        after={"accepted": accepted, "reason": reason},
    )
    if not accepted:
        return _settle(listing, objection, ObjectionStatus.REFUSED, reason=reason, by=by, now=now)
    return _take_up(listing, objection, now=now)


@transaction.atomic
def accept_and_suspend(*, objection_id: int, by: Actor, now: datetime) -> Objection:
    """Accept an objection and stop its listing at once; one person prepares, another releases.

    Refuses: not_permitted, same_person, not_found, wrong_status, suspended.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=OBJECTION_ACCEPT_AND_SUSPEND, subject_id=objection_id, by=by, now=now)
    listing, objection = _locked(objection_id, by=by, now=now)
    refuse(rules.why_not_accept(status=ObjectionStatus(objection.status), accepted=True, reason=""))
    refuse(why_not_suspend(status=listing.state))
    deadlines.meet(kind=OBJECTION_ACCEPT_DEADLINE, case_id=listing.pk, subject_id=objection_id, at=now)
    _count(listing, unanswered=-1)
    audit.record(
        verb=OBJECTION_ACCEPT_AND_SUSPEND,
        by=by,
        now=now,
        case_id=listing.pk,
        subject=objection,
        after={"accepted": True},
    )
    taken = _take_up(listing, objection, now=now)
    listings.suspend_by_system(
        listing, reason="异议处理期间中止交易", cause="objection", began_at=now, now=now
    )
    return taken


def _take_up(listing: Listing, objection: Objection, *, now: datetime) -> Objection:
    _count(listing, accepted=+1)
    objection.status, objection.accepted_at = ObjectionStatus.ACCEPTED, now
    objection.save()
    book = listing.rules.parameters
    deadlines.start(
        kind=OBJECTION_DECIDE_DEADLINE,
        case_id=listing.pk,
        subject_id=objection.pk,
        triggered_at=now,
        period=deadlines.working_days(book.objection_decide_wd, daily_end=book.daily_end),
    )
    emit(ObjectionAccepted(listing_id=listing.pk, objection_id=objection.pk, now=now))
    return objection


@transaction.atomic
def dismiss_flood(*, listing_id: int, up_to: int, reason: str, by: Actor, now: datetime) -> int:
    """Refuse at once every unanswered objection to a lot that nobody signed in raised, up to the number `up_to`.

    One person prepares, another releases; each objection keeps its text and its sealed name, and the record names each
    by number. Gives how many. Refuses: not_permitted, same_person, not_found, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=OBJECTION_DISMISS_FLOOD, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    flood = list(flood_on(listing_id, up_to=up_to).select_for_update()[: rules.MOST_AT_ONCE])
    refuse(rules.why_not_dismiss(count=len(flood), reason=reason))
    for each in flood:
        deadlines.meet(kind=OBJECTION_ACCEPT_DEADLINE, case_id=listing_id, subject_id=each.pk, at=now)
        each.status, each.settled_at, each.reason = ObjectionStatus.REFUSED, now, reason
        each.decided_by_id, each.address_key = by.person_id, ""
    fields = ["status", "settled_at", "reason", "decided_by_id", "address_key"]
    Objection.objects.bulk_update(flood, fields, batch_size=100)
    _count(listing, unanswered=-len(flood))
    audit.record(
        verb=OBJECTION_DISMISS_FLOOD,
        by=by,
        now=now,
        case_id=listing_id,
        subject=listing,
        after={"objections": [each.pk for each in flood], "reason": reason},
    )
    emit(FloodDismissed(listing_id=listing_id, count=len(flood), now=now))
    return len(flood)


@transaction.atomic
def decide(*, objection_id: int, upheld: bool, reason: str, by: Actor, now: datetime) -> Objection:
    """Decide an accepted objection within `objection_decide_wd`, with reasons.

    What follows from one that is upheld (termination, a supplement) is the centre's next act. One that is dismissed
    holds nothing any more: one person prepares, another releases.
    Refuses: not_permitted, same_person, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=OBJECTION_DECIDE, subject_id=objection_id, by=by, now=now)
    listing, objection = _locked(objection_id, by=by, now=now)
    refuse(rules.why_not_decide(status=ObjectionStatus(objection.status), reason=reason))
    deadlines.meet(kind=OBJECTION_DECIDE_DEADLINE, case_id=listing.pk, subject_id=objection_id, at=now)
    outcome = ObjectionStatus.UPHELD if upheld else ObjectionStatus.DISMISSED
    audit.record(
        verb=OBJECTION_DECIDE,
        by=by,
        now=now,
        case_id=listing.pk,
        subject=objection,
        after={"outcome": outcome, "reason": reason},
    )
    _count(listing, accepted=-1)
    return _settle(listing, objection, outcome, reason=reason, by=by, now=now)


def _settle(
    listing: Listing, objection: Objection, outcome: ObjectionStatus, *, reason: str, by: Actor, now: datetime
) -> Objection:
    objection.status, objection.settled_at = outcome, now
    objection.reason, objection.decided_by_id = reason, by.person_id
    # Whoever it was is not counted any more, and need not be told apart.
    objection.address_key = objection.person_key = ""
    objection.save()
    emit(ObjectionSettled(listing_id=listing.pk, objection_id=objection.pk, outcome=outcome, now=now))
    return objection
