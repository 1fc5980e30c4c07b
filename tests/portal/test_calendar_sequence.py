"""Programs that hold an older copy of a lot's calendar take the new one: each change raises SEQUENCE (RFC 5545)."""

from datetime import datetime
from typing import Any

import pytest
from icalendar import Calendar

from apps.stages.announcement.models import Supplement
from kernel.deadlines.models import Deadline, DeadlineMove
from tests.factories.deal import CENTRE, A, B, Deal, at
from tests.factories.journey import act, announced, bidding_lot, confirmed
from tests.factories.visitors import fetched

pytestmark = pytest.mark.django_db


def _sequences(deal: Deal, *, now: datetime) -> dict[str, int]:
    body = fetched(f"/listings/{deal.listing_id}/dates.ics", now=now).body
    events: list[Any] = Calendar.from_ical(body).walk("VEVENT")
    return {str(each["UID"]).split("-")[2].partition("@")[0]: int(each["SEQUENCE"]) for each in events}


def _supplement(deal: Deal, *, now: datetime, **said: Any) -> None:
    deal.run(now)
    for by in (deal.operator(CENTRE), deal.approver(CENTRE)):
        act(by, "announcement.amend", deal.listing_id, now=now, **said)


@pytest.mark.parametrize(
    "moved", [{}, {"bidding_closes": "2026-03-31T10:00:00+08:00"}], ids=["text", "dates"]
)
def test_every_supplement_makes_a_calendar_newer(moved: dict[str, str]) -> None:
    deal = announced()
    before = _sequences(deal, now=at("03-06 09:00"))
    _supplement(deal, now=at("03-06 10:00"), text="联系电话更正。", **moved)
    assert Supplement.objects.count() == 1
    after = _sequences(deal, now=at("03-06 11:00"))
    assert set(after) == set(before)
    assert [name for name in before if after[name] <= before[name]] == []


def test_a_date_that_was_counted_anew_makes_a_calendar_newer() -> None:
    deal = confirmed()
    before = _sequences(deal, now=at("04-01 09:00"))
    row = Deadline.objects.get(case_id=deal.listing_id, kind="contract")
    DeadlineMove.objects.create(
        deadline=row, old_due_at=row.due_at, new_due_at=row.due_at, old_provisional=False, new_provisional=False,
        reason="节假日安排", moved_at=at("04-01 10:00"),
    )  # fmt: skip
    assert _sequences(deal, now=at("04-01 11:00"))["contract"] > before["contract"]


def test_bids_and_bidders_leave_no_trace_in_a_sequence() -> None:
    deal = bidding_lot()
    before = _sequences(deal, now=at("03-27 09:00"))
    deal.bid(A, 60000, now=at("03-27 10:00"))
    deal.bid(B, 65000, now=at("03-27 10:01"))
    row = Deadline.objects.get(case_id=deal.listing_id, kind="bidding_close")
    DeadlineMove.objects.create(
        deadline=row, old_due_at=row.due_at, new_due_at=row.due_at, old_provisional=False, new_provisional=False,
        reason="限时竞价顺延", moved_at=at("03-27 10:01"),
    )  # fmt: skip
    assert _sequences(deal, now=at("03-27 11:00")) == before
