"""What the acts of two persons on a published scheme bind: an objection was right, it is settled, it is taken back.

The same is bound of both sides: of what leaves the province, and of what comes to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.crossprovince.bound_facts import (
    amounts_facts,
    evidence_of,
    facts_of,
    found_for,
    line_facts,
)
from apps.crossprovince.demand_bound import evidence_of_demand, scheme_facts
from apps.crossprovince.states import SETTLEMENT_LABELS, Settlement
from apps.documents.bound import incoming_facts
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact, File


@dataclass(frozen=True)
class Matched:
    """A case with a scheme, as it is said to approvers: `waits` is what becomes of it without one."""

    holder: str
    title: str
    facts: tuple[Fact, ...]
    evidence: tuple[File, ...]
    waits: str


def adjustment(adjustment_id: int, entering: Actor | None = None) -> Matched:
    """What leaves the province, its papers as `entering` would enter one. Refuses: not_found."""
    found = found_for(adjustment_id)
    amounts = found.amounts
    facts = (
        *facts_of(found),
        bound.text("调剂方案", str(found.scheme or "")),
        *line_facts(found),
        *(amounts_facts(found, amounts) if amounts is not None else ()),
    )
    papers = evidence_of(found, entering=entering)
    return Matched(found.holder.name, found.title, facts, papers, "指标仍冻结，等待重新匹配")


def demand(demand_id: int, entering: Actor | None = None) -> Matched:
    """What comes to the province, its papers as `entering` would enter one. Refuses: not_found."""
    found, facts = scheme_facts(demand_id)
    waits = "不再缴款，等待重新匹配"
    papers = evidence_of_demand(found, entering=entering)
    return Matched(found.holder.name, found.title, facts, papers, waits)


_Of = Callable[[int, Actor | None], Matched]


def dispute_bound(of: _Of, subject_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Whose scheme is disputed, and why."""
    found = of(subject_id, None)
    return Bound(
        facts=(*found.facts, bound.text("异议成立的理由", data.get("reason", ""))),
        evidence=found.evidence,
        effect=f"登记{found.holder}“{found.title}”的方案异议成立，方案不生效，待部里处理。",
        button=f"登记“{found.title}”的方案异议成立",
    )


def settle_bound(of: _Of, subject_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """How the dispute was settled, by which document, when the scheme is published anew."""
    found, given = of(subject_id, by), str(data.get("settlement", ""))
    label = SETTLEMENT_LABELS[Settlement(given)] if given in list(Settlement) else given
    begins, ends = data.get("begins_on"), data.get("ends_on")
    when = f"{begins}至{ends}" if begins and ends else "自登记起，按规则规定的工作日"
    return Bound(
        facts=(
            *found.facts,
            bound.text("处理结果", label),
            *((bound.text("公示期", when),) if given == Settlement.REPUBLISH else ()),
            *incoming_facts(data),
        ),
        evidence=found.evidence,
        effect=f"登记{found.holder}“{found.title}”方案争议的处理结果：{label}。",
        button=f"登记处理结果：{label}",
    )


def revoke_bound(of: _Of, subject_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Which scheme is taken back, by which document, why."""
    found = of(subject_id, by)
    return Bound(
        facts=(*found.facts, *incoming_facts(data), bound.text("收回理由", data.get("reason", ""))),
        evidence=found.evidence,
        effect=f"登记部里收回{found.holder}“{found.title}”的调剂方案，{found.waits}。",
        button=f"登记收回“{found.title}”的方案",
        findings=("方案收回后须重新匹配",),
    )
