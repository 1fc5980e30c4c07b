"""Who hears that its bid was passed: by the price, once, and only while it can still do something about it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.notices.models import Notice
from apps.process import notifications
from apps.stages.bidding import commands as bidding
from apps.stages.bidding.decision import Receipt
from apps.stages.bidding.snapshot import BidRequest
from kernel.money import Yuan
from kernel.outbox.commands import relay
from kernel.outbox.models import Message
from tests.factories.actors import enrol
from tests.factories.deal import A, B, Deal, at
from tests.factories.journey import CLOSES, OPENS, announced, bid, bidding_lot

NOON = at("03-26 12:00")
SOON = NOON + timedelta(seconds=2)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def passed() -> list[str]:
    """Who was told that it was passed, in the order of the telling."""
    found = Notice.objects.filter(kind="outbid").order_by("id")
    return list(found.values_list("organisation__name", flat=True))


def name_of(deal: Deal, key: str) -> str:
    """The name of an organisation."""
    return deal.organisation(key).name


def in_one_batch(deal: Deal, *bids: tuple[str, int]) -> None:
    """Bids that waited together are decided together, and all are taken."""
    asks = [
        BidRequest(
            deal.listing_id, deal.operator(key).organisation_id, deal.operator(key).person_id, Yuan(price)
        )
        for key, price in bids
    ]
    answers = bidding.place_all(asks, read_clock=lambda: NOON)
    assert [type(answer) for answer in answers] == [Receipt] * len(bids)


def test_whoever_is_passed_is_told_once_however_often_the_message_is_carried() -> None:
    deal = bidding_lot()
    bid(deal, A, 50000, now=NOON)
    bid(deal, B, 55000, now=NOON)
    relay(now=SOON)
    assert passed() == [name_of(deal, A)]
    assert relay(now=SOON) == 0
    for message in Message.objects.filter(topic="outbid").order_by("id"):
        notifications.tell_outbid(message)
    assert passed() == [name_of(deal, A)]


def test_nobody_is_passed_by_another_bid_at_the_ceiling() -> None:
    deal = bidding_lot(ceiling=Yuan(60000))
    bid(deal, A, 60000, now=NOON)
    bid(deal, B, 60000, now=NOON)
    relay(now=SOON)
    assert passed() == []


def test_whoever_came_up_to_the_ceiling_before_it_is_told_hears_nothing() -> None:
    deal = bidding_lot(ceiling=Yuan(60000))
    bid(deal, A, 50000, now=NOON)
    bid(deal, B, 55000, now=NOON)
    bid(deal, A, 60000, now=NOON)
    bid(deal, B, 60000, now=NOON)
    relay(now=SOON)
    assert passed() == []


def test_whoever_leads_again_before_it_is_told_hears_nothing() -> None:
    deal = bidding_lot()
    bid(deal, A, 50000, now=NOON)
    bid(deal, B, 55000, now=NOON)
    bid(deal, A, 60000, now=NOON)
    relay(now=SOON)
    assert passed() == [name_of(deal, B)]


def test_of_three_bidders_in_one_batch_the_two_who_were_passed_are_told_once_each() -> None:
    deal = announced()
    enrol(deal, "c", "中牟县人民政府", region="410122")
    deal.register("c")
    deal.run(OPENS)
    in_one_batch(deal, (A, 50000), (B, 55000), (A, 60000), ("c", 65000))
    relay(now=SOON)
    assert sorted(passed()) == sorted(name_of(deal, key) for key in (A, B))


@pytest.mark.parametrize("ending", ["closed", "suspended"])
def test_once_no_bid_can_follow_nobody_is_called_to_bid(ending: str) -> None:
    deal = bidding_lot()
    bid(deal, A, 50000, now=NOON)
    bid(deal, B, 55000, now=NOON)
    if ending == "closed":
        deal.run(CLOSES)
    else:
        deal.suspend(now=SOON)
    assert deal.listing.status == ending
    relay(now=CLOSES + timedelta(seconds=2))
    assert passed() == []
    assert not Message.objects.filter(topic="outbid", sent_at=None).exists()
