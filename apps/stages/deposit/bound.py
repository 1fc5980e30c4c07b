"""What giving money back binds: to whom, into which account, how much, why.

While bids are taken nobody learns from it who bids: what has to go back then is told by its account number alone.
"""

from collections.abc import Mapping
from typing import Any

from apps.listings.models import Listing
from apps.listings.queries import identities_hidden
from apps.money.models import Refund
from apps.money.queries import refunds_due
from kernel.actors import Actor
from kernel.acts.bound import Bound, Fact, account, instant, money, party, text
from kernel.errors import not_found
from kernel.money import ZERO


def refunds_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """All that goes back to one organisation on one lot."""
    organisation = str(data.get("organisation_id"))
    due = [
        each
        for each in refunds_due(by).filter(entry__sub_account__case_id=listing_id)
        if each.entry.sub_account and str(each.entry.sub_account.organisation_id) == organisation
    ]
    if not due:
        raise not_found("待退款项")
    return _bound(due)


def refund_bound(refund_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """One refund."""
    found = refunds_due(by).filter(pk=refund_id).first()
    if found is None:
        raise not_found("待退款项")
    return _bound([found])


def is_masked(refund: Refund) -> bool:
    """Whether who paid must not be told: money of a lot before its close, and money that names no sub-account."""
    sub = refund.entry.sub_account
    return sub is None or identities_hidden(Listing.objects.get(pk=sub.case_id))


def _bound(refunds: list[Refund]) -> Bound:
    total = sum((each.amount for each in refunds), ZERO)
    numbers = list(dict.fromkeys(each.payee[2] or "银行未载明" for each in refunds))
    masked = any(is_masked(each) for each in refunds)
    names = list(dict.fromkeys(each.payee[0] for each in refunds))
    whom = f"账号{'、'.join(numbers)}" if masked else "、".join(names)
    before = Refund.objects.filter(entry__payer_account__in=numbers, released_at__isnull=False).exists()
    findings = [] if before else ["该收款账户为首次退款。"]
    findings += [
        f"流水{each.entry.reference}的退款此前已发出{each.attempt - 1}次，均经银行退回；请先凭银行回单确认款项未付出。"
        for each in refunds
        if each.attempt > 1
    ]
    if len(numbers) > 1:
        findings.append(f"分别退回{len(numbers)}个账户，请逐一核对。")
    return Bound(
        facts=(
            *([] if masked else [party("收款单位", each) for each in names]),
            *(fact for each in refunds for fact in _facts(each, masked=masked)),
            money("合计", total),
        ),
        effect=f"向{whom}退回{total:,}元，退至银行载明的付款账户。",
        button=f"确认向{whom}退回{total:,}元",
        findings=tuple(findings),
    )


def _facts(refund: Refund, *, masked: bool) -> list[Fact]:
    name, _, number = refund.payee
    number = number or "银行未载明"
    into = (
        text("收款账号", number)
        if masked
        else account("收款账户", name=name, bank="银行载明的付款账户", number=number)
    )
    sub = refund.entry.sub_account
    lot = [] if masked or sub is None else [text("所属项目", str(Listing.objects.get(pk=sub.case_id)))]
    return [
        *lot,
        text("原流水号", refund.entry.reference),
        instant("原到账时间", refund.entry.arrived_at),
        text("退款事由", refund.reason),
        into,
        money("退款金额", refund.amount),
    ]
