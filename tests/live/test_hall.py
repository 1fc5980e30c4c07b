"""The halls and the control room as pages: forms without scripts, fragments with them, and what they may not show."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.live import tickets
from apps.stages.bidding.models import Bid
from kernel import clock
from kernel.money import Yuan
from tests.factories.deal import CENTRE, SELLER, A, B, Deal, at
from tests.factories.journey import bid, bidding_lot, twins

pytestmark = pytest.mark.django_db
NOON = at("03-26 12:00")


@pytest.fixture
def deal(own_media: None) -> Iterator[Deal]:
    """A lot in bidding, at noon of 26 March."""
    made = bidding_lot()
    with clock.simulated(NOON):
        yield made


@pytest.fixture
def own_media(settings: Any, tmp_path: Any) -> None:
    """Files that commands write are gone with the test."""
    settings.MEDIA_ROOT = tmp_path


def _browser(deal: Deal, key: str) -> Client:
    client = Client()
    client.force_login(deal.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _address(deal: Deal) -> str:
    return f"/desk/listings/{deal.listing_id}/bid/"


def _send(deal: Deal, key: str, **typed: str) -> Any:
    sent = {"seen": "", "request_id": "once", "step": "confirm"} | typed
    return _browser(deal, key).post(_address(deal), sent, headers={"X-Fragment": "1"}).json()


def test_the_hall_embeds_a_ticket_and_its_own_paddle_alone(deal: Deal) -> None:
    page = _browser(deal, A).get(_address(deal)).content.decode()
    ticket = page.split('data-live-ticket="')[1].split('"')[0]
    assert tickets.read(ticket, listing_id=deal.listing_id, now=NOON).paddle in page
    assert deal.organisation(B).name not in page
    with pytest.raises(tickets.BadTicket):
        tickets.read(ticket, listing_id=deal.listing_id, now=NOON + timedelta(hours=12))


def test_a_choice_is_answered_with_its_confirmation_in_capitals(deal: Deal) -> None:
    said = _send(deal, A, price="55000", step="check")
    assert said["kind"] == "confirm"
    assert "伍万伍仟元整" in said["html"]
    assert "壹佰壹拾万元整" in said["html"]
    assert Bid.objects.count() == 0


def test_a_lost_answer_is_given_again_as_the_first_receipt(deal: Deal) -> None:
    first = _send(deal, A, price="55000")
    again = _send(deal, A, price="55000")
    assert first["kind"] == again["kind"] == "receipt"
    assert first["sequence"] == again["sequence"] == 1
    made = Bid.objects.get()
    assert made.hash in again["html"]
    assert f'data-own="{made.sequence}"' in again["row"]


def test_a_price_far_above_needs_the_second_act_on_the_server_too(deal: Deal) -> None:
    said = _send(deal, A, price="550000")
    assert said["kind"] == "confirm"
    assert "1,100 万元" in said["html"]
    assert Bid.objects.count() == 0
    assert _send(deal, A, price="550000", far="true")["kind"] == "receipt"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("56000", "最低有效报价为60,000.00元"),
        ("", "请填写金额"),
        ("１２", "半角数字"),
        ("1e309", "半角数字"),
        ("999999999999999", "超出可以办理的金额"),
    ],
)
def test_a_refusal_names_its_figures_and_changes_nothing(deal: Deal, typed: str, sentence: str) -> None:
    bid(deal, A, 55000, now=NOON)
    said = _send(deal, B, price=typed, seen="55000.00", far="true")
    assert said["kind"] == "refusal"
    assert sentence in said["html"]
    assert Bid.objects.count() == 1


def test_without_scripts_a_refused_price_stays_in_its_field(deal: Deal) -> None:
    bid(deal, A, 55000, now=NOON)
    sent = {"price": "56000.00", "seen": "55000.00", "request_id": "x", "step": "confirm"}
    answer = _browser(deal, B).post(_address(deal), sent)
    assert answer.status_code == 409
    assert 'value="56000.00"' in answer.content.decode()


def test_each_bidder_reads_how_it_stands(deal: Deal) -> None:
    bid(deal, A, 55000, now=NOON)
    assert 'data-standing="leads"' in _browser(deal, A).get(_address(deal)).content.decode()
    assert 'data-standing="none"' in _browser(deal, B).get(_address(deal)).content.decode()
    bid(deal, B, 60000, now=NOON)
    assert 'data-standing="outbid"' in _browser(deal, A).get(_address(deal)).content.decode()


def test_several_at_the_ceiling_read_that_a_draw_decides(own_media: None) -> None:
    deal = bidding_lot(ceiling=Yuan(60000))
    with clock.simulated(NOON):
        bid(deal, A, 60000, now=NOON)
        assert 'data-standing="leads"' in _browser(deal, A).get(_address(deal)).content.decode()
        bid(deal, B, 60000, now=NOON)
        for key in (A, B):
            assert 'data-standing="tied"' in _browser(deal, key).get(_address(deal)).content.decode()


def test_only_holders_of_a_paddle_enter(deal: Deal) -> None:
    assert _browser(deal, SELLER).get(_address(deal)).status_code == 404
    assert _browser(deal, CENTRE).get(_address(deal)).status_code == 403
    assert Client().get(_address(deal)).status_code == 302


def test_the_hall_costs_the_same_however_many_bids_there_are(deal: Deal) -> None:
    browser = _browser(deal, A)
    browser.get(_address(deal))
    costs = []
    for step in range(2):
        for turn in range(4):
            bid(deal, (A, B)[turn % 2], 50000 + 5000 * (4 * step + turn), now=NOON)
        for path in (_address(deal), f"/listings/{deal.listing_id}/hall/"):
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(path).status_code == 200
            costs.append(len(seen))
    assert costs[:2] == costs[2:]


def test_the_page_may_connect_to_the_live_process_and_to_nothing_else(deal: Deal, settings: Any) -> None:
    path = f"/listings/{deal.listing_id}/hall/"
    settings.LIVE_URL, settings.LIVE_PORT = "", 0
    assert "connect-src 'self';" in Client().get(path)["Content-Security-Policy"] + ";"
    settings.LIVE_PORT = 8001
    answer = Client().get(path, headers={"host": "localhost:8000"})
    assert "connect-src 'self' http://localhost:8001;" in answer["Content-Security-Policy"] + ";"
    assert 'data-origin="http://localhost:8001"' in answer.content.decode()
    settings.LIVE_URL = "https://live.example.cn"
    assert (
        "connect-src 'self' https://live.example.cn;" in Client().get(path)["Content-Security-Policy"] + ";"
    )


def test_the_poll_says_what_the_stream_says(deal: Deal) -> None:
    for step, price in enumerate((50000, 55000, 60000)):
        bid(deal, (A, B)[step % 2], price, now=NOON)
    path = f"/listings/{deal.listing_id}/live.json"
    said = Client().get(path).json()
    assert (said["current"]["price"], said["bids"], len(said["bid_history"])) == ("60000.00", 3, 3)
    assert said["now"] == clock.iso(NOON)
    assert [bid_line["n"] for bid_line in Client().get(f"{path}?after=2-7").json()["bid_history"]] == [3]
    for odd in ("x", "-1", "9" * 30):
        assert len(Client().get(path, {"after": odd}).json()["bid_history"]) == 3
    assert "no-store" in Client().get(path)["Cache-Control"]
    wall = Client().get("/live.json").json()
    assert [(lot["price"], lot["bids"]) for lot in wall["lots"]] == [("60000.00", 3)]


def test_what_is_not_announced_has_no_hall(deal: Deal) -> None:
    [lot] = twins(deal, 1, status="approved", announced_at=None)
    for path in (f"/listings/{lot}/hall/", f"/listings/{lot}/live.json", f"/listings/{2**70}/hall/"):
        assert Client().get(path).status_code == 404


def test_no_hall_and_no_auction_monitor_names_a_bidder_before_the_close(deal: Deal) -> None:
    bid(deal, A, 55000, now=NOON)
    pages = [
        Client().get(f"/listings/{deal.listing_id}/hall/"),
        Client().get(f"/listings/{deal.listing_id}/live.json"),
        Client().get("/live.json"),
        _browser(deal, CENTRE).get("/desk/auctions/"),
        _browser(deal, CENTRE).get("/desk/auctions/counts/"),
        _browser(deal, B).get(_address(deal)),
    ]
    for page in pages:
        assert page.status_code == 200
        assert deal.organisation(A).name not in page.content.decode()


def test_the_auction_monitor_shows_running_lots_and_what_is_late(deal: Deal) -> None:
    bid(deal, A, 55000, now=NOON)
    centre = _browser(deal, CENTRE)
    page = centre.get("/desk/auctions/").content.decode()
    assert "55,000.00" in page
    assert f"/desk/acts/listing.suspend/{deal.listing_id}/" in page
    assert "尚未处理" not in page
    with clock.simulated(at("03-30 10:07")):
        assert "尚未处理" in _browser(deal, CENTRE).get("/desk/auctions/").content.decode()
        assert centre.get("/desk/auctions/counts/").json()["overdue"] >= 1
    assert _browser(deal, A).get("/desk/auctions/").status_code == 403


def test_the_auction_monitor_costs_a_fixed_number_of_queries(deal: Deal) -> None:
    centre = _browser(deal, CENTRE)
    centre.get("/desk/auctions/")
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            centre.get("/desk/auctions/")
        costs.append(len(seen))
        twins(deal, 3)
    assert costs[0] == costs[1]
