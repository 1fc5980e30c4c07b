"""Raising, accepting and deciding objections (异议、投诉)."""

import json
from datetime import datetime

from django.db import transaction

from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.listings.queries import held, is_public
from apps.objections import rules
from apps.objections.events import ObjectionRaised, ObjectionSettled
from apps.objections.models import Objection
from apps.objections.queries import listing_of
from apps.objections.states import ObjectionStatus
from kernel.access.checks import require_role
from kernel.actors import CENTRE, PUBLIC, Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import not_found, refuse
from kernel.events import emit
from kernel.sealing import seal


@transaction.atomic
def raise_objection(
    *, listing_id: int, text: str, name: str, contact: str, by: Actor, now: datetime
) -> Objection:
    """Object to a listing during its announcement or publication. Anyone may; who it was is sealed at once.

    The record names nobody. Refuses: not_found, wrong_status, invalid.
    """
    listing = held(listing_id, now=now, by=by)
    if not is_public(listing):
        raise not_found("挂牌项目")
    refuse(rules.why_not_raise(status=listing.state, text=text, name=name, contact=contact))
    made = Objection.objects.create(
        listing=listing,
        phase=listing.status,
        text=text,
        sealed_identity=seal(json.dumps({"name": name, "contact": contact}, ensure_ascii=False)),
        raised_at=now,
    )
    _count(listing, +1)
    book = listing.rules.parameters
    deadlines.start(
        kind="objection_accept",
        listing_id=listing_id,
        subject_id=made.pk,
        triggered_at=now,
        period=deadlines.working_days(book.objection_accept_wd, daily_end=book.daily_end),
    )
    audit.record(verb="objection.raise", by=PUBLIC, now=now, listing_id=listing_id, subject=made)
    emit(ObjectionRaised(listing_id=listing_id, objection_id=made.pk, now=now))
    return made


def _count(listing: Listing, step: int) -> None:
    listing.open_objections += step
    listing.save(update_fields=["open_objections"])


def _locked(objection_id: int, *, by: Actor, now: datetime) -> tuple[Listing, Objection]:
    listing_id = listing_of(objection_id)
    if listing_id is None:
        raise not_found("异议")
    listing = held(listing_id, now=now, by=by)
    return listing, Objection.objects.select_for_update().get(pk=objection_id)


@transaction.atomic
def accept(
    *, objection_id: int, accepted: bool, by: Actor, now: datetime, reason: str = "", suspend: bool = False
) -> Objection:
    """Accept or refuse an objection within `objection_accept_wd`; accepting may suspend the listing.

    Refuses: not_permitted, not_found, wrong_status, invalid.
    """
    require_role(by, CENTRE)
    listing, objection = _locked(objection_id, by=by, now=now)
    refuse(rules.why_not_accept(status=ObjectionStatus(objection.status), accepted=accepted, reason=reason))
    deadlines.meet(kind="objection_accept", listing_id=listing.pk, subject_id=objection_id, at=now)
    audit.record(
        verb="objection.accept",
        by=by,
        now=now,
        listing_id=listing.pk,
        subject=objection,
        after={"accepted": accepted, "reason": reason},
    )
    if not accepted:
        return _settle(listing, objection, ObjectionStatus.REFUSED, reason=reason, by=by, now=now)
    objection.status, objection.accepted_at = ObjectionStatus.ACCEPTED, now
    objection.save()
    book = listing.rules.parameters
    deadlines.start(
        kind="objection_decide",
        listing_id=listing.pk,
        subject_id=objection_id,
        triggered_at=now,
        period=deadlines.working_days(book.objection_decide_wd, daily_end=book.daily_end),
    )
    if suspend:
        listings.suspend_by_system(
            listing, reason="异议处理期间中止交易", cause="objection", began_at=now, now=now
        )
    return objection


@transaction.atomic
def decide(*, objection_id: int, upheld: bool, reason: str, by: Actor, now: datetime) -> Objection:
    """Decide an accepted objection within `objection_decide_wd`, with reasons.

    What follows from one that is upheld (termination, a supplement) is the centre's next act.
    Refuses: not_permitted, not_found, wrong_status, invalid.
    """
    require_role(by, CENTRE)
    listing, objection = _locked(objection_id, by=by, now=now)
    refuse(rules.why_not_decide(status=ObjectionStatus(objection.status), reason=reason))
    deadlines.meet(kind="objection_decide", listing_id=listing.pk, subject_id=objection_id, at=now)
    outcome = ObjectionStatus.UPHELD if upheld else ObjectionStatus.DISMISSED
    audit.record(
        verb="objection.decide",
        by=by,
        now=now,
        listing_id=listing.pk,
        subject=objection,
        after={"outcome": outcome, "reason": reason},
    )
    return _settle(listing, objection, outcome, reason=reason, by=by, now=now)


def _settle(
    listing: Listing, objection: Objection, outcome: ObjectionStatus, *, reason: str, by: Actor, now: datetime
) -> Objection:
    objection.status, objection.settled_at = outcome, now
    objection.reason, objection.decided_by_id = reason, by.person_id
    objection.save()
    _count(listing, -1)
    emit(ObjectionSettled(listing_id=listing.pk, objection_id=objection.pk, outcome=outcome, now=now))
    return objection
