"""Confirming the award (成交确认书)."""

from datetime import datetime

from django.db import transaction

from apps.listings import commands as listings
from apps.listings.queries import held, locked
from apps.listings.states import ListingStatus
from apps.listings.takers import why_not_counterparty
from apps.parties.roles import Can
from apps.stages.award.queries import awarded
from apps.stages.confirmation import rules
from apps.stages.confirmation.events import AwardConfirmed
from apps.stages.confirmation.models import Confirmation
from apps.stages.confirmation.names import CONFIRMATION_DEADLINE, CONFIRMATION_ISSUE
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit


@transaction.atomic
def issue(*, listing_id: int, by: Actor, now: datetime) -> Confirmation:
    """Issue the award confirmation of a closed listing; opens the contract deadline.

    Due within `confirmation_wd` working days of close. One person prepares, another releases.
    Refuses: not_permitted, same_person, wrong_status, suspended, objection_open; of an agreement also self_dealing and
    barred, of the counterparty.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=CONFIRMATION_ISSUE, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    refuse(
        rules.why_not_issue(
            status=listing.state,
            open_objections=listing.open_objections,
            unanswered_objections=listing.unanswered_objections,
        )
    )
    refuse(why_not_counterparty(listing, rules=listing.rules.parameters, now=now))
    award = awarded(listing_id)
    made = Confirmation.objects.create(
        listing=listing, award=award, winner_id=award.winner_id, issued_by_id=by.person_id, issued_at=now
    )
    deadlines.meet(kind=CONFIRMATION_DEADLINE, case_id=listing_id, at=now)
    listings.advance(listing, ListingStatus.CONFIRMED, now=now)
    audit.record(verb=CONFIRMATION_ISSUE, by=by, now=now, case_id=listing_id, subject=made)
    emit(AwardConfirmed(listing_id=listing_id, confirmation_id=made.pk, winner_id=award.winner_id, now=now))
    return made


def expect(*, listing_id: int, closed_at: datetime, now: datetime) -> None:
    """A lot has closed with a winner: its confirmation is due."""
    listing = locked(listing_id)
    book = listing.rules.parameters
    deadlines.start(
        kind=CONFIRMATION_DEADLINE,
        case_id=listing_id,
        triggered_at=closed_at,
        period=deadlines.working_days(book.confirmation_wd, daily_end=book.daily_end),
    )
