"""What the acts of two persons on an adjustment bind, for their approver to read (see kernel.acts.bound)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.crossprovince import queries, scheme_text
from apps.crossprovince.bound_facts import (
    amounts_facts,
    evidence_of,
    expected_facts,
    facts_of,
    foreseen_facts,
    found_for,
    line_facts,
    plan_facts,
    plan_findings,
    statements,
)
from apps.crossprovince.demand_bound import published_facts
from apps.crossprovince.inputs import receipts_in
from apps.crossprovince.models import Adjustment, Scheme
from apps.crossprovince.names import ADJUSTMENT_ALLOCATE
from apps.crossprovince.publishing import publication_days
from apps.crossprovince.states import OUTCOME_LABELS, Outcome
from apps.documents.bound import incoming_facts
from apps.documents.incoming import entered_before
from apps.funds import allocations
from apps.parties.queries import divisions_called
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.clock import written
from kernel.money import ZERO, Yuan, parse_yuan


def application_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is applied for: every line, the whole plan, what becomes of the rest, the two statements, the papers."""
    found = found_for(adjustment_id)
    amount = sum((each.amount for each in queries.lines_of(found)), Decimal(0))
    return Bound(
        facts=(
            *facts_of(found),
            *line_facts(found),
            *expected_facts(found),
            *foreseen_facts(found),
            *plan_facts(queries.items_of(found)),
            *statements(found),
        ),
        evidence=evidence_of(found),
        effect=f"以{found.holder.name}名义申请跨省域调剂{amount:,}亩，提交后该指标冻结，进入省厅审核。",
        button=f"申请跨省域调剂{amount:,}亩",
        findings=plan_findings(found, queries.items_of(found)),
        moving=(bound.text("申请编号、适用规则和价格", "首次提交时确定"),),
    )


def withdraw_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is taken back, and why."""
    found = found_for(adjustment_id)
    return Bound(
        facts=(*facts_of(found), *line_facts(found), bound.text("理由", data.get("reason", ""))),
        effect=f"撤回{found.holder.name}的“{found.title}”，已冻结的指标解冻，不可恢复。",
        button=f"撤回“{found.title}”",
        findings=("撤回后不可恢复",),
    )


def _whole(found: Adjustment) -> tuple[Fact, ...]:
    return (
        *facts_of(found),
        *line_facts(found),
        *expected_facts(found),
        *plan_facts(queries.items_of(found)),
        *statements(found),
    )


def decision_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is decided on which application."""
    found, given = found_for(adjustment_id), str(data.get("outcome", ""))
    label = OUTCOME_LABELS[Outcome(given)] if given in list(Outcome) else given
    return Bound(
        facts=(
            *_whole(found),
            bound.text("审核结论", label),
            bound.text("理由", data.get("reason", "") or "无"),
        ),
        evidence=evidence_of(found),
        effect=f"对{found.holder.name}的“{found.title}”出具省厅审核意见：{label}。",
        button=f"出具省厅审核意见：{label}",
        findings=plan_findings(found, queries.items_of(found)),
    )


def reopen_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is sent back, by which document, why."""
    found, number = found_for(adjustment_id), data.get("document_no", "")
    return Bound(
        facts=(*_whole(found), *incoming_facts(data), bound.text("退回理由", data.get("reason", ""))),
        evidence=evidence_of(found, entering=by),
        effect=f"因来文“{number}”退回“{found.title}”，由{found.holder.name}补正后重新提交，指标仍冻结。",
        button=f"退回“{found.title}”",
    )


def consent_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Whose consent to what is entered."""
    found, number = found_for(adjustment_id), data.get("document_no", "")
    return Bound(
        facts=(*_whole(found), *incoming_facts(data)),
        evidence=evidence_of(found, entering=by),
        effect=f"登记{data.get('body', '')}“{number}”同意{found.holder.name}的“{found.title}”，随后可报部。",
        button=f"登记同意文件“{number}”",
    )


def report_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What goes to the ministry."""
    found = found_for(adjustment_id)
    return Bound(
        facts=(*_whole(found), bound.text("同意文件", f"{found.consent_no}（{found.consented_on}）")),
        evidence=evidence_of(found),
        effect=f"将{found.holder.name}的“{found.title}”连同报送包报部，等待国家统筹匹配。",
        button=f"将“{found.title}”报部",
        moving=(bound.text("报送包摘要", "报送时生成"),),
    )


def acknowledge_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Which number of the ministry's is entered."""
    found, number = found_for(adjustment_id), data.get("receipt_no", "")
    return Bound(
        facts=(*facts_of(found), *line_facts(found), bound.text("部受理号", number), *incoming_facts(data)),
        evidence=evidence_of(found, entering=by),
        effect=f"登记“{found.title}”的部受理号{number}。",
        button=f"登记部受理号{number}",
    )


def unmatch_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What was matched with nobody."""
    found = found_for(adjustment_id)
    return Bound(
        facts=(*facts_of(found), *line_facts(found), *incoming_facts(data)),
        evidence=evidence_of(found, entering=by),
        effect=f"登记“{found.title}”未获匹配，指标仍冻结，可再次报部或由{found.holder.name}撤回。",
        button=f"登记“{found.title}”未获匹配",
    )


def publish_bound(scheme_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is published of whom."""
    scheme: Scheme = queries.scheme_for(scheme_id, by=by)
    adjustments = list(scheme.adjustments.select_related("holder", "case").order_by("pk"))
    demands = list(scheme.demands.select_related("holder", "case").order_by("pk"))
    listed = scheme_text.stored(scheme)
    begins, ends = data.get("begins_on"), data.get("ends_on")
    days = max([*map(publication_days, adjustments), *map(publication_days, demands)], default=0)
    when = f"{begins}至{ends}（部里已公示）" if begins and ends else f"自发布之日起{days}个工作日"
    return Bound(
        facts=(
            bound.text("调剂方案", scheme.scheme_no),
            bound.text("来文", f"{scheme.document.body} {scheme.document.document_no}"),
            bound.text("公示期", when),
            *(
                fact
                for each in adjustments
                if (amounts := each.amounts) is not None
                for fact in (
                    bound.text("申请", f"{each.case.number} {each.title}"),
                    *amounts_facts(each, amounts),
                )
            ),
            *(fact for wanted in demands for fact in published_facts(wanted)),
            listed.digest,
        ),
        effect=f"在门户公示调剂方案“{scheme.scheme_no}”，公示期满无受理的异议即办理资金和指标。",
        button=f"公示调剂方案“{scheme.scheme_no}”",
        moving=(bound.text("公示截止时间", "审核通过之时计算"),),
        readings=(listed.reading,),
    )


def allocate_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What has arrived by which notice, and what is missing then."""
    found = found_for(adjustment_id)
    amounts, before = found.amounts, allocations.allocated_of(found.pk)
    given = _yuan(data.get("amount"))
    return Bound(
        facts=(
            *facts_of(found),
            *(amounts_facts(found, amounts) if amounts else ()),
            bound.money("此前已下达", before),
            bound.typed_money("本次下达", data.get("amount", "")),
            *(
                (bound.text("下达后应拨未到", f"{amounts.allocated - before - given:,}元"),)
                if amounts
                else ()
            ),
            bound.typed_instant("到账时间", data.get("arrived_at", "")),
            *incoming_facts(data),
        ),
        evidence=evidence_of(found, entering=by),
        findings=entered_before(found.pk, ADJUSTMENT_ALLOCATE, data),
        effect=f"登记资金下达{given:,}元，计入{found.holder.name}待分配收益。",
        button=f"登记下达{found.holder.name}{given:,}元",
    )


def _yuan(given: object) -> Yuan:
    try:
        return parse_yuan(str(given))
    except ValueError:
        return ZERO


def transfer_bound(adjustment_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What leaves for which province, by which receipts."""
    found, given = found_for(adjustment_id), receipts_in(data)
    areas = {each.row_no: each for each in found.rows.order_by("id")}
    called = divisions_called({each.in_province for each in areas.values()})
    amounts = found.amounts
    total = sum((each.amount for each in queries.lines_of(found)), Decimal(0))
    return Bound(
        facts=(
            *facts_of(found),
            *line_facts(found),
            *(
                bound.text(
                    f"第{each.row_no}行回执",
                    f"{each.national_no} {_area(areas, each.row_no, called)} {written(each.transferred_at)}",
                )
                for each in given
            ),
            *((bound.money("已足额下达", amounts.allocated),) if amounts else ()),
            *incoming_facts(data),
        ),
        evidence=evidence_of(found, entering=by),
        effect=f"{found.holder.name}的建设用地规模{total:,}亩划转外省，不可恢复。",
        button=f"划转{total:,}亩",
        findings=("划转后不可恢复",),
    )


def _area(rows: Mapping[str, Any], row_no: str, called: Mapping[str, str]) -> str:
    row = rows.get(row_no)
    return f"{row.area_mu:,}亩→{called[row.in_province]}" if row is not None else "（方案中无此行）"
