"""Tokens, sessions, locked names, chosen duties."""

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.parties.models import Membership, Person
from tests.api.market import Market

_WORD = "Tong-Xu-2026!"


def _with_password(market: Market, role: str) -> Person:
    person = market.member(role).person
    person.set_password(_WORD)
    person.save()
    return person


def test_a_password_is_traded_for_a_token_that_ends_with_logout(undecided: Market) -> None:
    person = _with_password(undecided, "finance")
    client = APIClient()
    answer = client.post("/api/v1/login/", {"username": person.username, "password": _WORD})
    assert answer.status_code == 200
    assert answer.data["memberships"][0]["role"] == "finance"
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.data['token']}")
    me = client.get("/api/v1/me/").data
    assert (me["username"], me["chosen"]["duty"]) == (person.username, "operator")
    assert client.post("/api/v1/logout/").status_code == 204
    refused = client.get("/api/v1/me/")
    assert (refused.status_code, refused.data["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "body", [{"username": "nobody", "password": "x"}, {"username": "finance.operator", "password": "x"}]
)
def test_a_wrong_password_is_refused_without_saying_what_is_wrong(
    body: dict[str, str], undecided: Market
) -> None:
    answer = APIClient().post("/api/v1/login/", body)
    assert (answer.status_code, answer.data["message"]) == (401, "用户名或密码不正确，请重新输入。")


def test_a_locked_name_is_told_to_wait_in_our_words(undecided: Market, settings: Settings) -> None:
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    person, client = _with_password(undecided, "finance"), APIClient()
    for _ in range(3):
        client.post("/api/v1/login/", {"username": person.username, "password": "wrong"})
    answer = client.post("/api/v1/login/", {"username": person.username, "password": _WORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_disabled_person_is_refused_at_the_next_request(undecided: Market) -> None:
    client = undecided.asked_by("finance")
    person = undecided.member("finance").person
    person.is_active = False
    person.save()
    assert client.get("/api/v1/me/").status_code == 401


def test_a_session_needs_the_csrf_token(bidding: Market) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bidding.member("a").person, backend="django.contrib.auth.backends.ModelBackend")
    address = f"{bidding.root}acts/bid.place/"
    body = {"unit_price": "60000.00"}
    assert client.get("/api/v1/registrations/").status_code == 200
    assert client.post(address, body, content_type="application/json").status_code == 403
    client.cookies["csrftoken"] = "a" * 32
    accepted = client.post(address, body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert accepted.status_code == 200


def test_the_duty_is_chosen_by_header(undecided: Market) -> None:
    member = undecided.member("finance")
    other = Membership.objects.create(
        person=member.person,
        organisation=undecided.runner.participants.organisations["supervisor"],
        duty="operator",
    )
    client = undecided.asked_by("finance")
    assert client.get("/api/v1/audit/").status_code == 403
    assert client.get("/api/v1/audit/", headers={"X-Membership": str(other.pk)}).status_code == 200
