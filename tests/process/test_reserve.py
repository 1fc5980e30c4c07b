"""A reserve price that no bid reached leaves a lot unsold; one that was reached sells it."""

import pytest

from apps.stages.award.models import Award
from tests.factories import desk_steps as steps
from tests.factories.desk_site import opened

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("reserve", "status"), [("65001", "unsold"), ("65000", "closed")])
def test_a_highest_bid_below_the_reserve_wins_nothing(
    monkeypatch: pytest.MonkeyPatch, reserve: str, status: str
) -> None:
    monkeypatch.setitem(steps.LOT, "reserve_price", reserve)
    with opened() as site:
        listing = steps.closed(site)
        listing.refresh_from_db()
        assert listing.status == status
        assert Award.objects.filter(listing=listing).exists() == (status == "closed")
