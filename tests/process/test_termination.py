"""What a suspension does to what was paid, and to what was announced."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.money.queries import faults
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from tests.factories.deal import A, at
from tests.factories.journey import bidding_lot, contracted, import_payment


@pytest.mark.django_db
def test_a_lot_that_was_paid_for_is_not_terminated_while_it_stands_still(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    deal = contracted()
    import_payment(deal, "1100000.00", now=at("04-20 10:00"))
    assert deal.listing.status == "paid"
    deal.suspend(now=at("04-21 10:00"))
    with pytest.raises(Refused) as no:
        deal.terminate(now=at("04-22 10:00"))
    assert no.value.refusal.code is Code.WRONG_STATUS
    assert deal.listing.status == "suspended"
    deal.resume(now=at("04-23 10:00"))
    assert deal.listing.status == "paid"
    assert faults() == []


@pytest.mark.django_db
@pytest.mark.parametrize("booked", ["04-20 10:00", "04-24 09:00"], ids=["before resumption", "after"])
def test_a_price_that_comes_while_the_lot_stands_still_is_followed_by_the_whole_term_of_the_transfer(
    booked: str, settings: Any, tmp_path: Path
) -> None:
    """What is left of the pause does not count, be it booked before the resumption or after."""
    settings.MEDIA_ROOT = tmp_path
    deal = contracted()
    deal.suspend(now=at("04-20 09:00"))
    resumed = at("04-23 12:00")
    if at(booked) > resumed:
        deal.resume(now=resumed)
    import_payment(deal, "1100000.00", now=at(booked), arrived=at("04-20 10:00"))
    if at(booked) <= resumed:
        deal.resume(now=resumed)
    assert deal.listing.status == "paid"
    [transfer] = Deadline.objects.filter(kind="transfer", case_id=deal.listing_id)
    assert transfer.triggered_at == at("04-20 10:00")
    pause = at("04-23 12:00") - at("04-20 10:00")
    assert transfer.shift == pause
    term = deadlines.working_days(transfer.count, daily_end=transfer.daily_end)
    counted = deadlines.end_of(term, triggered_at=transfer.triggered_at)
    assert transfer.due_at == counted.at + pause


@pytest.mark.django_db
def test_a_lot_suspended_at_the_instant_of_its_opening_keeps_it(settings: Any, tmp_path: Path) -> None:
    """Bids were taken at that instant: what has come is not moved out, only what is to come."""
    settings.MEDIA_ROOT = tmp_path
    deal = bidding_lot()
    before = deal.listing
    assert before.opens_at is not None
    assert before.closes_at is not None
    deal.bid(A, 50000, now=before.opens_at)
    deal.suspend(now=before.opens_at)
    deal.resume(now=before.opens_at + timedelta(minutes=8))
    after = deal.listing
    assert (after.opens_at, after.deposit_cutoff_at) == (before.opens_at, before.deposit_cutoff_at)
    assert after.closes_at == before.closes_at + timedelta(minutes=8)
