"""A form that was opened before the facts changed is judged by the facts as they are, under the lock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.listings import commands as listings
from apps.listings import queries as listing_queries
from apps.listings import rules as listing_rules
from apps.listings.models import Listing
from apps.stages.qualification.models import Registration
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.qualification.states import RegistrationStatus
from kernel import clock, lanes
from kernel.access.models import Preparation
from kernel.errors import Code, Refused
from tests.factories.actors import codes, enrol, in_order
from tests.factories.deal import CENTRE, FINANCE, SELLER, A, B, Deal, at
from tests.factories.journey import act, announced, bidding_lot, confirmed
from tests.factories.papers import TO_BID

NOON = at("03-26 12:00")


def refusal(call: Callable[[], Any]) -> Code:
    """The code with which a call is refused."""
    with pytest.raises(Refused) as no:
        call()
    return no.value.refusal.code


def prepared(deal: Deal, key: str, name: str, subject: int, *, now: datetime, **data: Any) -> Preparation:
    """An operator fills in the form and leaves it for release."""
    made = act(deal.operator(key), name, subject, now=now, **data).answer["preparation"]
    return Preparation.objects.get(pk=made)


def released(
    deal: Deal, key: str, name: str, subject: int, *, now: datetime, **data: Any
) -> Callable[[], Any]:
    """The approver's click on what was prepared."""
    return lambda: act(deal.approver(key), name, subject, now=now, **data)


@pytest.mark.django_db
def test_a_decision_prepared_before_a_suspension_is_refused_and_waits_on() -> None:
    deal = announced()
    late = _third(deal)
    waiting = prepared(
        deal, CENTRE, "registration.decide", late.pk, now=at("03-12 09:00"), outcome="qualified"
    )
    deal.suspend(now=at("03-12 10:00"))
    click = released(deal, CENTRE, "registration.decide", late.pk, now=at("03-12 11:00"))
    assert refusal(click) is Code.SUSPENDED
    late.refresh_from_db()
    waiting.refresh_from_db()
    assert (late.state, waiting.decided_at) == (RegistrationStatus.SUBMITTED, None)


def _third(deal: Deal) -> Registration:
    """A third bidder has applied and waits for its decision."""
    enrol(deal, "c", "金丝雀丙市人民政府")
    deal._attach("c", TO_BID, now=at("03-10 09:30"))
    for by in (deal.operator("c"), deal.approver("c")):
        act(
            by,
            "registration.submit",
            deal.listing_id,
            now=at("03-10 09:30"),
            **confirmation_facts(deal.listing_id),
        )
    return Registration.objects.get(listing_id=deal.listing_id, organisation=deal.organisation("c"))


@pytest.mark.django_db
def test_a_timetable_that_was_long_enough_when_it_was_prepared_is_refused_when_it_is_not_any_more() -> None:
    deal = Deal.begun()
    moments = {
        "registration_closes": "2026-03-20T00:00:00+08:00",
        "bidding_opens": "2026-03-25T09:00:00+08:00",
        "bidding_closes": "2026-03-30T10:00:00+08:00",
    }
    lot = deal.listing_id
    prepared(deal, CENTRE, "announcement.publish", lot, now=at("03-05 17:00"), **moments)
    click = released(deal, CENTRE, "announcement.publish", lot, now=at("03-06 09:00"))
    assert refusal(click) is Code.ANNOUNCEMENT_TOO_SHORT
    assert deal.listing.status == "approved"


@pytest.mark.django_db
def test_a_contract_read_before_it_was_revised_is_not_signed() -> None:
    deal = confirmed()
    lot, now = deal.listing_id, at("04-01 09:00")
    read = deal.listing.contract.text_sha256
    prepared(deal, SELLER, "contract.sign", lot, now=now, text_sha256=read)
    act(deal.operator(CENTRE), "contract.revise", lot, now=at("04-01 10:00"), special="分两期交付")
    assert refusal(released(deal, SELLER, "contract.sign", lot, now=at("04-01 11:00"))) is Code.TEXT_CHANGED
    assert not deal.listing.contract.signatures.exists()


@pytest.mark.django_db
def test_a_price_that_was_seen_before_another_bid_is_refused_with_the_present_one() -> None:
    deal = bidding_lot()
    lot = deal.listing_id
    with clock.simulated(NOON):
        act(deal.operator(A), "bid.place", lot, now=NOON, unit_price="50000.00", saw_none=True)
        seen_none: dict[str, Any] = {"unit_price": "60000.00", "saw_none": True}
        assert (
            refusal(lambda: act(deal.operator(B), "bid.place", lot, now=NOON, **seen_none))
            is Code.STALE_PRICE
        )
        act(deal.operator(B), "bid.place", lot, now=NOON, unit_price="60000.00", seen_price="50000.00")


@pytest.mark.django_db
def test_a_refund_form_that_a_colleague_was_quicker_with_releases_nothing_twice() -> None:
    deal = bidding_lot()
    deal.run(at("03-30 10:00"))
    lot, back = deal.listing_id, {"organisation_id": deal.organisation(A).pk}
    click = released(deal, FINANCE, "refund.release", lot, now=at("03-31 09:30"), **back)
    prepared(deal, FINANCE, "refund.release", lot, now=at("03-31 09:00"), **back)
    click()
    assert refusal(click) is Code.NOT_PERMITTED
    assert refusal(lambda: prepared(deal, FINANCE, "refund.release", lot, now=at("03-31 10:00"), **back)) is (
        Code.NOT_FOUND
    )


def _suspending(lot: int) -> Callable[[], Any]:
    def stop() -> Any:
        with transaction.atomic():
            held = listing_queries.locked(lot)
            return listings.suspend_by_system(held, reason="核查", cause="centre", began_at=NOON, now=NOON)

    return stop


def test_of_two_suspensions_prepared_alike_the_second_in_the_queue_is_refused(
    committed_db: str, own_media: None
) -> None:
    """Both forms showed the lot in bidding; the second is decided by what the lot is when it has the lane."""
    market = bidding_lot()
    lot = market.listing_id
    waiting = prepared(market, CENTRE, "listing.suspend", lot, now=NOON, reason="核查")
    outcomes = in_order(
        lanes.CASE,
        lot,
        _suspending(lot),
        released(market, CENTRE, "listing.suspend", lot, now=NOON, reason="核查"),
    )
    assert codes(outcomes) == [Code.SUSPENDED]
    assert Listing.objects.get(pk=lot).suspensions.count() == 1
    waiting.refresh_from_db()
    assert waiting.decided_at is None


def test_with_the_look_under_the_lane_left_out_only_the_table_stops_the_second(
    committed_db: str, own_media: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = bidding_lot()
    lot = market.listing_id
    prepared(market, CENTRE, "listing.suspend", lot, now=NOON, reason="核查")
    _suspending(lot)()
    monkeypatch.setattr(listing_rules, "why_not_suspend", lambda **_: None)
    with pytest.raises(IntegrityError, match="one_suspension_at_a_time"):
        released(market, CENTRE, "listing.suspend", lot, now=NOON, reason="核查")()
