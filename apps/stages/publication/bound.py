"""What the publication of a result binds: what the public will read."""

from collections.abc import Mapping
from typing import Any

from apps.listings.bound import listing_bound, lot_facts, named
from apps.stages.confirmation.models import Confirmation
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound


def start_bound(listing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The lot, seller and winner, the price, and for how long it is published."""
    listing = listing_bound(listing_id)
    made = Confirmation.objects.select_related("winner", "award").filter(listing=listing).first()
    if made is None:
        return Bound(facts=lot_facts(listing))
    days = listing.rules.parameters.publication_days
    facts = (
        *lot_facts(listing),
        bound.party(listing.trade.taker, made.winner.name),
        bound.price("成交单价", made.award.unit_price, listing.unit.label),
        bound.money("成交总价", made.award.total_price),
        bound.text("公示期", f"{days}个自然日"),
    )
    return Bound(
        facts=facts,
        effect=f"在门户公示{named(listing)}的成交结果{days}日，公示期满无异议且备案受理后办结。",
        button=f"发布{listing.number}结果公示",
        moving=(bound.text("公示起止时间", "审核通过之时计算"),),
    )
