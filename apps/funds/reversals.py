"""What was booked wrongly is taken back by opposite lines (冲回), never edited, by two persons of who booked it."""

from datetime import datetime

from django.db import transaction

from apps.documents.models import Attachment
from apps.funds import audits, duties, ledger, queries, rules
from apps.funds.events import FundsReversed
from apps.funds.findings import findings_about
from apps.funds.models import Distribution, Reversal
from apps.funds.names import FUNDS_REVERSE
from apps.funds.sources import bucket_labels, is_closed
from apps.funds.states import Reason
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import refuse
from kernel.events import emit


@transaction.atomic
def reverse(
    *, movement_id: int, reason: str, by: Actor, now: datetime, attachment_id: int | None = None
) -> Reversal:
    """Take a booking back by opposite lines, once. One person prepares, another releases.

    A distribution that was taken back is to be made anew, within its period since the arrival; what an auditor wants
    recovered of the booking is back with it. Of a spending or a giving back a copy of the bank's paper shows that the
    money is back. Refuses: not_permitted (booked by somebody else, or by the system), same_person, not_found (another
    county's), wrong_status (taken back already, or itself a taking back; of a closed case, unless an auditor wants it
    recovered), amount_exceeds (what it brought has left a
    bucket since: that is taken back first), missing_document and voucher_used (the paper).
    """
    require_capability(by, Can.BOOK_FUNDS)
    access.release(act=FUNDS_REVERSE, subject_id=movement_id, by=by, now=now)
    lanes.hold(lanes.CASE, queries.movement_for(movement_id, by=by).source_id)
    movement = queries.movement_for(movement_id, by=by)
    of = queries.source_of(movement)
    booking = queries.booking_of(movement)
    lines = {bucket: -amount for bucket, amount in queries.lines_of(movement).items()}
    refuse(
        rules.why_not_reverse(
            mine=booking is not None and booking.organisation_id == by.organisation_id,
            reversed_before=queries.is_reversed(movement),
            lines=lines,
            balances={bucket: queries.balance(bucket, of=of) for bucket in lines},
            labels=bucket_labels(movement.source.process),
        )
    )
    about = findings_about([movement.pk])
    refuse(rules.why_not_reopened(closed=is_closed(of.case_id), recovered=bool(audits.wants_back(about))))
    copy = _shown_back(booking, attachment_id, case_id=of.case_id, by=by)
    made = Reversal.objects.create(
        movement=ledger.move(lines, of=of, reason=Reason.REVERSE, once=f"reverse:{movement.pk}", now=now),
        of=movement,
        reason=reason,
        attachment=copy,
        organisation_id=by.organisation_id,
        released_by_id=by.person_id,
        at=now,
    )
    duties.recount(of)
    audits.settle(about, now=now)
    said = {"reason": reason, "amount": str(queries.size_of(movement))}
    audit.record(verb=FUNDS_REVERSE, by=by, now=now, case_id=of.case_id, subject=made, after=said)
    emit(FundsReversed(reversal_id=made.pk, case_id=of.case_id, holder_id=of.holder_id, now=now))
    return made


def _shown_back(
    booking: queries.Booking | None, attachment_id: int | None, *, case_id: int, by: Actor
) -> Attachment | None:
    """The paper by which money that had left is back; a distribution, whose money never left, needs none."""
    if isinstance(booking, Distribution) and attachment_id is None:
        return None
    return queries.voucher_copy(attachment_id or 0, case_id=case_id, by=by)
