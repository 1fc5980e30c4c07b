"""Transferring quota (指标划转), due once the price is paid."""

from datetime import datetime

from django.db import transaction

from apps.listings import commands as listings
from apps.listings.queries import held, locked, stood_still
from apps.listings.states import ListingStatus
from apps.money.queries import price_is_remitted
from apps.parties.roles import Can
from apps.quota import commands as quota
from apps.stages.award.queries import awarded, awarded_lines
from apps.stages.transfer import queries, rules
from apps.stages.transfer.events import QuotaTransferred
from apps.stages.transfer.models import Transfer
from apps.stages.transfer.names import TRANSFER_DEADLINE, TRANSFER_EXECUTE
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit


def expect(*, listing_id: int, paid_at: datetime, now: datetime) -> None:
    """The price is settled: the transfer is due, counted from the arrival that settled it.

    What the lot stood still since then (the money came, or was booked, while or after it was suspended) does not count.
    """
    listing = locked(listing_id)
    book = listing.rules.parameters
    deadlines.start(
        kind=TRANSFER_DEADLINE,
        case_id=listing_id,
        triggered_at=paid_at,
        period=deadlines.working_days(book.transfer_wd, daily_end=book.daily_end),
        stood_still=stood_still(listing, since=paid_at),
    )


@transaction.atomic
def execute(*, listing_id: int, by: Actor, now: datetime) -> Transfer:
    """Move each kind of the lot's quota from seller to buyer; the transfer certificate follows.

    Due within `transfer_wd` working days of full payment. One person prepares, another releases.
    Refuses: not_permitted, same_person, wrong_status, suspended, objection_open, quota_encumbered.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=TRANSFER_EXECUTE, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    require_province(by, listing.province)
    refuse(rules.why_not_execute(status=listing.state, open_objections=listing.open_objections))
    refuse(rules.why_not_before_remittance(remitted=price_is_remitted(listing_id)))
    award = awarded(listing_id)
    movement = quota.transfer(
        awarded_lines(award),
        seller_id=listing.seller_id,
        buyer_id=award.winner_id,
        case_id=listing_id,
        now=now,
        use_by=queries.use_by(listing, transferred_at=now),
    )
    made = Transfer.objects.create(
        listing=listing,
        award=award,
        buyer_id=award.winner_id,
        movement=movement,
        executed_by_id=by.person_id,
        executed_at=now,
    )
    deadlines.meet(kind=TRANSFER_DEADLINE, case_id=listing_id, at=now)
    listings.advance(listing, ListingStatus.TRANSFERRED, now=now)
    audit.record(
        verb=TRANSFER_EXECUTE,
        by=by,
        now=now,
        case_id=listing_id,
        subject=made,
        after=listing.quantities.as_strings(),
    )
    emit(QuotaTransferred(listing_id=listing_id, transfer_id=made.pk, winner_id=award.winner_id, now=now))
    return made
