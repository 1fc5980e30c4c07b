"""What is in the money ledger."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from apps.money.models import Account, BankEntry, Bucket, Entry, Exceptional, Refund, Statement, SubAccount
from kernel.clock import iso_utc
from kernel.money import ZERO, Yuan


@dataclass(frozen=True)
class DepositPosition:
    """One bidder's deposit on one lot: received = applied + refunded + forfeited + held, always."""

    received: Yuan
    applied: Yuan
    refunded: Yuan
    forfeited: Yuan
    held: Yuan


def balance(sub_account_id: int | None, bucket: Bucket) -> Yuan:
    """What stands in one bucket; zero where there is none."""
    found = Account.objects.filter(sub_account_id=sub_account_id, bucket=bucket)
    return found.values_list("balance", flat=True).first() or ZERO


def deposit_position(sub_account_id: int) -> DepositPosition:
    """How a deposit stands, from the ledger's balances."""
    return deposit_positions([sub_account_id])[sub_account_id]


def deposit_positions(sub_account_ids: list[int]) -> dict[int, DepositPosition]:
    """How several deposits stand, by sub-account, in one query."""
    found: dict[int, dict[str, Yuan]] = {pk: {} for pk in sub_account_ids}
    rows = Account.objects.filter(sub_account_id__in=sub_account_ids)
    for sub_account_id, bucket, amount in rows.values_list("sub_account_id", "bucket", "balance"):
        found[sub_account_id][bucket] = amount
    return {pk: _position(balances) for pk, balances in found.items()}


def _position(balances: dict[str, Yuan]) -> DepositPosition:
    parts = {name: balances.get(name, ZERO) for name in ("applied", "refunded", "forfeited", "held")}
    return DepositPosition(received=sum(parts.values(), ZERO), **parts)


def booked_from(entry: BankEntry, bucket: Bucket) -> Yuan:
    """How much of one bank entry was taken into a bucket when it came in."""
    lines = Entry.objects.filter(movement__entry=entry, account__bucket=bucket, amount__gt=0)
    return lines.aggregate(total=Sum("amount"))["total"] or ZERO


def entries_into(sub_account_id: int, bucket: Bucket) -> list[BankEntry]:
    """The bank entries of a sub-account of which something was taken into `bucket`, by arrival."""
    found = BankEntry.objects.filter(
        sub_account_id=sub_account_id,
        movements__lines__account__bucket=bucket,
        movements__lines__amount__gt=0,
    )
    return list(found.distinct().order_by("arrived_at", "id"))


def booked_into(sub_account_ids: Collection[int], bucket: Bucket) -> list[tuple[int, str, Yuan]]:
    """The bank entries of which something was taken into `bucket` of these sub-accounts, by arrival.

    Each with its id, its reference and how much was taken in.
    """
    lines = Entry.objects.filter(
        account__sub_account_id__in=sub_account_ids, account__bucket=bucket, amount__gt=0,
        movement__entry__sub_account_id__in=sub_account_ids,
    )  # fmt: skip
    booked = lines.values_list("movement__entry_id", "movement__entry__reference").annotate(
        total=Sum("amount")
    )
    return list(booked.order_by("movement__entry__arrived_at", "movement__entry_id"))


def fingerprint(entry: BankEntry) -> str:
    """SHA-256 over what the bank said of an entry; the audit record keeps it, so that a later change shows."""
    said = [
        entry.reference, entry.credited_number, str(entry.amount), entry.payer_name, entry.payer_account,
        iso_utc(entry.arrived_at),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def covered_until() -> datetime | None:
    """Up to when bank entries are known to be complete; None when no statement was ever imported."""
    return Statement.objects.order_by("-covers_until").values_list("covers_until", flat=True).first()


def sub_account(*, listing_id: int, organisation_id: int, purpose: str) -> SubAccount | None:
    """The sub-account for one organisation, lot and purpose, if it was opened."""
    return SubAccount.objects.filter(
        listing_id=listing_id, organisation_id=organisation_id, purpose=purpose
    ).first()


def refunds_due() -> QuerySet[Refund]:
    """Refunds that nobody has released yet, the oldest first."""
    return (
        Refund.objects.filter(released_at=None)
        .select_related("entry__sub_account__organisation")
        .order_by("id")
    )


def exceptions() -> QuerySet[Exceptional]:
    """Money that is not what it was paid for (short, late, third-party, unknown, excess), the newest first."""
    return Exceptional.objects.select_related("entry__sub_account").order_by("-id")


def faults() -> list[dict[str, Any]]:
    """Everything in the money ledger that does not hold; empty when it does.

    Balances equal their lines, movements sum to zero, each sub-account sums to zero, every bank entry is booked in
    full, nothing is below zero.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'balance', a.id FROM money_account a LEFT JOIN money_entry e ON e.account_id = a.id"
            " GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)"
            " UNION ALL SELECT 'movement', movement_id FROM money_entry GROUP BY movement_id HAVING sum(amount) <> 0"
            " UNION ALL SELECT 'sub_account', coalesce(sub_account_id, 0) FROM money_account"
            " GROUP BY sub_account_id HAVING sum(balance) <> 0"
            " UNION ALL SELECT 'below_zero', id FROM money_account WHERE balance < 0 AND bucket <> 'bank'"
            " UNION ALL SELECT 'bank_entry', b.id FROM money_bankentry b LEFT JOIN money_movement m"
            " ON m.entry_id = b.id AND m.reason = 'arrival' LEFT JOIN money_entry e ON e.movement_id = m.id"
            " AND e.amount > 0 GROUP BY b.id, b.amount HAVING b.amount <> coalesce(sum(e.amount), 0)"
        )
        return [{"what": what, "id": row_id} for what, row_id in cursor.fetchall()]
