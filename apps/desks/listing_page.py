"""Everything one person may see of one listing, gathered for its work page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.desks.agreement_facts import agreement_of
from apps.desks.available_acts import available_on, open_claims, paddle_for, party_of
from apps.desks.evidence import Wanted
from apps.desks.queue import tasks_on
from apps.desks.tasks import Task
from apps.disclosure import evidence
from apps.disclosure.documents import readable
from apps.disclosure.evidence import marked, visible_attachments
from apps.documents.models import Attachment
from apps.documents.queries import attachments_of
from apps.documents.states import AttachmentKind
from apps.listings.models import Listing, Suspension
from apps.listings.queries import identities_hidden, is_before_close
from apps.listings.rules import share_held_back
from apps.listings.states import ENDED, ListingStatus
from apps.listings.timetable import Moment, moments
from apps.money.models import Refund
from apps.money.queries import DepositPosition, deposit_positions, remittances_of
from apps.objections.queries import visible_to as objections_visible_to
from apps.parties.roles import Can
from apps.stages.award.queries import award_of
from apps.stages.bidding.queries import highest_price
from apps.stages.commitment.queries import reports_of, term_of
from apps.stages.consent.rules import OPEN_TO_CONSENT
from apps.stages.contract.models import Contract
from apps.stages.contract.queries import contract_of, valid_signatures
from apps.stages.contract.states import PARTY_LABELS
from apps.stages.filing.models import Filing
from apps.stages.payment.queries import instalments, price_account
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import registration_of, visible_to
from apps.stages.review.models import ReturnNotice, ReviewOpinion
from apps.stages.review.queries import Finding, findings
from kernel.actors import Actor
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import not_found
from kernel.money import ZERO, Yuan

K = AttachmentKind
_SELLER_MORE = (K.PARCEL_MAP, K.RETEST_REPORT, K.OTHER)
_OF_A_COMMITMENT = {str(K.REGRADING_REPORT): K.REGRADING_REPORT.label}
_BIDDER_MORE = (K.PAYMENT_VOUCHER, K.RETEST_REPORT, K.OTHER)


@dataclass(frozen=True)
class Deposit:
    """The deposit tracker (保证金): what is due, what has arrived, what is still missing, what goes back."""

    required: Yuan
    position: DepositPosition
    missing: Yuan
    sub_account: str
    refunds: list[Refund]

    @property
    def holder(self) -> str:
        """In whose name the sub-account is (户名)."""
        return str(settings.COLLECTION_ACCOUNT["name"])

    @property
    def bank(self) -> str:
        """Where it is (开户银行)."""
        return str(settings.COLLECTION_ACCOUNT["bank"])


def uploadable(listing: Listing, *, by: Actor) -> dict[str, str]:
    """Which kinds of evidence the actor may attach, required ones first; empty when none."""
    if not by.can(Can.BUY) or listing.state in ENDED - {ListingStatus.COMPLETED}:
        return {}
    if by.organisation_id == listing.seller_id:
        more = _OF_A_COMMITMENT if listing.promised is not None else {}
        asked = {**listing.terms.to_list, **listing.papers}
        return {**asked, **more, **{str(kind): kind.label for kind in _SELLER_MORE}}
    if by.organisation_id == listing.counterparty_id:
        asked = dict(listing.trade.papers) if listing.state in OPEN_TO_CONSENT else {}
        return {**asked, **{str(kind): kind.label for kind in _BIDDER_MORE}}
    mine = registration_of(listing_id=listing.pk, organisation_id=by.organisation_id)
    if mine is None and listing.state is not ListingStatus.ANNOUNCED:
        return {}
    return {**listing.terms.to_bid, **{str(kind): kind.label for kind in _BIDDER_MORE}}


def _wanted(listing: Listing, *, by: Actor) -> list[Wanted]:
    files: dict[str, list[Attachment]] = {}
    own = attachments_of(case_id=listing.pk).filter(organisation_id=by.organisation_id)
    for each in marked(own, listing=listing):
        files.setdefault(each.kind, []).append(each)
    required = _required(listing, by=by)
    return [
        Wanted(kind, label, kind in required, files.get(kind, []))
        for kind, label in uploadable(listing, by=by).items()
    ]


def _required(listing: Listing, *, by: Actor) -> Mapping[str, str]:
    if by.organisation_id == listing.seller_id:
        return {**listing.terms.to_list, **listing.papers}
    return listing.trade.papers if by.organisation_id == listing.counterparty_id else listing.terms.to_bid


def deposit_of(registration: Registration) -> Deposit:
    """How one's own deposit stands."""
    return deposits_of([registration])[0]


def deposits_of(registrations: list[Registration]) -> list[Deposit]:
    """How one's own deposits stand, in the order given; two queries for all of them."""
    accounts = [each.sub_account_id for each in registrations]
    positions = deposit_positions(accounts)
    refunds: dict[int, list[Refund]] = {}
    found = Refund.objects.filter(entry__sub_account_id__in=accounts).select_related("entry").order_by("id")
    for refund in found:
        refunds.setdefault(refund.entry.sub_account_id or 0, []).append(refund)
    return [
        _deposit(each, positions[each.sub_account_id], refunds.get(each.sub_account_id, []))
        for each in registrations
    ]


def _deposit(registration: Registration, position: DepositPosition, refunds: list[Refund]) -> Deposit:
    required = registration.listing.deposit_amount or ZERO
    counted = position.held + position.applied + position.forfeited + position.refunded
    return Deposit(
        required=required,
        position=position,
        missing=max(required - counted, ZERO),
        sub_account=registration.sub_account.number,
        refunds=refunds,
    )


def may_open(attachment: Attachment, *, by: Actor) -> bool:
    """Whether an actor may open this piece of evidence; what belongs to no case its own organisation alone."""
    if attachment.case_id is None:
        return attachment.organisation_id == by.organisation_id
    return evidence.may_open(attachment, by=by)


def require_party(listing: Listing, *, by: Actor) -> Contract:
    """The contract, for its three parties. Refuses: not_found."""
    contract = contract_of(listing.pk)
    if contract is None or party_of(listing, by=by) is None:
        raise not_found("三方合同")
    return contract


def own_moments(listing: Listing, *, by: Actor, now: datetime) -> list[Moment]:
    """The timetable with the actor's own deadlines; nothing that would tell of other bidders."""
    own = Deadline.objects.filter(case_id=listing.pk, concerns_id=by.organisation_id).exclude(subject_id=0)
    mine = [
        Moment(
            kind_of(row.kind).label,
            row.due_at,
            row.due_at <= now,
            provisional=row.provisional,
            done_at=row.met_at,
            late=row.breached_at is not None,
        )
        for row in own.exclude(status=DeadlineStatus.CANCELLED)
    ]
    return sorted([*moments(listing, now=now), *mine], key=lambda moment: (moment.at, moment.label))


def gathered(listing: Listing, *, by: Actor, now: datetime) -> dict[str, Any]:
    """The context of the work page."""
    official, seller = by.can(Can.SEE_CASES), by.organisation_id == listing.seller_id
    party = seller or by.organisation_id == listing.counterparty_id
    hidden = identities_hidden(listing)
    context: dict[str, Any] = {
        "listing": listing,
        "kinds": listing.quantities.items(),
        "priced": listing.priced,
        "highest": highest_price(listing.pk),
        "now": now,
        "available_acts": available_on(listing, by=by, now=now),
        "duties": _duties(listing, by=by, now=now),
        "is_open": is_before_close(listing),
        "moments": own_moments(listing, by=by, now=now),
        "documents": list(readable(listing, by=by)),
        "wanted": _wanted(listing, by=by),
        "evidence": marked(
            visible_attachments(listing, by=by).filter(organisation_id=listing.seller_id), listing=listing
        )
        if official or (party and not seller)
        else [],
        "agreement": agreement_of(listing) if official or party else [],
        "paddle": paddle_for(listing, by=by) if by.can(Can.BUY) else None,
        "lines": list(listing.lines.select_related("batch")) if official or seller else [],
        "suspensions": list(Suspension.objects.filter(listing=listing).order_by("-id")) if official else [],
        "return_notices": list(ReturnNotice.objects.filter(listing=listing)) if official or seller else [],
        "opinions": list(ReviewOpinion.objects.filter(listing=listing).order_by("id")) if official else [],
        "award": None if hidden else award_of(listing.pk),
        "filing": Filing.objects.filter(listing=listing).first() if official else None,
        "submission": _submission(listing) if seller else [],
        **_commitment(listing, by=by),
    }
    context |= _registrations(listing, by=by, hidden=hidden)
    return context | _contract(listing, by=by, now=now) | _objections(listing, by=by)


def _duties(listing: Listing, *, by: Actor, now: datetime) -> list[Task]:
    """What the desk says is to be done on this lot and no act of the menu does, such as paying the price."""
    if not by.can(Can.BUY):
        return []
    own = tasks_on(listing.pk, by=by, now=now)
    return [each for each in own if "/acts/" not in each.url and "/bid/" not in each.url and "#" in each.url]


def _submission(listing: Listing) -> list[Finding]:
    """What the reviewers' automatic check would find, told to the seller before it hands in."""
    if listing.state not in (ListingStatus.DRAFT, ListingStatus.RETURNED):
        return []
    return [each for each in findings(listing) if each.item not in _ONLY_WHEN_FROZEN]


_ONLY_WHEN_FROZEN = frozenset({"not_traded", "holding"})
"""Findings about frozen quota, which freezes only when the application is handed in."""


def _registrations(listing: Listing, *, by: Actor, hidden: bool) -> dict[str, Any]:
    own = (
        registration_of(listing_id=listing.pk, organisation_id=by.organisation_id)
        if by.can(Can.BUY)
        else None
    )
    seen = list(visible_to(by).filter(listing=listing).order_by("id")) if by.can(Can.SEE_CASES) else []
    if own is not None:
        own.listing = listing
    return {
        "registration": own,
        "deposit": deposit_of(own) if own else None,
        "registrations": seen,
        "identities_hidden": hidden,
    }


def _commitment(listing: Listing, *, by: Actor) -> dict[str, Any]:
    """What is promised of the lot's quality; what is reported of it, for both parties and the offices."""
    promised = listing.promised
    if promised is None:
        return {"promised": None}
    reads = by.can(Can.SEE_CASES) or party_of(listing, by=by) is not None
    return {
        "promised": promised,
        "promise": promised.promise,
        "held_back_share": share_held_back(listing.rules.parameters, promised=True)
        if listing.rules_copy
        else None,
        "term": term_of(listing.pk),
        "reports": reports_of(listing.pk) if reads else [],
    }


def _contract(listing: Listing, *, by: Actor, now: datetime) -> dict[str, Any]:
    contract, party = contract_of(listing.pk), party_of(listing, by=by)
    if contract is None or (party is None and not by.can(Can.SEE_CASES)):
        return {"contract": None, "claims": []}
    signed = valid_signatures(contract)
    return {
        "contract": contract,
        "party": party,
        "signatures": [(label, signed.get(each)) for each, label in PARTY_LABELS.items()],
        "account": price_account(listing, now=now),
        "orders": list(remittances_of(listing.pk)),
        "instalments": instalments(contract),
        "claims": open_claims(listing),
        "may_claim_confirm": by.can(Can.DECIDE_FOR_PROVINCE),
    }


def _objections(listing: Listing, *, by: Actor) -> dict[str, Any]:
    return {"objections": list(objections_visible_to(by).filter(case=listing.case_id).order_by("id"))}


def today(now: datetime) -> str:
    """The day in Beijing, as pages head their queues."""
    return beijing(now).strftime(_("%Y年%m月%d日"))
