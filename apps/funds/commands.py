"""What comes in of proceeds, by the system, and how two persons of the county's finance distribute it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from apps.funds import duties, ledger, queries, rules
from apps.funds.events import FundsDistributed, FundsReceived, FundsTakenBack
from apps.funds.ledger import Source
from apps.funds.models import Account, Distribution, Portion, Receipt
from apps.funds.names import DISTRIBUTE_DEADLINE, FUNDS_DISTRIBUTE
from apps.funds.sources import is_closed
from apps.funds.states import EXTERNAL, POOL, Reason, share_of
from apps.listings.models import Listing
from apps.listings.queries import locked
from apps.money.models import Purse, Remittance
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit
from kernel.money import Yuan


@transaction.atomic
def receive(*, remittance_id: int, arrived_at: datetime, now: datetime) -> Receipt | None:
    """Book a remittance that the bank has paid into its seller's pool, once; it is then to be distributed.

    None where a lot's proceeds are not booked here (supplementary quota, a forfeited deposit), and for what the bank
    pays again of a receipt that was distributed before the bank sent it back: that stands already.
    """
    remittance = Remittance.objects.get(pk=remittance_id)
    listing = locked(remittance.case_id)
    if not listing.terms.funds or remittance.purse == Purse.FORFEITED:
        return None
    known = Receipt.objects.filter(remittance=remittance).first()
    if known is not None:
        return known
    if queries.booked_in_the_place_of(listing.pk, remittance.purse) is not None:
        return None
    made = _booked(remittance, listing, arrived_at=arrived_at, now=now)
    said = {"amount": str(made.amount), "request_id": str(remittance.request_id)}
    audit.record(verb="funds.receive", by=SYSTEM, now=now, case_id=listing.pk, subject=made, after=said)
    emit(FundsReceived(receipt_id=made.pk, case_id=listing.pk, holder_id=listing.seller_id, now=now))
    return made


def _booked(remittance: Remittance, listing: Listing, *, arrived_at: datetime, now: datetime) -> Receipt:
    """The receipt with its lines, and the deadline for distributing it."""
    amount = remittance.amount
    movement = ledger.move(
        {EXTERNAL: -amount, POOL: amount},
        of=Source(listing.seller_id, listing.pk),
        reason=Reason.RECEIVE,
        once=f"receive:{remittance.request_id}",
        now=now,
    )
    made = Receipt.objects.create(
        movement=movement, remittance=remittance, amount=amount, arrived_at=arrived_at
    )
    duties.expect_distribution(Source(listing.seller_id, listing.pk), arrived_at=arrived_at)
    return made


@transaction.atomic
def take_back(*, request_id: str, at: datetime, now: datetime) -> Receipt | None:
    """The bank sent a remittance back that it had paid: what was booked of it leaves the pool, by opposite lines.

    None where nothing was booked, and where the pool does not hold it any more: it was distributed, the same amount is
    owed again, and the receipt stands for that too.
    """
    found = Receipt.objects.select_related("movement").filter(remittance__request_id=request_id).first()
    if found is None:
        return None
    of = Source(found.movement.holder_id, found.movement.source_id)
    lanes.hold(lanes.CASE, of.case_id)
    if found.taken_back_at is not None or queries.balance(POOL, of=of) < found.amount:
        return None
    ledger.move(
        {EXTERNAL: found.amount, POOL: -found.amount},
        of=of,
        reason=Reason.TAKE_BACK,
        once=f"take_back:{request_id}",
        now=now,
    )
    found.taken_back_at = now
    found.save(update_fields=["taken_back_at"])
    deadlines.cancel(kind=DISTRIBUTE_DEADLINE, case_id=of.case_id, subject_id=ledger.account(POOL, of=of).pk)
    duties.recount(of)
    said = {"amount": str(found.amount), "request_id": request_id, "at": at.isoformat()}
    audit.record(verb="funds.take_back", by=SYSTEM, now=now, case_id=of.case_id, subject=found, after=said)
    emit(FundsTakenBack(receipt_id=found.pk, case_id=of.case_id, holder_id=of.holder_id, now=now))
    return found


@transaction.atomic
def distribute(*, fund_id: int, shares: Mapping[str, Yuan], by: Actor, now: datetime) -> Distribution:
    """Distribute a whole pool into its shares, by two persons of the finance of the holder's county.

    Due within `distribute_wd` working days of each arrival. `shares` are amounts by category, a part within another
    share too, which is no bucket of its own. Refuses: not_permitted, same_person, not_found (another county's pool),
    wrong_status (nothing is in it, or its case is closed), share_out_of_range, invalid.
    """
    require_capability(by, Can.BOOK_FUNDS)
    access.release(act=FUNDS_DISTRIBUTE, subject_id=fund_id, by=by, now=now)
    pool = _held(fund_id, by=by)
    refuse(rules.why_not_closed(closed=is_closed(pool.source_id)))
    limits = queries.shares_of(pool.source_id)
    refuse(rules.why_not_distribute(whole=pool.balance, given=shares, shares=limits))
    of = queries.source_of(pool)
    booked = {share_of(each.category): shares[each.category] for each in limits if not each.within}
    movement = ledger.move(
        {POOL: -pool.balance, **booked},
        of=of,
        reason=Reason.DISTRIBUTE,
        once=f"distribute:{pool.pk}:{queries.distributions_of(of).count() + 1}",
        now=now,
    )
    made = Distribution.objects.create(
        movement=movement,
        amount=pool.balance,
        organisation_id=by.organisation_id,
        released_by_id=by.person_id,
        at=now,
    )
    Portion.objects.bulk_create(
        Portion(distribution=made, category=each.category, amount=shares[each.category]) for each in limits
    )
    for _ in queries.arrivals_of(of):  # each may have opened one, after the former had passed
        deadlines.meet(kind=DISTRIBUTE_DEADLINE, case_id=of.case_id, subject_id=pool.pk, at=now)
    said = {each.category: str(shares[each.category]) for each in limits}
    audit.record(
        verb=FUNDS_DISTRIBUTE,
        by=by,
        now=now,
        case_id=of.case_id,
        subject=made,
        after={"amount": str(made.amount), **said},
    )
    emit(FundsDistributed(distribution_id=made.pk, case_id=of.case_id, holder_id=of.holder_id, now=now))
    return made


def _held(fund_id: int, *, by: Actor) -> Account:
    """A pool under the lane of its case, as it stands. Refuses: not_found, also for another county's."""
    lanes.hold(lanes.CASE, queries.pool_for(fund_id, by=by).source_id)
    return queries.pool_for(fund_id, by=by)
