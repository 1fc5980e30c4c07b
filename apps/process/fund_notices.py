"""What people are told of proceeds: whoever has to distribute them, and whose they are."""

from datetime import datetime

from apps.funds.events import FundsAllocated, FundsDistributed, FundsReceived, FundsTakenBack
from apps.funds.ledger import Source
from apps.funds.models import Allocation, Distribution, Receipt
from apps.funds.names import DISTRIBUTE_DEADLINE
from apps.funds.queries import finance_of
from apps.notices.commands import tell_all
from apps.parties.models import Organisation
from kernel.cases.queries import named
from kernel.clock import beijing
from kernel.deadlines.models import Deadline


def _tell(of: Source, kind: str, title: str, text: str, now: datetime, about: str) -> None:
    finance = finance_of(_holder(of))
    to = [*([finance.pk] if finance else []), of.holder_id]
    tell_all(organisation_ids=to, kind=kind, title=title, text=text, now=now, case_id=of.case_id, about=about)


def _holder(of: Source) -> Organisation:
    return Organisation.objects.get(pk=of.holder_id)


def _source(case_id: int) -> str:
    return named([case_id])[case_id].number


def _until(case_id: int) -> str:
    due = Deadline.objects.filter(case_id=case_id, kind=DISTRIBUTE_DEADLINE).order_by("-id").first()
    return f"，请由县级财政部门于{beijing(due.due_at):%Y-%m-%d %H:%M}前分配" if due else ""


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
