"""What people are told of proceeds: whoever has to distribute them, and whose they are."""

from datetime import datetime

from apps.funds.events import (
    FindingAnswered,
    FindingConcluded,
    FindingRaised,
    FundsDistributed,
    FundsReceived,
    FundsReturned,
    FundsReversed,
    FundsSpent,
    FundsTakenBack,
)
from apps.funds.findings import findings_about
from apps.funds.models import Distribution, Finding, Receipt, Restitution, Reversal, Spending
from apps.funds.names import ANSWER_DEADLINE, DISTRIBUTE_DEADLINE
from apps.funds.queries import finance_of, size_of
from apps.funds.states import BUCKET_LABELS, OUTCOME_LABELS, REASON_LABELS
from apps.listings.models import Listing
from apps.notices.commands import tell_all
from apps.rulebook.proceeds import CATEGORY_LABELS
from kernel.clock import beijing
from kernel.deadlines.models import Deadline


def _tell(listing: Listing, kind: str, title: str, text: str, now: datetime, about: str) -> None:
    finance = finance_of(listing.seller)
    to = [*([finance.pk] if finance else []), listing.seller_id]
    tell_all(organisation_ids=to, kind=kind, title=title, text=text, now=now, case_id=listing.pk, about=about)


def _listing(case_id: int) -> Listing:
    return Listing.objects.select_related("seller").get(pk=case_id)


def received(event: FundsReceived) -> None:
    """The county's finance hears what to distribute until when; the seller that its proceeds have arrived."""
    listing = _listing(event.case_id)
    receipt = Receipt.objects.get(pk=event.receipt_id)
    due = Deadline.objects.filter(case_id=listing.pk, kind=DISTRIBUTE_DEADLINE).order_by("-id").first()
    until = f"，请由县级财政部门于{beijing(due.due_at):%Y-%m-%d %H:%M}前分配" if due else ""
    text = f"{listing}的收益{receipt.amount:,}元已到账，列为{listing.seller.name}待分配收益{until}。"
    _tell(listing, "funds.received", "收益到账待分配", text, event.now, about=str(receipt.pk))


def taken_back(event: FundsTakenBack) -> None:
    """Both hear that what had arrived was sent back by the bank."""
    listing = _listing(event.case_id)
    receipt = Receipt.objects.get(pk=event.receipt_id)
    text = f"{listing}的收益{receipt.amount:,}元被银行退回，已从待分配收益中冲回；重新划付到账后再行分配。"
    _tell(listing, "funds.taken_back", "收益被银行退回", text, event.now, about=str(receipt.pk))


def distributed(event: FundsDistributed) -> None:
    """The seller hears how its proceeds were shared out."""
    listing = _listing(event.case_id)
    found = Distribution.objects.get(pk=event.distribution_id)
    text = f"{listing}的收益{found.amount:,}元已全部分配，明细见“收益资金”。"
    _tell(listing, "funds.distributed", "收益已分配", text, event.now, about=str(found.pk))


def reversed_(event: FundsReversed) -> None:
    """Both hear what was taken back, and why."""
    listing = _listing(event.case_id)
    found = Reversal.objects.select_related("of").get(pk=event.reversal_id)
    what = REASON_LABELS[found.of.reason]
    text = f"{listing}的收益{what}{size_of(found.of):,}元已冲回，理由：{found.reason}"
    _tell(listing, "funds.reversed", "收益记账已冲回", text, event.now, about=str(found.pk))
    for each in findings_about(found.of):
        _tell_auditor(
            each, "funds.reversed", "收益记账已冲回", text, event.now, about=f"{found.pk}:{each.pk}"
        )


def spent(event: FundsSpent) -> None:
    """Whose proceeds they are hears what was paid for what; never to whom."""
    listing = _listing(event.case_id)
    found = Spending.objects.get(pk=event.spending_id)
    text = (
        f"{listing}的收益从“{CATEGORY_LABELS[found.category]}”支出{found.amount:,}元，凭证号“{found.voucher_no}”，"
        f"用途：{found.purpose}。"
    )
    _tell(listing, "funds.spent", "收益已支出", text, event.now, about=str(found.pk))


def returned(event: FundsReturned) -> None:
    """Both hear what was given back, and why."""
    listing = _listing(event.case_id)
    found = Restitution.objects.get(pk=event.restitution_id)
    text = f"{listing}的收益从“{BUCKET_LABELS[found.bucket]}”退回{found.amount:,}元，理由：{found.reason}"
    _tell(listing, "funds.returned", "收益已退回", text, event.now, about=str(found.pk))


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


def finding_raised(event: FindingRaised) -> None:
    """The county's finance hears what to answer until when; whose proceeds they are hears of it."""
    listing, found = _listing(event.case_id), Finding.objects.get(pk=event.finding_id)
    due = Deadline.objects.filter(case_id=listing.pk, kind=ANSWER_DEADLINE, subject_id=found.pk).first()
    until = f"，请由县级财政部门于{beijing(due.due_at):%Y-%m-%d %H:%M}前答复" if due else ""
    text = f"审计机关对{listing}的收益提出意见，涉及{found.amount:,}元{until}：{found.text}"
    _tell(listing, "funds.finding", "收益审计意见", text, event.now, about=str(found.pk))


def finding_answered(event: FindingAnswered) -> None:
    """The auditor hears the answer."""
    listing = _listing(event.case_id)
    found = Finding.objects.select_related("answer").get(pk=event.finding_id)
    text = f"对{listing}收益的审计意见已答复，请作出结论：{found.answer.text}"
    _tell_auditor(found, "funds.answered", "审计意见已答复", text, event.now, about=str(found.pk))


def finding_concluded(event: FindingConcluded) -> None:
    """Both hear what came of it, and of a recovery what it keeps the county from."""
    listing = _listing(event.case_id)
    concluded = Finding.objects.select_related("conclusion").get(pk=event.finding_id).conclusion
    then = (
        f"追缴{concluded.amount:,}元，收回并由县级财政冲回原记账前，本县不得申请出让。"
        if concluded.amount
        else ""
    )
    text = f"{listing}收益的审计结论：{OUTCOME_LABELS[concluded.outcome]}。{then}理由：{concluded.text}"
    _tell(listing, "funds.concluded", "收益审计结论", text, event.now, about=str(event.finding_id))
