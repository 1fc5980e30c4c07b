"""What noting a paid quality refund binds."""

from collections.abc import Mapping
from typing import Any

from apps.stages.contract.models import Contract
from apps.stages.transfer.models import QualityClaim
from kernel.actors import Actor
from kernel.acts.bound import Bound, money, party, text
from kernel.errors import not_found


def paid_bound(claim_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A quality refund that its seller has paid, by its voucher."""
    claim = QualityClaim.objects.select_related("listing__seller").filter(pk=claim_id).first()
    if claim is None or claim.listing.province[:2] != by.region[:2]:
        raise not_found("质量退款申请")
    contract = Contract.objects.select_related("winner").get(listing=claim.listing)
    seller, winner = claim.listing.seller.name, contract.winner.name
    return Bound(
        facts=(
            text("项目", f"{claim.listing.number} {claim.listing.title}"),
            party("退款单位", seller),
            party("收款单位", winner),
            money("退款金额", claim.refund),
            text("付款凭证号", data.get("voucher_no", "")),
        ),
        effect=f"{seller}应退{winner}的{claim.refund:,}元质量退款登记为付讫。",
        button=f"确认{seller}已退{winner}{claim.refund:,}元",
    )
