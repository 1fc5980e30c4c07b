"""Applying to bid (竞买申请) and deciding on it (资格审核)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.documents.queries import attached_kinds
from apps.listings.models import Listing
from apps.listings.queries import ancestry, held, lines_of, require_visible
from apps.money.commands import open_sub_account
from apps.money.models import Purpose
from apps.parties.queries import bar_on, offices, shares_people, superiors
from apps.parties.roles import Can
from apps.quota.queries import rights_of
from apps.quota.rules import why_not_circulate
from apps.stages.application.rules import why_not_complete
from apps.stages.qualification import rules
from apps.stages.qualification.events import RegistrationDecided, RegistrationSubmitted
from apps.stages.qualification.models import Registration, TermsConfirmation
from apps.stages.qualification.names import QUALIFICATION_DEADLINE, REGISTRATION_DECIDE, REGISTRATION_SUBMIT
from apps.stages.qualification.queries import listing_of, registration_of, terms_of
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.qualification.terms import Terms, TermsDocument
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_no_part
from kernel.access.models import Preparation
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import Refusal, not_found, refuse
from kernel.events import emit


@transaction.atomic
def submit(
    *, listing_id: int, by: Actor, now: datetime, notice_sha256: str = "", pledge_sha256: str = ""
) -> Registration:
    """Apply to bid on an announced lot; a sub-account for the deposit is issued at once.

    `notice_sha256` and `pledge_sha256` are the digests of the notice to bidders and the undertaking as the applicant
    read and confirms them; what was confirmed is stored with the application. One person prepares, another releases.
    Refuses: not_permitted, same_person, not_found, wrong_status, suspended, too_late, self_dealing, barred,
    missing_document, duplicate_request, invalid (not confirmed), text_changed (confirmed another text).
    """
    require_capability(by, Can.BUY)
    prepared = access.release(act=REGISTRATION_SUBMIT, subject_id=listing_id, by=by, now=now)
    require_visible(listing_id, by=by)
    listing = held(listing_id, now=now, by=by)
    earlier = registration_of(listing_id=listing_id, organisation_id=by.organisation_id)
    refuse(_why_not_register(listing, earlier, by=by, now=now))
    kinds = attached_kinds(case_id=listing_id, organisation_id=by.organisation_id)
    refuse(why_not_complete(documents=kinds, required=listing.terms.to_bid))
    terms = terms_of(listing)
    confirmed = {
        str(TermsDocument.NOTICE): notice_sha256,
        str(TermsDocument.PLEDGE): pledge_sha256,
    }
    refuse(rules.why_not_confirmed(terms=terms, confirmed=confirmed))
    registration = _again(earlier, now=now) if earlier else _first(listing, by=by, now=now)
    _keep_confirmed(registration, terms, prepared, by=by, now=now)
    book = listing.rules.parameters
    deadlines.start(
        kind=QUALIFICATION_DEADLINE,
        case_id=listing_id,
        subject_id=registration.pk,
        concerns_id=by.organisation_id,
        triggered_at=now,
        period=deadlines.working_days(book.qualification_wd, daily_end=book.daily_end),
    )
    audit.record(
        verb=REGISTRATION_SUBMIT,
        by=by,
        now=now,
        case_id=listing_id,
        subject=registration,
        after={"confirmed": {str(each.document): [each.version, each.sha256] for each in terms}},
    )
    emit(
        RegistrationSubmitted(
            listing_id=listing_id,
            registration_id=registration.pk,
            organisation_id=by.organisation_id,
            now=now,
        )
    )
    return registration


def _why_not_register(
    listing: Listing, earlier: Registration | None, *, by: Actor, now: datetime
) -> Refusal | None:
    bar = bar_on(organisation_id=by.organisation_id, case_ids=ancestry(listing), now=now)
    return rules.why_not_register(
        status=listing.state,
        registers=listing.trade.has("qualification"),
        now=now,
        closes_at=listing.registration_closes_at,
        is_seller=listing.seller_id == by.organisation_id,
        shares_people=shares_people(by.organisation_id, with_ids=_others_on(listing, by)),
        is_subordinate=listing.seller_id in superiors(by.organisation_id),
        kind=str(by.role),
        allowed_kinds=listing.rules.parameters.bidder_kinds if listing.rules_copy else [],
        barred_until=bar.until if bar else None,
        earlier=earlier.state if earlier else None,
    ) or why_not_circulate(
        rights=rights_of([line.batch_id for line in lines_of(listing)]),
        made_in=listing.seller.region_id,
        to=by.region,
    )


def _others_on(listing: Listing, by: Actor) -> set[int]:
    """Everybody else with a part in the lot: its seller, its other applicants, the offices of its province."""
    applicants = Registration.objects.filter(listing=listing).values_list("organisation_id", flat=True)
    working = offices(Can.SEE_CASES, province=listing.province)
    return ({listing.seller_id, *applicants} | {each.pk for each in working}) - {by.organisation_id}


def _first(listing: Listing, *, by: Actor, now: datetime) -> Registration:
    account = open_sub_account(
        purpose=Purpose.DEPOSIT,
        case_id=listing.pk,
        province=listing.province,
        organisation_id=by.organisation_id,
        now=now,
    )
    return Registration.objects.create(
        listing=listing, organisation_id=by.organisation_id, submitted_at=now, sub_account=account
    )


def _again(registration: Registration, *, now: datetime) -> Registration:
    registration.status = RegistrationStatus.SUBMITTED
    registration.submission += 1
    registration.submitted_at = now
    registration.decided_at = registration.decided_by_id = None
    registration.save()
    return registration


def _keep_confirmed(
    registration: Registration,
    terms: Sequence[Terms],
    prepared: Preparation | None,
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Keep each text with who read it (the operator, when the application was prepared) and who released it."""
    TermsConfirmation.objects.bulk_create(
        TermsConfirmation(
            registration=registration,
            submission=registration.submission,
            document=str(each.document),
            version=each.version,
            text=each.text,
            sha256=each.sha256,
            read_by_id=prepared.prepared_by_id if prepared else by.person_id,
            read_by_name=prepared.prepared_by_name if prepared else by.person_name,
            read_at=prepared.prepared_at if prepared else now,
            released_by_id=by.person_id,
            released_by_name=by.person_name,
            confirmed_at=now,
        )
        for each in terms
    )


@transaction.atomic
def decide(
    *, registration_id: int, outcome: RegistrationStatus, by: Actor, now: datetime, reason: str = ""
) -> Registration:
    """Decide an application to bid: qualified, to be corrected, or rejected with reasons.

    One person prepares, another releases; neither has acted for the seller or a bidder in this lot. Refuses:
    not_permitted, same_person, not_found, self_dealing, wrong_status, suspended, invalid.
    """
    require_capability(by, Can.RUN_TRADES)
    access.release(act=REGISTRATION_DECIDE, subject_id=registration_id, by=by, now=now)
    listing_id = listing_of(registration_id)
    if listing_id is None:
        raise not_found("竞买申请")
    listing = held(listing_id, now=now, by=by)
    registration = Registration.objects.select_for_update().get(pk=registration_id)
    applicants = Registration.objects.filter(listing=listing).values_list("organisation_id", flat=True)
    require_no_part([listing.seller_id, *applicants], by=by, case_id=listing_id)
    refuse(
        rules.why_not_decide(status=registration.state, outcome=outcome, reason=reason, listing=listing.state)
    )
    registration.status = outcome
    registration.reason = reason
    registration.decided_by_id, registration.decided_at = by.person_id, now
    registration.save()
    deadlines.meet(kind=QUALIFICATION_DEADLINE, case_id=listing_id, subject_id=registration_id, at=now)
    audit.record(
        verb=REGISTRATION_DECIDE,
        by=by,
        now=now,
        case_id=listing_id,
        subject=registration,
        after={"outcome": outcome, "reason": reason},
    )
    emit(
        RegistrationDecided(
            listing_id=listing_id,
            registration_id=registration_id,
            organisation_id=registration.organisation_id,
            outcome=outcome,
            reason=reason,
            now=now,
        )
    )
    return registration
