"""Publishing the result (结果公示) and completing the listing (办结)."""

from datetime import datetime

from django.db import transaction

from apps.listings import commands as listings
from apps.listings.queries import held, locked
from apps.listings.states import ListingStatus
from apps.parties.roles import Can
from apps.stages.filing.models import Filing
from apps.stages.publication import rules
from apps.stages.publication.events import ListingCompleted, PublicationStarted
from apps.stages.publication.models import Publication
from apps.stages.publication.names import (
    PUBLICATION_END_DEADLINE,
    PUBLICATION_START,
    PUBLICATION_START_DEADLINE,
)
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.errors import refuse
from kernel.events import emit


def expect(*, listing_id: int, now: datetime) -> None:
    """The quota is handed over: the result is to be published."""
    book = locked(listing_id).rules.parameters
    period = deadlines.working_days(book.publication_start_wd, daily_end=book.daily_end)
    deadlines.start(kind=PUBLICATION_START_DEADLINE, case_id=listing_id, triggered_at=now, period=period)


@transaction.atomic
def start(*, listing_id: int, by: Actor, now: datetime) -> Publication:
    """Put the result on the portal for `publication_days` calendar days.

    Due within `publication_start_wd` working days of the transfer. One person prepares, another releases.
    Refuses: not_permitted, same_person, wrong_status.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=PUBLICATION_START, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    refuse(rules.why_not_start(status=listing.state))
    made = Publication.objects.create(listing=listing, started_by_id=by.person_id, started_at=now)
    deadlines.meet(kind=PUBLICATION_START_DEADLINE, case_id=listing_id, at=now)
    listings.advance(listing, ListingStatus.PUBLICISED, now=now)
    book = listing.rules.parameters
    deadlines.start(
        kind=PUBLICATION_END_DEADLINE,
        case_id=listing_id,
        triggered_at=now,
        period=deadlines.calendar_days(book.publication_days, daily_end=book.daily_end),
    )
    audit.record(verb=PUBLICATION_START, by=by, now=now, case_id=listing_id, subject=made)
    emit(PublicationStarted(listing_id=listing_id, publication_id=made.pk, now=now))
    return made


def end(deadline: Deadline, now: datetime) -> None:
    """The publication's period is over."""
    listing = locked(deadline.of_case)
    Publication.objects.filter(listing=listing, ended_at=None).update(ended_at=deadline.due_at)
    complete_if_done(listing_id=listing.pk, at=deadline.due_at, now=now)


def complete_if_done(*, listing_id: int, at: datetime, now: datetime) -> bool:
    """Complete the listing when nothing is left to wait for. Gives whether it was completed."""
    listing = locked(listing_id)
    done = rules.is_complete(
        status=listing.state,
        ended=Publication.objects.filter(listing=listing, ended_at__isnull=False).exists(),
        filing_accepted=Filing.objects.filter(listing=listing, accepted_at__isnull=False).exists(),
        open_objections=listing.open_objections,
        unanswered_objections=listing.unanswered_objections,
    )
    if not done:
        return False
    listings.advance(listing, ListingStatus.COMPLETED, now=now)
    audit.record(verb="listing.complete", by=SYSTEM, now=at, case_id=listing_id, subject=listing)
    emit(ListingCompleted(listing_id=listing_id, at=at, now=now))
    return True
