"""What is paid out of a lot (价款划付): ordered once owed, released by finance, expected again if the bank refuses."""

from datetime import datetime

from django.db import transaction

from apps.listings.models import Listing
from apps.listings.queries import held, locked, stood_still
from apps.listings.rules import share_held_back
from apps.listings.states import ListingStatus
from apps.money import payments
from apps.money.events import RemittanceReleased
from apps.money.models import Purse, Remittance
from apps.money.names import REMITTANCE_RELEASE
from apps.money.queries import remittance_due, remittance_ordered
from apps.parties.queries import office
from apps.parties.roles import Can
from apps.quota.burdens import require_paid_out
from apps.stages.award.queries import awarded, awarded_lines
from apps.stages.contract.models import Contract
from apps.stages.payment import rules
from apps.stages.payment.names import REMIT_DEADLINE
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.deadlines import commands as deadlines
from kernel.errors import Refused, refuse
from kernel.money import round_fen


def order_remittance(*, listing_id: int, paid_at: datetime, now: datetime) -> None:
    """The price is settled: an order over price and late fee, less what is held back, is owed to the seller.

    Where the county promised a better quality, more may be held back until it is decided what came of it.

    It goes to the account that the contract fixed, within `remit_wd` working days of the settling arrival.
    """
    listing = locked(listing_id)
    contract = Contract.objects.select_related("fiscal_account").get(listing=listing)
    book = listing.rules.parameters
    share = share_held_back(book, promised=listing.promised is not None)
    payments.hold_back(listing_id, round_fen(contract.total_price.amount * share), now=now)
    owed = payments.owe(
        case_id=listing_id,
        province=listing.province,
        purse=Purse.PRICE,
        account=contract.fiscal_account,
        reason=f"{listing.number} 成交价款",
        now=now,
    )
    if owed is not None:
        _expect(listing, owed, at=paid_at, now=now)


def pay_out_held_back(*, listing_id: int, now: datetime) -> None:
    """What was held back of the price, and is not to be refunded, is owed to the seller, once.

    It stays until what came of a commitment is decided, and, where the rules hold back of every price, until the trade
    is complete: whichever comes last.
    """
    contract = Contract.objects.select_related("fiscal_account").get(listing_id=listing_id)
    listing = locked(listing_id)
    if listing.promised is not None and listing.promised.decided_at is None:
        return
    if listing.rules.parameters.holdback and listing.state is not ListingStatus.COMPLETED:
        return
    if remittance_ordered(listing_id, Purse.HELD_BACK):
        return
    owed = payments.owe(
        case_id=listing_id,
        province=listing.province,
        purse=Purse.HELD_BACK,
        account=contract.fiscal_account,
        reason=f"{listing.number} 留存价款",
        now=now,
    )
    if owed is not None:
        _expect(listing, owed, at=now, now=now)


def order_forfeited(*, listing_id: int, at: datetime, now: datetime) -> None:
    """A forfeited deposit is owed to the treasury account of the finance office."""
    listing = locked(listing_id)
    owed = payments.owe(
        case_id=listing_id,
        province=listing.province,
        purse=Purse.FORFEITED,
        account=None,
        reason=f"{listing.number} 没收保证金缴库",
        now=now,
    )
    if owed is not None:
        _expect(listing, owed, at=at, now=now)


def expect_again(*, remittance_id: int, at: datetime, now: datetime) -> None:
    """The bank rejected an order: the next one is due, counted from then."""
    again = Remittance.objects.get(pk=remittance_id)
    _expect(locked(again.case_id), again, at=at, now=now)


def _expect(listing: Listing, owed: Remittance, *, at: datetime, now: datetime) -> None:
    book = listing.rules.parameters
    deadlines.start(
        kind=REMIT_DEADLINE,
        case_id=listing.pk,
        subject_id=owed.pk,
        concerns_id=finance_of(listing.province),
        triggered_at=at,
        period=deadlines.working_days(book.remit_wd, daily_end=book.daily_end),
        stood_still=stood_still(listing, since=at),
    )


def finance_of(province: str) -> int | None:
    """The province's finance office; None where none is registered, which holds no payment up."""
    try:
        return office(Can.BOOK_MONEY, province=province).pk
    except Refused:
        return None


@transaction.atomic
def release_remittance(*, listing_id: int, by: Actor, now: datetime) -> Remittance:
    """Pay out what is owed on a lot: the price to its seller, or a forfeited deposit to the treasury; once.

    Due within `remit_wd` working days. One person of finance prepares, another releases. Refuses: not_permitted,
    same_person, not_found, wrong_status (nothing is owed), suspended, objection_open, quota_encumbered,
    missing_document (no treasury account).
    """
    require_capability(by, Can.BOOK_MONEY)
    access.release(act=REMITTANCE_RELEASE, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    due = remittance_due(listing_id)
    refuse(
        rules.why_not_remit(
            status=listing.state, owed=due is not None, open_objections=listing.open_objections
        )
    )
    if due is not None and due.purse == Purse.PRICE:
        require_paid_out(awarded_lines(awarded(listing_id)), seller_id=listing.seller_id, case_id=listing_id)
    return payments.release_remittance(case_id=listing_id, by=by, now=now)


def note_release(event: RemittanceReleased) -> None:
    """What was due to leave has left."""
    deadlines.meet(kind=REMIT_DEADLINE, case_id=event.case_id, subject_id=event.remittance_id, at=event.at)
