"""Awarding a lot (成交)."""

from datetime import datetime
from typing import Any

from apps.listings.models import Listing
from apps.stages.award.methods import SaleMethod
from apps.stages.award.models import Award
from apps.stages.qualification.models import Registration
from kernel.money import Yuan


def give(
    *,
    listing: Listing,
    registration: Registration,
    unit_price: Yuan,
    method: SaleMethod,
    proof: dict[str, Any],
    at: datetime,
) -> Award:
    """Award the lot to who registered, at `unit_price` (元/亩 or 元/公斤): all its lines, as of `at`.

    For methods of sale, under the lot's lane. The method has decided; it closes, records and tells by itself.
    """
    return Award.objects.create(
        listing=listing,
        winner_id=registration.organisation_id,
        registration=registration,
        unit_price=unit_price,
        total_price=listing.total(unit_price),
        method=method.code,
        proof=proof,
        at=at,
    )


def give_to_counterparty(
    *, listing: Listing, method: SaleMethod, proof: dict[str, Any], at: datetime
) -> Award:
    """Award the lot to the counterparty that it names, at the price that was announced: all its lines, as of `at`.

    As above, for lots that nobody registers for. ValueError for one that names nobody.
    """
    if listing.counterparty_id is None:
        raise ValueError(f"{listing} names no counterparty")
    return Award.objects.create(
        listing=listing,
        winner_id=listing.counterparty_id,
        unit_price=listing.starting_price,
        total_price=listing.total(listing.starting_price),
        method=method.code,
        proof=proof,
        at=at,
    )
