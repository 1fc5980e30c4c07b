"""What a finding on proceeds, its answer and its conclusion bind."""

from collections.abc import Mapping
from typing import Any

from apps.documents.models import Attachment
from apps.documents.queries import as_bound
from apps.funds import queries
from apps.funds.bound import copy_of, of_source, yuan_of
from apps.funds.findings import called, finding_for
from apps.funds.models import Finding
from apps.funds.states import OUTCOME_LABELS
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact


def audit_bound(fund_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A finding: on whose proceeds, about which booking, what it says, how much it is about."""
    pool = queries.pool_for(fund_id, by=by)
    given = data.get("movement_id")
    about = queries.movement_for(int(given), by=by) if given else None
    amount = bound.typed_money("涉及金额", data.get("amount", ""))
    return Bound(
        facts=(
            *of_source(pool),
            bound.text("针对的记账", called(about)),
            amount,
            bound.text("审计意见", data.get("text", "")),
        ),
        effect=f"对{pool.holder.name}的收益提出审计意见，涉及{yuan_of(data.get('amount', ''))}，由县级财政限期答复。",
        button=f"提出审计意见，涉及{yuan_of(data.get('amount', ''))}",
        moving=(bound.text("答复期限", "提出时确定"),),
    )


def answer_bound(finding_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """An answer: to which finding, what it says."""
    finding = finding_for(finding_id, by=by)
    return Bound(
        facts=(*_finding(finding), bound.text("答复内容", data.get("text", ""))),
        evidence=as_bound(queries.vouchers_of(finding.source_id, by=by).filter(pk=copy_of(data))),
        effect=f"答复{finding.organisation.name}对{finding.holder.name}收益的审计意见，每项答复一次。",
        button=f"答复涉及{finding.amount:,}元的审计意见",
    )


def conclude_bound(finding_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A conclusion: on which finding and answer, what comes of it, how much is to be recovered."""
    finding = finding_for(finding_id, by=by)
    outcome = OUTCOME_LABELS.get(str(data.get("outcome", "")), "")
    amount = bound.typed_money("追缴金额", data.get("amount", ""))
    recovers, sum_ = data.get("outcome") == "recover", yuan_of(data.get("amount", ""))
    then = f"追缴{sum_}，收回并冲回原记账前该县不得申请出让" if recovers else "本项审计办结"
    return Bound(
        facts=(
            *_finding(finding),
            bound.text("被审计单位的答复", finding.answer.text if finding.is_answered else "未答复"),
            bound.text("审计结论", outcome),
            amount,
            bound.text("结论理由", data.get("text", "")),
        ),
        evidence=as_bound(_papers(finding)),
        effect=f"对{finding.holder.name}收益的审计意见作出结论：{outcome}，{then}。",
        button=f"{outcome}{sum_ if recovers else ''}",
        findings=("结论作出后不可更改",),
    )


def _papers(finding: Finding) -> list[Attachment]:
    """What the county shows for its answer."""
    paper = finding.answer.attachment if finding.is_answered else None
    return [paper] if paper is not None else []


def _finding(finding: Finding) -> tuple[Fact, ...]:
    return (
        *of_source(finding),
        bound.party("审计机关", finding.organisation.name),
        bound.text("针对的记账", called(finding.about)),
        bound.money("涉及金额", finding.amount),
        bound.text("审计意见", finding.text),
    )
