"""What the release of an order binds: who is paid, into which account, how much, made up of what."""

from collections.abc import Mapping
from typing import Any

from apps.listings.models import Listing
from apps.money.models import PURSE_LABELS, Bucket, FiscalAccount, Purse, Remittance
from apps.money.payments import payee_of, standing
from apps.money.queries import remittance_due
from apps.stages.payment.models import Settlement
from kernel.actors import Actor
from kernel.acts.bound import Bound, Fact, account, money, party, text
from kernel.errors import not_found

_PARTS = {
    Bucket.APPLIED: "保证金抵作价款",
    Bucket.RECEIVED: "分期付款",
    Bucket.HELD_BACK: "留存价款",
    Bucket.FORFEITED: "没收保证金",
}


def remittance_bound(listing_id: int, _: Mapping[str, Any], by: Actor) -> Bound:
    """An order over a lot's money."""
    listing = Listing.objects.select_related("seller").filter(pk=listing_id).first()
    if listing is None or listing.province[:2] != by.region[:2]:
        raise not_found("挂牌项目")
    owed = remittance_due(listing_id)
    if owed is None:
        return Bound(facts=(text("项目", f"{listing.number} {listing.title}"),))
    purse, into = Purse(owed.purse), payee_of(owed)
    label = PURSE_LABELS[purse]
    return Bound(
        facts=(
            text("项目", f"{listing.number} {listing.title}"),
            party("收款单位", into.organisation.name),
            account("收款账户", name=into.name, bank=into.bank, number=into.number),
            text("款项", label),
            *_made_up(listing_id, purse),
            money("划付金额", owed.amount),
        ),
        effect=f"向{into.organisation.name}的账户“{into.name} {into.bank} {into.number}”划付{label}{owed.amount:,}元。",
        button=f"确认向{into.organisation.name}划付{owed.amount:,}元",
        findings=tuple(_findings(owed, into)),
    )


def _made_up(listing_id: int, purse: Purse) -> list[Fact]:
    facts = [money(_PARTS[bucket], amount) for _, bucket, amount in standing(listing_id, purse)]
    settlement = Settlement.objects.filter(listing_id=listing_id).first()
    if purse is Purse.PRICE and settlement is not None:
        facts += [money("其中成交价款", settlement.total_price), money("其中违约金", settlement.late_fee)]
    return facts


def _findings(owed: Remittance, into: FiscalAccount) -> list[str]:
    before = (
        Remittance.objects.filter(account__organisation=into.organisation, released_at__isnull=False)
        .exclude(pk=owed.pk)
        .order_by("-id")
        .first()
    )
    if before is None:
        return ["首次向该单位划付款项，请核对收款账户。"]
    found = [] if before.account_id == into.pk else ["收款账户与上一次划付的账户不同，请核对。"]
    if owed.attempt > 1:
        found.append(f"前{owed.attempt - 1}次划付被银行退回，请先核实账户。")
    if into.closed_at is not None:
        found.append("该账户登记后已停用，但合同仍约定付至该账户。")
    return found
