"""What people are told of quota that goes to other provinces: the county of every change, and whoever acts next."""

from datetime import datetime

from apps.crossprovince.events import (
    AdjustmentAdvanced,
    AdjustmentClosed,
    AdjustmentMatched,
    AdjustmentReturned,
    AdjustmentReviewed,
    AdjustmentSubmitted,
    AdjustmentTransferred,
    AdjustmentWithdrawn,
    AuditConcluded,
    AuditDrawn,
    PlanAccepted,
    PlanProposed,
    QuarterReported,
    SchemeDisputed,
    SchemeImplementing,
    SchemePublished,
    SchemeRevoked,
)
from apps.crossprovince.models import Adjustment, AuditRound, QuarterReport
from apps.crossprovince.periods import quarter_called
from apps.crossprovince.queries import auditor_id, finance_office_id, province_office_id
from apps.crossprovince.states import AUDIT_LABELS, LABELS, OUTCOME_LABELS, Outcome
from apps.notices.commands import tell_all
from kernel.acts.act import act_called
from kernel.clock import ended


def _found(adjustment_id: int) -> Adjustment:
    return Adjustment.objects.select_related("case", "holder").get(pk=adjustment_id)


def _tell(
    found: Adjustment, to: list[int | None], kind: str, title: str, text: str, now: datetime, about: str = ""
) -> None:
    ids = [each for each in to if each is not None]
    tell_all(organisation_ids=ids, kind=kind, title=title, text=text, now=now, case_id=found.pk, about=about)


def submitted(event: AdjustmentSubmitted) -> None:
    """The province hears of a new round."""
    found = _found(event.adjustment_id)
    text = f"{found.holder.name}提交了“{found.title}”（{found.case.number}），请按期审核。"
    to, about = [province_office_id(found)], str(found.review_round)
    _tell(found, to, "adjustment.review", "跨省域调剂申请待审核", text, event.now, about=about)


def reviewed(event: AdjustmentReviewed) -> None:
    """The county hears the opinion."""
    found = _found(event.adjustment_id)
    text = f"“{found.title}”的省厅审核意见：{OUTCOME_LABELS[Outcome(event.outcome)]}。"
    to, about = [found.holder_id], str(found.review_round)
    _tell(found, list(to), "adjustment.opinion", "跨省域调剂审核意见", text, event.now, about=about)


def returned(event: AdjustmentReturned) -> None:
    """The county hears why."""
    found = _found(event.adjustment_id)
    text = f"“{found.title}”被退回，理由：{event.reason}。请补正后重新提交，指标仍冻结。"
    about = f"{found.review_round}/{event.reason}"[:80]
    _tell(
        found,
        [found.holder_id],
        "adjustment.returned",
        "跨省域调剂申请退回补正",
        text,
        event.now,
        about=about,
    )


def advanced(event: AdjustmentAdvanced) -> None:
    """The county hears what was entered."""
    found = _found(event.adjustment_id)
    said = f"（{event.said}）" if event.said else ""
    text = f"“{found.title}”已办理“{act_called(event.act).label}”{said}，现为“{LABELS[found.state]}”。"
    about = f"{event.act}/{event.now.isoformat()}"
    _tell(found, [found.holder_id], "adjustment.advanced", "跨省域调剂办理进展", text, event.now, about=about)


def matched(event: AdjustmentMatched) -> None:
    """The county hears what of its quota is matched, and what becomes of the rest."""
    found = _found(event.adjustment_id)
    rest = ""
    if event.remainder_id:
        rest = f"未匹配部分另立申请{_found(event.remainder_id).case.number}，仍冻结待匹配。"
    text = f"调剂方案{event.scheme_no}已下达“{found.title}”（{found.case.number}）。{rest}"
    _tell(
        found,
        [found.holder_id],
        "adjustment.matched",
        "调剂方案已下达",
        text,
        event.now,
        about=event.scheme_no,
    )


def published(event: SchemePublished) -> None:
    """The county hears until when its scheme is published."""
    found = _found(event.adjustment_id)
    text = f"“{found.title}”的调剂方案已公示，公示期至{ended(event.ends_at)}。"
    _tell(
        found,
        [found.holder_id],
        "adjustment.published",
        "调剂方案公示",
        text,
        event.now,
        about=event.ends_at.isoformat(),
    )


def disputed(event: SchemeDisputed) -> None:
    """The county hears that its scheme has no effect, and why."""
    found = _found(event.adjustment_id)
    text = f"“{found.title}”的方案异议成立，理由：{event.reason}。方案不生效，等待部里处理。"
    about = event.now.isoformat()
    _tell(found, [found.holder_id], "adjustment.disputed", "调剂方案异议成立", text, event.now, about=about)


def revoked(event: SchemeRevoked) -> None:
    """The county and finance hear that the scheme was taken back."""
    found = _found(event.adjustment_id)
    text = (
        f"调剂方案{event.scheme_no}对“{found.title}”（{found.case.number}）已收回，指标仍冻结，等待重新匹配。"
    )
    to, about = [found.holder_id, finance_office_id(found)], event.now.isoformat()
    _tell(found, to, "adjustment.revoked", "调剂方案已收回", text, event.now, about=about)


def implementing(event: SchemeImplementing) -> None:
    """Finance hears that money will come, the county and the province that the publication is over."""
    found = _found(event.adjustment_id)
    text = f"“{found.title}”（{found.case.number}）的方案公示期满，请按期办理资金下达和指标划转。"
    to = [found.holder_id, province_office_id(found), finance_office_id(found)]
    _tell(found, to, "adjustment.implementing", "调剂资金指标待办理", text, event.now)


def transferred(event: AdjustmentTransferred) -> None:
    """The county hears that its quota has left."""
    found = _found(event.adjustment_id)
    text = f"“{found.title}”（{found.case.number}）的指标已划转外省。"
    _tell(found, [found.holder_id], "adjustment.transferred", "调剂指标已划转", text, event.now)


def withdrawn(event: AdjustmentWithdrawn) -> None:
    """The province hears that it need not go on."""
    found = _found(event.adjustment_id)
    if found.submitted_at is None:
        return
    text = f"{found.holder.name}撤回了“{found.title}”（{found.case.number}），理由：{event.reason}。"
    _tell(found, [province_office_id(found)], "adjustment.withdrawn", "跨省域调剂申请已撤回", text, event.now)


def plan_proposed(event: PlanProposed) -> None:
    """The province hears of an amended plan that waits for it."""
    found = _found(event.adjustment_id)
    text = (
        f"{found.holder.name}提交了“{found.title}”（{found.case.number}）的资金使用方案变更，请核对后备案。"
    )
    to, about = [province_office_id(found)], str(event.version)
    _tell(found, to, "adjustment.plan_proposed", "资金使用方案变更待备案", text, event.now, about=about)


def plan_accepted(event: PlanAccepted) -> None:
    """The county hears that it spends by the new version."""
    found = _found(event.adjustment_id)
    text = f"“{found.title}”的资金使用方案第{event.version}版已备案，此后支出按该版办理。"
    to, about = [found.holder_id], str(event.version)
    _tell(found, list(to), "adjustment.plan_accepted", "资金使用方案变更已备案", text, event.now, about=about)


def quarter_reported(event: QuarterReported) -> None:
    """The province and finance hear of a quarterly report."""
    found, report = _found(event.adjustment_id), QuarterReport.objects.get(pk=event.report_id)
    label = quarter_called(report.quarter).label
    text = f"{found.holder.name}提交了“{found.title}”（{found.case.number}）{label}的资金报告。"
    to = [province_office_id(found), finance_office_id(found)]
    _tell(found, to, "adjustment.quarterly", "调剂资金季度报告", text, event.now, about=report.quarter)


def audit_drawn(event: AuditDrawn) -> None:
    """The auditor hears which audit is to be made, the county that its vouchers are drawn."""
    found, mine = _found(event.adjustment_id), AuditRound.objects.get(pk=event.round_id)
    count = mine.draws.filter(sampled=True).count()
    text = (
        f"“{found.title}”（{found.case.number}）的{mine.label}已抽取凭证{count}笔、{mine.sampled:,}元"
        f"（支出合计{mine.spent:,}元），请按期逐笔审计。"
    )
    to, about = [auditor_id(found), found.holder_id], str(mine.pk)
    _tell(found, to, "adjustment.audit_drawn", "审计凭证已抽取", text, event.now, about=about)


def audit_concluded(event: AuditConcluded) -> None:
    """The county and the province hear the outcome."""
    found, mine = _found(event.adjustment_id), AuditRound.objects.get(pk=event.round_id)
    outcome = AUDIT_LABELS[mine.outcome]
    text = f"“{found.title}”（{found.case.number}）的{mine.label}已完成，结论：{outcome}。"
    to, about = [found.holder_id, province_office_id(found)], str(mine.pk)
    _tell(found, to, "adjustment.audit_concluded", "审计已完成", text, event.now, about=about)


def closed(event: AdjustmentClosed) -> None:
    """The county and finance hear that all is done."""
    found = _found(event.adjustment_id)
    text = f"“{found.title}”（{found.case.number}）已办结，不能再分配或列支收益。"
    to = [found.holder_id, finance_office_id(found)]
    _tell(found, to, "adjustment.closed", "跨省域调剂已办结", text, event.now)
