"""Who asks too often waits; everybody else goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from hypothesis import given
from hypothesis import strategies as st

from config.rate_limits import _BID
from kernel.acts.act import act_called
from kernel.rate_limits import Limiter
from kernel.web.acts import act_path
from kernel.web.addresses import client_address

Ask = Callable[..., Any]


@given(
    gaps=st.lists(st.floats(min_value=0, max_value=3, allow_nan=False), max_size=60),
    per_second=st.sampled_from([0.5, 1.0, 5.0]),
    burst=st.integers(min_value=1, max_value=10),
)
def test_never_more_than_the_burst_and_the_rate_and_a_wait_that_is_kept_suffices(
    gaps: list[float], per_second: float, burst: int
) -> None:
    limiter = Limiter(per_second=per_second, burst=burst)
    at_s, allowed = 1000.0, 0
    for gap in gaps:
        at_s += gap
        wait_s = limiter.wait_s("one", at_s=at_s)
        allowed += wait_s == 0
        assert allowed <= burst + (at_s - 1000.0) * per_second + 1e-6
        if wait_s:
            at_s += wait_s
            assert limiter.wait_s("one", at_s=at_s) == 0
            allowed += 1
    assert limiter.wait_s("another", at_s=at_s) == 0


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "says"),
    [
        ("10.0.0.1", "", 0, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 0, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4", 1, "1.2.3.4"),
        ("10.0.0.1", "9.9.9.9, 1.2.3.4, 10.0.0.2", 2, "1.2.3.4"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("10.0.0.1", "nonsense", 1, "10.0.0.1"),
        ("10.0.0.1", "2001:db8::1", 1, "2001:db8::1"),
    ],
)
def test_an_address_is_what_our_own_proxy_saw_and_never_what_the_client_wrote(
    remote: str, forwarded: str, proxies: int, says: str
) -> None:
    assert client_address(remote=remote, forwarded=forwarded, proxies=proxies) == says


@pytest.mark.django_db
def test_logins_from_one_address_are_limited_and_those_from_another_are_not(settings: Any) -> None:
    settings.LOGINS_PER_MINUTE_ADDRESS = 3
    settings.PROXIES = 1
    client = Client()

    def log_in(address: str, path: str = "/login/") -> Any:
        facts = {"username": "nobody", "password": "wrong-wrong-wrong"}
        return client.post(path, facts, headers={"X-Forwarded-For": address})

    assert [log_in("1.1.1.1").status_code for _ in range(4)] == [200, 200, 200, 429]
    turned_away = log_in("1.1.1.1", "/api/v1/login/")
    assert turned_away.status_code == 429
    assert turned_away.json()["code"] == "too_many_requests"
    assert int(turned_away["Retry-After"]) >= 1
    assert "秒后再试" in log_in("1.1.1.1").content.decode()
    assert log_in("2.2.2.2").status_code == 200


@pytest.mark.django_db
def test_bids_over_pages_and_api_are_counted_by_login_and_reads_do_not_use_them_up(settings: Any) -> None:
    settings.BIDS_PER_SECOND_PERSON = 1
    client = Client()

    def bid(token: str) -> int:
        path = "/api/v1/listings/1/acts/bid.place/"
        headers = {"Authorization": f"Token {token}"}
        return client.post(path, {}, content_type="application/json", headers=headers).status_code

    assert [bid("one") for _ in range(4)] == [401, 401, 429, 429]
    assert client.get("/").status_code == 200
    assert bid("another") == 401


@pytest.mark.django_db
def test_the_addresses_that_take_bids_are_the_ones_that_are_counted_as_bids() -> None:
    api = act_path(act_called("bid.place"), 7)
    assert (_taken_by(api), _taken_by("/desk/listings/7/bid/")) == ("act-bid.place", "bid")
    assert [_BID.fullmatch(path) is not None for path in (api, "/desk/listings/7/bid/")] == [True, True]
    for other in (
        "/desk/listings/7/bid/ticket/",
        "/desk/listings/7/",
        "/api/v1/listings/7/acts/contract.sign/",
    ):
        assert _taken_by(other)
        assert not _BID.fullmatch(other), other


def _taken_by(path: str) -> str:
    """The name of the address in the site's own table; there is one, or this raises."""
    return resolve(path).url_name or ""


@pytest.mark.django_db
def test_a_header_that_the_address_does_not_look_at_gives_nobody_more_bids(settings: Any) -> None:
    settings.BIDS_PER_SECOND_PERSON = 0.01
    client = Client()

    def turned_away(path: str, scheme: str, place: int) -> bool:
        client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
        said = {"Authorization": f"{scheme} {place}"}
        return bool(client.post(path, headers=said).status_code == 429)

    def statuses(path: str, scheme: str) -> list[bool]:
        return [turned_away(path, scheme, place) for place in range(4)]

    assert statuses("/desk/listings/1/bid/", "Token") == [False, True, True, True]
    assert statuses("/api/v1/listings/1/acts/bid.place/", "Basic") == [True] * 4
    assert statuses("/api/v1/listings/1/acts/bid.place/", "Token") == [False] * 4


@pytest.mark.django_db
def test_a_script_that_asks_for_a_fragment_is_told_to_wait_in_a_fragment(settings: Any) -> None:
    settings.BIDS_PER_SECOND_PERSON = 0.01
    client = Client(headers={"X-Fragment": "1"})
    [_, turned_away] = [client.post("/desk/listings/1/bid/") for _ in range(2)]
    assert turned_away.status_code == 429
    assert int(turned_away["Retry-After"]) >= 1
    said = turned_away.json()
    assert said["kind"] == "refusal"
    assert said["html"].startswith('<p class="wrong" role="alert">请求过于频繁')


@pytest.mark.django_db
def test_reads_of_one_address_are_limited_and_its_bids_go_on(settings: Any) -> None:
    settings.READS_PER_SECOND_ADDRESS = 1
    client = Client()
    assert [client.get("/rules/").status_code for _ in range(4)] == [200, 200, 429, 429]
    assert client.get("/healthz").status_code == 200
    answer = client.post("/api/v1/listings/1/acts/bid.place/", {}, content_type="application/json")
    assert answer.status_code == 401
