"""What the acts of two persons on a verification bind, for their approver to read (see kernel.acts.bound)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from apps.documents.bound import incoming_facts
from apps.documents.models import Attachment
from apps.documents.queries import as_bound, attachments_of
from apps.documents.states import AttachmentKind
from apps.listings.queries import freezing_of, is_before_close
from apps.parties.models import Organisation
from apps.parties.roles import Can
from apps.quota.batch_models import Source
from apps.quota.queries import Standing, available_of, standings
from apps.quota.takers import takers_of
from apps.surplus import parcel_list, queries
from apps.surplus.bound_facts import (
    evidence_of,
    facts_of,
    failed_findings,
    figures_of,
    found_for,
    mu,
)
from apps.surplus.classes import After
from apps.surplus.states import LABELS, OUTCOME_LABELS, Outcome
from apps.surplus.states import VerificationStatus as S
from apps.surplus.ties import ties_between
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.measures import parse_area


def commission_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Who is commissioned, under which contract, for which area."""
    found = found_for(verification_id)
    measurer = Organisation.objects.filter(pk=_whole(data.get("measurer_id"))).first()
    name = measurer.name if measurer else "（未选择）"
    ties = ties_between(measurer.pk, found) if measurer is not None else []
    return Bound(
        facts=(
            *facts_of(found),
            mu("申报复垦面积", found.declared),
            bound.party("受托核定机构", name),
            bound.text("委托合同编号", data.get("contract_no", "")),
            bound.typed_money("合同价款", data.get("contract_price", "")),
        ),
        effect=f"委托{name}核定{found.holder.name}的“{found.title}”，核定期限自审核通过时起算。",
        button=f"委托{name}核定",
        findings=tuple(ties),
    )


def _whole(given: Any) -> int:
    text = str(given)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def report_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is reported: every parcel whole, what they come to, S, how and when it was measured."""
    found = found_for(verification_id)
    rows = [each for each in data.get("parts") or () if isinstance(each, Mapping)]
    listed = parcel_list.as_typed(rows)
    papers = attachments_of(case_id=found.pk).filter(organisation_id=by.organisation_id)
    return Bound(
        facts=(
            *facts_of(found),
            bound.text("报告载明的复垦面积", f"{data.get('declared', '')}亩"),
            bound.text("实测安置区建设用地", f"{data.get('resettlement', '')}亩"),
            *_by_class(rows),
            bound.text("测量方法", data.get("method", "")),
            bound.text("测量仪器", data.get("instrument", "")),
            bound.text("测量人员", data.get("surveyors", "")),
            bound.text("测量日期", data.get("measured_on", "")),
            bound.text("地块数", f"{len(rows)}个"),
            listed.digest,
            *_report_paper(papers),
        ),
        evidence=as_bound(papers),
        effect=f"以{by.organisation_name}名义出具“{found.title}”的核定报告，入库以报告数据为准。",
        button=f"出具“{found.title}”的核定报告",
        readings=(listed.reading,),
    )


def _by_class(rows: Sequence[Mapping[str, Any]]) -> tuple[Fact, ...]:
    """What was reclaimed to each class, of rows as they were typed."""
    sums: dict[After, Decimal] = {}
    for each in rows:
        after, area = each.get("class_after"), _area(each.get("area"))
        if after in list(After):
            sums[After(after)] = sums.get(After(after), Decimal(0)) + area
    return tuple(mu(f"复垦为{after.label}", sums[after]) for after in After if after in sums)


def _area(given: Any) -> Decimal:
    try:
        return parse_area(str(given))
    except ValueError:
        return Decimal(0)


def _report_paper(papers: QuerySet[Attachment]) -> tuple[Fact, ...]:
    """The newest report paper, which the figures are of."""
    newest = papers.filter(kind=AttachmentKind.MEASUREMENT_REPORT).order_by("-id").first()
    return (bound.digest("核定报告摘要", newest.sha256),) if newest is not None else ()


def submit_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is submitted: the report's figures and the evidence."""
    found = found_for(verification_id)
    measured = queries.reported(found)
    listed = parcel_list.as_stored(measured)
    return Bound(
        facts=(*facts_of(found), *figures_of(found, measured), listed.digest),
        evidence=evidence_of(found),
        effect=f"以核定报告数据提交{found.holder.name}“{found.title}”的节余指标核定申报，进入审核。",
        button=f"提交“{found.title}”的核定申报",
        findings=failed_findings(found, measured),
        moving=(bound.text("核定编号", "首次提交时确定"),),
        readings=(listed.reading,),
    )


def decision_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is decided on which figures, with what the system found."""
    found = found_for(verification_id)
    measured = queries.reported(found)
    given = str(data.get("outcome", ""))
    label = OUTCOME_LABELS[Outcome(given)] if given in list(Outcome) else given
    listed = parcel_list.as_stored(measured)
    level = "市级初审" if by.can(Can.REVIEW_FOR_CITY) else "省级终审"
    return Bound(
        facts=(
            *facts_of(found),
            *figures_of(found, measured),
            listed.digest,
            bound.text("审核层级", level),
            bound.text("审核结论", label),
            bound.text("理由", data.get("reason", "") or "无"),
        ),
        evidence=evidence_of(found),
        effect=f"对{found.holder.name}的“{found.title}”出具{level}意见：{label}。",
        button=f"出具{level}意见：{label}",
        findings=failed_findings(found, measured),
        readings=(listed.reading,),
    )


def reopen_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is sent back, by which document, why."""
    found = found_for(verification_id)
    number, body = data.get("document_no", ""), data.get("body", "")
    return Bound(
        facts=(
            *facts_of(found),
            *figures_of(found, queries.reported(found)),
            bound.text("当前状态", LABELS[found.state]),
            *incoming_facts(data),
            bound.text("退回理由", data.get("reason", "")),
        ),
        evidence=evidence_of(found, entering=by),
        effect=f"因{body}来文“{number}”退回“{found.title}”，由{found.holder.name}补正后重新提交、重新审核。",
        button=f"退回“{found.title}”",
    )


def record_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Which record number of which document is entered."""
    found = found_for(verification_id)
    number = data.get("record_no", "")
    return Bound(
        facts=(
            *facts_of(found),
            *figures_of(found, queries.reported(found)),
            bound.text("部备案号", number),
            *incoming_facts(data),
        ),
        evidence=evidence_of(found, entering=by),
        effect=f"登记“{found.title}”的部备案号{number}，随后可发证入库。",
        button=f"登记部备案号{number}",
    )


def certify_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is booked to whom: T and everything that the certificate will state."""
    found = found_for(verification_id)
    measured = queries.reported(found)
    tradeable = queries.account_of(measured).tradeable
    listed = parcel_list.as_stored(measured)
    return Bound(
        facts=(
            *facts_of(found),
            *figures_of(found, measured),
            bound.text("部备案号", found.record_no or "未登记"),
            listed.digest,
        ),
        evidence=evidence_of(found),
        effect=f"建设用地规模{tradeable:,}亩入库，归{found.holder.name}所有，并核发《建设用地指标登记证》。",
        button=f"将建设用地规模{tradeable:,}亩入库给{found.holder.name}",
        findings=failed_findings(found, measured),
        moving=(bound.text("登记证号、日期、验证码", "发证时确定"),),
        readings=(listed.reading,),
    )


def reduce_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What is taken off of how much, what of it goes at once, which lots stand still for the rest."""
    found = found_for(verification_id)
    stands = standings(Source.VERIFICATION, [found.pk]).get(found.pk, Standing())
    batch = queries.batch_of(found.pk)
    available = available_of(batch) if batch is not None else Decimal(0)
    amount = _area(data.get("amount"))
    rest = max(amount - available, Decimal(0))
    lots = [each for each in freezing_of(batch.pk) if is_before_close(each)] if batch and rest else []
    takers = takers_of(batch.pk) if batch and rest else []
    number = data.get("finding_no", "")
    return Bound(
        facts=(
            *facts_of(found),
            bound.text("登记证号", found.certificate_no or "无"),
            mu("核定入库", stands.booked),
            mu("已售", stands.sold),
            mu("已调剂", stands.adjusted),
            mu("已核减", stands.written_off),
            mu("现可用", available),
            mu("本次核减", amount),
            mu("其中立即核减", amount - rest),
            mu("其中待解冻、入库后核减", rest),
            bound.text("将中止的挂牌项目", "、".join(str(each) for each in lots) or "无"),
            bound.text("将退回的跨省域调剂申请", "；".join(each.title for each in takers) or "无"),
            bound.text("核减决定文号", number),
            bound.text("核减理由", data.get("reason", "")),
        ),
        evidence=evidence_of(found),
        effect=f"按“{number}”核减{found.holder.name}“{found.title}”的建设用地规模{amount:,}亩，不可恢复；已售出的不追减。",
        button=f"核减{amount:,}亩",
        findings=("核减后不可恢复",),
    )


def end_bound(verification_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What ends, what of it is booked, and why."""
    found = found_for(verification_id)
    reason = str(data.get("reason", ""))
    measured = queries.reported_if_any(found)
    booked = queries.account_of(measured).tradeable if found.state is S.CERTIFIED and measured else None
    effect = (
        f"{found.holder.name}的“{found.title}”核定终结，登记证{found.certificate_no}失效，"
        f"已入库的建设用地规模{booked:,}亩核减，地块和验收文号可重新申报，不可恢复。"
        if booked is not None
        else f"{found.holder.name}的“{found.title}”核定终结，地块和验收文号可重新申报，不可恢复。"
    )
    return Bound(
        facts=(
            *facts_of(found),
            mu("申报复垦面积", found.declared),
            *(figures_of(found, measured) if measured else ()),
            bound.text("当前状态", LABELS[found.state]),
            bound.text("登记证号", found.certificate_no or "无"),
            *((mu("核减入库指标", booked),) if booked is not None else ()),
            bound.text("理由", reason),
        ),
        effect=effect,
        button=f"终结“{found.title}”的核定",
        findings=("终结后不可恢复",),
    )
