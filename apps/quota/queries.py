"""What is in the ledger."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, QuerySet, Sum
from shapely.geometry import shape

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass, QuotaKind, kinds_of
from apps.land import parcels
from apps.land.models import Part, Project
from apps.land.queries import parts_near
from apps.land.rules import why_not_over
from apps.parties.queries import is_another_province
from apps.parties.roles import Can
from apps.quota.batch_models import Batch, BatchLine, Source
from apps.quota.models import Account, Bucket, Entry, Retirement, UseTerm, YearStatement
from kernel.actors import Actor
from kernel.errors import Refusal, not_found
from kernel.text import folded


def balance(*, holder_id: int, batch_id: int, kind: QuotaKind, bucket: Bucket) -> Decimal:
    """What stands in one account; 0 where there is none."""
    found = Account.objects.filter(holder_id=holder_id, batch_id=batch_id, kind=kind, bucket=bucket)
    return found.values_list("balance", flat=True).first() or Decimal(0)


def available_accounts(*, holder_id: int, kind: QuotaKind) -> QuerySet[Account]:
    """A holder's accounts with something available, the oldest batch first."""
    found = Account.objects.filter(holder_id=holder_id, kind=kind, bucket=Bucket.AVAILABLE, balance__gt=0)
    return found.order_by("batch_id")


def holdings(
    holder_id: int, quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY
) -> dict[QuotaKind, dict[Bucket, Decimal]]:
    """A holder's totals of one class over all batches, by kind and bucket; zero where there is nothing."""
    totals: dict[QuotaKind, dict[Bucket, Decimal]] = {
        kind: {bucket: Decimal(0) for bucket in Bucket if bucket is not Bucket.ISSUED}
        for kind in kinds_of(quota_class)
    }
    rows = Account.objects.filter(holder_id=holder_id, kind__in=totals).exclude(bucket=Bucket.ISSUED)
    for row in rows.values("kind", "bucket").annotate(total=Sum("balance")):
        totals[QuotaKind(row["kind"])][Bucket(row["bucket"])] = row["total"]
    return totals


def classes_of(holder_id: int) -> list[QuotaClass]:
    """The classes of which a holder has had anything; supplementary always, for its pages are of it."""
    kinds = Account.objects.filter(holder_id=holder_id).exclude(bucket=Bucket.ISSUED)
    had = {QuotaKind(each).quota_class for each in kinds.order_by().values_list("kind", flat=True).distinct()}
    return [each for each in QuotaClass if each is QuotaClass.SUPPLEMENTARY or each in had]


@dataclass(frozen=True)
class Standing:
    """What became of what was booked in one batch. `left` is with its first holder, in a lot or not; all together
    they are what was booked.

    What has gone to another province is `adjusted`, not sold: it left at a set price by the ministry's scheme. What the
    first holder has given to a lot is not told apart: nobody is to see an application before it is announced.
    """

    left: Decimal = Decimal("0.0000")
    sold: Decimal = Decimal("0.0000")
    adjusted: Decimal = Decimal("0.0000")
    used: Decimal = Decimal("0.0000")
    written_off: Decimal = Decimal("0.0000")

    @property
    def booked(self) -> Decimal:
        """All of it."""
        return self.left + self.sold + self.adjusted + self.used + self.written_off


def available_of(batch: Batch) -> Decimal:
    """What of a batch is available to its first holder, of all kinds together."""
    found = Account.objects.filter(batch=batch, holder_id=batch.owner_id, bucket=Bucket.AVAILABLE)
    return found.aggregate(total=Sum("balance"))["total"] or Decimal("0.0000")


def standings(source: Source, source_ids: Iterable[int]) -> dict[int, Standing]:
    """What became of the batch of each of these cases, in one query; a case without a batch is left out."""
    rows = Account.objects.filter(batch__source=source, batch__source_id__in=list(source_ids))
    found: dict[int, Standing] = {}
    for each in rows.exclude(bucket=Bucket.ISSUED).select_related("batch", "holder"):
        now = found.get(each.batch.source_id or 0, Standing())
        elsewhere = "adjusted" if is_another_province(each.holder) else "sold"
        name = _STANDS[Bucket(each.bucket)] if each.holder_id == each.batch.owner_id else elsewhere
        found[each.batch.source_id or 0] = replace(now, **{name: getattr(now, name) + each.balance})
    return found


_STANDS = {
    Bucket.AVAILABLE: "left",
    Bucket.FROZEN: "left",
    Bucket.USED: "used",
    Bucket.WRITTEN_OFF: "written_off",
}


def transferred_out(holder_id: int, quota_class: QuotaClass = QuotaClass.SUPPLEMENTARY) -> Quantities:
    """What a holder has sold and handed over of one class, by kind (已转出)."""
    rows = Entry.objects.filter(
        account__holder_id=holder_id, account__bucket=Bucket.FROZEN, movement__reason="transfer", amount__lt=0
    )
    sums = {row["kind"]: -row["total"] for row in rows.values("kind").annotate(total=Sum("amount"))}
    return Quantities.taken(sums, quota_class)


def holdings_by_batch(
    holder_id: int, batch_ids: list[int]
) -> dict[int, dict[QuotaKind, dict[Bucket, Decimal]]]:
    """A holder's balances in some batches, by batch, kind and bucket; only what is not zero."""
    found: dict[int, dict[QuotaKind, dict[Bucket, Decimal]]] = {}
    rows = Account.objects.filter(holder_id=holder_id, batch_id__in=batch_ids, balance__gt=0)
    for row in rows.order_by("batch_id", "id"):
        found.setdefault(row.batch_id, {}).setdefault(QuotaKind(row.kind), {})[Bucket(row.bucket)] = (
            row.balance
        )
    return found


def transferred_by_batch(holder_id: int, batch_ids: list[int]) -> dict[tuple[int, QuotaKind], Decimal]:
    """What a holder has handed over out of some batches, by batch and kind (已转出)."""
    rows = Entry.objects.filter(
        account__holder_id=holder_id,
        account__bucket=Bucket.FROZEN,
        batch_id__in=batch_ids,
        movement__reason="transfer",
        amount__lt=0,
    )
    sums = rows.order_by().values("batch_id", "kind").annotate(total=Sum("amount"))
    return {(row["batch_id"], QuotaKind(row["kind"])): -row["total"] for row in sums}


def history(holder_id: int) -> QuerySet[Entry]:
    """Every line of a holder's accounts, the newest first, each with its movement and batch."""
    return (
        Entry.objects.filter(account__holder_id=holder_id)
        .select_related("movement", "account", "batch")
        .order_by("-id")
    )


def conflicts_of(batch_ids: list[int]) -> list[Refusal]:
    """What of the ground behind these batches lies on the ground of an older project; empty when nothing does."""
    parts = Part.objects.filter(project__batches__in=batch_ids, geometry__isnull=False).distinct()
    found = []
    for part in parts.order_by("id"):
        polygon = shape(part.geometry or {})
        for old in parts_near(parcels.bounds_of(polygon)):
            if old.project_id >= part.project_id:
                continue
            found.append(
                why_not_over(
                    new=part.ground,
                    old=old.ground,
                    same_project=False,
                    overlap_mu=parcels.overlap_mu(polygon, shape(old.geometry or {})),
                    where=f"已登记项目“{old.project}”的地块{old.parcel_no or old.pk}",
                )
            )
    return [each for each in found if each is not None]


def booked_of(project_id: int) -> Quantities:
    """What has been booked of a project in all its batches. Under the project's lane it stands."""
    lines = BatchLine.objects.filter(batch__project_id=project_id).order_by()
    sums = lines.values("kind").annotate(total=Sum("amount"))
    return Quantities.taken({row["kind"]: row["total"] for row in sums})


def unbooked() -> QuerySet[Project]:
    """Projects of which something is left to be booked, the oldest first."""
    left = Func(F("pk"), function="quota_left_to_book", output_field=BooleanField())
    return Project.objects.filter(left, voided_at=None).order_by("id")


def batches_of(by: Actor) -> QuerySet[Batch]:
    """The batches an actor may see: its own, or all for those who hold or watch the reserve."""
    batches = Batch.objects.select_related("owner", "region").order_by("id")
    if by.can(Can.OVERSEE):
        return batches
    return batches.filter(accounts__holder_id=by.organisation_id).distinct()


def batch_for(batch_id: int, *, by: Actor) -> Batch:
    """One batch, if the actor may see it. Refuses: not_found."""
    found = batches_of(by).filter(pk=batch_id).first()
    if found is None:
        raise not_found("指标批次")
    return found


def bought_in(batch_ids: list[int], *, holder_id: int) -> Batch | None:
    """A batch among these whose quota the holder did not make itself, if any: its project is another's.

    What a seller's commitment brought its buyer came with what was bought, and what a scheme brings from another
    province was paid for.
    """
    not_made = ~Q(owner_id=holder_id) | Q(source__in=[Source.COMMITMENT, Source.SCHEME])
    return Batch.objects.filter(not_made, pk__in=batch_ids).order_by("id").first()


def terms_over(batch_ids: Collection[int], *, holder_id: int, now: datetime) -> list[UseTerm]:
    """The terms of use of a holder in these batches that have ended, the earliest first."""
    found = UseTerm.objects.filter(batch_id__in=batch_ids, holder_id=holder_id, ends_at__lte=now)
    return list(found.order_by("ends_at", "id"))


def rights_of(batch_ids: Collection[int]) -> set[str]:
    """How far each of these batches may be sold (流转权限)."""
    return set(Batch.objects.filter(pk__in=batch_ids).values_list("circulation", flat=True))


def is_closed(region: str, year: int) -> bool:
    """Whether the year of that region's province is closed."""
    return YearStatement.objects.filter(province=f"{region[:2]}0000", year=year).exists()


def uses_under(approval_no: str, *, holder_id: int) -> list[tuple[Retirement, Quantities]]:
    """What a holder used under one approval of a project (建设用地批准文号), however written, the earliest first."""
    number = folded(approval_no)
    mine = Retirement.objects.filter(holder_id=holder_id).exclude(project_approval_no="").order_by("id")
    same = [
        each
        for each in mine.select_related("movement")
        if number and folded(each.project_approval_no) == number
    ]
    return [(each, _used_by(each)) for each in same]


def _used_by(made: Retirement) -> Quantities:
    rows = made.movement.entries.filter(account__bucket=Bucket.USED).order_by("kind")
    return Quantities.sum_of(rows.values_list("kind", "amount"))


def faults() -> list[dict[str, Any]]:
    """Everything in the ledger that does not hold; empty when it does.

    Balances equal their entries, entries sum to zero per movement, batch and kind, nothing is below zero, no more is
    issued of a batch than it holds, every kind is of its batch's class, no project is booked beyond what its parts
    make, of every re-check's finding what is met was written off, and a burden lies on all or on amounts of its batch.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'balance', a.id FROM quota_account a LEFT JOIN quota_entry e ON e.account_id = a.id"
            " GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)"
            " UNION ALL SELECT 'entry', movement_id FROM quota_entry GROUP BY movement_id, batch_id, kind"
            " HAVING sum(amount) <> 0"
            " UNION ALL SELECT 'batch', batch_id FROM quota_account GROUP BY batch_id, kind HAVING sum(balance) <> 0"
            " UNION ALL SELECT 'below_zero', id FROM quota_account WHERE balance < 0 AND bucket <> 'issued'"
            " UNION ALL SELECT 'issued', a.batch_id FROM quota_account a LEFT JOIN quota_batchline line"
            " ON line.batch_id = a.batch_id AND line.kind = a.kind WHERE a.bucket = 'issued'"
            " GROUP BY a.batch_id, a.kind HAVING -sum(a.balance) > coalesce(max(line.amount), 0)"
            " UNION ALL SELECT 'class', b.id FROM quota_batch b JOIN quota_batchline line ON line.batch_id = b.id"
            " WHERE kinds_class(line.kind) IS DISTINCT FROM b.quota_class"
            " UNION ALL SELECT 'overbooked', id FROM land_project WHERE quota_overbooked(id)"
            " UNION ALL SELECT 'parts', p.id FROM land_project p"
            " WHERE p.part_count <> (SELECT count(*) FROM land_part part WHERE part.project_id = p.id)"
            " UNION ALL SELECT 'claim', c.id FROM quota_claim c WHERE c.amount - c.left <> quota_claim_met(c.id)"
            " UNION ALL SELECT 'burden', b.id FROM quota_encumbrance b WHERE NOT quota_burden_is_whole_or_named(b.id)"
        )
        return [{"what": what, "id": row_id} for what, row_id in cursor.fetchall()]
