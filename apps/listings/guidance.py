"""A lot before the price tables (价格表): what they judge of it, and the copy that it keeps with its rules."""

from datetime import datetime
from typing import Any

from apps.land.models import Part
from apps.listings.models import Listing
from apps.listings.rules import ceiling
from apps.prices.queries import copy_for
from apps.prices.rules import (
    Judging,
    PricedLot,
    capped,
    judging_from,
    of_guidance,
    why_not_price,
    why_not_reserve,
)
from apps.rulebook.queries import rules_from
from kernel.errors import Refusal
from kernel.money import Yuan
from kernel.sealing import open_sealed


def priced_lot(listing: Listing) -> PricedLot:
    """The lot as price tables see it, with the land classes of every part behind its batches."""
    parts = Part.objects.filter(project__batches__listing_lines__listing=listing)
    return PricedLot(
        quota_class=listing.priced.kind.quota_class,
        kind=listing.priced.kind,
        region=listing.seller.region_id,
        land_classes=frozenset(parts.order_by().values_list("land_class", flat=True)),
        planning_scale=listing.planning_mu is not None,
    )


def prices_now(listing: Listing, *, now: datetime) -> dict[str, Any]:
    """What is copied of the price tables in force with the lot's rules; nothing where there are none."""
    return copy_for(priced_lot(listing), province=listing.province, now=now)


def judged_by(rules_copy: dict[str, Any]) -> Judging:
    """The rows that a copy of the rules keeps."""
    return judging_from(rules_copy.get("prices", {}))


def why_not_prices(listing: Listing, rules_copy: dict[str, Any]) -> Refusal | None:
    """Why a lot cannot be offered at its prices under these rules: one rule for handing in and announcing it.

    `price_out_of_guidance` for its start, `invalid` for a sealed reserve price out of the reach of the bids.
    """
    judging = judged_by(rules_copy)
    named = "协议单价" if listing.trade.counterparty else "起始价"
    refusal = why_not_price(judging, price=listing.starting_price, named=named)
    if refusal is not None or not listing.sealed_reserve:
        return refusal
    by_rules = ceiling(
        starting_price=listing.starting_price,
        named=listing.named_ceiling,
        rules=rules_from(rules_copy).parameters,
    )
    highest = capped(judging, ceiling=by_rules)
    return why_not_reserve(ceiling=highest, reserve=Yuan(open_sealed(listing.sealed_reserve)))


def all_judging(listing: Listing) -> list[Judging]:
    """Every row that a lot's price is held against: those copied, and the guide prices of its rules."""
    guidance = listing.rules.parameters.price_guidance
    of_rules = (
        of_guidance(guidance, kind=listing.priced.kind, grade=listing.grade)
        if listing.grade is not None
        else []
    )
    return [*of_rules, judged_by(listing.rules_copy)]


def cap(listing: Listing, by_rules: Yuan | None) -> Yuan | None:
    """The ceiling of the bids under the lot's price rows."""
    return capped(judged_by(listing.rules_copy), ceiling=by_rules)
