"""Tokens of programs, passwords of people, and what ends with a log-out."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from apps.live import tickets
from apps.parties import tokens
from apps.parties.models import ApiToken, KnownDevice, Person
from apps.parties.queries import actor_for
from apps.stages.bidding import commands as bidding
from apps.stages.bidding.decision import Receipt
from apps.stages.bidding.snapshot import BidRequest
from kernel import clock
from kernel.audit.models import AuditEntry
from kernel.errors import Refused
from kernel.money import Yuan
from tests.factories.deal import A, Deal, at
from tests.factories.journey import bidding_lot

pytestmark = pytest.mark.django_db
_WORD, _NEW = "Tong-Xu-2026!", "Zhong-Mu-2027?"
NOON = at("03-26 12:00")


@pytest.fixture
def deal() -> Deal:
    """A lot in bidding."""
    return bidding_lot()


@pytest.fixture
def person(deal: Deal) -> Person:
    """Its bidder's operator, with a password."""
    found = deal.people[A][0].person
    found.set_password(_WORD)
    found.save()
    return found


def _me(key: str) -> int:
    client = APIClient(HTTP_AUTHORIZATION=f"Token {key}")
    return int(client.get("/api/v1/me/").status_code)


def _login(person: Person, **more: Any) -> Any:
    return APIClient().post("/api/v1/login/", {"username": person.username, "password": _WORD} | more)


def test_a_token_is_new_at_each_login_and_kept_as_a_digest_only(person: Person) -> None:
    one, two = (_login(person).data["token"] for _ in range(2))
    assert one != two
    assert _me(one) == _me(two) == 200
    kept = [str(value) for row in ApiToken.objects.values() for value in row.values()]
    assert not any(one in value for value in kept)


def test_a_token_expires_within_ninety_days(person: Person) -> None:
    assert _login(person, days=91).status_code == 400
    with clock.simulated(NOON) as moved:
        key = _login(person, days=tokens.MOST_DAYS).data["token"]
        moved.move_to(NOON + timedelta(days=90) - timedelta(microseconds=1))
        assert _me(key) == 200
        moved.move_to(NOON + timedelta(days=90))
        assert _me(key) == 401


def test_one_token_is_revoked_and_the_others_go_on(person: Person) -> None:
    one, two = (_login(person, name=name).data["token"] for name in ("对账程序", "报价程序"))
    client = APIClient(HTTP_AUTHORIZATION=f"Token {one}")
    listed = client.get("/api/v1/tokens/").data
    assert [row["name"] for row in listed] == ["报价程序", "对账程序"]
    assert not any("key" in name for name in listed[0])
    assert client.post(f"/api/v1/tokens/{listed[0]['id']}/revoke/").status_code == 204
    assert _me(two) == 401
    assert client.post("/api/v1/logout/").status_code == 204
    assert _me(one) == 401


def test_another_persons_token_is_not_found(person: Person, deal: Deal) -> None:
    other = deal.people["b"][0].person
    made, _ = tokens.issue(person=other, name="x", by=actor_for(other), now=clock.now())
    with pytest.raises(Refused):
        tokens.revoke(token_id=made.pk, person=person, by=actor_for(person), now=clock.now())


def _change(client: Client, new: str, *, old: str = _WORD) -> Any:
    sent = {"step": "password", "old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/account/", sent)


def test_a_change_of_password_by_oneself_ends_tokens_other_logins_and_tickets(
    person: Person, deal: Deal
) -> None:
    key = _login(person).data["token"]
    own, other = Client(), Client()
    for client in (own, other):
        client.post("/login/", {"username": person.username, "password": _WORD})
    ticket = _ticket(deal, person)
    assert _change(own, _NEW, old="wrong").status_code == 400
    assert _change(own, _NEW).status_code == 302
    assert own.get("/account/").status_code == 200, "this browser stays signed in"
    assert other.get("/account/").status_code == 302
    assert _me(key) == 401
    assert not isinstance(_bid(deal, ticket), Receipt)
    assert KnownDevice.objects.filter(person=person).count() == 1
    assert AuditEntry.objects.filter(verb="person.password", person_id=person.pk).exists()


@pytest.mark.parametrize(
    "word", ["中" * 10, "ab" * 8, "abcabcabcabc", "1" * 12, "2026202620262026", "aaaaabbbbb", "short1!"]
)
def test_a_password_of_one_piece_again_and_again_is_refused(word: str, person: Person) -> None:
    with pytest.raises(ValidationError):
        validate_password(word, person)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert _change(client, word).status_code == 400


def test_good_passwords_pass(person: Person) -> None:
    for word in (_WORD, _NEW, "correct horse battery", "豫指标交易2026年春"):
        validate_password(word, person)


def test_a_program_makes_and_stops_tokens_on_the_page(person: Person) -> None:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post("/account/", {"step": "token", "name": "对账程序", "days": "30"})
    key = page.context["made"][1]
    assert key in page.content.decode()
    assert key not in client.get("/account/").content.decode()
    assert _me(key) == 200
    client.post("/account/", {"step": "revoke", "token": str(page.context["made"][0].pk)})
    assert _me(key) == 401
    for bad in ({"days": "91"}, {"days": "1e9"}, {"name": " "}):
        sent = {"step": "token", "name": "x", "days": "30"} | bad
        assert client.post("/account/", sent).status_code == 400


# --- bidding tickets


def _ticket(deal: Deal, person: Person) -> str:
    person.refresh_from_db()
    return tickets.issue_bidding(
        listing_id=deal.listing_id,
        person_id=person.pk,
        organisation_id=deal.organisation(A).pk,
        password=person.password,
        tickets_round=person.tickets_round,
        now=NOON,
    )


def _bid(deal: Deal, text: str, *, price: str = "60000.00") -> object:
    ticket = tickets.read_bidding(text, listing_id=deal.listing_id)
    ask = BidRequest(
        listing_id=deal.listing_id,
        organisation_id=ticket.organisation_id,
        person_id=ticket.person_id,
        unit_price=Yuan(price),
        credential=ticket.credential,
    )
    with clock.simulated(NOON):
        (answer,) = bidding.place_all([ask])
    return answer


def test_a_bidding_ticket_is_dead_at_the_moment_of_the_logout(person: Person, deal: Deal) -> None:
    client = Client()
    client.post("/login/", {"username": person.username, "password": _WORD})
    ticket = _ticket(deal, person)
    assert isinstance(_bid(deal, ticket), Receipt)
    client.post("/logout/")
    assert not isinstance(_bid(deal, ticket, price="65000.00"), Receipt)
    assert isinstance(_bid(deal, _ticket(deal, person), price="65000.00"), Receipt), (
        "a new login, a new ticket"
    )


def test_a_bidding_ticket_is_dead_at_the_moment_a_token_is_revoked(person: Person, deal: Deal) -> None:
    made, _ = tokens.issue(person=person, name="报价程序", by=actor_for(person), now=clock.now())
    ticket = _ticket(deal, person)
    assert isinstance(_bid(deal, ticket), Receipt)
    tokens.revoke(token_id=made.pk, person=person, by=actor_for(person), now=clock.now())
    assert not isinstance(_bid(deal, ticket, price="65000.00"), Receipt)
