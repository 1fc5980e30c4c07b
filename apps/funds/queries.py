"""What is in the ledger of proceeds, and who may see it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from apps.funds.ledger import Source
from apps.funds.models import Account, Allocation, Distribution, Receipt
from apps.funds.sources import terms_of
from apps.funds.states import POOL
from apps.parties.models import Organisation
from apps.parties.roles import Can, kinds_that, role_called
from apps.rulebook.proceeds import Share
from kernel.actors import Actor
from kernel.errors import not_found
from kernel.money import ZERO, Yuan


def within_reach(by: Actor, *, path: str = "holder") -> Q:
    """Rows of the holders that the actor books or audits: those of its county, those of an auditor's region."""
    reached = role_called(by.role).reach.prefix(by.region)
    if not by.can(Can.SEE_FUNDS) or reached is None:
        return Q(pk__in=[])
    return Q(**{f"{path}__region__code__startswith": reached})


def visible_to(by: Actor) -> QuerySet[Account]:
    """The accounts that the actor may know of, with their holder and source."""
    return Account.objects.filter(within_reach(by)).select_related("holder", "source")


def fund_for(fund_id: int, *, by: Actor) -> Account:
    """One account. Refuses: not_found, also for another county's."""
    found = visible_to(by).filter(pk=fund_id).first()
    if found is None:
        raise not_found("收益资金账目")
    return found


def pool_for(fund_id: int, *, by: Actor) -> Account:
    """A pool. Refuses: not_found, also for an account that is none."""
    found = fund_for(fund_id, by=by)
    if found.bucket != POOL:
        raise not_found("待分配收益")
    return found


def source_of(account: Account) -> Source:
    """Whose proceeds of which case stand in an account."""
    return Source(account.holder_id, account.source_id)


def shares_of(case_id: int) -> tuple[Share, ...]:
    """Into what the money of a case is shared, by its own copy of the rules."""
    return terms_of(case_id).shares


def balance(bucket: str, *, of: Source) -> Yuan:
    """What stands in a bucket; zero where there is none."""
    found = Account.objects.filter(holder_id=of.holder_id, source_id=of.case_id, bucket=bucket)
    return found.values_list("balance", flat=True).first() or ZERO


def receipts_of(of: Source) -> QuerySet[Receipt]:
    """What came in of a source and was not taken back, the earliest first."""
    found = Receipt.objects.filter(
        movement__holder_id=of.holder_id, movement__source_id=of.case_id, taken_back_at=None
    )
    return found.order_by("id")


def arrivals_of(of: Source) -> list[datetime]:
    """When what stands or stood in the pool of a source arrived, the earliest booked first."""
    found = Allocation.objects.filter(movement__holder_id=of.holder_id, movement__source_id=of.case_id)
    rows: list[Receipt | Allocation] = [*receipts_of(of), *found]
    return [each.arrived_at for each in sorted(rows, key=lambda row: row.movement_id)]


def distributions_of(of: Source) -> QuerySet[Distribution]:
    """How a source was distributed, the earliest first."""
    found = Distribution.objects.filter(movement__holder_id=of.holder_id, movement__source_id=of.case_id)
    return found.order_by("id")


def booked_in_the_place_of(case_id: int, purse: str) -> Receipt | None:
    """A receipt of a lot that stands although its remittance was sent back by the bank: its money is owed anew."""
    found = Receipt.objects.filter(
        remittance__case_id=case_id,
        remittance__purse=purse,
        remittance__rejected_at__isnull=False,
        taken_back_at=None,
    )
    return found.order_by("-id").first()


def finance_of(holder: Organisation) -> Organisation | None:
    """The finance office of the holder's county; None where none is registered."""
    found = Organisation.objects.filter(
        kind__in=kinds_that(Can.BOOK_FUNDS), region_id=holder.region_id, active=True
    )
    return found.order_by("id").first()


def pools_to_distribute(by: Actor) -> QuerySet[Account]:
    """The pools that wait to be distributed by the actor's office, the oldest first."""
    return visible_to(by).filter(bucket=POOL, balance__gt=0).order_by("id")


def pools_seen(by: Actor) -> QuerySet[Account]:
    """One pool a source that the actor may know of, the newest first."""
    return visible_to(by).filter(bucket=POOL).order_by("-id")


def beside(pools: Collection[Account]) -> dict[tuple[int, int], dict[str, Account]]:
    """The accounts of the sources of these pools, by holder and case, then by bucket; one query."""
    found: dict[tuple[int, int], dict[str, Account]] = {
        (each.holder_id, each.source_id): {} for each in pools
    }
    for each in Account.objects.filter(source_id__in={pool.source_id for pool in pools}).order_by("id"):
        if (each.holder_id, each.source_id) in found:
            found[each.holder_id, each.source_id][each.bucket] = each
    return found


def balances_by_holder() -> dict[int, dict[str, Yuan]]:
    """What each holder has in each bucket that is not empty, over all its sources."""
    found: dict[int, dict[str, Yuan]] = {}
    rows = Account.objects.exclude(balance=ZERO).order_by("holder_id", "bucket")
    for holder_id, bucket, total in rows.values_list("holder_id", "bucket").annotate(total=Sum("balance")):
        found.setdefault(holder_id, {})[bucket] = total
    return found


def faults() -> list[dict[str, Any]]:
    """Everything in the ledger of proceeds that does not hold; empty when it does.

    Balances equal their lines, movements sum to zero, nothing but what lies outside is below zero; of every source,
    what came in by its receipts and allocations is what stands in all other buckets, and what was
    distributed is what went into shares.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'balance', a.id FROM funds_account a LEFT JOIN funds_entry e ON e.account_id = a.id"
            " GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)"
            " UNION ALL SELECT 'movement', movement_id FROM funds_entry GROUP BY movement_id HAVING sum(amount) <> 0"
            " UNION ALL SELECT 'below_zero', id FROM funds_account WHERE balance < 0"
            " AND bucket NOT IN ('external', 'margin')"
            " UNION ALL SELECT 'source', source_id FROM funds_account GROUP BY holder_id, source_id"
            " HAVING sum(balance) <> 0"
            " UNION ALL SELECT 'received', a.source_id FROM funds_account a WHERE a.bucket = 'external'"
            " AND -a.balance <> (SELECT coalesce(sum(r.amount), 0) FROM funds_receipt r JOIN funds_movement m"
            " ON m.id = r.movement_id WHERE r.taken_back_at IS NULL"
            " AND (m.holder_id, m.source_id) = (a.holder_id, a.source_id))"
            " + (SELECT coalesce(sum(n.paid_in), 0) FROM funds_allocation n JOIN funds_movement m"
            " ON m.id = n.movement_id WHERE (m.holder_id, m.source_id) = (a.holder_id, a.source_id))"
            " UNION ALL SELECT 'allocated', n.id FROM funds_allocation n WHERE n.amount <>"
            " (SELECT coalesce(sum(e.amount), 0) FROM funds_entry e JOIN funds_account a ON a.id = e.account_id"
            " WHERE e.movement_id = n.movement_id AND a.bucket = 'pool')"
            " UNION ALL SELECT 'distributed', d.id FROM funds_distribution d WHERE d.amount <>"
            " (SELECT coalesce(sum(e.amount), 0) FROM funds_entry e JOIN funds_account a ON a.id = e.account_id"
            " WHERE e.movement_id = d.movement_id AND a.bucket LIKE 'share:%')"
        )
        return [{"what": what, "id": row_id} for what, row_id in cursor.fetchall()]
