"""A stranger cannot lock a bidder out: by address and name together, never prolonged, and a known device gets in."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from apps.parties.devices import COOKIE, MOST_FAILURES
from apps.parties.models import KnownDevice, Person
from kernel import clock
from kernel.audit.models import AuditEntry
from tests.factories.deal import A, Deal
from tests.factories.journey import CLOSES, bidding_lot

pytestmark = pytest.mark.django_db
_WORD = "Tong-Xu-2026!"
_HOME, _STRANGER = "198.51.100.7", "203.0.113.66"
_PROXY = "10.0.0.1"


@pytest.fixture(autouse=True)
def behind_a_proxy(settings: Settings) -> None:
    """As in production: every connection comes from the proxy, which says whom it answered."""
    settings.AXES_ENABLED = True
    settings.PROXIES = 1


@pytest.fixture
def bidder() -> Person:
    """Somebody who bids on a lot that closes in ten minutes."""
    deal: Deal = bidding_lot()
    person = deal.people[A][0].person
    person.set_password(_WORD)
    person.save()
    return person


def _sign_in(client: Client, person: Person, word: str, *, address: str, path: str = "/login/") -> Any:
    sent = {"username": person.username, "password": word}
    kind: dict[str, Any] = {"content_type": "application/json"} if path.startswith("/api/") else {}
    # The first part is what the client wrote itself; the proxy adds the truth on the right.
    return client.post(
        path, sent, headers={"X-Forwarded-For": f"1.2.3.4, {address}"}, REMOTE_ADDR=_PROXY, **kind
    )


def _attack(person: Person, count: int, *, address: str, path: str = "/login/") -> list[int]:
    return [_sign_in(Client(), person, "wrong", address=address, path=path).status_code for _ in range(count)]


def _is_in(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"] in ("/desk/", "/duty/")


@pytest.mark.parametrize("path", ["/login/", "/api/v1/login/"])
def test_a_stranger_elsewhere_locks_nobody_out_in_the_last_ten_minutes(bidder: Person, path: str) -> None:
    with clock.simulated(CLOSES - timedelta(minutes=10)):
        assert 429 in _attack(bidder, 30, address=_STRANGER, path=path)
        assert _is_in(_sign_in(Client(), bidder, _WORD, address=_HOME))


def test_a_stranger_behind_the_same_router_does_not_lock_out_a_device_that_knows_the_bidder(
    bidder: Person,
) -> None:
    with clock.simulated(CLOSES - timedelta(minutes=10)):
        own = Client()
        assert _is_in(_sign_in(own, bidder, _WORD, address=_HOME))
        assert COOKIE in own.cookies
        own.post("/logout/")
        assert 429 in _attack(bidder, 30, address=_HOME)
        assert _sign_in(Client(), bidder, _WORD, address=_HOME).status_code == 429, (
            "a device that knows nobody waits"
        )
        assert _is_in(_sign_in(own, bidder, _WORD, address=_HOME))
        own.post("/logout/")
        assert _is_in(_sign_in(own, bidder, _WORD, address="192.0.2.1")), "from anywhere"


def test_a_key_that_we_did_not_sign_is_no_known_device(bidder: Person) -> None:
    own = Client()
    assert _is_in(_sign_in(own, bidder, _WORD, address=_HOME))
    _attack(bidder, 12, address=_HOME)
    forged = Client()
    forged.cookies[COOKIE] = own.cookies[COOKIE].value[:-2] + "xx"
    assert _sign_in(forged, bidder, _WORD, address=_HOME).status_code == 429


def test_a_device_knows_only_those_who_have_signed_in_from_it(bidder: Person) -> None:
    other = Person.objects.exclude(pk=bidder.pk).filter(memberships__isnull=False).first()
    assert other is not None
    other.set_password(_WORD)
    other.save()
    machine = Client()
    assert _is_in(_sign_in(machine, other, _WORD, address=_HOME))
    machine.post("/logout/")
    _attack(bidder, 12, address=_HOME)
    assert _sign_in(machine, bidder, _WORD, address=_HOME).status_code == 429


def test_a_known_device_that_guesses_is_a_stranger_again(bidder: Person) -> None:
    own = Client()
    assert _is_in(_sign_in(own, bidder, _WORD, address=_HOME))
    own.post("/logout/")
    for _ in range(MOST_FAILURES):
        assert _sign_in(own, bidder, "wrong", address=_HOME).status_code == 200
    assert not KnownDevice.objects.filter(person=bidder).exists()
    statuses = [_sign_in(own, bidder, "wrong", address=_HOME).status_code for _ in range(12)]
    assert statuses[-1] == 429


def test_tries_while_a_name_is_locked_do_not_prolong_it(bidder: Person) -> None:
    with time_machine.travel("2026-03-30T01:45:00Z", tick=False) as machine:
        assert 429 in _attack(bidder, 12, address=_HOME)
        for _ in range(14):
            machine.shift(timedelta(minutes=1))
            assert set(_attack(bidder, 3, address=_HOME)) == {429}
        machine.shift(timedelta(minutes=2))
        assert _is_in(_sign_in(Client(), bidder, _WORD, address=_HOME))


def test_logins_failures_and_logouts_are_recorded_with_the_believed_address(bidder: Person) -> None:
    own = Client()
    _sign_in(own, bidder, "wrong", address=_HOME)
    _sign_in(own, bidder, _WORD, address=_HOME)
    own.post("/logout/", headers={"X-Forwarded-For": _HOME}, REMOTE_ADDR=_PROXY)
    said = list(
        AuditEntry.objects.filter(verb__in=["person.login", "person.logout"])
        .order_by("id")
        .values_list("verb", "outcome", "address", "person_id")
    )
    assert said == [
        ("person.login", "refused", _HOME, 0),
        ("person.login", "done", _HOME, bidder.pk),
        ("person.logout", "done", _HOME, bidder.pk),
    ]
    refused = AuditEntry.objects.get(verb="person.login", outcome="refused")
    assert refused.after["tried"] == {"username": bidder.username}
    assert "wrong" not in str(refused.after)


def test_logins_of_a_device_that_knows_somebody_are_counted_by_themselves(
    bidder: Person, settings: Settings
) -> None:
    """Strangers who use up an address's tries leave those of a known device alone."""
    settings.LOGINS_PER_MINUTE_ADDRESS = 5
    own = Client()
    assert _is_in(_sign_in(own, bidder, _WORD, address=_HOME))
    own.post("/logout/")
    stranger = Client()
    stranger.handler = own.handler  # one process, which counts for both
    statuses = [_sign_in(stranger, bidder, "wrong", address=_HOME).status_code for _ in range(8)]
    assert statuses[-1] == 429
    assert _is_in(_sign_in(own, bidder, _WORD, address=_HOME))
