"""What goes with quota that leaves its first holder (附带): how much of a batch's, with what is left and what moves."""

from dataclasses import dataclass, fields
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from apps.kinds.formulas import carried_with
from apps.quota.batch_models import Batch, Source
from apps.quota.models import Bucket, Entry, Movement


@dataclass(frozen=True)
class Carried:
    """What goes with quota that leaves its first holder (附带): farmland and paddy in 亩, capacity in 公斤."""

    farmland: Decimal
    paddy: Decimal
    capacity: Decimal


def taken_from_first_holders(movement: Movement) -> dict[Batch, Decimal]:
    """By batch of a certified verification, what a movement took from the first holder; none where it took nothing."""
    own = Entry.objects.filter(
        movement=movement,
        batch__source=Source.VERIFICATION,
        account__holder_id=F("batch__owner_id"),
        account__bucket__in=[Bucket.AVAILABLE, Bucket.FROZEN],
    )
    sums = own.order_by().values("batch_id").annotate(total=Sum("amount"))
    taken = {row["batch_id"]: -row["total"] for row in sums if row["total"] < 0}
    batches = Batch.objects.filter(pk__in=taken).order_by("pk")
    return {each: taken[each.pk] for each in batches}


def carried_left(batch: Batch) -> Carried:
    """What goes with what its first holder still has of a batch: the whole less what all movements carried away."""
    total = sum((line.amount for line in batch.lines.all()), Decimal(0))
    own = Entry.objects.filter(
        batch=batch,
        account__holder_id=batch.owner_id,
        account__bucket__in=[Bucket.AVAILABLE, Bucket.FROZEN],
    )
    gone = {"total": total, "left_before": Decimal(0), "moved": total - _sum_of(own)}
    return Carried(
        farmland=batch.carried_farmland - carried_with(carried=batch.carried_farmland, **gone),
        paddy=batch.carried_paddy - carried_with(carried=batch.carried_paddy, **gone),
        capacity=batch.carried_capacity
        - carried_with(carried=batch.carried_capacity, **gone, step=Decimal(1)),
    )


def carried_by(movement: Movement) -> dict[int, Carried]:
    """By batch, what its movement carries away: so that all movements together carry the whole, none of it twice.

    Nothing for batches that carry nothing, and for quota that had left its first holder before.
    """
    found: dict[int, Carried] = {}
    for batch in (
        Batch.objects.filter(accounts__entries__movement=movement).distinct().prefetch_related("lines")
    ):
        if not (batch.carried_farmland or batch.carried_paddy or batch.carried_capacity):
            continue
        own = Entry.objects.filter(
            batch=batch,
            account__holder_id=batch.owner_id,
            account__bucket__in=[Bucket.AVAILABLE, Bucket.FROZEN],
        )
        moved = -_sum_of(own.filter(movement=movement))
        total = sum((line.amount for line in batch.lines.all()), Decimal(0))
        if moved <= 0:
            continue
        left = total - _sum_of(own.filter(movement_id__lt=movement.pk))
        shares = {"total": total, "left_before": left, "moved": moved}
        found[batch.pk] = Carried(
            farmland=carried_with(carried=batch.carried_farmland, **shares),
            paddy=carried_with(carried=batch.carried_paddy, **shares),
            capacity=carried_with(carried=batch.carried_capacity, **shares, step=Decimal(1)),
        )
    return found


def sum_of_carried(movement: Movement) -> dict[str, Decimal]:
    """What a movement carries away of all its batches, by the name of the field; what there is none of is left out."""
    found = list(carried_by(movement).values())
    sums = {
        each.name: sum((getattr(one, each.name) for one in found), Decimal(0)) for each in fields(Carried)
    }
    return {name: amount for name, amount in sums.items() if amount}


def _sum_of(entries: QuerySet[Entry]) -> Decimal:
    return entries.aggregate(total=Sum("amount"))["total"] or Decimal(0)
