"""The notice of an agreement (协议公示): its end closes the lot with an award to the counterparty, without a bid."""

from datetime import datetime

from apps.listings import commands as listings
from apps.listings.names import NOTICE_END_DEADLINE
from apps.listings.queries import locked
from apps.listings.states import ListingStatus
from apps.stages.agreement import rules
from apps.stages.agreement.methods import METHOD
from apps.stages.agreement.models import Notice
from apps.stages.announcement.commands import notice_period
from apps.stages.announcement.models import Announcement
from apps.stages.award import commands as awards
from apps.stages.award.events import ListingClosed
from kernel.actors import SYSTEM
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.events import emit


def expect(*, listing_id: int, now: datetime) -> None:
    """An agreement is announced: its notice ends `agreement_notice_days` calendar days later."""
    listing = locked(listing_id)
    Notice.objects.create(listing=listing, started_at=now)
    deadlines.start(
        kind=NOTICE_END_DEADLINE, case_id=listing_id, triggered_at=now, period=notice_period(listing)
    )


def end_notice(deadline: Deadline, now: datetime) -> None:
    """The notice's period is over."""
    listing = locked(deadline.of_case)
    Notice.objects.filter(listing=listing, ended_at=None).update(ended_at=deadline.due_at)
    close_if_due(listing_id=listing.pk, at=deadline.due_at, now=now)


def close_if_due(*, listing_id: int, at: datetime, now: datetime) -> bool:
    """Close a lot as of `at` when its notice is over and nothing holds it. Gives whether it was closed."""
    listing = locked(listing_id)
    due = rules.takes_effect(
        status=listing.state,
        ended=Notice.objects.filter(listing=listing, ended_at__isnull=False).exists(),
        open_objections=listing.open_objections,
        unanswered_objections=listing.unanswered_objections,
    )
    if not due or listing.counterparty is None:
        return False
    announced = Announcement.objects.get(listing=listing)
    award = awards.give_to_counterparty(
        listing=listing, method=METHOD, proof={"facts_sha256": announced.facts_sha256}, at=at
    )
    listings.advance(listing, ListingStatus.CLOSED, now=now, closed_at=at)
    audit.record(
        verb="agreement.close",
        by=SYSTEM,
        now=at,
        case_id=listing_id,
        subject=award,
        after={"unit_price": str(award.unit_price)},
    )
    emit(ListingClosed(listing_id=listing_id, winner_id=award.winner_id, at=at, now=now))
    return True
