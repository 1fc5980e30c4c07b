"""Which acts a person can begin on one listing now: for menus only, the commands themselves decide."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from apps.listings.models import Listing
from apps.listings.names import LISTING_SUSPEND, LISTING_TERMINATE
from apps.listings.states import ListingStatus
from apps.money.names import REFUND_RELEASE, REMITTANCE_RELEASE
from apps.money.queries import refunds_due, remittance_due
from apps.objections.names import OBJECTION_DISMISS_FLOOD, OBJECTION_RAISE
from apps.objections.rules import LEAST_OF_A_FLOOD
from apps.parties.roles import Can
from apps.questions.names import QUESTION_ASK
from apps.stages.announcement.names import ANNOUNCEMENT_NOTE_PORTAL
from apps.stages.announcement.queries import portal_note_of
from apps.stages.application.names import LISTING_AMEND, LISTING_RELIST, LISTING_SUBMIT, LISTING_WITHDRAW
from apps.stages.bidding.names import BID_PLACE
from apps.stages.bidding.queries import own_paddle
from apps.stages.commitment.names import COMMITMENT_DECIDE, COMMITMENT_REPORT
from apps.stages.commitment.queries import open_report, term_of
from apps.stages.consent.names import AGREEMENT_CONSENT, AGREEMENT_WITHDRAW_CONSENT
from apps.stages.consent.queries import given, stands
from apps.stages.contract.names import CONTRACT_ACCOUNT, CONTRACT_SIGN
from apps.stages.contract.queries import contract_of, valid_signatures
from apps.stages.contract.states import Party
from apps.stages.filing.models import Filing
from apps.stages.filing.names import FILING_ACCEPT, FILING_SUBMIT
from apps.stages.qualification.names import REGISTRATION_SUBMIT
from apps.stages.qualification.queries import registration_of
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review.names import REVIEW_DECIDE, REVIEW_RETURN
from apps.stages.review.queries import may_opine, opinions
from apps.stages.review.states import SUBJECT_LABELS, Outcome, Subject
from apps.stages.transfer.models import QualityClaim
from apps.stages.transfer.names import QUALITY_CLAIM
from kernel.access.models import Preparation
from kernel.access.queries import waiting
from kernel.actors import Actor, Duty
from kernel.acts.act import Act, all_acts
from kernel.web.opaque import shown


@dataclass(frozen=True)
class AvailableAct:
    """One act on the menu: where to begin it, or, once prepared, where its preparation waits."""

    act: Act
    label: str
    url: str
    waiting: Preparation | None = None
    grave: bool = False


_GRAVE = frozenset({LISTING_SUSPEND, LISTING_TERMINATE, LISTING_WITHDRAW})
_ELSEWHERE = frozenset({OBJECTION_RAISE, QUESTION_ASK, BID_PLACE})
"""Acts with a page of their own."""


def party_of(listing: Listing, *, by: Actor) -> Party | None:
    """Which party of the contract the actor signs for; None for everybody else."""
    if by.can(Can.RUN_TRADES):
        return Party.CENTRE
    if by.organisation_id == listing.seller_id:
        return Party.SELLER
    contract = contract_of(listing.pk)
    return Party.WINNER if contract is not None and contract.winner_id == by.organisation_id else None


def _consents(listing: Listing, by: Actor, now: datetime) -> bool:
    """Named as the counterparty of an agreement that it does not consent to as it stands."""
    return listing.counterparty_id == by.organisation_id and not stands(listing)


def _consented(listing: Listing, by: Actor, now: datetime) -> bool:
    return listing.counterparty_id == by.organisation_id and given(listing.pk) is not None


def _own(listing: Listing, by: Actor, now: datetime) -> bool:
    return listing.seller_id == by.organisation_id


def _relistable(listing: Listing, by: Actor, now: datetime) -> bool:
    return _own(listing, by, now) and not listing.relistings.exists()


def _registrable(listing: Listing, by: Actor, now: datetime) -> bool:
    if (
        _own(listing, by, now)
        or listing.registration_closes_at is None
        or now >= listing.registration_closes_at
    ):
        return False
    if str(by.role) not in listing.rules.parameters.bidder_kinds:
        return False
    mine = registration_of(listing_id=listing.pk, organisation_id=by.organisation_id)
    return mine is None or mine.state is RegistrationStatus.CORRECT


def _returnable(listing: Listing, by: Actor, now: datetime) -> bool:
    return any(each.outcome != Outcome.PASS for each in opinions(listing))


def _signable(listing: Listing, by: Actor, now: datetime) -> bool:
    contract, party = contract_of(listing.pk), party_of(listing, by=by)
    return contract is not None and party is not None and party not in valid_signatures(contract)


def _claimable(listing: Listing, by: Actor, now: datetime) -> bool:
    return party_of(listing, by=by) is Party.WINNER and not _own(listing, by, now)


def _reportable(listing: Listing, by: Actor, now: datetime) -> bool:
    """Its own lot's commitment, undecided and within its term."""
    promised, term = listing.promised, term_of(listing.pk)
    undecided = promised is not None and promised.decided_at is None
    return undecided and term is not None and now < term.due_at and _own(listing, by, now)


def _decidable(listing: Listing, by: Actor, now: datetime) -> bool:
    return listing.promised is not None and open_report(listing.pk) is not None


def _not_noted(listing: Listing, by: Actor, now: datetime) -> bool:
    """Announced, and not noted yet that the provincial authority's portal shows it."""
    waits = listing.state is ListingStatus.ANNOUNCED or listing.stood_at is ListingStatus.ANNOUNCED
    return waits and portal_note_of(listing.pk) is None


def _fileable(listing: Listing, by: Actor, now: datetime) -> bool:
    return not Filing.objects.filter(listing=listing).exists()


def _acceptable(listing: Listing, by: Actor, now: datetime) -> bool:
    return Filing.objects.filter(listing=listing, accepted_at=None).exists()


def _refundable(listing: Listing, by: Actor, now: datetime) -> bool:
    return refunds_due(by).filter(entry__sub_account__case_id=listing.pk).exists()


def _remittable(listing: Listing, by: Actor, now: datetime) -> bool:
    return remittance_due(listing.pk) is not None


def _flooded(listing: Listing, by: Actor, now: datetime) -> bool:
    return listing.unanswered_objections >= LEAST_OF_A_FLOOD


_CONDITIONS: dict[str, Callable[[Listing, Actor, datetime], bool]] = {
    OBJECTION_DISMISS_FLOOD: _flooded,
    LISTING_AMEND: _own,
    LISTING_SUBMIT: _own,
    LISTING_WITHDRAW: _own,
    LISTING_RELIST: _relistable,
    REGISTRATION_SUBMIT: _registrable,
    REVIEW_RETURN: _returnable,
    CONTRACT_SIGN: _signable,
    QUALITY_CLAIM: _claimable,
    COMMITMENT_REPORT: _reportable,
    COMMITMENT_DECIDE: _decidable,
    ANNOUNCEMENT_NOTE_PORTAL: _not_noted,
    FILING_SUBMIT: _fileable,
    FILING_ACCEPT: _acceptable,
    REFUND_RELEASE: _refundable,
    REMITTANCE_RELEASE: _remittable,
    CONTRACT_ACCOUNT: _own,
    AGREEMENT_CONSENT: _consents,
    AGREEMENT_WITHDRAW_CONSENT: _consented,
}


def available_on(listing: Listing, *, by: Actor, now: datetime) -> list[AvailableAct]:
    """The acts that `by` can begin on the listing as it stands, in the order of the process."""
    prepared = {each.name: each for each in waiting(by).filter(subject_id=listing.pk)}
    found: list[AvailableAct] = []
    for act in all_acts():
        if _fits(act, listing, by=by, now=now):
            found += _available(act, listing, prepared, by=by)
    return found


def _fits(act: Act, listing: Listing, *, by: Actor, now: datetime) -> bool:
    if act.subject != "listing_id" or not by.can(act.capability) or act.name in _ELSEWHERE:
        return False
    if act.statuses and listing.status not in act.statuses:
        return False
    if act.offered is not None and not act.offered(listing.pk, by):
        return False
    condition = _CONDITIONS.get(act.name)
    return condition is None or condition(listing, by, now)


def _available(
    act: Act, listing: Listing, prepared: dict[str, Preparation], *, by: Actor
) -> list[AvailableAct]:
    if act.name == REVIEW_DECIDE:
        return _opinions(act, listing, prepared, by=by)
    mine = [each for slot, each in prepared.items() if slot.partition(":")[0] == act.name]
    if act.two_persons and by.duty is Duty.APPROVER:
        return [_released(act, each, act.label) for each in mine]
    url = f"/desk/acts/{act.name}/{listing.pk}/"
    return [AvailableAct(act, act.label, url, mine[0] if mine else None, act.name in _GRAVE)]


def _released(act: Act, prepared: Preparation, label: str) -> AvailableAct:
    return AvailableAct(
        act, label, f"/desk/preparations/{shown(prepared.pk, 'preparation')}/", prepared, act.name in _GRAVE
    )


def _opinions(
    act: Act, listing: Listing, prepared: dict[str, Preparation], *, by: Actor
) -> list[AvailableAct]:
    """One for each opinion that is still missing in this round."""
    given = opinions(listing)
    if by.duty is Duty.APPROVER and any(each.decided_by_id == by.person_id for each in given):
        return []
    available = []
    for subject in Subject:
        if subject in [each.subject for each in given] or not may_opine(listing, subject, by=by):
            continue
        slot = prepared.get(f"{act.name}:{subject}")
        if by.duty is Duty.APPROVER:
            available += [_released(act, slot, SUBJECT_LABELS[subject])] if slot else []
        else:
            url = f"/desk/acts/{act.name}/{listing.pk}/?opinion={subject}"
            available.append(AvailableAct(act, f"出具{SUBJECT_LABELS[subject]}意见", url, slot))
    return available


def paddle_for(listing: Listing, *, by: Actor) -> str | None:
    """The actor's own paddle while bids are taken or expected; None otherwise."""
    if listing.stood_at not in (ListingStatus.ANNOUNCED, ListingStatus.BIDDING):
        return None
    return own_paddle(listing_id=listing.pk, organisation_id=by.organisation_id)


def open_claims(listing: Listing) -> list[QualityClaim]:
    """The quality claims on a listing, oldest first."""
    return list(QualityClaim.objects.filter(listing=listing).order_by("id"))
