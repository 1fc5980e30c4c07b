"""What people are told of proceeds: whoever has to distribute them, and whose they are."""

from datetime import datetime

from apps.funds.events import (
    FindingAnswered,
    FindingConcluded,
    FindingRaised,
    FundsAllocated,
    FundsDistributed,
    FundsReceived,
    FundsReturned,
    FundsReversed,
    FundsSpent,
    FundsTakenBack,
)
from apps.funds.findings import findings_about, summary_of
from apps.funds.ledger import Source
from apps.funds.models import Allocation, Distribution, Finding, Receipt, Restitution, Reversal, Spending
from apps.funds.names import ANSWER_DEADLINE, DISTRIBUTE_DEADLINE
from apps.funds.queries import finance_of, size_of
from apps.funds.sources import bucket_labels, category_labels
from apps.funds.states import OUTCOME_LABELS, REASON_LABELS
from apps.notices.commands import tell_all
from apps.parties.models import Organisation
from kernel.cases.models import Case
from kernel.cases.queries import named
from kernel.clock import ended
from kernel.deadlines.models import Deadline


def _tell(of: Source, kind: str, title: str, text: str, now: datetime, about: str) -> None:
    finance = finance_of(_holder(of))
    to = [*([finance.pk] if finance else []), of.holder_id]
    tell_all(organisation_ids=to, kind=kind, title=title, text=text, now=now, case_id=of.case_id, about=about)


def _holder(of: Source) -> Organisation:
    return Organisation.objects.get(pk=of.holder_id)


def _source(case_id: int) -> str:
    return named([case_id])[case_id].number


def _process(of: Source) -> str:
    return Case.objects.values_list("process", flat=True).get(pk=of.case_id)


def _until(case_id: int) -> str:
    due = Deadline.objects.filter(case_id=case_id, kind=DISTRIBUTE_DEADLINE).order_by("-id").first()
    return f"，请由县级财政部门于{ended(due.due_at)}前分配" if due else ""


def received(event: FundsReceived) -> None:
    """The county's finance hears what to distribute until when; the seller that its proceeds have arrived."""
    of = Source(event.holder_id, event.case_id)
    receipt = Receipt.objects.get(pk=event.receipt_id)
    source, until = _source(of.case_id), _until(of.case_id)
    text = f"{source}的收益{receipt.amount:,}元已到账，列为{_holder(of).name}待分配收益{until}。"
    _tell(of, "funds.received", "收益到账待分配", text, event.now, about=str(receipt.pk))


def allocated(event: FundsAllocated) -> None:
    """The county's finance hears what to distribute until when; the county that the centre's money has arrived."""
    of = Source(event.holder_id, event.case_id)
    found = Allocation.objects.select_related("notice").get(pk=event.allocation_id)
    source, until = _source(of.case_id), _until(of.case_id)
    text = (
        f"{source}的跨省域调剂资金{found.amount:,}元（{found.notice.document_no}）已到账，"
        f"列为{_holder(of).name}待分配收益{until}。"
    )
    _tell(of, "funds.allocated", "调剂资金到账待分配", text, event.now, about=str(found.pk))


def taken_back(event: FundsTakenBack) -> None:
    """Both hear that what had arrived was sent back by the bank."""
    of = Source(event.holder_id, event.case_id)
    receipt = Receipt.objects.get(pk=event.receipt_id)
    source = _source(of.case_id)
    text = f"{source}的收益{receipt.amount:,}元被银行退回，已从待分配收益中冲回；重新划付到账后再行分配。"
    _tell(of, "funds.taken_back", "收益被银行退回", text, event.now, about=str(receipt.pk))


def distributed(event: FundsDistributed) -> None:
    """The seller hears how its proceeds were shared out."""
    of = Source(event.holder_id, event.case_id)
    found = Distribution.objects.get(pk=event.distribution_id)
    text = f"{_source(of.case_id)}的收益{found.amount:,}元已全部分配，明细见“收益资金”。"
    _tell(of, "funds.distributed", "收益已分配", text, event.now, about=str(found.pk))


def reversed_(event: FundsReversed) -> None:
    """Both hear what was taken back, and why."""
    of = Source(event.holder_id, event.case_id)
    found = Reversal.objects.select_related("of").get(pk=event.reversal_id)
    what = REASON_LABELS[found.of.reason]
    text = f"{_source(of.case_id)}的收益{what}{size_of(found.of):,}元已冲回，理由：{found.reason}"
    _tell(of, "funds.reversed", "收益记账已冲回", text, event.now, about=str(found.pk))
    for each in findings_about([found.of_id]):
        _tell_auditor(
            each, "funds.reversed", "收益记账已冲回", text, event.now, about=f"{found.pk}:{each.pk}"
        )


def spent(event: FundsSpent) -> None:
    """Whose proceeds they are hears what was paid for what; never to whom."""
    of = Source(event.holder_id, event.case_id)
    found = Spending.objects.get(pk=event.spending_id)
    text = (
        f"{_source(of.case_id)}的收益从“{category_labels(_process(of))[found.category]}”支出{found.amount:,}元，凭证号“{found.voucher_no}”，"
        f"用途：{found.purpose}。"
    )
    _tell(of, "funds.spent", "收益已支出", text, event.now, about=str(found.pk))


def returned(event: FundsReturned) -> None:
    """Both hear what was given back, and why."""
    of = Source(event.holder_id, event.case_id)
    found = Restitution.objects.get(pk=event.restitution_id)
    label = bucket_labels(_process(of))[found.bucket]
    text = f"{_source(of.case_id)}的收益从“{label}”退回{found.amount:,}元，理由：{found.reason}"
    _tell(of, "funds.returned", "收益已退回", text, event.now, about=str(found.pk))


def _tell_auditor(finding: Finding, kind: str, title: str, text: str, now: datetime, about: str) -> None:
    to = [finding.organisation_id]
    tell_all(
        organisation_ids=to,
        kind=kind,
        title=title,
        text=text,
        now=now,
        case_id=finding.source_id,
        about=about,
    )


def _of(finding: Finding) -> Source:
    return Source(finding.holder_id, finding.source_id)


def finding_raised(event: FindingRaised) -> None:
    """The county's finance hears what to answer until when; whose proceeds they are hears of it."""
    found = Finding.objects.get(pk=event.finding_id)
    of = _of(found)
    due = Deadline.objects.filter(case_id=of.case_id, kind=ANSWER_DEADLINE, subject_id=found.pk).first()
    until = f"，请由县级财政部门于{ended(due.due_at)}前答复" if due else ""
    concerned = f"，涉及{found.amount:,}元" if found.amount else ""
    text = f"审计机关对{_source(of.case_id)}的收益提出意见{concerned}{until}：{found.text}"
    _tell(of, "funds.finding", "收益审计意见", text, event.now, about=str(found.pk))


def finding_answered(event: FindingAnswered) -> None:
    """The auditor hears the answer."""
    found = Finding.objects.select_related("answer").get(pk=event.finding_id)
    of = _of(found)
    text = (
        f"对{_source(of.case_id)}收益的审计意见（{summary_of(found)}）已答复，请作出结论：{found.answer.text}"
    )
    _tell_auditor(found, "funds.answered", "审计意见已答复", text, event.now, about=str(found.pk))


def finding_concluded(event: FindingConcluded) -> None:
    """Both hear what came of it, and of a recovery what it keeps the county from."""
    found = Finding.objects.select_related("conclusion").get(pk=event.finding_id)
    of, concluded = _of(found), found.conclusion
    then = (
        f"追缴{concluded.amount:,}元，收回并由县级财政冲回原记账前，本县不得申请出让。"
        if concluded.amount
        else ""
    )
    text = (
        f"{_source(of.case_id)}收益的审计意见（{summary_of(found)}）的结论：{OUTCOME_LABELS[concluded.outcome]}。"
        f"{then}理由：{concluded.text}"
    )
    _tell(of, "funds.concluded", "收益审计结论", text, event.now, about=str(event.finding_id))
