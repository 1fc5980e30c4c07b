"""Moving money between buckets: every movement is balanced, named, and happens once."""

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
    """Book `amount` from one bucket of a sub-account to another. The listing's lane must be held by the caller.

    `once` names the effect: the same name twice makes the database refuse (IntegrityError), as does a bucket that
    would go below zero.
    """
    movement = Movement.objects.create(reason=reason, once=once, entry=entry, at=now)
    Entry.objects.bulk_create(
        [
            Entry(movement=movement, account=_account(sub_account_id, source), amount=-amount),
            Entry(movement=movement, account=_account(sub_account_id, target), amount=amount),
        ]
    )
    return movement


def _account(sub_account_id: int | None, bucket: Bucket) -> Account:
    account, _ = Account.objects.get_or_create(sub_account_id=sub_account_id, bucket=bucket)
    return account
