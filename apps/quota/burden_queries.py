"""Which burdens lie on quota, and what they leave free."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q, QuerySet

from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.parties.models import Organisation
from apps.parties.roles import Can
from apps.quota.batch_models import Batch, Encumbrance
from apps.quota.burden_rules import Burden, BurdenType, Held, free_of, in_words
from apps.quota.models import Account, Bucket
from kernel.actors import Actor


def open_on(batch_ids: Iterable[int]) -> QuerySet[Encumbrance]:
    """The burdens that stand on these batches, the oldest first, with their holders and amounts."""
    found = Encumbrance.objects.filter(batch_id__in=list(batch_ids), lifted_at=None)
    return found.select_related("batch", "holder").prefetch_related("lines").order_by("id")


def open_on_holder(batch_ids: Iterable[int], *, holder_id: int) -> QuerySet[Encumbrance]:
    """Those of them that lie on what one holder has."""
    return open_on(batch_ids).filter(_lies_on(holder_id))


def _lies_on(holder_id: int) -> Q:
    return Q(holder=None) | Q(holder_id=holder_id)


def told_to(by: Actor) -> QuerySet[Encumbrance]:
    """The burdens, lifted ones too, that an actor may read: on its own quota, or all for those who watch the reserve.

    What lies on another holder's part of a batch is nobody else's business.
    """
    found = Encumbrance.objects.prefetch_related("lines").order_by("id")
    return found if by.can(Can.SEE_RESERVE) else found.filter(_lies_on(by.organisation_id))


def said_of(burden: Encumbrance, *, certificate: bool = False, holder: bool = False) -> str:
    """A burden in words: its type, why, on how much; of which batch and on whose quota where asked."""
    amounts = burden.amounts
    on = "全部指标" if amounts is None else in_words(amounts.items())
    whose = f"，{burden.holder.name}" if holder and burden.holder is not None else ""
    of = f"入库凭证“{burden.batch.certificate_no}”" if certificate else ""
    return f"{of}{burden.label}（{burden.reason}{whose}，{on}）"


def burdens_by_kind(
    batch_ids: Iterable[int], *, holder_id: int, without: int = 0
) -> dict[tuple[int, QuotaKind], list[Burden]]:
    """The open burdens on what a holder has of these batches, by batch and kind, the oldest first.

    Empty where there is none; `without` is left out.
    """
    found: dict[tuple[int, QuotaKind], list[Burden]] = defaultdict(list)
    for each in open_on_holder(batch_ids, holder_id=holder_id).exclude(pk=without):
        kinds = dict(each.amounts.items()) if each.amounts is not None else dict.fromkeys(QuotaKind)
        for kind, amount in kinds.items():
            found[each.batch_id, kind].append(Burden(BurdenType(each.type), each.reason, amount))
    return found


def held_of(batch: Batch, *, holder_id: int) -> dict[QuotaKind, Held]:
    """What a holder has of each kind of a batch, nothing included."""
    rows = Account.objects.filter(batch=batch, holder_id=holder_id).values_list("kind", "bucket", "balance")
    has = {(kind, bucket): balance for kind, bucket, balance in rows}
    zero = Decimal("0.0000")
    return {
        QuotaKind(line.kind): Held(
            has.get((line.kind, Bucket.AVAILABLE), zero), has.get((line.kind, Bucket.FROZEN), zero)
        )
        for line in batch.lines.order_by("id")
    }


def holders_of(batch_id: int) -> list[Organisation]:
    """Who has something of a batch, available or frozen, by name."""
    rows = Account.objects.filter(
        batch_id=batch_id, balance__gt=0, bucket__in=[str(Bucket.AVAILABLE), str(Bucket.FROZEN)]
    )
    return list(Organisation.objects.filter(pk__in=rows.values("holder_id")).order_by("name", "id"))


def free_in(
    batch: Batch, *, holder_id: int, without: int = 0, beside: Iterable[tuple[QuotaKind, Decimal | None]] = ()
) -> Quantities:
    """What of a batch a holder may still list or use, by kind.

    `without` is a burden that is thought lifted, `beside` are amounts (None for all) that are thought burdened as well.
    """
    burdens = burdens_by_kind([batch.pk], holder_id=holder_id, without=without)
    for kind, amount in beside:
        burdens[batch.pk, kind].append(Burden(BurdenType.OTHER, "", amount))
    held = held_of(batch, holder_id=holder_id)
    return Quantities.sum_of(
        (kind, free_of(has.available, burdens[batch.pk, kind])) for kind, has in held.items()
    )
