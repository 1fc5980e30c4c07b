"""What people are told of proceeds: whoever has to distribute them, and whose they are."""

from datetime import datetime

from apps.funds.events import FundsDistributed, FundsReceived, FundsTakenBack
from apps.funds.models import Distribution, Receipt
from apps.funds.names import DISTRIBUTE_DEADLINE
from apps.funds.queries import finance_of
from apps.listings.models import Listing
from apps.notices.commands import tell_all
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
