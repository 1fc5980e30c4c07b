"""Moving a listing along the process, stopping it, letting it go on, ending it."""

from datetime import datetime

from django.db import transaction

from apps.listings import queries, rules
from apps.listings.events import ListingResumed, ListingSuspended, ListingTerminated
from apps.listings.models import Listing, Suspension, Termination
from apps.listings.names import BIDDING_CLOSE_DEADLINE, LISTING_RESUME, LISTING_SUSPEND, LISTING_TERMINATE
from apps.listings.states import ENDED, MOVES, ListingStatus
from apps.parties.roles import Can
from apps.quota import claims
from apps.quota import commands as quota
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.deadlines import commands as deadlines
from kernel.deadlines.registry import kinds_running_on
from kernel.errors import Code, Refused, refuse
from kernel.events import emit
from kernel.outbox import commands as outbox

UNSAID = "需核实有关情况"
"""The public reason where the centre gives none: the internal one is never published."""


def advance(listing: Listing, to: ListingStatus, *, now: datetime, **changes: object) -> None:
    """Move a held listing to its next status, with what changes along with it, and tell those who watch it.

    A move that the process does not know is a programming error; the database refuses it as well.
    """
    if not MOVES.allows(listing.state, to):
        raise ValueError(f"{listing.status} → {to} is no move of the process")
    listing.status = to
    for name, value in changes.items():
        setattr(listing, name, value)
    listing.save()
    if to in ENDED:
        cases.end(listing.pk, at=now)
    announce_change(listing, now=now)


def announce_change(listing: Listing, *, now: datetime) -> None:
    """A hint for live pages: the lot changed, fetch it again."""
    outbox.enqueue_all([change_of(listing.pk)], now=now)


def change_of(listing_id: int) -> outbox.NewMessage:
    """The same as a message, for who puts it with others."""
    return outbox.NewMessage("live", {}, f"listing:{listing_id}")


def release_quota(listing: Listing, *, now: datetime) -> None:
    """Give the lot's frozen quota back to its seller."""
    quota.release(queries.lines_of(listing), holder_id=listing.seller_id, case_id=listing.pk, now=now)


@transaction.atomic
def suspend(*, listing_id: int, reason: str, public_reason: str = "", by: Actor, now: datetime) -> Suspension:
    """Stop a listing (中止), with an internal and a public reason; one person prepares, another releases.

    Bids are refused and running deadlines stop. Refuses: not_permitted, same_person, suspended, wrong_status, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=LISTING_SUSPEND, subject_id=listing_id, by=by, now=now)
    listing = queries.held(listing_id, now=now, by=by)
    refuse(rules.why_not_suspend(status=listing.state))
    _require_reason(reason)
    made = _stop(
        listing,
        reason=reason,
        public_reason=public_reason.strip() or UNSAID,
        cause="centre",
        began_at=now,
        now=now,
    )
    audit.record(
        verb=LISTING_SUSPEND, by=by, now=now, case_id=listing_id, subject=made, after={"reason": reason}
    )
    return made


def suspend_by_system(
    listing: Listing, *, reason: str, cause: str, began_at: datetime, now: datetime
) -> Suspension | None:
    """Stop a held listing because the platform was down or an objection is open. None when it stands still already."""
    if rules.why_not_suspend(status=listing.state) is not None:
        return None
    made = _stop(listing, reason=reason, public_reason=reason, cause=cause, began_at=began_at, now=now)
    audit.record(
        verb=LISTING_SUSPEND,
        by=SYSTEM,
        now=now,
        case_id=listing.pk,
        subject=made,
        after={"reason": reason},
    )
    return made


def _stop(
    listing: Listing, *, reason: str, public_reason: str, cause: str, began_at: datetime, now: datetime
) -> Suspension:
    made = Suspension.objects.create(
        listing=listing, internal_reason=reason, public_reason=public_reason, cause=cause, began_at=began_at
    )
    stood = listing.status
    deadlines.pause_all(case_id=listing.pk, at=began_at, keep=kinds_running_on())
    advance(listing, ListingStatus.SUSPENDED, now=now, suspended_from=stood)
    emit(ListingSuspended(listing_id=listing.pk, suspension_id=made.pk, now=now))
    return made


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused.because(Code.INVALID, "请填写理由。", field="reason")


@transaction.atomic
def resume(*, listing_id: int, by: Actor, now: datetime) -> Listing:
    """Let a suspended listing go on (恢复); one person prepares, another releases.

    Every stopped deadline is moved out by the pause; bidding gets at least `resume_notice_hours` from now, and a
    timed round begins anew. Refuses: not_permitted, same_person, wrong_status, objection_open, quota_encumbered
    (less was found of its quota).
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=LISTING_RESUME, subject_id=listing_id, by=by, now=now)
    listing = queries.held(listing_id, now=now, by=by)
    refuse(rules.why_not_resume(status=listing.state, open_objections=listing.open_objections))
    refuse_reduced(listing)
    return _go_on(listing, by=by, now=now)


def refuse_reduced(listing: Listing) -> None:
    """Refuse quota_encumbered to a lot before its close of whose quota a re-check found less, until that is met."""
    if queries.is_before_close(listing) or not queries.is_public(listing):
        claims.require_batches_settled(queries.batches_of(listing), holder_id=listing.seller_id)


def resume_by_system(listing: Listing, *, cause: str, now: datetime) -> bool:
    """Let a held listing go on that the system stopped for `cause`, now that it is gone. Gives whether it does.

    What stands still for another reason, or with an open objection, goes on standing still.
    """
    if rules.why_not_resume(status=listing.state, open_objections=listing.open_objections) is not None:
        return False
    if not listing.suspensions.filter(ended_at=None, cause=cause).exists():
        return False
    if claims.open_on(queries.batches_of(listing), holder_id=listing.seller_id) is not None:
        return False
    _go_on(listing, by=SYSTEM, now=now)
    return True


def _go_on(listing: Listing, *, by: Actor, now: datetime) -> Listing:
    listing_id = listing.pk
    suspension = listing.suspensions.select_for_update().get(ended_at=None)
    pause = now - suspension.began_at
    suspension.ended_at = now
    suspension.save(update_fields=["ended_at"])
    deadlines.resume_all(case_id=listing_id, at=now, now=now)
    _move_out(listing, began_at=suspension.began_at, now=now)
    advance(listing, ListingStatus(listing.suspended_from), now=now, suspended_from="")
    audit.record(
        verb=LISTING_RESUME,
        by=by,
        now=now,
        case_id=listing_id,
        subject=suspension,
        after={"pause": str(pause)},
    )
    emit(ListingResumed(listing_id=listing_id, suspension_id=suspension.pk, now=now))
    return listing


def _move_out(listing: Listing, *, began_at: datetime, now: datetime) -> None:
    """Move the announced moments that were still to come by the pause, and give bidding its notice."""
    pause = now - began_at
    if listing.closes_at is None or listing.suspended_from not in (
        ListingStatus.ANNOUNCED,
        ListingStatus.BIDDING,
    ):
        return
    to_come = ["listing_period_ends_at"]
    # One in bidding has opened, be it at the suspension's very instant.
    if listing.suspended_from == ListingStatus.ANNOUNCED:
        to_come += ["registration_closes_at", "deposit_cutoff_at", "opens_at"]
    for name in to_come:
        moment = getattr(listing, name)
        if moment is not None and moment >= began_at:
            setattr(listing, name, moment + pause)
    listing.closes_at = rules.close_after_resume(
        closes_at=listing.closes_at,
        pause=pause,
        resumed_at=now,
        rules=listing.rules.parameters,
        timed_round=listing.timed_round,
    )
    if listing.trade.rounds_from_opening:
        listing.listing_period_ends_at = listing.opens_at
    elif listing.timed_round == 0:
        listing.listing_period_ends_at = listing.closes_at
    closing = deadlines.pending(kind=BIDDING_CLOSE_DEADLINE, case_id=listing.pk)
    if closing is not None:
        deadlines.move(closing, due_at=listing.closes_at, reason="恢复交易，保证报价时间", now=now)


@transaction.atomic
def terminate(
    *, listing_id: int, reason: str, public_reason: str = "", by: Actor, now: datetime
) -> Termination:
    """End a listing without a deal (终止): quota released, deposits and part payments returned.

    One person prepares, another releases. Refuses: not_permitted, same_person, wrong_status, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=LISTING_TERMINATE, subject_id=listing_id, by=by, now=now)
    listing = queries.held(listing_id, now=now, by=by)
    refuse(rules.why_not_terminate(stood_at=listing.stood_at))
    _require_reason(reason)
    return end_without_deal(
        listing, reason=reason, public_reason=public_reason.strip() or UNSAID, by=by, at=now, now=now
    )


def end_without_deal(
    listing: Listing, *, reason: str, public_reason: str, by: Actor, at: datetime, now: datetime
) -> Termination:
    """Terminate a held listing as of `at`. For the command above and for a seller that did not sign."""
    open_suspension = listing.suspensions.select_for_update().filter(ended_at=None).first()
    if open_suspension is not None:
        open_suspension.ended_at = now
        open_suspension.save(update_fields=["ended_at"])
    made = Termination.objects.create(
        listing=listing, internal_reason=reason, public_reason=public_reason, at=at
    )
    deadlines.cancel_all(case_id=listing.pk, keep=kinds_running_on())
    advance(listing, ListingStatus.TERMINATED, now=now, suspended_from="", closed_at=listing.closed_at or at)
    release_quota(listing, now=now)
    audit.record(
        verb=LISTING_TERMINATE,
        by=by,
        now=now,
        case_id=listing.pk,
        subject=made,
        after={"reason": reason},
    )
    emit(ListingTerminated(listing_id=listing.pk, public_reason=public_reason, at=at, now=now))
    return made
