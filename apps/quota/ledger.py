"""Moving quota between accounts: every movement is a balanced entry, and the database refuses any other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.kinds.table import QuotaKind
from apps.quota.models import Account, Bucket, Entry, Movement


@dataclass(frozen=True)
class Place:
    """An account by what it is: a holder's bucket."""

    holder_id: int
    bucket: Bucket


@dataclass(frozen=True)
class Line:
    """An amount of one kind from one batch."""

    batch_id: int
    kind: QuotaKind
    amount: Decimal


def move(
    lines: Iterable[Line],
    *,
    source: Place,
    target: Place,
    reason: str,
    now: datetime,
    case_id: int | None = None,
    reference: str = "",
) -> Movement:
    """Book each line from `source` to `target`. The batches' lanes must be held by the caller.

    An account that would go below zero makes the database refuse the whole transaction (IntegrityError).
    """
    movement = Movement.objects.create(reason=reason, case_id=case_id, reference=reference, at=now)
    entries = []
    for line in lines:
        for place, amount in ((source, -line.amount), (target, line.amount)):
            entries.append(
                Entry(
                    movement=movement,
                    account=_account(place, line),
                    batch_id=line.batch_id,
                    kind=line.kind,
                    amount=amount,
                )
            )
    Entry.objects.bulk_create(entries)
    return movement


def _account(place: Place, line: Line) -> Account:
    account, _ = Account.objects.get_or_create(
        holder_id=place.holder_id, batch_id=line.batch_id, kind=line.kind, bucket=place.bucket
    )
    return account
