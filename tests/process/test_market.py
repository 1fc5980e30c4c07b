"""The demonstration's market, whatever day it is seeded on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from apps.parties.models import Organisation
from apps.process.market.plans import plans
from apps.process.market.stories import Teller, office_hour
from apps.process.market.town import PROVINCES, Province, Town
from kernel.clock import BEIJING

MIDNIGHT = datetime(2026, 1, 1, 0, 1, tzinfo=BEIJING)
_KEYS = ("seller1", "seller2", *(f"bidder{number}" for number in range(1, 12)))
_LAST_STEP: dict[str, Callable[[datetime], datetime]] = {
    "draft": lambda handed_in: handed_in - timedelta(days=3),
    "under_review": lambda handed_in: handed_in,
    "withdrawn": lambda handed_in: office_hour(handed_in + timedelta(days=1), 10),
    "returned": lambda handed_in: office_hour(handed_in + timedelta(days=1), 14),
    "approved": lambda handed_in: office_hour(handed_in + timedelta(days=2), 10),
}
"""When a story that turns off the road has come to its status, by the instant at which the application is handed in."""


@pytest.mark.django_db
@pytest.mark.parametrize("province", PROVINCES, ids=lambda each: each.name)
def test_every_turned_application_has_come_as_far_as_it_is_to_come_on_any_day_of_the_year(
    province: Province,
) -> None:
    """A story that lies partly ahead would leave the market without a draft, a return or an approved lot."""
    town = Town({key: Organisation(name=key) for key in _KEYS}, province=province)
    ahead, seen = [], set()
    for number in range(0, 365, 8):
        now = MIDNIGHT + timedelta(days=number)
        for plan in plans(town, now=now):
            if plan.turn in _LAST_STEP:
                seen.add(plan.turn)
                last = _LAST_STEP[plan.turn](Teller(plan, town).dates()[0])
                if last > now:
                    ahead.append((now, plan.turn, last))
    assert seen == set(_LAST_STEP)
    assert ahead == []
