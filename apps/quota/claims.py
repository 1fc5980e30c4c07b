"""What re-checks found less (核减): written off at once as far as it is there, the rest as quota comes free."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from apps.kinds.table import QuotaKind
from apps.quota import ledger, queries, rules
from apps.quota.batch_models import Batch, Source
from apps.quota.events import ClaimMet, QuotaLeft
from apps.quota.lanes import BATCH_LANE
from apps.quota.ledger import Line, Place
from apps.quota.models import Bucket, Claim
from kernel import lanes
from kernel.errors import refuse
from kernel.events import emit
from kernel.text import folded


@dataclass(frozen=True)
class Finding:
    """What a re-check found: how much less in 亩, under which number, why."""

    amount: Decimal
    number: str
    reason: str


def reduce_verified(*, source_id: int, found: Finding, now: datetime) -> Claim:
    """Write off what a re-check found less of what a verification booked; what is not available stays open as a claim.

    Called under the case's lane. Refuses: invalid (nothing), amount_exceeds (more than is left of what was booked after
    earlier findings), duplicate_request (the finding's number is used, however it is written).
    """
    batch = Batch.objects.get(source=Source.VERIFICATION, source_id=source_id)
    lanes.hold(BATCH_LANE, batch.pk)
    [line] = batch.lines.all()
    earlier = Claim.objects.filter(case_id=source_id)
    refuse(
        rules.why_not_reduce(
            amount=found.amount,
            booked=line.amount,
            before=sum((each.amount for each in earlier), Decimal(0)),
            number=found.number,
            again=earlier.filter(finding_key=folded(found.number)).exists(),
        )
    )
    available = queries.balance(
        holder_id=batch.owner_id, batch_id=batch.pk, kind=QuotaKind(line.kind), bucket=Bucket.AVAILABLE
    )
    at_once = min(available, found.amount)
    left = found.amount - at_once
    made = Claim.objects.create(
        case_id=source_id,
        batch=batch,
        holder_id=batch.owner_id,
        kind=line.kind,
        amount=found.amount,
        left=left,
        finding_no=found.number,
        reason=found.reason,
        opened_at=now,
        settled_at=None if left else now,
    )
    if at_once:
        _write_off(made, Line(batch.pk, QuotaKind(line.kind), at_once), now=now)
    return made


def meet(lines: Iterable[Line], *, holder_id: int, now: datetime) -> None:
    """What has just become available to a holder is written off first for its open claims, the oldest first.

    Called under the batches' lanes, within the transaction that made it available.
    """
    for line in lines:
        free = line.amount
        for claim in open_of(holder_id, line.kind).select_for_update(of=("self",)):
            met = min(free, claim.left)
            if not met:
                break
            _write_off(claim, Line(line.batch_id, line.kind, met), now=now)
            claim.left -= met
            claim.settled_at = None if claim.left else now
            claim.save(update_fields=["left", "settled_at"])
            free -= met
            emit(ClaimMet(claim_id=claim.pk, batch_id=line.batch_id, amount=met, now=now))


def _write_off(claim: Claim, line: Line, *, now: datetime) -> None:
    movement = ledger.move(
        [line],
        source=Place(claim.holder_id, Bucket.AVAILABLE),
        target=Place(claim.holder_id, Bucket.WRITTEN_OFF),
        reason="write_off",
        now=now,
        case_id=claim.case_id,
        reference=claim.finding_no,
    )
    emit(QuotaLeft(movement_id=movement.pk, now=now))


def meet_from_booked(*, batch_id: int, now: datetime) -> None:
    """The same of all that has just been booked in a batch."""
    batch = Batch.objects.get(pk=batch_id)
    lanes.hold(BATCH_LANE, batch_id)
    lines = [Line(batch_id, QuotaKind(line.kind), line.amount) for line in batch.lines.all()]
    meet(lines, holder_id=batch.owner_id, now=now)


def require_settled(*, holder_id: int, kinds: Iterable[QuotaKind]) -> None:
    """Refuse quota_encumbered while a claim on the holder is open in a class: it submits nothing of that class."""
    for kind in dict.fromkeys(kinds):
        refuse(rules.why_not_settled(_said(open_of(holder_id, kind).first())))


def require_batches_settled(batch_ids: Iterable[int], *, holder_id: int) -> None:
    """Refuse quota_encumbered while a claim on one of these batches is open: no lot of it goes on."""
    refuse(rules.why_not_settled(_said(open_on(batch_ids, holder_id=holder_id))))


def open_on(batch_ids: Iterable[int], *, holder_id: int) -> Claim | None:
    """The oldest open claim on a holder for one of these batches."""
    found = Claim.objects.filter(batch_id__in=list(batch_ids), holder_id=holder_id, settled_at=None)
    return found.order_by("id").first()


def open_of(holder_id: int, kind: QuotaKind) -> QuerySet[Claim]:
    """The open claims on a holder in one kind, the oldest first."""
    return Claim.objects.filter(holder_id=holder_id, kind=kind, settled_at=None).order_by("id")


def _said(claim: Claim | None) -> tuple[str, Decimal] | None:
    return (claim.finding_no, claim.left) if claim is not None else None
