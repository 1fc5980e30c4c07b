"""The bid address of the live process: the same decision as everywhere, by a ticket, many at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from apps.listings.models import Listing
from apps.live import tickets
from apps.parties.models import Membership, Person
from apps.stages.bidding.models import Bid
from apps.stages.bidding.queries import chain_is_whole
from kernel import clock
from kernel.audit.models import AuditEntry
from kernel.audit.queries import is_whole
from kernel.availability.commands import set_shared_clock
from kernel.outbox.models import Message
from tests.factories.actors import until
from tests.factories.deal import SELLER, A, B, Deal, at
from tests.factories.journey import CLOSES, MICROSECOND, TIMED, act, bid_history_of, twins
from tests.live.process import LiveProcess

NOON = at("03-26 12:00")
_requests = count()


@pytest.fixture(scope="module")
def floor(database: str, market: Deal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProcess]:
    """A live process whose clock stands where the tests put it, and that turns hardly anybody away."""
    set_shared_clock(stands_at=NOON)
    variables = {"BIDS_PER_SECOND_PERSON": "1000", "BIDS_PER_SECOND_ADDRESS": "5000"}
    folder = tmp_path_factory.mktemp("floor")
    with LiveProcess(database, folder, clock="shared", variables=variables).running() as process:
        yield process


@pytest.fixture(autouse=True)
def noon(floor: LiveProcess) -> None:
    """Each test begins at noon, which the process has read too."""
    set_shared_clock(stands_at=NOON)
    until(lambda: floor.get("/live/time")[1] == {"now": clock.iso(NOON)}, "the process knows that it is noon")


def ticket_of(deal: Deal, key: str, lot: int, **changes: Any) -> str:
    """What the page of a bidder's operator holds."""
    by = deal.operator(key)
    facts: dict[str, Any] = {
        "listing_id": lot,
        "person_id": by.person_id,
        "organisation_id": by.organisation_id,
        "password": Person.objects.get(pk=by.person_id).password,
        "now": NOON,
    }
    return tickets.issue_bidding(**facts | changes)


def bid_over(
    floor: LiveProcess, deal: Deal, key: str, lot: int, price: Any, *, ticket: str = "", **body: Any
) -> tuple[int, Any]:
    """One bid at the address: status and body."""
    body = {"unit_price": price, "request_id": f"r{next(_requests)}"} | body
    held = ticket or ticket_of(deal, key, lot)
    status, said, _ = floor.post(f"/live/lots/{lot}/bids", body, Authorization=f"Ticket {held}")
    return status, said


def test_a_bid_is_taken_with_the_receipt_that_the_api_would_give(market: Deal, floor: LiveProcess) -> None:
    [lot] = twins(market, 1)
    status, said = bid_over(floor, market, A, lot, "50000", saw_none=True, request_id="one")
    row = Bid.objects.select_related("certificate").get(listing_id=lot)
    assert (status, said["outcome"]) == (200, "done")
    assert said["detail"] == {
        "sequence": 1,
        "unit_price": "50000.00",
        "paddle": str(row.certificate),
        "received_at": clock.iso(NOON),
        "hash": row.hash,
        "previous_hash": "0" * 64,
        "closes_at": clock.iso(CLOSES),
    }
    with clock.simulated(NOON):
        again = act(market.operator(A), "bid.place", lot, now=NOON, unit_price="50000", request_id="one")
    assert (again.outcome, again.answer) == ("repeated", said["detail"])
    assert chain_is_whole(Listing.objects.get(pk=lot))
    assert AuditEntry.objects.filter(case_id=lot, verb="bid.place", subject=f"bidding.bid:{row.pk}").exists()


def test_the_same_request_is_one_bid_however_often_it_comes(market: Deal, floor: LiveProcess) -> None:
    [lot] = twins(market, 1)
    with ThreadPoolExecutor(8) as threads:
        said = list(
            threads.map(lambda _: bid_over(floor, market, A, lot, "50000", request_id="same"), range(24))
        )
    assert [status for status, _ in said] == [200] * 24
    assert sorted(body["outcome"] for _, body in said) == ["done"] + ["repeated"] * 23
    assert len({body["detail"]["hash"] for _, body in said}) == 1
    assert bid_history_of(lot) == ["50000.00"]
    status, body = bid_over(floor, market, A, lot, "60000", request_id="same")
    assert (status, body["code"], body["detail"]["unit_price"]) == (409, "duplicate_request", "50000.00")


def test_bids_of_many_at_once_are_decided_one_after_the_other_and_all_answered(
    market: Deal, floor: LiveProcess
) -> None:
    lots = twins(market, 3)
    wanted = [(lot, key, 50000 + step * 5000) for step in range(20) for lot in lots for key in (A, B)]
    with ThreadPoolExecutor(16) as threads:
        said = list(threads.map(lambda each: bid_over(floor, market, each[1], each[0], str(each[2])), wanted))
    assert {status for status, _ in said} <= {200, 409}
    assert {body["code"] for status, body in said if status == 409} <= {"below_increment"}
    for lot in lots:
        accepted = sorted(
            (body["detail"]["sequence"], body["detail"]["unit_price"])
            for (of, _, _), (status, body) in zip(wanted, said, strict=True)
            if of == lot and status == 200
        )
        assert [price for _, price in accepted] == bid_history_of(lot)
        assert [sequence for sequence, _ in accepted] == list(range(1, len(accepted) + 1))
        assert chain_is_whole(Listing.objects.get(pk=lot))
        assert is_whole(chain=f"case:{lot}")
        hints = Message.objects.filter(topic="live", key=f"listing:{lot}").count()
        assert 1 <= hints <= len(accepted)
        refused = AuditEntry.objects.filter(case_id=lot, verb="bid.place", outcome="refused")
        assert refused.count() + len(accepted) == 40


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"unit_price": "40000"}, 409, "below_start"),
        ({"unit_price": "50000", "seen_price": "45000"}, 409, "stale_price"),
        ({"unit_price": 50000.5}, 400, "invalid"),
        ({"unit_price": "1e309"}, 400, "invalid"),
        ({"unit_price": "５００００"}, 400, "invalid"),
        ({"unit_price": "50000", "sequence": 1}, 400, "invalid"),
        ({"unit_price": "50000", "request_id": "a\x00b"}, 400, "invalid"),
        ({"unit_price": "50000", "request_id": "a" * 101}, 400, "invalid"),
        ({}, 400, "invalid"),
        (b"{", 400, "invalid"),
        (b"[]", 400, "invalid"),
        (b'{"unit_price": "' + b"1" * 3000 + b'"}', 413, "invalid"),
    ],
)
def test_what_cannot_be_a_valid_bid_is_refused_with_a_code_and_changes_nothing(
    market: Deal, floor: LiveProcess, body: Any, status: int, code: str
) -> None:
    [lot] = twins(market, 1)
    answered, said, _ = floor.post(
        f"/live/lots/{lot}/bids", body, Authorization=f"Ticket {ticket_of(market, A, lot)}"
    )
    assert (answered, said["code"]) == (status, code)
    assert said["message"]
    assert not Bid.objects.filter(listing_id=lot).exists()


def test_only_the_bidders_own_fresh_ticket_for_the_lot_opens_the_address(
    market: Deal, floor: LiveProcess
) -> None:
    lot, other = twins(market, 2)
    good = ticket_of(market, A, lot)
    for ticket in (
        "",
        "nonsense",
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        ticket_of(market, A, other),
        ticket_of(market, A, lot, now=NOON - tickets.BIDDING_LASTS),
        tickets.issue(listing_id=lot, paddle="100", now=NOON),
    ):
        status, said, _ = floor.post(
            f"/live/lots/{lot}/bids", {"unit_price": "50000"}, Authorization=f"Ticket {ticket}"
        )
        assert (status, said["code"]) == (401, "not_signed_in")
    assert floor.post(f"/live/lots/{lot}/bids", {"unit_price": "50000"})[0] == 401
    assert not Bid.objects.filter(listing_id=lot).exists()
    assert bid_over(floor, market, A, lot, "50000", ticket=good)[0] == 200


def test_a_right_taken_away_or_a_password_changed_ends_the_ticket_at_the_next_bid(
    market: Deal, floor: LiveProcess
) -> None:
    [lot] = twins(market, 1)
    ticket = ticket_of(market, A, lot)
    person = Person.objects.get(pk=market.operator(A).person_id)
    duty = Membership.objects.filter(person=person)

    def says(price: str) -> tuple[int, str]:
        status, said = bid_over(floor, market, A, lot, price, ticket=ticket)
        return status, said.get("code", "")

    assert says("50000") == (200, "")
    duty.update(active=False)
    assert says("55000") == (403, "not_permitted")
    duty.update(active=True)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert says("55000") == (403, "not_permitted")
    Person.objects.filter(pk=person.pk).update(is_active=True, password="another")
    assert says("55000") == (403, "not_permitted")
    Person.objects.filter(pk=person.pk).update(password=person.password)
    assert says("55000") == (200, "")


def test_a_seller_finds_no_way_in_here_either(market: Deal, floor: LiveProcess) -> None:
    [lot] = twins(market, 1)
    status, said = bid_over(floor, market, SELLER, lot, "50000")
    assert (status, said["code"]) == (409, "self_dealing")


def test_the_close_is_met_to_the_microsecond_and_settled_by_the_bid_that_comes_too_late(
    market: Deal, floor: LiveProcess
) -> None:
    [lot] = twins(market, 1)
    set_shared_clock(stands_at=CLOSES - MICROSECOND)
    held = ticket_of(market, A, lot, now=CLOSES - timedelta(minutes=1))
    assert bid_over(floor, market, A, lot, "50000", ticket=held)[0] == 200
    set_shared_clock(stands_at=CLOSES)
    held = ticket_of(market, B, lot, now=CLOSES - timedelta(minutes=1))
    status, said = bid_over(floor, market, B, lot, "60000", ticket=held)
    assert (status, said["code"], said["detail"]["received_at"]) == (409, "bidding_closed", clock.iso(CLOSES))
    assert bid_history_of(lot) == ["50000.00"]


def test_in_a_timed_round_every_bid_of_a_batch_begins_the_round_again(
    market: Deal, floor: LiveProcess
) -> None:
    [lot] = twins(
        market, 1, rules=TIMED, timed_round=1, listing_period_ends_at=NOON - timedelta(minutes=1),
        closes_at=NOON + timedelta(minutes=4),
    )  # fmt: skip
    prices = [str(50000 + 5000 * step) for step in range(6)]
    with ThreadPoolExecutor(6) as threads:
        said = list(threads.map(lambda price: bid_over(floor, market, A, lot, price), prices))
    taken = [body["detail"] for status, body in said if status == 200]
    listing = Listing.objects.get(pk=lot)
    assert listing.closes_at == NOON + timedelta(minutes=5)
    assert listing.timed_round == 1 + len(taken)
    rounds = Bid.objects.filter(listing_id=lot).order_by("sequence").values_list("timed_round", flat=True)
    assert list(rounds) == list(range(1, 1 + len(taken)))


def test_who_asks_too_often_waits_and_the_others_do_not(
    database: str, market: Deal, tmp_path_factory: pytest.TempPathFactory
) -> None:
    [lot] = twins(market, 1)
    folder = tmp_path_factory.mktemp("strict")
    variables = {"BIDS_PER_SECOND_PERSON": "1", "BIDS_PER_SECOND_ADDRESS": "1000"}
    with LiveProcess(database, folder, clock="shared", variables=variables).running() as strict:
        body, held = {"unit_price": "40000"}, ticket_of(market, A, lot)
        answers = [
            strict.post(f"/live/lots/{lot}/bids", body, Authorization=f"Ticket {held}") for _ in range(12)
        ]
        turned_away = [answer for answer in answers if answer[0] == 429]
        assert {status for status, _, _ in answers} == {409, 429}
        assert turned_away[0][1]["code"] == "too_many_requests"
        assert int(turned_away[0][2]["retry-after"]) >= 1
        assert bid_over(strict, market, B, lot, "50000")[0] == 200
