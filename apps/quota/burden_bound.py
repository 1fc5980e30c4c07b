"""What registering and lifting a burden bind, for their approver to read (see kernel.acts.bound).

What is free afterwards moves with every lot that freezes or releases quota: it is shown and not bound, or whoever holds
the quota could keep a court's seizure from being registered.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaKind
from apps.parties.models import Organisation
from apps.quota import burden_queries
from apps.quota.batch_models import Batch, Encumbrance
from apps.quota.bound import amount_of, of_batch, whole
from apps.quota.burden_rules import BurdenType, in_words
from kernel.actors import Actor
from kernel.acts.bound import Bound, Fact, party, quantity, text
from kernel.errors import not_found
from kernel.text import folded


def burden(batch_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What registering a burden binds: on whose quota of which batch, of which type, on how much, why."""
    batch = Batch.objects.select_related("owner").filter(pk=batch_id).first()
    if batch is None:
        raise not_found("指标批次")
    amounts = {kind: amount_of(kind, data[str(kind)]) for kind in QuotaKind if data.get(str(kind))}
    holder = _holder(batch, data.get("holder_id"), named=bool(amounts))
    given = str(data.get("type") or BurdenType.OTHER)
    label = next((each.label for each in BurdenType if each == given), given)
    reason, certificate = str(data.get("reason", "")), f"入库凭证“{batch.certificate_no}”"
    if amounts:
        what, bars = f"的{in_words(amounts.items())}", "这部分指标"
    else:
        what, bars = "的全部指标" if holder is not None else "的指标", "指标"
    return Bound(
        facts=(
            *of_batch(batch),
            text("权利负担类型", label),
            text("权利负担", reason),
            *_lies_on(holder, amounts),
        ),
        effect=f"审核通过后，{(holder or batch.owner).name}名下{certificate}{what}登记权利负担（{label}：{reason}），"
        f"解除前{bars}不能挂牌、划转或使用。",
        button=f"登记{(holder or batch.owner).name}凭证{batch.certificate_no}的权利负担",
        findings=(*_again(batch, holder, reason), *_beyond_free(batch, holder, amounts)),
        moving=_free_after(batch, holder, amounts),
    )


def _holder(batch: Batch, given: Any, *, named: bool) -> Organisation | None:
    if given in (None, ""):
        return batch.owner if named else None
    found = next((each for each in burden_queries.holders_of(batch.pk) if each.pk == whole(given)), None)
    if found is None:
        raise not_found("本批次的持有单位")
    return found


def _lies_on(holder: Organisation | None, amounts: Mapping[QuotaKind, Decimal]) -> tuple[Fact, ...]:
    """On whose quota, and on how much of each kind."""
    on = (
        party("持有单位", holder.name)
        if holder is not None
        else text("持有单位", "不限，本批次的全部持有单位")
    )
    if not amounts:
        return (on, text("权利负担及于", "全部指标"))
    return (
        on,
        *(
            quantity(f"权利负担及于{kind.label}", amount, places=kind.places, unit=kind.unit)
            for kind, amount in amounts.items()
        ),
    )


def _free_after(
    batch: Batch, holder: Organisation | None, amounts: Mapping[QuotaKind, Decimal]
) -> tuple[Fact, ...]:
    if holder is None:
        return ()
    beside: Mapping[QuotaKind, Decimal | None] = amounts or dict.fromkeys(QuotaKind)
    return _free(
        "登记后尚可交易的", burden_queries.free_in(batch, holder_id=holder.pk, beside=beside.items()), batch
    )


def _free(said: str, free: Quantities, batch: Batch) -> tuple[Fact, ...]:
    """What is free of each kind that the batch has, nothing included."""
    return tuple(
        quantity(f"{said}{kind.label}", free.amounts[kind], places=kind.places, unit=kind.unit)
        for kind, _ in batch.quantities.items()
    )


def _again(batch: Batch, holder: Organisation | None, reason: str) -> tuple[str, ...]:
    """Burdens of the same words on the same holder that stand already: they would add up."""
    standing = burden_queries.open_on([batch.pk]).filter(holder=holder)
    key = folded(reason)
    return tuple(
        f"该单位名下已登记{burden_queries.said_of(each)}，再次登记将累加，请核对是否同一负担"
        for each in standing
        if folded(each.reason) == key
    )


def _beyond_free(
    batch: Batch, holder: Organisation | None, amounts: Mapping[QuotaKind, Decimal]
) -> tuple[str, ...]:
    """What of it lies on quota that is frozen or burdened: lots of it are not transferred until it is lifted."""
    if holder is None:
        return ()
    free = burden_queries.free_in(batch, holder_id=holder.pk)
    held = burden_queries.held_of(batch, holder_id=holder.pk)
    beyond = [
        kind
        for kind, has in held.items()
        if (amounts.get(kind, Decimal(0)) if amounts else has.total) > free.amounts[kind]
    ]
    return tuple(
        f"{kind.label}超出该单位未冻结且无负担的{Quantity(kind, free.amounts[kind])}{kind.unit}，"
        "已冻结待划转的，登记后可能不能划转"
        for kind in beyond
    )


def lifting(encumbrance_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What lifting a burden binds: whose quota of which batch becomes free of what."""
    found = (
        Encumbrance.objects.select_related("batch__owner", "holder")
        .filter(pk=encumbrance_id, lifted_at=None)
        .first()
    )
    if found is None:
        raise not_found("权利负担")
    batch, holder, amounts = found.batch, found.holder, found.amounts
    ground = str(data.get("reason") or "")
    what = f"{in_words(amounts.items())}的" if amounts is not None else ""
    return Bound(
        facts=(
            *of_batch(batch),
            text("权利负担类型", found.label),
            text("权利负担", found.reason),
            *_lies_on(holder, dict(amounts.items()) if amounts is not None else {}),
            text("解除依据", ground or "未填写"),
        ),
        findings=() if ground else ("未填写解除依据，请核对负担确已消灭。",),
        effect=f"审核通过后，{(holder or batch.owner).name}名下入库凭证“{batch.certificate_no}”{what}权利负担"
        f"（{found.label}：{found.reason}）解除，没有其他负担的指标可以交易。",
        button=f"解除{(holder or batch.owner).name}凭证{batch.certificate_no}的权利负担",
        moving=_free(
            "解除后尚可交易的",
            burden_queries.free_in(batch, holder_id=(holder or batch.owner).pk, without=found.pk),
            batch,
        ),
    )
