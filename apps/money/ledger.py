"""Moving money between buckets: every movement is balanced, named, and happens once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.money.models import Account, BankEntry, Bucket, Entry, Movement
from kernel.money import Yuan


def move(
    amount: Yuan,
    *,
    sub_account_id: int | None,
    source: Bucket,
    target: Bucket,
    once: str,
    reason: str,
    now: datetime,
    entry: BankEntry | None = None,
) -> Movement:
    """Book `amount` from one bucket of a sub-account to another. The case's lane must be held by the caller.

    `once` names the effect: the same name twice makes the database refuse (IntegrityError), as does a bucket that
    would go below zero.
    """
    [movement] = move_all([Move(amount, sub_account_id, source, target, once, entry)], reason=reason, now=now)
    return movement


@dataclass(frozen=True)
class Move:
    """One movement of several that are booked together; as the arguments of `move`."""

    amount: Yuan
    sub_account_id: int | None
    source: Bucket
    target: Bucket
    once: str
    entry: BankEntry | None


def move_all(moves: Sequence[Move], *, reason: str, now: datetime) -> list[Movement]:
    """Book several movements in their order, in as many statements for many as for one. As `move` for each."""
    ends = {(each.sub_account_id, bucket) for each in moves for bucket in (each.source, each.target)}
    accounts = {end: _account(*end) for end in sorted(ends, key=lambda end: (end[0] or 0, str(end[1])))}
    movements = Movement.objects.bulk_create(
        [Movement(reason=reason, once=each.once, entry=each.entry, at=now) for each in moves], batch_size=500
    )
    Entry.objects.bulk_create(
        [
            Entry(movement=movement, account=accounts[each.sub_account_id, bucket], amount=amount)
            for movement, each in zip(movements, moves, strict=True)
            for bucket, amount in ((each.source, -each.amount), (each.target, each.amount))
        ],
        batch_size=1000,
    )
    return movements


def _account(sub_account_id: int | None, bucket: Bucket) -> Account:
    account, _ = Account.objects.get_or_create(sub_account_id=sub_account_id, bucket=bucket)
    return account
