"""The tripartite contract (三方合同): drawing up, revising, signing; default and termination when nobody signs."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.listings.queries import held, locked
from apps.listings.states import ListingStatus
from apps.money import accounts
from apps.money.commands import open_sub_account
from apps.money.models import Purpose
from apps.parties.commands import bar, flag_seller
from apps.parties.queries import office
from apps.parties.roles import Can
from apps.stages.confirmation.models import Confirmation
from apps.stages.contract import queries, rules
from apps.stages.contract.events import (
    CentreSignatureMissing,
    ContractEffective,
    ContractSigned,
    ListingDefaulted,
)
from apps.stages.contract.models import Contract, Signature
from apps.stages.contract.names import (
    BAR_END_DEADLINE,
    CONTRACT_ACCOUNT,
    CONTRACT_DEADLINE,
    CONTRACT_REVISE,
    CONTRACT_SIGN,
)
from apps.stages.contract.states import Party
from apps.stages.contract.terms import account_terms, parties, standard_terms
from kernel import clock
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import SYSTEM, Actor, Duty
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import kinds_running_on
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit


def draw_up(*, listing_id: int, confirmation_id: int, now: datetime) -> Contract:
    """Draw the contract up when the award is confirmed, and open the sub-account for the price. It is to be signed."""
    listing = locked(listing_id)
    confirmation = Confirmation.objects.select_related("award", "winner").get(pk=confirmation_id)
    sub = open_sub_account(
        purpose=Purpose.PRICE,
        case_id=listing_id,
        province=listing.province,
        organisation_id=confirmation.winner_id,
        now=now,
    )
    centre = office(Can.RUN_TRADES, province=listing.province)
    terms = standard_terms(listing, confirmation, sub.number) | parties(
        listing.seller, confirmation.winner, centre
    )
    if listing.fiscal_account is not None:
        terms |= {"fiscal_account": account_terms(listing.fiscal_account)}
    _expect(listing, winner_id=confirmation.winner_id, now=now)
    return Contract.objects.create(
        listing=listing,
        award=confirmation.award,
        confirmation=confirmation,
        winner_id=confirmation.winner_id,
        centre=centre,
        fiscal_account=listing.fiscal_account,
        total_price=confirmation.award.total_price,
        terms=terms,
        text_sha256=access.digest(terms),
        drawn_up_at=now,
    )


def _expect(listing: Listing, *, winner_id: int, now: datetime) -> None:
    book = listing.rules.parameters
    deadlines.start(
        kind=CONTRACT_DEADLINE,
        case_id=listing.pk,
        concerns_id=winner_id,
        triggered_at=now,
        period=deadlines.working_days(book.contract_wd, daily_end=book.daily_end),
    )


@transaction.atomic
def revise(*, listing_id: int, special: str, by: Actor, now: datetime) -> Contract:
    """Change the special terms; signatures given on the earlier text are void.

    Refuses: not_permitted (the centre's operator revises), not_found, wrong_status, suspended.
    """
    require_capability(by, Can.RUN_TRADES, duty=Duty.OPERATOR)
    listing = held(listing_id, now=now, by=by)
    refuse(rules.why_not_revise(status=listing.state))
    contract = _locked_contract(listing_id)
    return _rewrite(contract, {"special": special}, verb=CONTRACT_REVISE, by=by, now=now)


@transaction.atomic
def change_account(*, listing_id: int, fiscal_account: int, by: Actor, now: datetime) -> Contract:
    """The seller names another of its verified accounts: another text, which all three sign again.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found (no such account, not the
    seller's lot), wrong_status (once the contract is in force), suspended.
    """
    require_capability(by, Can.SELL)
    access.release(act=CONTRACT_ACCOUNT, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    if listing.seller_id != by.organisation_id:
        raise not_found("三方合同")
    refuse(rules.why_not_revise(status=listing.state))
    account = accounts.own(fiscal_account, organisation_id=by.organisation_id)
    contract = _locked_contract(listing_id)
    contract.fiscal_account = account
    change = {"fiscal_account": account_terms(account)}
    return _rewrite(contract, change, verb=CONTRACT_ACCOUNT, by=by, now=now)


def follow_details(*, organisation_id: int, now: datetime) -> None:
    """A party's details changed: contracts of it that wait for signatures are another text now."""
    waiting = Contract.objects.filter(
        Q(winner_id=organisation_id) | Q(centre_id=organisation_id) | Q(listing__seller_id=organisation_id),
        effective_at=None,
        listing__status=ListingStatus.CONFIRMED,
    )
    for listing_id in waiting.order_by("listing_id").values_list("listing_id", flat=True):
        listing = locked(listing_id)
        contract = _locked_contract(listing_id)
        change = parties(listing.seller, contract.winner, contract.centre)
        _rewrite(contract, change, verb="contract.details", by=SYSTEM, now=now)


def _rewrite(contract: Contract, change: dict[str, Any], *, verb: str, by: Actor, now: datetime) -> Contract:
    """Another text is another revision, and voids the signatures on the one before; the same text changes nothing."""
    terms = {**contract.terms, **change}
    if access.digest(terms) == contract.text_sha256:
        return contract
    Signature.objects.filter(contract=contract, voided_at=None).update(voided_at=now)
    before = contract.text_sha256
    contract.terms, contract.text_sha256, contract.revision = (
        terms,
        access.digest(terms),
        contract.revision + 1,
    )
    contract.save()
    audit.record(
        verb=verb,
        by=by,
        now=now,
        case_id=contract.listing_id,
        subject=contract,
        before={"text_sha256": before},
        after={"text_sha256": contract.text_sha256},
    )
    return contract


def _locked_contract(listing_id: int) -> Contract:
    contract = Contract.objects.select_for_update().filter(listing_id=listing_id).first()
    if contract is None:
        raise Refused.because(Code.WRONG_STATUS, "成交确认后方形成合同，当前尚无可签署的合同。")
    return contract


@transaction.atomic
def sign(*, listing_id: int, by: Actor, now: datetime, text_sha256: str = "") -> Signature:
    """Sign for one's own party; with the third signature the contract is in force and the price is due.

    `text_sha256`, when given, must be that of the present text. One person prepares, another releases.
    Refuses: not_permitted, same_person, not_found, wrong_status, suspended, already_signed, text_changed,
    missing_document (a party's details or the seller's account are not registered).
    """
    require_capability(by, Can.SIGN_CONTRACTS)
    listing = held(listing_id, now=now, by=by)
    contract = queries.contract_of(listing_id)
    party = _party(listing, contract, by=by)
    valid = queries.valid_signatures(contract) if contract else {}
    refuse(
        rules.why_not_sign(
            status=listing.state,
            party=party,
            signed=valid,
            signed_at=valid[party].signed_at if party in valid else None,
            text_sha256=contract.text_sha256 if contract else "",
            given_sha256=text_sha256,
        )
    )
    access.release(act=CONTRACT_SIGN, subject_id=listing_id, by=by, now=now)
    contract = _locked_contract(listing_id)
    refuse(rules.why_not_contract(contract.terms))
    made = Signature.objects.create(
        contract=contract,
        party=party,
        organisation_name=by.organisation_name,
        text_sha256=contract.text_sha256,
        signed_by_id=by.person_id,
        signed_by_name=by.person_name,
        signed_at=now,
    )
    audit.record(verb=CONTRACT_SIGN, by=by, now=now, case_id=listing_id, subject=made, after={"party": party})
    emit(ContractSigned(listing_id=listing_id, party=party, now=now))
    if len(queries.valid_signatures(contract)) == len(Party):
        _take_effect(listing, contract, now=now)
    return made


def _party(listing: Listing, contract: Contract | None, *, by: Actor) -> Party:
    if by.can(Can.RUN_TRADES):
        return Party.CENTRE
    if by.organisation_id == listing.seller_id:
        return Party.SELLER
    if contract is not None and by.organisation_id == contract.winner_id:
        return Party.WINNER
    raise not_found("三方合同")


def _take_effect(listing: Listing, contract: Contract, *, now: datetime) -> None:
    contract.effective_at = now
    contract.save(update_fields=["effective_at"])
    deadlines.meet(kind=CONTRACT_DEADLINE, case_id=listing.pk, at=now)
    listings.advance(listing, ListingStatus.CONTRACTED, now=now)
    emit(
        ContractEffective(
            listing_id=listing.pk, contract_id=contract.pk, winner_id=contract.winner_id, now=now
        )
    )


def enforce(deadline: Deadline, now: datetime) -> None:
    """The contract deadline has passed: default, termination, or a reminder to the centre alone."""
    listing = locked(deadline.of_case)
    contract = Contract.objects.select_for_update(of=("self",)).select_related("winner").get(listing=listing)
    signed = queries.valid_signatures(contract)
    outcome = rules.consequence(signed)
    if Party.SELLER not in signed:
        flag_seller(
            organisation_id=listing.seller_id,
            case_id=listing.pk,
            reason="逾期未签署三方合同",
            at=deadline.due_at,
        )
    if outcome is rules.Consequence.DEFAULT:
        declare_default(
            listing,
            winner_id=contract.winner_id,
            reason=f"{listing.trade.taker}逾期未签署三方合同",
            at=deadline.due_at,
            now=now,
        )
    elif outcome is rules.Consequence.TERMINATE:
        listings.end_without_deal(
            listing,
            reason="出让方逾期未签署三方合同",
            public_reason="出让方未在规定期限内签署合同，交易终止",
            by=SYSTEM,
            at=deadline.due_at,
            now=now,
        )
    else:
        emit(CentreSignatureMissing(listing_id=listing.pk, now=now))


def declare_default(listing: Listing, *, winner_id: int, reason: str, at: datetime, now: datetime) -> None:
    """The winner is in default (违约) as of `at`: quota goes back to the seller, the organisation is barred.

    What becomes of deposit and part payments is decided by those who hear of it.
    """
    deadlines.cancel_all(case_id=listing.pk, keep=kinds_running_on())
    listings.advance(listing, ListingStatus.DEFAULTED, now=now)
    listings.release_quota(listing, now=now)
    until = at + timedelta(days=listing.rules.parameters.bar_days)
    bar(organisation_id=winner_id, case_id=listing.pk, reason=reason, since=at, until=until)
    deadlines.set_at(
        kind=BAR_END_DEADLINE,
        case_id=listing.pk,
        due_at=until,
        now=now,
        subject_id=winner_id,
        concerns_id=winner_id,
    )
    audit.record(
        verb="listing.default",
        by=SYSTEM,
        now=at,
        case_id=listing.pk,
        subject=listing,
        after={"reason": reason, "barred_until": clock.iso(until)},
    )
    emit(ListingDefaulted(listing_id=listing.pk, winner_id=winner_id, reason=reason, at=at, now=now))
