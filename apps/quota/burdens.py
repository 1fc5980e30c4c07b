"""Burdens on quota (权利负担): registered and lifted by the province, and what they keep from leaving its holder.

A burden lies on an amount, not on certain quota: what is free goes first. It never keeps a re-check from writing off
what was never there (核减): its amount stays as registered then, and bars what is left.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from apps.parties.models import Organisation
from apps.parties.roles import Can
from apps.quota import burden_queries, burden_rules
from apps.quota.batch_models import Batch, Encumbrance, EncumbranceLine
from apps.quota.burden_rules import Burden, BurdenType
from apps.quota.events import BurdenLifted, BurdenRegistered
from apps.quota.lanes import BATCH_LANE
from apps.quota.ledger import Line
from apps.quota.models import Bucket, Movement
from apps.quota.names import QUOTA_ENCUMBER, QUOTA_LIFT_ENCUMBRANCE
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Refusal, not_found, refuse
from kernel.events import emit


@transaction.atomic
def encumber(
    *,
    batch_id: int,
    reason: str,
    by: Actor,
    now: datetime,
    type: BurdenType = BurdenType.OTHER,
    holder_id: int | None = None,
    amounts: Mapping[QuotaKind, Decimal] | None = None,
) -> Encumbrance:
    """Register a pledge, seizure or other burden on a batch: on all of it, or on an amount of each kind named.

    Amounts lie on what `holder_id` has, the batch's first holder where none is named; without amounts the burden lies
    on all that the holder has, or of the whole batch. It is registered whatever is frozen, and bars what is frozen from
    leaving where the rest does not cover it. One person prepares, another releases. Refuses: not_permitted,
    same_person, not_found (no such batch, nothing of it with the holder), invalid (no reason, a kind that the batch has
    not, no amount of one), quota_insufficient (more than the holder has).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=QUOTA_ENCUMBER, slot=reason, subject_id=batch_id, by=by, now=now)
    lanes.hold(BATCH_LANE, batch_id)
    batch = Batch.objects.select_related("owner").filter(pk=batch_id).first()
    if batch is None:
        raise not_found("指标批次")
    require_province(by, batch.region_id)
    wanted = dict(amounts or {})
    holder = _holder(batch, holder_id, named=bool(wanted))
    held = burden_queries.held_of(batch, holder_id=holder.pk) if holder is not None else {}
    refuse(
        burden_rules.why_not_burden(
            reason=reason, amounts=wanted, held=held, holder=holder.name if holder is not None else ""
        )
    )
    made = Encumbrance.objects.create(
        batch=batch, holder=holder, type=str(type), whole=not wanted, reason=reason, since=now
    )
    EncumbranceLine.objects.bulk_create(
        [EncumbranceLine(encumbrance=made, kind=kind, amount=amount) for kind, amount in wanted.items()]
    )
    audit.record(verb=QUOTA_ENCUMBER, by=by, now=now, subject=made, after=_said(made))
    emit(BurdenRegistered(encumbrance_id=made.pk, now=now))
    return made


def _holder(batch: Batch, holder_id: int | None, *, named: bool) -> Organisation | None:
    """On whose quota it lies; None for whoever holds any of the batch. Refuses: not_found."""
    if holder_id is None:
        return batch.owner if named else None
    found = next((each for each in burden_queries.holders_of(batch.pk) if each.pk == holder_id), None)
    if found is None:
        raise not_found("本批次的持有单位")
    return found


def _said(made: Encumbrance) -> dict[str, str]:
    """What the record says of it: every amount under its kind, nothing where it lies on all."""
    amounts = made.amounts.items() if made.amounts is not None else []
    return {
        "type": made.type,
        "reason": made.reason,
        **({"holder_id": made.holder.name} if made.holder is not None else {}),
        **{str(kind): str(Quantity(kind, amount)) for kind, amount in amounts},
    }


@transaction.atomic
def lift_encumbrance(*, encumbrance_id: int, reason: str = "", by: Actor, now: datetime) -> Encumbrance:
    """Record that a burden has gone, and on what ground. One person prepares, another releases.

    Refuses: not_permitted, same_person, not_found.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=QUOTA_LIFT_ENCUMBRANCE, subject_id=encumbrance_id, by=by, now=now)
    burden = (
        Encumbrance.objects.select_for_update(of=("self",))
        .select_related("batch", "holder")
        .filter(pk=encumbrance_id, lifted_at=None)
        .first()
    )
    if burden is None:
        raise not_found("权利负担")
    require_province(by, burden.batch.region_id)
    burden.lifted_at, burden.lift_reason = now, reason
    burden.save(update_fields=["lifted_at", "lift_reason"])
    before, after = _said(burden), {"reason": reason}
    audit.record(verb=QUOTA_LIFT_ENCUMBRANCE, by=by, now=now, subject=burden, before=before, after=after)
    emit(BurdenLifted(encumbrance_id=burden.pk, now=now))
    return burden


def require_free(lines: Iterable[Line], *, holder_id: int, source: Bucket) -> None:
    """Refuse quota_encumbered when more of a batch would leave `source` than the open burdens on the holder let go.

    What is available is drawn only as far as the rest of it covers them; what is frozen leaves as long as all that the
    holder has left of the batch does. Where the holder has nothing of it a burden on the whole batch still bars.
    """
    refuse(why_not_free(lines, holder_id=holder_id, source=source))


def why_not_free(lines: Iterable[Line], *, holder_id: int, source: Bucket) -> Refusal | None:
    """The same as an answer; None where nothing is in the way."""
    wanted = _summed(lines)
    batches = Batch.objects.in_bulk({batch_id for batch_id, _ in wanted})
    burdens = burden_queries.burdens_by_kind(batches, holder_id=holder_id)
    for (batch_id, kind), amount in wanted.items():
        if not burdens[batch_id, kind]:
            continue
        has = burden_queries.held_of(batches[batch_id], holder_id=holder_id)[kind]
        refusal = burden_rules.why_not_free(
            certificate_no=batches[batch_id].certificate_no,
            wanted=Quantity(kind, amount),
            there=Quantity(kind, has.available if source is Bucket.AVAILABLE else has.total),
            burdens=burdens[batch_id, kind],
        )
        if refusal is not None:
            return refusal
    return None


def _summed(lines: Iterable[Line]) -> dict[tuple[int, QuotaKind], Decimal]:
    """Lines of one batch and kind as one amount."""
    sums: dict[tuple[int, QuotaKind], Decimal] = {}
    for line in lines:
        sums[line.batch_id, line.kind] = sums.get((line.batch_id, line.kind), Decimal(0)) + line.amount
    return sums


def require_paid_out(lines: Iterable[Line], *, seller_id: int, case_id: int) -> None:
    """Refuse quota_encumbered to the money of a lot while a burden keeps its quota from leaving its seller.

    Once it has left, only a burden on the whole batch, whoever holds it, keeps the money back.
    """
    sold = list(lines)
    if not Movement.objects.filter(case_id=case_id, reason="transfer").exists():
        require_free(sold, holder_id=seller_id, source=Bucket.FROZEN)
        return
    for burden in burden_queries.open_on({line.batch_id for line in sold}).filter(holder=None):
        line = next(each for each in sold if each.batch_id == burden.batch_id)
        whole = Quantity(line.kind, line.amount)
        refuse(
            burden_rules.why_not_free(
                certificate_no=burden.batch.certificate_no,
                wanted=whole,
                there=whole,
                burdens=[Burden(BurdenType(burden.type), burden.reason, None)],
            )
        )
