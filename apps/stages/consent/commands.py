"""Consenting to an agreement (同意协议转让), taking the consent back, and its end when something changes."""

from datetime import datetime

from django.db import transaction

from apps.documents.queries import attached_kinds
from apps.listings import guidance
from apps.listings.models import Listing
from apps.listings.queries import held, require_visible, rules_now
from apps.listings.takers import why_not_agreed
from apps.parties.roles import Can
from apps.stages.consent import queries, rules
from apps.stages.consent.events import AgreementConsented, ConsentWithdrawn
from apps.stages.consent.models import Consent
from apps.stages.consent.names import AGREEMENT_CONSENT, AGREEMENT_WITHDRAW_CONSENT
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import not_found, refuse
from kernel.events import emit


@transaction.atomic
def consent(*, listing_id: int, by: Actor, now: datetime) -> Consent:
    """Consent as its counterparty to an agreement: to every fact and paper as it stands; any change voids it.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found (not its counterparty),
    wrong_status, duplicate_request, missing_document, not_paired, self_dealing, barred, price_out_of_guidance.
    """
    require_capability(by, Can.BUY)
    access.release(act=AGREEMENT_CONSENT, subject_id=listing_id, by=by, now=now)
    listing = _held(listing_id, by=by, now=now)
    refuse(
        rules.why_not_consent(
            status=listing.state,
            stands=queries.stands(listing),
            documents=attached_kinds(case_id=listing_id, organisation_id=by.organisation_id),
            required=listing.trade.papers,
        )
    )
    book = rules_now(province=listing.province, of=listing.quota_class, now=now)
    refuse(why_not_agreed(listing, rules=book.parameters, now=now))
    refuse(guidance.why_not_prices(listing, book.as_json() | guidance.prices_now(listing, now=now)))
    void(listing, now=now)
    facts = queries.facts_of(listing)
    made = Consent.objects.create(
        listing=listing,
        organisation_id=by.organisation_id,
        facts_sha256=access.digest(facts),
        given_at=now,
        given_by_id=by.person_id,
    )
    after = {"facts_sha256": made.facts_sha256}
    audit.record(verb=AGREEMENT_CONSENT, by=by, now=now, case_id=listing_id, subject=made, after=after)
    emit(AgreementConsented(listing_id=listing_id, now=now))
    return made


@transaction.atomic
def withdraw(*, listing_id: int, by: Actor, now: datetime) -> Consent:
    """Take one's consent back before the application is handed in.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status.
    """
    require_capability(by, Can.BUY)
    access.release(act=AGREEMENT_WITHDRAW_CONSENT, subject_id=listing_id, by=by, now=now)
    listing = _held(listing_id, by=by, now=now)
    found = queries.given(listing_id)
    refuse(rules.why_not_withdraw(status=listing.state, given=found is not None))
    if found is None:
        raise ValueError("a consent that was not given was not refused")
    void(listing, now=now)
    audit.record(verb=AGREEMENT_WITHDRAW_CONSENT, by=by, now=now, case_id=listing_id, subject=found)
    emit(ConsentWithdrawn(listing_id=listing_id, now=now))
    return found


def _held(listing_id: int, *, by: Actor, now: datetime) -> Listing:
    require_visible(listing_id, by=by)
    listing = held(listing_id, now=now, by=by)
    if listing.counterparty_id != by.organisation_id:
        raise not_found("协议转让")
    return listing


def void(listing: Listing, *, now: datetime) -> None:
    """The consent to a held agreement ends, where there is one: its facts change, or it is taken back."""
    Consent.objects.filter(listing=listing, ended_at=None).update(ended_at=now)
