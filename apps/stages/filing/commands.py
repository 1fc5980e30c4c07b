"""Filing the deal with the province (备案)."""

from datetime import datetime

from django.db import transaction

from apps.listings.queries import held, locked
from apps.parties.roles import Can
from apps.stages.award.queries import awarded
from apps.stages.filing import rules
from apps.stages.filing.events import FilingAccepted, FilingSubmitted
from apps.stages.filing.models import Filing
from apps.stages.filing.names import FILING_ACCEPT, FILING_DEADLINE, FILING_SUBMIT
from apps.stages.filing.queries import manifest_of
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit


def expect(*, listing_id: int, now: datetime) -> None:
    """The quota is handed over: the deal is to be filed."""
    book = locked(listing_id).rules.parameters
    period = deadlines.working_days(book.filing_wd, daily_end=book.daily_end)
    deadlines.start(kind=FILING_DEADLINE, case_id=listing_id, triggered_at=now, period=period)


@transaction.atomic
def submit(*, listing_id: int, by: Actor, now: datetime) -> Filing:
    """File the dossier: announcement, bid record, confirmation, contract, payment vouchers, certificate.

    Its manifest names each with its hash. Due within `filing_wd` working days of the transfer.
    One person prepares, another releases. Refuses: not_permitted, same_person, wrong_status, duplicate_request.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=FILING_SUBMIT, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    refuse(rules.why_not_submit(status=listing.state, filed=Filing.objects.filter(listing=listing).exists()))
    manifest = manifest_of(listing)
    made = Filing.objects.create(
        listing=listing,
        award=awarded(listing_id),
        manifest=manifest,
        manifest_sha256=access.digest(manifest),
        submitted_by_id=by.person_id,
        submitted_at=now,
    )
    deadlines.meet(kind=FILING_DEADLINE, case_id=listing_id, at=now)
    audit.record(
        verb=FILING_SUBMIT,
        by=by,
        now=now,
        case_id=listing_id,
        subject=made,
        after={"manifest_sha256": made.manifest_sha256},
    )
    emit(FilingSubmitted(listing_id=listing_id, filing_id=made.pk, now=now))
    return made


@transaction.atomic
def accept(*, listing_id: int, by: Actor, now: datetime) -> Filing:
    """The province accepts the dossier: one person prepares, another releases.

    Refuses: not_permitted, same_person, wrong_status, duplicate_request.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=FILING_ACCEPT, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    filing = Filing.objects.select_for_update().filter(listing=listing).first()
    accepted = filing is not None and filing.accepted_at is not None
    refuse(rules.why_not_accept(status=listing.state, filed=filing is not None, accepted=accepted))
    filing = Filing.objects.get(listing=listing)
    filing.accepted_by_id, filing.accepted_at = by.person_id, now
    filing.save(update_fields=["accepted_by_id", "accepted_at"])
    audit.record(verb=FILING_ACCEPT, by=by, now=now, case_id=listing_id, subject=filing)
    emit(FilingAccepted(listing_id=listing_id, filing_id=filing.pk, now=now))
    return filing
