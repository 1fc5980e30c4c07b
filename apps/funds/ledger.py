"""Moving proceeds between the buckets of one source: every movement is balanced, named, and happens once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from apps.funds.models import Account, Entry, Movement
from kernel.money import ZERO, Yuan


@dataclass(frozen=True)
class Source:
    """Whose proceeds of which case."""

    holder_id: int
    case_id: int


def move(lines: Mapping[str, Yuan], *, of: Source, reason: str, once: str, now: datetime) -> Movement:
    """Book amounts by bucket, which sum to zero. The case's lane must be held by the caller.

    `once` names the effect: the same name twice makes the database refuse (IntegrityError), as does a bucket that
    would go below zero.
    """
    made = Movement.objects.create(
        holder_id=of.holder_id, source_id=of.case_id, reason=reason, once=once, at=now
    )
    Entry.objects.bulk_create(
        [
            Entry(movement=made, account=account(bucket, of=of), amount=amount)
            for bucket, amount in sorted(lines.items())
            if amount != ZERO
        ]
    )
    return made


def account(bucket: str, *, of: Source) -> Account:
    """The account of a bucket, opened empty where there is none."""
    found, _ = Account.objects.get_or_create(holder_id=of.holder_id, source_id=of.case_id, bucket=bucket)
    return found
