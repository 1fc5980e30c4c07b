"""The bidder's board: how one stands on each lot, what is to be done, and nothing of anybody else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.stages.qualification.models import Registration
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, opened
from tests.factories.papers import TO_BID

pytestmark = pytest.mark.django_db
BOARD = "/desk/board/"


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


def row(site: DeskSite, key: str) -> Any:
    """The first lot of a bidder's board."""
    return site.browser(key).get(BOARD).context["rows"][0]


def said(site: DeskSite, key: str) -> Any:
    """The same as the page's script is told it."""
    return site.browser(key).get("/desk/board/state/").json()["lots"][0]


def test_the_board_goes_with_the_lot_from_the_application_to_the_price(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    found = row(site, "a")
    assert (found.standing.word, found.deposit_word, found.todo) == (
        "尚未取得号牌",
        "待缴纳",
        "足额缴纳保证金",
    )
    listing.refresh_from_db()
    assert found.next_at == listing.deposit_cutoff_at
    site.both("centre", "registration.decide", registration.pk, outcome="qualified")
    steps.pay(site, registration.sub_account.number, "a", "200000.00", "D-a")
    steps.qualified(site, listing, "b")
    found = row(site, "a")
    assert (found.deposit_word, found.todo, found.url) == ("已足额到账", "等待竞价开始", "")
    assert found.next_at == listing.opens_at
    site.go("03-25 09:00")
    found = row(site, "a")
    assert (found.standing.word, found.todo, found.bids) == ("尚未报价", "报价", True)
    steps.bid(site, listing, "a", "60000")
    assert row(site, "a").standing.word == "领先"
    assert row(site, "b").standing.kind == "none"
    steps.bid(site, listing, "b", "65000")
    found = row(site, "a")
    assert (found.standing.word, found.todo, str(found.own_best)) == ("已被超越", "加价或放弃", "60000.00")
    assert found.url == f"/desk/listings/{listing.pk}/bid/"
    assert (said(site, "a")["standing"], said(site, "b")["standing"]) == ("outbid", "leads")
    site.go("03-30 10:06")
    won, lost = row(site, "b"), row(site, "a")
    assert (won.standing.word, won.price_label, won.bids) == ("竞得", "成交价", False)
    assert (lost.standing.word, lost.price_label) == ("未竞得", "成交价")
    assert "领先" not in site.see("b", BOARD)


def test_who_was_not_admitted_is_told_nothing_to_bid_with(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    steps.registered(site, listing, "a")
    steps.qualified(site, listing, "b")
    site.go("03-25 09:00")
    found = row(site, "a")
    assert (found.standing.word, found.bids, found.soon, found.url) == ("未取得竞买资格", False, False, "")
    assert found.deposit_word == "截止时未见足额到账"


def test_a_lot_under_ten_minutes_stands_first_by_the_servers_clock(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    site.go("03-30 09:50")
    assert row(site, "a").soon is False
    site.go("03-30 09:50:01")
    assert row(site, "a").soon is True
    assert 'class="board-lot board-soon"' in site.see("a", BOARD)
    assert listing.pk == row(site, "a").listing.pk


def test_the_board_names_nobody_and_counts_nobody(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    steps.bid(site, listing, "b", "60000")
    text = site.see("a", BOARD) + str(said(site, "a"))
    other = Registration.objects.get(organisation=site.organisation("b"))
    secrets = [site.organisation("b").name, other.sub_account.number, str(shown(other.pk, "registration"))]
    assert [each for each in secrets if each in text] == []
    drawings = r'\s(?!aria-label|title|alt|data-head)[\w:-]+="[^"]*"'  # their figures are no paddle
    read = re.sub(drawings, "", text)
    assert not re.search(rf"(?<![0-9A-Za-z]){other.certificate.paddle}(?![0-9A-Za-z])", read)
    for key in ("centre", "finance", "province", "supervisor"):
        assert site.browser(key).get(BOARD).status_code == 403
        assert site.browser(key).get("/desk/board/state/").status_code == 403
    assert site.browser("outsider").get("/desk/board/state/").json()["lots"] == []


def test_only_the_board_may_frame_the_hall_and_nothing_else_of_it(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    address = f"/desk/listings/{listing.pk}/bid/"
    framed = site.browser("a").get(f"{address}?panel=1")
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in framed.headers["Content-Security-Policy"]
    for other in (address, BOARD, f"/desk/listings/{listing.pk}/?panel=1"):
        answer = site.browser("a").get(other)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert site.browser("outsider").get(f"{address}?panel=1").status_code == 404


def test_the_board_takes_as_many_queries_for_many_lots_as_for_one(site: DeskSite) -> None:
    steps.in_bidding(site)
    client = site.browser("a")
    client.get("/desk/board/state/")  # what fell due is settled
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/desk/board/state/")
        counts.append(len(queries))
        again = steps.announced_again(site) if not counts[1:] else None
        if again is not None:
            site.attach("a", again.pk, list(TO_BID))
            steps.registered(site, again, "a")
    assert counts[1] <= counts[0] <= 12, counts
