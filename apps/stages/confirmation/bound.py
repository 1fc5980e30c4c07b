"""What the award confirmation binds: who won which lot, at what price."""

from collections.abc import Mapping
from typing import Any

from apps.listings.bound import listing_bound, lot_facts, named
from apps.listings.models import Listing
from apps.stages.award.methods import method_of
from apps.stages.award.queries import award_of, paddle_of
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound


def issue_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The lot, the winner with its paddle, the unit price and the total, and what its method of sale adds."""
    listing = listing_bound(listing_id)
    award = award_of(listing_id)
    if award is None:
        return Bound(facts=lot_facts(listing))
    winner = award.winner.name
    facts = (
        *lot_facts(listing),
        bound.party(listing.trade.taker, winner),
        *((bound.text("号牌", f"{paddle_of(award)}号"),) if paddle_of(award) else ()),
        bound.price("成交单价", award.unit_price, listing.unit.label),
        bound.money("成交总价", award.total_price),
        *method_of(award).facts(award),
    )
    return Bound(
        facts=facts,
        effect=(
            f"确认{winner}以总价{award.total_price:,}元{_takes(listing)}{named(listing)}，"
            "出具成交确认书，双方身份公开，三方合同期限开始计算。"
        ),
        button=f"向{winner}出具成交确认书（{award.total_price:,}元）",
        moving=(bound.text("确认书编号、签发时间、签约截止", "审核通过之时确定"),),
    )


def _takes(listing: Listing) -> str:
    return "竞得" if listing.trade.has("bidding") else "受让"
