"""What the acts of two persons bind once the money moves: plans before and after, a quarter's figures, the end."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.crossprovince import auditing, queries, reporting
from apps.crossprovince.bound_facts import (
    amounts_facts,
    evidence_of,
    facts_of,
    found_for,
    plan_facts,
    plan_findings,
    renamed,
)
from apps.crossprovince.inputs import plan_in
from apps.crossprovince.models import Adjustment, AuditRound
from apps.crossprovince.periods import Quarter, quarter_called
from apps.crossprovince.rules import PlanItem
from apps.crossprovince.states import AUDIT_LABELS, PLAN_CATEGORIES
from apps.funds.allocations import allocated_of
from apps.funds.ledger import Source
from apps.funds.queries import restitutions_of, spent_by_plan_line
from apps.funds.sources import bucket_labels
from apps.funds.states import as_read
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.money import Yuan, parse_yuan


def _spent(found: Adjustment) -> Iterable[Fact]:
    spent, lines = spent_by_plan_line(Source(found.holder_id, found.pk)), queries.fund_plan(found.pk)
    named = {each.no: f"：{PLAN_CATEGORIES[each.category]}，{each.label}" for each in lines}
    return (bound.money(f"第{no}行已支出{named.get(no, '')}", amount) for no, amount in sorted(spent.items()))


def _changes(before: Sequence[PlanItem], after: Sequence[PlanItem]) -> tuple[Fact, ...]:
    """Each line that is not as it was, before and after."""
    was, will = {each.no: each for each in before}, {each.no: each for each in after if each.no}
    told = [
        (f"第{no}行", was.get(no), will.get(no))
        for no in sorted(set(was) | set(will))
        if was.get(no) != will.get(no)
    ]
    told += [("新增", None, each) for each in after if not each.no]
    return tuple(bound.text(f"变更：{label}", f"{_said(old)} → {_said(new)}") for label, old, new in told)


def _said(item: PlanItem | None) -> str:
    if item is None:
        return "无"
    counts = "，用于乡村振兴" if item.revitalisation else ""
    return f"{PLAN_CATEGORIES[item.category]}：{item.item}（{item.village}{counts}）{item.amount:,}元"


def amendment_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The plan as it is to be, line by line, and what is otherwise than now."""
    found, items = found_for(adjustment_id), plan_in(data)
    return Bound(
        facts=(
            *facts_of(found),
            *_changes(queries.items_of(found), items),
            *_spent(found),
            *plan_facts(items),
        ),
        evidence=evidence_of(found),
        effect=f"以{found.holder.name}名义变更“{found.title}”的资金使用方案，经省级主管部门备案后生效。",
        button="提交资金使用方案变更",
        findings=(*renamed(found, items), *plan_findings(found, items)),
    )


def acceptance_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Which version is accepted, line by line, and what is otherwise than now."""
    found = found_for(adjustment_id)
    proposed = queries.plan_proposed(found)
    items = proposed.items if proposed is not None else ()
    return Bound(
        facts=(
            *facts_of(found),
            bound.text("待备案的版本", f"第{proposed.plan.version}版" if proposed is not None else "无"),
            *_changes(queries.items_of(found), items),
            *_spent(found),
            *plan_facts(items),
        ),
        evidence=evidence_of(found),
        effect=f"备案{found.holder.name}“{found.title}”的资金使用方案变更，此后支出按新方案办理。",
        button=f"备案第{data.get('version', '')}版资金使用方案",
        findings=(*renamed(found, items), *plan_findings(found, items)),
    )


def quarter_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The ledger's figures as the quarter ended, and the county's words."""
    found = found_for(adjustment_id)
    try:
        quarter = quarter_called(str(data.get("quarter", "")))
    except ValueError:
        return Bound(facts=facts_of(found), effect="季度填写有误，请更正。", button="提交季度报告")
    return Bound(
        facts=(
            *facts_of(found),
            bound.text("季度", quarter.label),
            *_figures(found, quarter),
            bound.text("情况说明", data.get("remarks", "") or "无"),
        ),
        effect=f"以{found.holder.name}名义提交{quarter.label}调剂资金报告，提交后不可更改。",
        button=f"提交{quarter.label}报告",
    )


def _figures(found: Adjustment, quarter: Quarter) -> Iterable[Fact]:
    told, labels = reporting.figures_of(found, quarter), bucket_labels(found.case.process)
    for said, amounts in (("季末", told["stood"]), ("本季度变动", told["moved"])):
        for bucket, amount in amounts.items():
            yield bound.text(f"{said}：{labels[bucket]}", f"{as_read(bucket, _yuan(amount)):,}元")


def _yuan(text: str) -> Yuan:
    return -parse_yuan(text[1:]) if text.startswith("-") else parse_yuan(text)


def _outcome(audit: AuditRound) -> str:
    if audit.outcome:
        return AUDIT_LABELS[audit.outcome]
    return "审计中" if audit.drawn_at else "未到抽取时间"


def _given_back(found: Adjustment) -> Iterable[Fact]:
    """To whom of it was given back, and how much."""
    for each in restitutions_of(Source(found.holder_id, found.pk)):
        yield bound.money(f"已退回{each.recipient}（{each.reason}）", each.amount)


def _unaccepted(found: Adjustment) -> tuple[str, ...]:
    """A version of the plan that waits: it falls away with the close."""
    proposed = queries.plan_proposed(found)
    return (
        (f"资金使用方案第{proposed.plan.version}版尚未备案，办结后不再备案",) if proposed is not None else ()
    )


def close_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """That all was allocated, spent and audited: how each audit ended, and how many vouchers stand."""
    found = found_for(adjustment_id)
    amounts, left = found.amounts, auditing.left_of(found)
    labels = bucket_labels(found.case.process)
    return Bound(
        facts=(
            *facts_of(found),
            *(amounts_facts(found, amounts) if amounts is not None else ()),
            bound.money("已下达", allocated_of(found.pk)),
            *_given_back(found),
            bound.text("未支出的收益", "、".join(labels[each] for each in left) or "无"),
            *_spent(found),
            bound.text("有效的列支", f"{len(auditing.standing_vouchers(found))}笔"),
            *(bound.text(each.label, _outcome(each)) for each in auditing.rounds_of(found)),
        ),
        evidence=evidence_of(found),
        effect=f"办结{found.holder.name}的“{found.title}”，办结后不能再分配或列支收益。",
        button=f"办结“{found.title}”",
        findings=("办结后不可恢复", *_unaccepted(found)),
    )
