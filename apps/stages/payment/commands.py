"""Receiving the price (价款), settling it, and default for what is not paid."""

from datetime import datetime, timedelta

from apps.listings import commands as listings
from apps.listings.models import Listing
from apps.listings.queries import locked
from apps.listings.states import ListingStatus
from apps.money import commands as money
from apps.money import payments
from apps.money.events import MoneyArrived
from apps.money.models import BankEntry, Bucket, Purpose
from apps.money.queries import (
    balance,
    booked_from,
    covered_until,
    entries_into,
    sub_account,
    was_found_own,
)
from apps.stages.contract.commands import declare_default
from apps.stages.contract.models import Contract
from apps.stages.deposit.commands import apply_to_price
from apps.stages.payment import queries, rules
from apps.stages.payment.events import InstalmentRejected, PaymentReceived, PricePaid
from apps.stages.payment.models import Settlement
from apps.stages.payment.names import DEFAULT_DEADLINE, PAYMENT_DEADLINE
from kernel.actors import SYSTEM
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import NotYet
from kernel.errors import Code, Refusal
from kernel.events import emit
from kernel.money import ZERO, round_fen


def expect(*, listing_id: int, winner_id: int, now: datetime) -> None:
    """The contract is in force: its price is due."""
    book = locked(listing_id).rules.parameters
    deadlines.start(
        kind=PAYMENT_DEADLINE,
        case_id=listing_id,
        concerns_id=winner_id,
        triggered_at=now,
        period=deadlines.working_days(book.payment_wd, daily_end=book.daily_end),
    )


def receive(event: MoneyArrived) -> None:
    """Take an instalment in; what is not the winner's, or comes when nothing is owed, is put aside and returned."""
    listing = locked(event.case_id)
    contract = Contract.objects.select_related("winner").get(listing=listing)
    entry = BankEntry.objects.get(pk=event.entry_id)
    verdict = rules.judged(
        payer=entry.payer_name,
        winner=contract.winner.name,
        listing=listing.stood_at,
        is_own=was_found_own(entry),
        arrived_at=entry.arrived_at,
        amount=entry.amount,
        terms=queries.terms_of(listing, contract, now=event.now),
        known=queries.instalments(contract),
        tolerance=round_fen(listing.rules.parameters.overpayment_tolerance),
        at=event.now,
    )
    if verdict.refusal is not None:
        _set_aside(entry, verdict.refusal, contract, now=event.now)
        return
    if verdict.excess:
        money.set_excess_aside(entry, verdict, now=event.now)
    taken = verdict.counted
    if taken:
        money.take_in(entry, taken, into=Bucket.RECEIVED, now=event.now)
        emit(
            PaymentReceived(
                listing_id=listing.pk, winner_id=contract.winner_id, entry_id=entry.pk, now=event.now
            )
        )
    settle(listing.pk, now=event.now)


def _set_aside(entry: BankEntry, refusal: Refusal, contract: Contract, *, now: datetime) -> None:
    aside = (
        money.set_payer_aside(entry, refusal, organisation=contract.winner, now=now)
        if refusal.code is Code.PAYER_MISMATCH
        else money.set_aside(
            entry, code=refusal.code, sentence=refusal.sentence, amount=entry.amount, now=now
        )
    )
    emit(
        InstalmentRejected(
            listing_id=contract.listing_id,
            winner_id=contract.winner_id,
            entry_id=entry.pk,
            amount=str(entry.amount),
            code=refusal.code,
            sentence=aside.sentence,
            now=now,
        )
    )


def settle(listing_id: int, *, now: datetime) -> Settlement | None:
    """Close the price when it is settled; None while something is owed, or the listing is not waiting for it.

    While the due date is provisional, a price that may turn out late is not closed.
    """
    listing = locked(listing_id)
    if listing.state is not ListingStatus.CONTRACTED:
        return None
    contract = Contract.objects.get(listing=listing)
    terms = queries.terms_of(listing, contract, now=now)
    if terms is None:
        return None
    account = rules.account(terms, queries.instalments(contract), at=now)
    if account.price_paid_at is not None:
        deadlines.meet(kind=PAYMENT_DEADLINE, case_id=listing_id, at=account.price_paid_at)
    if account.settled_at is None or (not terms.fee_runs and account.settled_at >= terms.due_at):
        return None
    return _close(listing, contract, account, now=now)


def _close(listing: Listing, contract: Contract, account: rules.Account, *, now: datetime) -> Settlement:
    settled_at = account.settled_at or now
    deadlines.cancel(kind=DEFAULT_DEADLINE, case_id=listing.pk)
    made = Settlement.objects.create(
        listing=listing,
        award_id=contract.award_id,
        total_price=contract.total_price,
        deposit_applied=listing.deposit_amount or ZERO,
        paid=account.paid - account.overpaid,
        late_fee=account.late_fee,
        settled_at=settled_at,
    )
    apply_to_price(listing_id=listing.pk, organisation_id=contract.winner_id, now=now)
    listings.advance(listing, ListingStatus.PAID, now=now)
    audit.record(
        verb="payment.settle",
        by=SYSTEM,
        now=now,
        case_id=listing.pk,
        subject=made,
        after={"paid": str(made.paid), "late_fee": str(made.late_fee)},
    )
    emit(PricePaid(listing_id=listing.pk, winner_id=contract.winner_id, at=settled_at, now=now))
    return made


def fall_due(deadline: Deadline, now: datetime) -> None:
    """The due date has passed unpaid: late fee runs, and after `default_after_days` the winner is in default."""
    listing = locked(deadline.of_case)
    book = listing.rules.parameters
    deadlines.start(
        kind=DEFAULT_DEADLINE,
        case_id=listing.pk,
        concerns_id=deadline.concerns_id,
        triggered_at=deadline.due_at,
        period=deadlines.calendar_days(book.default_after_days, daily_end=book.daily_end),
    )


def enforce(deadline: Deadline, now: datetime) -> None:
    """The price is unpaid long after its due date: default. Waits until the bank entries up to then are imported.

    What counts is what had arrived before the deadline, whenever it was imported. A late fee alone is no default.
    """
    listing = locked(deadline.of_case)
    contract = Contract.objects.get(listing=listing)
    opened = sub_account(case_id=listing.pk, organisation_id=contract.winner_id, purpose=Purpose.PRICE)
    covered = covered_until(province=listing.province, sub_account_id=opened.pk if opened else None)
    if covered is None or covered < deadline.due_at:
        raise NotYet("银行流水尚未核对至该期限届满时刻，对账单关闭后处理")
    terms = queries.terms_of(listing, contract, now=now)
    just_before = deadline.due_at - timedelta(microseconds=1)
    if terms and not rules.account(terms, queries.instalments(contract), at=just_before).unpaid_price:
        return
    declare_default(
        listing,
        winner_id=contract.winner_id,
        reason=f"{listing.trade.taker}逾期未付清价款",
        at=deadline.due_at,
        now=now,
    )


def return_payments(*, listing_id: int, reason: str, now: datetime) -> None:
    """What was paid for the price of a deal that ended is returned."""
    contract = Contract.objects.filter(listing_id=listing_id).first()
    if contract is None:
        return
    payments.cancel_remittance(case_id=listing_id, now=now)
    for purpose, source in ((Purpose.PRICE, Bucket.RECEIVED), (Purpose.DEPOSIT, Bucket.APPLIED)):
        opened = sub_account(case_id=listing_id, organisation_id=contract.winner_id, purpose=purpose)
        if opened is not None and balance(opened.pk, source):
            _return(opened.pk, source, reason=reason, now=now)


def _return(sub_account_id: int, source: Bucket, *, reason: str, now: datetime) -> None:
    """A deposit became price as a whole: it goes back to where it came from, as it came into the hold."""
    if source is Bucket.RECEIVED:
        money.owe_all([sub_account_id], source=source, reason=reason, now=now)
        return
    for entry in entries_into(sub_account_id, Bucket.HELD):
        payments.owe_refund(entry, booked_from(entry, Bucket.HELD), source=source, reason=reason, now=now)
