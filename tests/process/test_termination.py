"""What has been paid for is not ended without a deal, not even by way of a suspension."""

from pathlib import Path
from typing import Any

import pytest

from apps.money.queries import faults
from kernel.errors import Code, Refused
from tests.journey import contracted, import_payment
from tests.process.deal import at


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
