"""What the award confirmation binds: who won which lot, at what price."""

from collections.abc import Mapping
from typing import Any

from apps.listings.bound import listing_bound, lot_facts, named
from apps.parties.models import Organisation
from apps.stages.bidding.models import Award
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound


def issue_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The lot, the winner with its paddle, the unit price and the total, when bidding closed and by how many bids."""
    listing = listing_bound(listing_id)
    award = Award.objects.select_related("bid__certificate").filter(listing=listing).first()
    if award is None:
        return Bound(facts=lot_facts(listing))
    winner = Organisation.objects.get(pk=award.winner_id).name
    facts = (
        *lot_facts(listing),
        bound.party("竞得人", winner),
        bound.text("号牌", f"{award.bid.certificate.paddle:03d}号"),
        bound.price("成交单价", award.unit_price, listing.unit.label),
        bound.money("成交总价", award.total_price),
        bound.instant("竞价截止", award.at),
        bound.text("报价次数", f"{award.bid.sequence}次"),
    )
    return Bound(
        facts=facts,
        effect=(
            f"确认{winner}以总价{award.total_price:,}元竞得{named(listing)}，"
            "出具成交确认书，双方身份公开，三方合同期限开始计算。"
        ),
        button=f"向{winner}出具成交确认书（{award.total_price:,}元）",
        moving=(bound.text("确认书编号、签发时间、签约截止", "审核通过之时确定"),),
    )
