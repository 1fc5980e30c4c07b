"""Quota that came from other provinces: a batch of its own, issued by each province that gave some of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.kinds.table import QuotaKind
from apps.quota import ledger
from apps.quota.batch_models import Batch, BatchLine, Source
from apps.quota.ledger import Line, Place
from apps.quota.models import Bucket, Movement

CIRCULATION = "county"
"""What was bought in does not leave its county again."""


@dataclass(frozen=True)
class ReceivedBatch:
    """What came: whose it is, where, under which number, of which case, and how much from each giver."""

    owner_id: int
    region_id: str
    title: str
    certificate_no: str
    source_id: int
    kind: QuotaKind
    from_holders: Mapping[int, Decimal]


def book(found: ReceivedBatch, *, now: datetime) -> list[Movement]:
    """Book it: issued by the giving provinces' holders, available to whoever takes it. Called under the case's lane.

    A case has one such batch; a second one makes the database refuse (IntegrityError).
    """
    batch = Batch.objects.create(
        owner_id=found.owner_id,
        region_id=found.region_id,
        title=found.title,
        quota_class=found.kind.quota_class,
        source=Source.SCHEME,
        source_id=found.source_id,
        certificate_no=found.certificate_no,
        circulation=CIRCULATION,
        booked_at=now,
    )
    total = sum(found.from_holders.values(), Decimal(0))
    BatchLine.objects.create(batch=batch, kind=found.kind, amount=total)
    return [
        ledger.move(
            [Line(batch.pk, found.kind, amount)],
            source=Place(giver_id, Bucket.ISSUED),
            target=Place(found.owner_id, Bucket.AVAILABLE),
            reason="issue",
            now=now,
            case_id=found.source_id,
            reference=found.certificate_no,
        )
        for giver_id, amount in found.from_holders.items()
    ]
