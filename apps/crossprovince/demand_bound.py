"""What the acts of two persons on a demand bind, for their approver to read (see kernel.acts.bound)."""

from collections.abc import Mapping
from typing import Any

from apps.crossprovince import demand_queries as queries
from apps.crossprovince.bound_facts import mu
from apps.crossprovince.demand_matching import DemandMatch
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_rules import expected_price
from apps.crossprovince.demand_states import LABELS, REST_LABELS
from apps.crossprovince.inputs import receipts_in
from apps.crossprovince.queries import prices_of
from apps.crossprovince.states import OUTCOME_LABELS, Outcome, Remainder
from apps.documents.bound import incoming_facts
from apps.documents.incoming import as_entered
from apps.documents.queries import attachments_of
from apps.funds import pay_ins
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact, File
from kernel.errors import not_found
from kernel.money import ZERO, Yuan, parse_yuan

_YES_NO = {True: "是", False: "否"}


def _found(demand_id: int) -> Demand:
    rows = Demand.objects.select_related("holder", "region", "case", "scheme")
    found = rows.filter(pk=demand_id).first()
    if found is None:
        raise not_found("跨省域调入需求")
    return found


def _facts(found: Demand) -> tuple[Fact, ...]:
    return (
        bound.party("需求单位", found.holder.name),
        bound.text("需求", f"{found.case.number or '草稿'} {found.title}"),
        bound.text("行政区", f"{found.region.name}（{found.region_id}）"),
        bound.text("当前状态", LABELS[found.state]),
        mu("需求数量", found.amount),
        bound.text("附加规划规模", _YES_NO[found.planning_scale]),
        bound.text("未匹配部分", remainder_of(found)),
    )


def remainder_of(found: Demand) -> str:
    """What becomes of what the ministry does not match, in words."""
    return REST_LABELS[Remainder(found.remainder)]


def _expected(found: Demand) -> tuple[Fact, ...]:
    """What it will come to at its own prices, once it has them."""
    if found.rules is None or found.price is not None:
        return ()
    price = expected_price(
        found.amount, prices_of(found), province=found.province, planning_scale=found.planning_scale
    )
    return (bound.money("预计缴款", price),)


def evidence_of_demand(found: Demand, *, entering: Actor | None = None) -> tuple[File, ...]:
    """Its papers, first the one that `entering` would enter now."""
    return as_entered(attachments_of(case_id=found.pk), case_id=found.pk, by=entering)


def submit_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is needed."""
    found = _found(demand_id)
    return Bound(
        facts=_facts(found),
        evidence=evidence_of_demand(found),
        effect=f"以{found.holder.name}名义提出跨省域调入需求{found.amount:,}亩，进入省厅审核。",
        button=f"提出调入需求{found.amount:,}亩",
        moving=(bound.text("需求编号、适用规则和价格", "首次提交时确定"),),
    )


def withdraw_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is taken back, and why."""
    found = _found(demand_id)
    return Bound(
        facts=(*_facts(found), bound.text("理由", data.get("reason", ""))),
        effect=f"撤回{found.holder.name}的“{found.title}”，不可恢复。",
        button=f"撤回“{found.title}”",
        findings=("撤回后不可恢复",),
    )


def decision_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is decided on which demand."""
    found, given = _found(demand_id), str(data.get("outcome", ""))
    label = OUTCOME_LABELS[Outcome(given)] if given in list(Outcome) else given
    return Bound(
        facts=(
            *_facts(found),
            *_expected(found),
            bound.text("审核结论", label),
            bound.text("理由", data.get("reason", "") or "无"),
        ),
        evidence=evidence_of_demand(found),
        effect=f"对{found.holder.name}的“{found.title}”出具省厅审核意见：{label}。",
        button=f"出具省厅审核意见：{label}",
    )


def reopen_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is sent back, by which document, why."""
    found, number = _found(demand_id), data.get("document_no", "")
    return Bound(
        facts=(*_facts(found), *incoming_facts(data), bound.text("退回理由", data.get("reason", ""))),
        evidence=evidence_of_demand(found, entering=by),
        effect=f"因来文“{number}”退回“{found.title}”，由{found.holder.name}补正后重新提交。",
        button=f"退回“{found.title}”",
    )


def report_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What goes to the ministry."""
    found = _found(demand_id)
    return Bound(
        facts=(*_facts(found), *_expected(found)),
        evidence=evidence_of_demand(found),
        effect=f"将{found.holder.name}的“{found.title}”连同报送包报部，等待国家统筹匹配。",
        button=f"将“{found.title}”报部",
        moving=(bound.text("报送包摘要", "报送时生成"),),
    )


def acknowledge_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Which number of the ministry's is entered."""
    found, number = _found(demand_id), data.get("receipt_no", "")
    return Bound(
        facts=(*_facts(found), bound.text("部受理号", number), *incoming_facts(data)),
        evidence=evidence_of_demand(found, entering=by),
        effect=f"登记“{found.title}”的部受理号{number}。",
        button=f"登记部受理号{number}",
    )


def unmatch_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What was matched with nobody."""
    found = _found(demand_id)
    return Bound(
        facts=(*_facts(found), *incoming_facts(data)),
        evidence=evidence_of_demand(found, entering=by),
        effect=f"登记“{found.title}”未获匹配，可再次报部或由{found.holder.name}撤回。",
        button=f"登记“{found.title}”未获匹配",
    )


def matched_facts(match: DemandMatch) -> tuple[Fact, ...]:
    """What a scheme makes of one demand, for its import."""
    found = match.demand
    return (
        bound.text("对应需求", f"{found.case.number} {found.title}（{found.holder.name}）"),
        mu("本方案匹配", match.area),
        *((mu(f"未匹配部分（{remainder_of(found)}）", match.rest),) if match.rest else ()),
        bound.money(f"{found.case.number}应缴款", match.price),
    )


def published_facts(found: Demand) -> tuple[Fact, ...]:
    """What is published of one demand."""
    return (
        bound.text("需求", f"{found.case.number} {found.title}（{found.holder.name}）"),
        mu(f"{found.case.number}匹配", found.amount),
        bound.money(f"{found.case.number}应缴款", found.price or ZERO),
    )


def scheme_facts(demand_id: int) -> tuple[Demand, tuple[Fact, ...]]:
    """A demand with a scheme, and what is said of both. Refuses: not_found."""
    found = _found(demand_id)
    price = (bound.money("应缴款", found.price),) if found.price is not None else ()
    return found, (*_facts(found), bound.text("调剂方案", str(found.scheme or "")), *price)


def pay_in_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What was paid by whom under which voucher, and what is missing then."""
    found = _found(demand_id)
    price, before, given = found.price or ZERO, pay_ins.paid_of(found.pk), _yuan(data.get("amount"))
    voucher, payer = data.get("voucher_no", ""), data.get("payer", "")
    return Bound(
        facts=(
            *_facts(found),
            bound.money("应缴款", price),
            bound.money("此前已缴", before),
            bound.typed_money("本次缴款", data.get("amount", "")),
            bound.text("缴款后尚欠", f"{price - before - given:,}元"),
            bound.text("付款人", payer),
            bound.text("付款凭证号", voucher),
            bound.text("缴款时间", data.get("paid_at", "")),
        ),
        evidence=evidence_of_demand(found),
        effect=f"登记{payer}以凭证“{voucher}”缴入中央财政专户{given:,}元，计入“{found.title}”。",
        button=f"登记{payer}缴款{given:,}元",
    )


def _yuan(given: object) -> Yuan:
    try:
        return parse_yuan(str(given))
    except ValueError:
        return ZERO


def receive_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What comes from which county, by which receipts."""
    found, given = _found(demand_id), receipts_in(data)
    rows = {each.row_no: each for each in queries.rows_of(found)}
    return Bound(
        facts=(
            *_facts(found),
            *(
                bound.text(
                    f"第{each.row_no}行回执",
                    f"{each.national_no} {_area(rows, each.row_no)} {each.transferred_at.isoformat()}",
                )
                for each in given
            ),
            bound.money("已缴款", pay_ins.paid_of(found.pk)),
            *incoming_facts(data),
        ),
        evidence=evidence_of_demand(found, entering=by),
        effect=f"建设用地规模{found.amount:,}亩调入{found.holder.name}，限本县使用，不可恢复。",
        button=f"调入{found.amount:,}亩",
        findings=("调入后不可恢复",),
    )


def _area(rows: Mapping[str, Any], row_no: str) -> str:
    row = rows.get(row_no)
    return f"{row.out_county}→{row.area_mu:,}亩" if row is not None else "（方案中无此行）"


def close_bound(demand_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is over."""
    found = _found(demand_id)
    return Bound(
        facts=(
            *_facts(found),
            bound.money("应缴款", found.price or ZERO),
            bound.money("已缴款", pay_ins.paid_of(found.pk)),
            mu("已入库", queries.booked_of(found)),
        ),
        evidence=evidence_of_demand(found),
        effect=f"办结{found.holder.name}的“{found.title}”。",
        button=f"办结“{found.title}”",
    )
