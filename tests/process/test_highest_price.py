"""Where a lot has no ceiling a bid still has an upper bound: the total must be an amount that can be written."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kinds.prices import PriceUnit, price
from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind
from apps.listings.states import ListingStatus
from apps.rulebook import presets
from apps.stages.award.models import Award
from apps.stages.award.rules import HIGHEST_TOTAL, highest_of
from apps.stages.bidding.queries import lot_of, next_prices
from apps.stages.bidding.rules import Bidder, Lot, why_not_bid
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan
from tests.factories.deal import A, B, at
from tests.factories.journey import CLOSES, bid, bidding_lot

FEN = Yuan("0.01")
NOON = at("03-26 12:00")
A_BIDDER = Bidder(
    is_seller_side=False, qualified=True, barred_until=None, deposit_full=True, at_ceiling=False
)


@pytest.fixture
def own_media(settings: Any, tmp_path: Path) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path


def _lot(*, highest: str, ceiling: str = "", current: str = "") -> Lot:
    return Lot(
        status=ListingStatus.BIDDING,
        opens_at=at("03-25 09:00"),
        closes_at=CLOSES,
        listing_period_ends_at=CLOSES,
        timed_round=0,
        starting_price=Yuan(50000),
        increment=Yuan(5000),
        ceiling=Yuan(ceiling) if ceiling else None,
        current=Yuan(current) if current else None,
        rules=presets.parameters("baseline"),
        highest=Yuan(highest),
    )


def _no(lot: Lot, unit_price: str) -> Refusal | None:
    return why_not_bid(lot=lot, bidder=A_BIDDER, unit_price=Yuan(unit_price), seen_price=None, at=NOON)


@given(cents=st.integers(min_value=1, max_value=10**15))
def test_the_highest_price_is_the_last_whose_total_can_be_written_with_room_for_late_fees(cents: int) -> None:
    area = Quantity(QuotaKind.FARMLAND_AREA, Decimal(cents).scaleb(-4))
    highest = highest_of(area.amount)

    def total(unit_price: Yuan) -> Yuan:
        return price(unit_price=unit_price, unit=PriceUnit.YUAN_PER_MU, quantity=area)

    assert total(highest) <= HIGHEST_TOTAL
    assert area.amount <= 1 or area.amount * (highest + FEN).amount > HIGHEST_TOTAL.amount


def test_a_price_above_the_highest_is_refused_with_it_and_the_highest_is_taken() -> None:
    lot = _lot(highest="5000000000000")
    no = _no(lot, "5000000005000")
    assert no is not None
    assert no.code == Code.INVALID
    assert "不得高于5,000,000,000,000.00元" in no.sentence
    assert (no.detail["highest"], no.detail["lowest_valid"]) == ("5000000000000.00", "50000.00")
    assert _no(lot, "5000000000000") is None


def test_a_ceiling_nobody_could_pay_is_no_way_around_it_and_a_lower_one_is_named_first() -> None:
    beyond = _no(_lot(highest="5000000000000", ceiling="6000000000000"), "6000000000000")
    above = _no(_lot(highest="5000000000000", ceiling="60000"), "6000000000000")
    assert beyond is not None
    assert above is not None
    assert (beyond.code, above.code) == (Code.INVALID, Code.ABOVE_CEILING)


@pytest.mark.django_db
def test_every_way_to_bid_knows_the_highest_price_and_the_lot_closes_on_it(own_media: None) -> None:
    deal = bidding_lot()
    lot = lot_of(deal.listing)
    assert lot is not None
    assert lot.highest == highest_of(Decimal(20)) == Yuan(5 * 10**12)
    for beyond in (Yuan(999999999999999), Yuan(99999999990000), lot.highest + lot.increment):
        with pytest.raises(Refused) as said:
            bid(deal, A, str(beyond), now=NOON)
        assert said.value.refusal.code == Code.INVALID
    bid(deal, B, str(lot.highest), now=NOON)
    assert next_prices(deal.listing) == []
    with pytest.raises(Refused):
        bid(deal, A, str(lot.highest + lot.increment), now=NOON + timedelta(minutes=1))
    deal.run(CLOSES)
    assert Award.objects.get(listing_id=deal.listing_id).total_price == HIGHEST_TOTAL
