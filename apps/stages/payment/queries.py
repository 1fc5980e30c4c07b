"""How the price of a contract stands."""

from datetime import datetime

from apps.listings.models import Listing
from apps.money.models import Bucket, Purpose
from apps.money.queries import booked_from, entries_into, sub_account
from apps.stages.contract.models import Contract
from apps.stages.payment.names import PAYMENT_DEADLINE
from apps.stages.payment.rules import Account, Instalment, Terms, account
from kernel.deadlines.models import Deadline
from kernel.money import ZERO


def instalments(contract: Contract) -> list[Instalment]:
    """What has been taken in for the price, by arrival."""
    opened = sub_account(
        case_id=contract.listing_id, organisation_id=contract.winner_id, purpose=Purpose.PRICE
    )
    if opened is None:
        return []
    entries = entries_into(opened.pk, Bucket.RECEIVED)
    return [Instalment(entry.arrived_at, booked_from(entry, Bucket.RECEIVED)) for entry in entries]


def terms_of(listing: Listing, contract: Contract, *, now: datetime) -> Terms | None:
    """What is owed; None before the contract is in force. While the listing stands still the due instant moves out."""
    due = Deadline.objects.filter(kind=PAYMENT_DEADLINE, case_id=listing.pk).order_by("-id").first()
    if due is None:
        return None
    book = listing.rules.parameters
    return Terms(
        price=contract.total_price,
        deposit=listing.deposit_amount or ZERO,
        due_at=due.due_at + (now - due.paused_at) if due.paused_at else due.due_at,
        daily_rate=book.late_fee_daily,
        cap=book.late_fee_cap,
        allocation=book.allocation,
        fee_runs=not due.provisional,
    )


def price_account(listing: Listing, *, now: datetime) -> Account | None:
    """The price as it stands now; None before the contract is in force."""
    contract = Contract.objects.filter(listing=listing).first()
    terms = terms_of(listing, contract, now=now) if contract else None
    if contract is None or terms is None:
        return None
    return account(terms, instalments(contract), at=now)
