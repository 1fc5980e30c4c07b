"""The demonstration's market, whatever day it is seeded on."""

from datetime import datetime, time, timedelta

import pytest

from apps.parties.models import Organisation
from apps.process.market.seed import plans
from apps.process.market.stories import Teller, office_hour
from apps.process.market.town import Town
from kernel.clock import BEIJING
from tests.process.deal import Deal

MIDNIGHT = datetime.combine(datetime(2026, 1, 1, tzinfo=BEIJING).date(), time(0, 1), tzinfo=BEIJING)
_KEYS = ("seller1", "seller2", *(f"bidder{number}" for number in range(1, 12)))

_TURNS = {"draft", "under_review", "returned", "withdrawn", "approved"}


@pytest.mark.django_db
def test_every_turned_application_has_come_as_far_as_it_is_to_come_on_any_day_of_the_year() -> None:
    """A story that lies partly ahead would leave the market without a draft, a return or an approved lot."""
    Deal.begun()
    town = Town({key: Organisation(name=key) for key in _KEYS})
    ahead = []
    for number in range(0, 365, 8):
        now = MIDNIGHT + timedelta(days=number)
        for plan in plans(town, now=now):
            if plan.turn not in _TURNS:
                continue
            handed_in = Teller(plan, town).dates()[0]
            last = {
                "draft": handed_in - timedelta(days=3),
                "under_review": handed_in,
                "returned": office_hour(handed_in + timedelta(days=1), 14),
                "withdrawn": office_hour(handed_in + timedelta(days=1), 10),
                "approved": office_hour(handed_in + timedelta(days=2), 10),
            }[plan.turn]
            if last > now:
                ahead.append((f"{now:%Y-%m-%d}", plan.turn, last))
    assert ahead == []
