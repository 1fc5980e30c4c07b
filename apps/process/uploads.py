"""Evidence that comes in (收材料): from whom, for which case, when, and how much of it. One way for pages and API.

Nothing is taken from somebody who has no part in a case, and nothing once it is no longer wanted: a seller's evidence
until the announcement, a bidder's until applications close or while its own is to be corrected, a county's until its
verification is submitted or while that is to be corrected. What is wanted is decided by the rules of the rooms. Who
releases what stands on papers brings none: one person would make both.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum

from apps.crossprovince.demand_evidence import wanted_from as wanted_of_demand
from apps.crossprovince.demand_evidence import why_not_taken as why_not_of_demand
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_queries import demand_for
from apps.crossprovince.demand_queries import sides_of as sides_of_demand
from apps.crossprovince.evidence import wanted_from as wanted_across
from apps.crossprovince.evidence import why_not_taken as why_not_across
from apps.crossprovince.models import Adjustment
from apps.crossprovince.queries import adjustment_for
from apps.crossprovince.queries import sides_of as sides_across
from apps.documents import rules as limits
from apps.documents.commands import attach
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind as K
from apps.funds.models import Account
from apps.funds.queries import pool_for
from apps.listings.models import Listing
from apps.listings.rules import why_not_after_the_end
from apps.listings.states import LABELS, ListingStatus
from apps.parties.queries import superiors
from apps.parties.roles import Can
from apps.stages.application.rules import why_not_from_seller
from apps.stages.consent.rules import OPEN_TO_CONSENT, why_not_from_counterparty
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import registration_of
from apps.stages.qualification.rules import why_not_from_bidder
from apps.surplus.evidence import wanted_from, why_not_taken
from apps.surplus.models import Verification
from apps.surplus.queries import sides_of, verification_for
from kernel import lanes
from kernel.access.checks import require_capability
from kernel.actors import Actor, Duty
from kernel.acts.perform import keep_what_waits
from kernel.audit import commands as audit
from kernel.errors import Code, Refusal, refuse
from kernel.transitions import why_not_in


@transaction.atomic
def take(listing: Listing, *, kind: K, name: str, content: bytes, by: Actor, now: datetime) -> Attachment:
    """Take one file as evidence of the actor's organisation.

    Refuses: not_permitted, wrong_status, invalid, facts_frozen (what waits for an approver binds the evidence).
    """
    mine = None
    if by.can(Can.BUY) and by.organisation_id not in (listing.seller_id, listing.counterparty_id):
        mine = registration_of(listing_id=listing.pk, organisation_id=by.organisation_id)
    refuse(_why_not_taken(listing, kind=kind, mine=mine, by=by, now=now))
    parties = (listing.seller_id, listing.counterparty_id)
    newcomer = by.can(Can.BUY) and by.organisation_id not in parties and mine is None
    most = limits.MOST_OF_A_NEWCOMER if newcomer else limits.MOST_OF_A_PARTY
    refuse(_why_too_much(listing.pk, size=len(content), most=most, by=by, now=now))
    return _kept(listing.pk, kind=kind, name=name, content=content, by=by, now=now)


@transaction.atomic
def take_for_verification(
    verification: Verification, *, kind: K, name: str, content: bytes, by: Actor, now: datetime
) -> Attachment:
    """Take one file as evidence of the actor's organisation in a verification, under the case's lane.

    Refuses: not_permitted, not_found, wrong_status, invalid, facts_frozen (what waits for an approver binds it).
    """
    lanes.hold(lanes.CASE, verification.pk)
    found = verification_for(verification.pk, by=by)
    refuse(why_not_taken(sides_of(found, by=by), kind=kind, status=found.state))
    refuse(_why_too_much(found.pk, size=len(content), most=limits.MOST_OF_A_PARTY, by=by, now=now))
    return _kept(found.pk, kind=kind, name=name, content=content, by=by, now=now)


@transaction.atomic
def take_for_fund(fund: Account, *, name: str, content: bytes, by: Actor, now: datetime) -> Attachment:
    """Take the copy of a voucher (收益支出凭证) from the county's finance, under the case's lane.

    It is taken as long as there are proceeds, also when their lot has long been completed. Refuses: not_permitted,
    not_found, invalid.
    """
    require_capability(by, Can.BOOK_FUNDS)
    lanes.hold(lanes.CASE, fund.source_id)
    found = pool_for(fund.pk, by=by)
    refuse(_why_too_much(found.source_id, size=len(content), most=limits.MOST_OF_A_FUND, by=by, now=now))
    return _kept(found.source_id, kind=K.FUND_VOUCHER, name=name, content=content, by=by, now=now)


@transaction.atomic
def take_from_outside(*, name: str, content: bytes, by: Actor, now: datetime) -> Attachment:
    """Take the paper of a body outside that decides on no case (外部来文), before the act that enters it.

    Refuses: not_permitted, invalid.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    refuse(_why_too_much(None, size=len(content), most=limits.MOST_OF_A_PARTY, by=by, now=now))
    return _kept(None, kind=K.INCOMING_DOCUMENT, name=name, content=content, by=by, now=now)


@transaction.atomic
def take_for_adjustment(
    adjustment: Adjustment, *, kind: K, name: str, content: bytes, by: Actor, now: datetime
) -> Attachment:
    """Take one file as evidence of the actor's organisation in an adjustment, under the case's lane.

    Refuses: not_permitted, not_found, wrong_status, invalid, facts_frozen (what waits for an approver binds it).
    """
    lanes.hold(lanes.CASE, adjustment.pk)
    found = adjustment_for(adjustment.pk, by=by)
    refuse(why_not_across(sides_across(found, by=by), kind=kind, status=found.state))
    refuse(_why_too_much(found.pk, size=len(content), most=limits.MOST_OF_A_PARTY, by=by, now=now))
    return _kept(found.pk, kind=kind, name=name, content=content, by=by, now=now)


def wanted_for_adjustment(adjustment: Adjustment, *, by: Actor) -> dict[K, bool]:
    """The kinds of evidence that the actor may hand in now, required ones first, each with whether it is required."""
    return wanted_across(sides_across(adjustment, by=by), status=adjustment.state)


@transaction.atomic
def take_for_demand(
    demand: Demand, *, kind: K, name: str, content: bytes, by: Actor, now: datetime
) -> Attachment:
    """Take one file as evidence of the actor's organisation in a demand, under the case's lane.

    Refuses: not_permitted, not_found, wrong_status, invalid, facts_frozen (what waits for an approver binds it).
    """
    lanes.hold(lanes.CASE, demand.pk)
    found = demand_for(demand.pk, by=by)
    refuse(why_not_of_demand(sides_of_demand(found, by=by), kind=kind, status=found.state))
    refuse(_why_too_much(found.pk, size=len(content), most=limits.MOST_OF_A_PARTY, by=by, now=now))
    return _kept(found.pk, kind=kind, name=name, content=content, by=by, now=now)


def wanted_for_demand(demand: Demand, *, by: Actor) -> dict[K, bool]:
    """The kinds of evidence that the actor may hand in now, required ones first, each with whether it is required."""
    return wanted_of_demand(sides_of_demand(demand, by=by), status=demand.state)


def _kept(case_id: int | None, *, kind: K, name: str, content: bytes, by: Actor, now: datetime) -> Attachment:
    refuse(limits.why_not_by_approver(approves=by.duty is Duty.APPROVER))
    made = attach(
        kind=kind,
        name=name,
        content=content,
        organisation_id=by.organisation_id,
        uploaded_by_id=by.person_id,
        case_id=case_id,
        now=now,
    )
    after = {"kind": kind, "sha256": made.sha256}
    audit.record(verb="attachment.add", by=by, now=now, case_id=case_id, subject=made, after=after)
    if case_id is not None:
        keep_what_waits(case_id=case_id, alone=True, by=by, now=now)
    return made


def wanted_for_verification(verification: Verification, *, by: Actor) -> dict[K, bool]:
    """The kinds of evidence that the actor may hand in now, required ones first, each with whether it is required."""
    return wanted_from(sides_of(verification, by=by), status=verification.state)


def _why_not_taken(
    listing: Listing, *, kind: K, mine: Registration | None, by: Actor, now: datetime
) -> Refusal | None:
    """Why this kind of evidence is not taken from the actor now; None where it is. `mine` is its application to bid."""
    if kind is K.FUND_VOUCHER:
        return Refusal(Code.INVALID, "收益支出凭证由县级财政在收益资金页面上传。", {"field": "kind"})
    ended = why_not_after_the_end(listing.state)
    if ended is not None or not by.can(Can.BUY):
        return ended
    papers = listing.papers if by.organisation_id == listing.seller_id else listing.trade.papers
    if kind in papers and by.organisation_id in (listing.seller_id, listing.counterparty_id):
        return why_not_in(listing.state, OPEN_TO_CONSENT, labels=LABELS)
    if by.organisation_id == listing.counterparty_id:
        return why_not_from_counterparty(status=listing.state, kind=kind)
    if by.organisation_id == listing.seller_id:
        return why_not_from_seller(status=listing.state, kind=kind)
    closes_at = listing.registration_closes_at
    is_open = listing.state is ListingStatus.ANNOUNCED and closes_at is not None and now < closes_at
    return why_not_from_bidder(
        status=listing.state,
        kind=kind,
        is_open=is_open,
        mine=mine.state if mine else None,
        may_apply=mine is not None or not is_open or _may_apply(listing, by=by),
    )


def _may_apply(listing: Listing, *, by: Actor) -> bool:
    within = str(by.role) in listing.rules.parameters.bidder_kinds
    return within and listing.seller_id not in superiors(by.organisation_id)


def _why_too_much(
    case_id: int | None, *, size: int, most: limits.Most, by: Actor, now: datetime
) -> Refusal | None:
    on = Q(case_id__isnull=True) if case_id is None else Q(case_id=case_id)
    laid = Attachment.objects.filter(on, organisation_id=by.organisation_id)
    held = laid.aggregate(files=Count("pk"), bytes=Sum("size"))
    hour = Attachment.objects.filter(uploaded_by_id=by.person_id, uploaded_at__gt=now - timedelta(hours=1))
    return limits.why_not_more(
        files=held["files"], total_bytes=(held["bytes"] or 0) + size, most=most, in_last_hour=hour.count()
    )


@transaction.atomic
def note_reading(attachment: Attachment, *, by: Actor, now: datetime) -> None:
    """Somebody opens evidence that is not its own organisation's: the record says so, and supervisors see it."""
    if attachment.organisation_id == by.organisation_id:
        return
    audit.record(
        verb="attachment.read",
        by=by,
        now=now,
        case_id=attachment.case_id,
        subject=attachment,
        after={"kind": attachment.kind},
    )
