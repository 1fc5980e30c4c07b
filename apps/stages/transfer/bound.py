"""What handing quota over, and confirming a quality refund, bind."""

from collections.abc import Mapping
from typing import Any

from apps.documents.queries import as_bound, attachments_of
from apps.documents.states import AttachmentKind
from apps.kinds.table import QuotaKind
from apps.listings.bound import listing_bound, lot_facts, named
from apps.listings.models import Listing
from apps.stages.contract.models import Contract
from apps.stages.transfer.models import QualityClaim
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.errors import not_found


def execute_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Handing over: from whom to whom, how much of each kind out of which certificate, at what price."""
    listing = listing_bound(listing_id)
    contract = Contract.objects.select_related("winner").filter(listing=listing).first()
    if contract is None:
        raise not_found("三方合同")
    lines = tuple(
        bound.quantity(
            f"划转入库凭证{line.batch.certificate_no}的{QuotaKind(line.kind).label}",
            line.amount,
            places=QuotaKind(line.kind).places,
            unit=QuotaKind(line.kind).unit,
        )
        for line in listing.lines.select_related("batch").order_by("id")
    )
    amounts = "、".join(
        f"{kind.label}{amount:.{kind.places}f}{kind.unit}" for kind, amount in listing.quantities.items()
    )
    return Bound(
        facts=(
            *lot_facts(listing),
            bound.party(listing.trade.taker, contract.winner.name),
            bound.money("成交总价", contract.total_price),
            *lines,
            *_term(listing),
        ),
        effect=f"将{listing.seller.name}的{amounts}划转给{contract.winner.name}，并出具指标划转证明，不可撤回。",
        button=f"将{amounts}划转给{contract.winner.name}",
        moving=(bound.text("划转证明编号、日期", "审核通过时生成"),),
    )


def _term(listing: Listing) -> tuple[Fact, ...]:
    """In how many days of the transfer the buyer has to use it, where the lot's rules say so."""
    days = listing.rules.parameters.term_of_use
    return (bound.text("使用期限", f"自划转之日起{days}日"),) if days is not None else ()


def confirm_bound(claim_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Confirming a refund: who owes whom how much, what was sold and what was found, by whom, on which reports."""
    claim = QualityClaim.objects.filter(pk=claim_id).first()
    if claim is None:
        raise not_found("质量退款申请")
    listing = listing_bound(claim.listing_id)
    contract = Contract.objects.select_related("winner").get(listing=listing)
    reports = attachments_of(case_id=listing.pk).filter(
        organisation_id=contract.winner_id, kind=AttachmentKind.RETEST_REPORT
    )
    return Bound(
        facts=(
            *lot_facts(listing),
            bound.party(listing.trade.taker, contract.winner.name),
            bound.money("成交总价", contract.total_price),
            bound.text("成交时", claim.sold_text),
            bound.text("复测结果", claim.found_text),
            bound.text("复测机构", claim.measurer),
            bound.text("复测情况", claim.reason),
            bound.money("应退价款", claim.refund),
        ),
        evidence=as_bound(reports),
        effect=(
            f"确认{listing.seller.name}就{named(listing)}退还{contract.winner.name}价款{claim.refund:,}元，"
            f"复测不足的指标在{listing.trade.taker}名下核减。"
        ),
        button=f"确认{listing.seller.name}退还{contract.winner.name}{claim.refund:,}元",
    )


def paid_bound(claim_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A quality refund that its seller has paid, by its voucher."""
    claim = QualityClaim.objects.select_related("listing__seller").filter(pk=claim_id).first()
    if claim is None or claim.listing.province[:2] != by.region[:2]:
        raise not_found("质量退款申请")
    contract = Contract.objects.select_related("winner").get(listing=claim.listing)
    seller, winner = claim.listing.seller.name, contract.winner.name
    return Bound(
        facts=(
            bound.text("项目", f"{claim.listing.number} {claim.listing.title}"),
            bound.party("退款单位", seller),
            bound.party("收款单位", winner),
            bound.money("退款金额", claim.refund),
            bound.text("付款凭证号", data.get("voucher_no", "")),
        ),
        effect=f"{seller}应退{winner}的{claim.refund:,}元质量退款登记为付讫。",
        button=f"确认{seller}已退{winner}{claim.refund:,}元",
    )
