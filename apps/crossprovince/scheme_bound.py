"""What the acts of two persons on a published scheme bind: an objection was right, it is settled, it is taken back."""

from collections.abc import Mapping
from typing import Any

from apps.crossprovince.bound_facts import (
    amounts_facts,
    evidence_of,
    facts_of,
    found_for,
    incoming_facts,
    line_facts,
)
from apps.crossprovince.models import Adjustment
from apps.crossprovince.states import SETTLEMENT_LABELS, Settlement
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact


def _scheme(found: Adjustment) -> tuple[Fact, ...]:
    amounts = found.amounts
    return (
        *facts_of(found),
        bound.text("调剂方案", str(found.scheme or "")),
        *line_facts(found),
        *(amounts_facts(found, amounts) if amounts is not None else ()),
    )


def dispute_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Whose scheme is disputed, and why."""
    found = found_for(adjustment_id)
    return Bound(
        facts=(*_scheme(found), bound.text("异议成立的理由", data.get("reason", ""))),
        evidence=evidence_of(found),
        effect=f"登记{found.holder.name}“{found.title}”的方案异议成立，方案不生效，待部里处理。",
        button=f"登记“{found.title}”的方案异议成立",
    )


def settle_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """How the dispute was settled, by which document, when the scheme is published anew."""
    found, given = found_for(adjustment_id), str(data.get("settlement", ""))
    label = SETTLEMENT_LABELS[Settlement(given)] if given in list(Settlement) else given
    begins, ends = data.get("begins_on"), data.get("ends_on")
    when = f"{begins}至{ends}" if begins and ends else "自登记起，按规则规定的工作日"
    return Bound(
        facts=(
            *_scheme(found),
            bound.text("处理结果", label),
            *((bound.text("公示期", when),) if given == Settlement.REPUBLISH else ()),
            *incoming_facts(data),
        ),
        evidence=evidence_of(found),
        effect=f"登记{found.holder.name}“{found.title}”方案争议的处理结果：{label}。",
        button=f"登记处理结果：{label}",
    )


def revoke_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Which scheme is taken back, by which document, why."""
    found = found_for(adjustment_id)
    return Bound(
        facts=(*_scheme(found), *incoming_facts(data), bound.text("收回理由", data.get("reason", ""))),
        evidence=evidence_of(found),
        effect=f"登记部里收回{found.holder.name}“{found.title}”的调剂方案，指标仍冻结，等待重新匹配。",
        button=f"登记收回“{found.title}”的方案",
        findings=("方案收回后须重新匹配",),
    )
