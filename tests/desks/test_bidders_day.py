"""What a bidder is told and shown around its bids: rejected money, the close, the price, its way into the hall."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.notices.models import Notice
from apps.stages.bidding.models import Bid
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


def told(site: DeskSite, key: str) -> list[str]:
    found = Notice.objects.filter(organisation=site.organisation(key)).exclude(kind="reminder").order_by("id")
    return list(found.values_list("kind", flat=True))


def test_rejected_money_is_told_at_once_with_its_reason_and_who_is_outside_hears_nothing_of_the_bidding(
    site: DeskSite,
) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    site.both("centre", "registration.decide", registration.pk, outcome="qualified")
    steps.pay(site, registration.sub_account.number, "outsider", "200000.00", "D-third")
    notice = Notice.objects.get(kind="deposit_rejected")
    assert notice.organisation == site.organisation("a")
    assert "200,000.00元未予计入：付款人与竞买人不一致" in notice.text
    assert site.organisation("outsider").name not in notice.text
    steps.qualified(site, listing, "b")
    page = site.see("a", f"/desk/listings/{listing.pk}/")
    assert "到账后自动出具" in page
    site.go("03-25 09:00")
    page = site.see("a", f"/desk/listings/{listing.pk}/")
    assert "到账后自动出具" not in page
    assert "未出具" in page
    steps.bid(site, listing, "b", "60000")
    site.go("03-30 10:06")
    site.see("b", f"/desk/listings/{listing.pk}/")
    assert {"opened", "won"} <= set(told(site, "b"))
    assert {"opened", "lost", "timed_round", "outbid", "unsold"} & set(told(site, "a")) == set()


def test_after_the_close_pages_speak_of_the_result(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    steps.bid(site, listing, "a", "60000")
    steps.bid(site, listing, "b", "65000")
    pages = {
        "b": [f"/desk/listings/{listing.pk}/bid/", f"/desk/listings/{listing.pk}/", "/desk/registrations/"],
        "a": [f"/desk/listings/{listing.pk}/bid/", "/desk/registrations/"],
        "outsider": [f"/listings/{listing.pk}/", f"/listings/{listing.pk}/hall/"],
    }
    for key, addresses in pages.items():
        for address in addresses:
            assert "当前最高价" in site.see(key, address), address
    site.go("03-30 10:06")
    for key, addresses in pages.items():
        for address in addresses:
            page = site.see(key, address)
            assert "成交价" in page, address
            for word in ("当前最高价", ">领先<", "领先号牌"):
                assert word not in page, (address, word)
    for key, word in (("b", "竞得"), ("a", "未竞得")):
        assert f"<b data-standing-word>{word}</b>" in site.see(key, f"/desk/listings/{listing.pk}/bid/")


def test_the_winners_page_of_the_lot_says_what_the_desk_says(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    steps.bid(site, listing, "b", "60000")
    site.go("03-30 10:06")
    site.see("b", f"/desk/listings/{listing.pk}/")
    site.go("03-31 09:00")
    site.both("centre", "confirmation.issue", listing.pk)
    for key in ("seller", "b", "centre"):
        site.both(key, "contract.sign", listing.pk)
    page = site.see("b", f"/desk/listings/{listing.pk}/")
    assert "缴纳价款" in site.see("b", "/desk/")
    assert f'<a class="btn btn-primary" href="/desk/listings/{listing.pk}/#payment">缴纳价款</a>' in page
    assert "目前没有需要您办理的事项" not in page
    assert "竞价开始后可在此报价" not in page
    assert "到账后自动出具" not in page


def test_the_public_hall_leads_a_holder_of_a_paddle_to_its_own_and_nobody_else(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    link = f'href="/desk/listings/{listing.pk}/bid/"'
    hall = f"/listings/{listing.pk}/hall/"
    assert link in site.see("a", hall)
    for key in ("outsider", "seller", "centre", "supervisor"):
        assert link not in site.see(key, hall)


def test_my_applications_show_number_price_deadline_and_how_one_stands(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    listing.refresh_from_db()
    steps.bid(site, listing, "a", "60000")
    steps.bid(site, listing, "b", "65000")
    page = site.see("a", "/desk/registrations/")
    for said in (listing.number, "65,000.00", "60,000.00", "已被超越", "距竞价截止"):
        assert str(said) in page


def _chosen(site: DeskSite, listing: Any, key: str, price: str) -> Any:
    address = f"/desk/listings/{listing.pk}/bid/"
    sent = {"price": price, "step": "check"}
    return site.browser(key).post(address, sent, headers={"X-Fragment": "1"}).json()


def test_a_figure_below_the_minimum_is_stopped_before_it_is_confirmed(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    assert "最低有效报价为50,000.00元" in _chosen(site, listing, "a", "49999.99")["html"]
    assert _chosen(site, listing, "a", "50000")["kind"] == "confirm"
    steps.bid(site, listing, "b", "60000")
    assert _chosen(site, listing, "a", "64999.99")["kind"] == "refusal"
    assert _chosen(site, listing, "a", "65000")["kind"] == "confirm"
    assert Bid.objects.count() == 1


def test_a_leader_that_raises_itself_is_warned(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    steps.bid(site, listing, "a", "60000")
    assert "抬高本单位自己的价格" in _chosen(site, listing, "a", "65000")["html"]
    assert "抬高本单位自己的价格" not in _chosen(site, listing, "b", "65000")["html"]
