"""Bad input: a clean 4xx with a Chinese sentence, and nothing changed."""

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from apps.api.base import ApiView
from apps.stages.qualification.models import Registration
from kernel.acts.act import Act, all_acts
from kernel.web.acts import act_path
from tests.api.market import Market

_RECORD = "audit_auditentry"


def row_counts() -> dict[str, int]:
    """How many rows each table has, but for the record of refusals."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - {_RECORD, "parties_apitoken"})
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables))
        return dict(cursor.fetchall())


def is_clean(answer: Any) -> bool:
    """Whether an answer is a refusal in our shape, in Chinese."""
    body = json.loads(answer.content)
    said = set(body) == {"code", "message", "detail"} and any(
        "\u4e00" <= sign <= "\u9fff" for sign in body["message"]
    )
    return 400 <= answer.status_code < 500 and said


_MALFORMED = [
        b"{", b"[1, 2]", b'"text"', b"null", b"17", b'{"unit_price": NaN}', b'{"unit_price": Infinity}',
        b'{"unit_price": 1e309}', b'{"unit_price": -1e309}', b'{"unit_price": 1' + b"0" * 400 + b"}",
        b'{"unit_price": 1' + b"0" * 5000 + b"}", '{"unit_price": "１２"}'.encode(), b'{"unit_price": -0}',
        b'{"unit_price": "-0"}', b'{"unit_price": "1e5"}', b'{"unit_price": "NaN"}', b'{"unit_price": 60000.5}',
        b'{"unit_price": true}', b'{"unit_price": null}', b'{"unit_price": {"a": 1}}', b'{"unit_price": ["60000"]}',
        b'{"unit_price": "60000.001"}', b'{"unit_price": "60000", "request_id": "a\\u0000b"}',
        b'{"unit_price": "60000", "extra": "\\u0000"}', b'{"unit_price": "60000", "\\u0000": 1}',
        b'{"unit_price": "60000", "request_id": "\\ud800"}', b'{"unit_price": "60000", "unit_price": "70000"}',
        b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b'{"unit_price": "' + b"9" * 100_000 + b'"}', b"",
        b'{"unit_price": "60000", "x": ' + b"[" * 40 + b"]" * 40 + b"}", b" " * (6 * 1024 * 1024),
]  # fmt: skip


def test_a_malformed_bid_is_a_clean_refusal(bidding: Market) -> None:
    before, client = row_counts(), bidding.asked_by("a")
    for body in _MALFORMED:
        answer = client.post(f"{bidding.root}acts/bid.place/", body, content_type="application/json")
        assert is_clean(answer), (body[:80], answer.content[:300])
    assert row_counts() == before


def test_another_content_type_or_method_is_a_clean_refusal(bidding: Market) -> None:
    client, address = bidding.asked_by("a"), f"{bidding.root}acts/bid.place/"
    for content_type in ("text/plain", "application/xml", "multipart/form-data", "", "x"):
        assert is_clean(client.generic("POST", address, "a=1", content_type=content_type))
    for method in (client.put, client.patch, client.delete):
        for each in (bidding.root, address, "/api/v1/listings/"):
            assert is_clean(method(each))


@pytest.mark.parametrize(
    "address",
    ["", "nothing/", "listings/x/", "listings/-1/", "acts/no.such/", "listings/1/acts/%00/", "schema/x"],
)
def test_an_address_that_there_is_not_is_a_clean_refusal(address: str, db: None) -> None:
    answer = nobody().get(f"/api/v1/{address}")
    assert is_clean(answer)
    assert answer.status_code == 404


def nobody() -> APIClient:
    """A client that is not signed in."""
    return APIClient(raise_request_exception=False)


_BAD_QUERIES: list[tuple[str, dict[str, str]]] = [
    ("listings", {"cursor": "x"}), ("listings", {"cursor": "cD1hYmM="}), ("listings", {"cursor": "cD0lMDA="}),
    ("listings", {"cursor": "cD05" + "OTk5" * 20}), ("listings", {"min_price": "NaN"}),
    ("listings", {"min_price": "1e400"}), ("listings", {"min_price": "x"}), ("listings", {"status": "no_such"}),
    ("listings", {"search": "\x00"}), ("listings", {"region": "\x00"}), ("listings", {"kind": "rice"}),
    ("quota/holdings", {"organisation": "9" * 40}), ("quota/holdings", {"organisation": "x"}),
    ("quota/entries", {"listing": "1e60"}), ("quota/entries", {"batch": "x"}), ("deadlines", {"due_before": "x"}),
    ("deadlines", {"listing": "x"}), ("registrations", {"listing": str(10**30)}), ("registrations", {"listing": "x"}),
    ("verify", {"q": "\x00"}), ("verify", {"q": "x" * 10_000}),
]  # fmt: skip

_ODD_QUERIES: list[tuple[str, dict[str, str]]] = [
    ("listings", {"page_size": "-1"}), ("listings", {"page_size": "9" * 30}), ("listings", {"page_size": "x"}),
    ("listings", {"cursor": "bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk="}), ("quota/entries", {"listing": "9" * 40}),
    ("deadlines", {"listing": "9" * 30}), ("listings", {"search": "%_\\"}), ("notices", {"listing": "1.5"}),
]  # fmt: skip


def test_a_bad_query_is_a_clean_refusal_and_an_odd_one_is_answered(bidding: Market) -> None:
    client = bidding.asked_by("trading_centre")
    for address, query in _BAD_QUERIES:
        answer = client.get(f"/api/v1/{address}/", query)
        assert is_clean(answer), (address, query, answer.content[:300])
    for address, query in _ODD_QUERIES:
        answer = client.get(f"/api/v1/{address}/", query)
        assert answer.status_code == 200 or is_clean(answer), (address, query, answer.content[:300])


def test_a_foreign_membership_gives_no_duty(bidding: Market) -> None:
    client = bidding.asked_by("finance")
    for header in ("9" * 5000, "x", "-1", "１", "0", "²"):
        answer = client.get("/api/v1/money/entries/", HTTP_X_MEMBERSHIP=header.encode().decode("latin-1"))
        assert answer.status_code in (200, 403)
    foreign = str(bidding.member("supervisor").pk)
    assert client.get("/api/v1/audit/", headers={"X-Membership": foreign}).status_code == 403


def test_too_many_requests_are_told_when_to_come_back(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class OneAMinute(AnonRateThrottle):
        rate = "1/min"

        def get_cache_key(self, request: Any, view: APIView) -> str:
            return "throttle-test"

    monkeypatch.setattr(ApiView, "throttle_classes", [OneAMinute])
    client = nobody()
    first, second = client.get("/api/v1/calendars/"), client.get("/api/v1/calendars/")
    assert (first.status_code, second.status_code) == (200, 429)
    assert is_clean(second)
    assert int(second.headers["Retry-After"]) > 0


# --- every form, fuzzed ---------------------------------------------------------------------------------------------

_NUMBERS = st.sampled_from(
    [0, -1, -0.0, 1.5, 1e308, 10**18, 10**30, 2**31, 2**63, "1e309", "NaN", "-0", "１２", "0x10", "1_000", "9" * 400,
     "-1", "0.00001", "Infinity", " 5 ", "5,000.00"]
)  # fmt: skip
_TEXTS = st.one_of(
    st.text(max_size=30), st.sampled_from(["", " ", "\x00", "a\x00b", "\u202e", "😀", "'; --", "x" * 5000])
)
_DATES = st.sampled_from(
    [
        "2026-02-30",
        "0000-00-00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "2026-03-01T00:00",
        "1e9",
        "now",
    ]
)
_LEAVES = st.one_of(st.none(), st.booleans(), _NUMBERS, _TEXTS, _DATES)
_JUNK = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def _subject(act: Act, market: Market) -> int:
    if act.subject == "listing_id":
        return market.listing_id
    if act.subject == "registration_id":
        return Registration.objects.earliest("id").pk
    return {"batch_id": market.runner.batch_id}.get(act.subject, 1)


@settings(
    max_examples=120,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data())
def test_junk_in_any_form_changes_nothing_and_breaks_nothing(data: st.DataObject, bidding: Market) -> None:
    act = data.draw(st.sampled_from([each for each in all_acts() if each.form().fields]))
    fields = list(act.form().fields)
    body = data.draw(
        st.one_of(
            st.fixed_dictionaries({}, optional=dict.fromkeys(fields, _JUNK)),
            st.dictionaries(st.text(max_size=8), _JUNK, max_size=3),
            _JUNK,
        )
    )
    before = row_counts()
    content = json.dumps(body)
    answer: Response = bidding.asked_by(bidding.doer(act)).generic(
        "POST", act_path(act, _subject(act, bidding)), content, content_type="application/json"
    )
    if answer.status_code == 200:
        return  # it happened to be right: texts are free
    assert is_clean(answer), (act.name, body, answer.content[:500])
    assert row_counts() == before
