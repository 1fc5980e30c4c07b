"""Who bids is nobody's business before close (failures 9, 35, 36): a canary in every answer, for every role."""

import json
from typing import Any

import pytest
from django.db import models
from django.urls import URLPattern, get_resolver
from rest_framework.test import APIClient

from apps.documents.models import Attachment, Document
from apps.stages.qualification.models import Registration
from kernel.web.opaque import shown
from tests.api.market import CANARIES, ROLES, STAFF, Market

_THE_SAME_FOR_ALL = {"regions", "schema", "docs"}


def patterns() -> list[URLPattern]:
    """Every route of the API."""
    root = get_resolver("config.api_urls")
    return [each for each in root.url_patterns if isinstance(each, URLPattern)]


def readable() -> list[URLPattern]:
    """Those that answer GET."""
    found = [each for each in patterns() if hasattr(each.callback.view_class, "get")]  # type: ignore[attr-defined]
    return [each for each in found if each.name not in _THE_SAME_FOR_ALL]


def _shown_of(model: type[models.Model]) -> list[int]:
    return [
        shown(pk, str(model._meta.model_name)) for pk in model._default_manager.values_list("pk", flat=True)
    ]


def addresses(pattern: URLPattern, market: Market) -> list[str]:
    """The route with every id there is in the market, and one that there is not."""
    route = str(pattern.pattern)
    ids: dict[str, list[Any]] = {
        "<int:listing_id>": [market.listing_id, 999],
        "<opaque_document:document_id>": _shown_of(Document),
        "<opaque_attachment:attachment_id>": _shown_of(Attachment),
        "<opaque_registration:registration_id>": _shown_of(Registration),
        "<int:verification_id>": [999],
        "<int:certificate_id>": [999],
        "<int:objection_id>": [1],
        "<int:question_id>": [1],
        "<opaque_notice:notice_id>": [shown(1, "notice")],
        "<int:token_id>": [1],
        "<opaque_preparation:preparation_id>": [shown(1, "preparation")],
        "<str:province>": ["410000"],
    }
    for placeholder, values in ids.items():
        if placeholder in route:
            return [f"/api/v1/{route.replace(placeholder, str(value))}" for value in values]
    return [f"/api/v1/{route}"]


def everything_said(client: APIClient, address: str) -> str:
    """The whole answer, every page of it, with its headers."""
    said = ""
    following: str | None = f"{address}?page_size=200"
    while following:
        answer = client.get(following)
        said += f"{answer.status_code} {dict(answer.headers)} "
        assert answer.status_code < 500, following
        if not answer.headers.get("Content-Type", "").startswith("application/json"):
            return said + str(answer.content.decode("utf-8", "replace"))
        said += json.dumps(answer.json(), ensure_ascii=False)
        following = answer.json().get("next") if isinstance(answer.json(), dict) else None
    return said


def secrets(market: Market, *, but: str) -> dict[str, str]:
    """What tells who bids, by what it is: names, sub-accounts, people; without the asker's own."""
    found = {}
    for key, name in CANARIES.items():
        if key == but:
            continue
        found[f"name of {key}"] = name
        found[f"people of {key}"] = f"{key}.operator"
        registration = Registration.objects.filter(organisation__name=name).first()
        if registration is not None:
            found[f"sub-account of {key}"] = registration.sub_account.number
    return found


def _allowed(role: str, address: str, what: str, *, undecided: bool) -> bool:
    if role in STAFF and address.startswith("/api/v1/organisations/") and what.startswith("name"):
        return True  # the register of organisations, whether they bid or not
    watches = role in ("supervisor", "far_supervisor")
    if watches and address == "/api/v1/audit/" and not what.startswith("sub-account"):
        return True  # their registration; the next test looks at each row
    if role == "trading_centre" and undecided and what == "name of c":
        return True  # the application that it has to decide
    # money that finance has to send back: d's for no certificate, b's for too much
    returns = address.startswith(("/api/v1/money/", "/api/v1/refunds/"))
    return role == "finance" and returns and what.rpartition(" ")[2] in ("b", "d")


@pytest.mark.parametrize("moment", ["undecided", "bidding"])
def test_no_answer_tells_any_role_who_bids(moment: str, request: pytest.FixtureRequest) -> None:
    market: Market = request.getfixturevalue(moment)
    wanted = [each for pattern in readable() for each in addresses(pattern, market)]
    learnt = []
    for role in ROLES:
        hidden, client = secrets(market, but=role), market.asked_by(role)
        for address in wanted:
            said = everything_said(client, address)
            learnt += [
                f"{role} learns the {what} from {address}"
                for what, secret in hidden.items()
                if secret in said and not _allowed(role, address, what, undecided=moment == "undecided")
            ]
    assert learnt == []


def test_finance_sees_amounts_before_close_and_of_money_to_be_returned_the_account_alone(
    bidding: Market,
) -> None:
    rows = bidding.asked_by("finance").get("/api/v1/money/entries/").data["results"]
    payers = {row["reference"]: row["payer_name"] for row in rows}
    assert payers == {"B-0001": None, "B-0002": None, "B-0003": None, "B-0004": None}
    accounts = {row["reference"]: row["payer_account"] is not None for row in rows}
    assert accounts == {"B-0001": False, "B-0002": False, "B-0003": True, "B-0004": True}
    assert {row["listing_id"] for row in rows} == {None}, "how many have paid for a lot is nobody's business"
    asked = bidding.asked_by("finance")
    assert asked.get("/api/v1/money/entries/", {"listing": bidding.listing_id}).data["results"] == []
    assert asked.get("/api/v1/money/entries/", {"purpose": "deposit"}).data["results"] == []
    for address in ("entries", "exceptions"):
        listed = bidding.asked_by("supervisor").get(f"/api/v1/money/{address}/").data["results"]
        assert listed == [], "who watches counts nobody either"


@pytest.mark.parametrize("watcher", ["supervisor", "far_supervisor"])
def test_the_record_says_nothing_of_bidders_before_close_and_cannot_be_searched_for_them(
    bidding: Market, watcher: str
) -> None:
    client = bidding.asked_by(watcher)
    rows = client.get("/api/v1/audit/", {"page_size": 200}).data["results"]
    assert not [
        row
        for row in rows
        if row["verb"].startswith(("registration", "certificate", "deposit", "bid.", "masked"))
    ]
    for row in rows:
        said = json.dumps(row, ensure_ascii=False)
        named = any(name in said for name in CANARIES.values()) or any(
            f"{key}.operator" in said for key in CANARIES
        )
        assert not named or row["verb"] in ("organisation.register", "person.register", "account.register")
    for wanted in (
        {"verb": "registration.submit"},
        {"organisation_id": bidding.organisation_id("a")},
        {"person_id": bidding.member("a").person_id},
        {"verb": "registration.submit.prepare"},
        {"verb": "certificate.issue"},
    ):
        assert client.get("/api/v1/audit/", wanted).data["results"] == [], wanted


def test_filters_never_tell_who_bids(bidding: Market) -> None:
    organisation_id = bidding.organisation_id("a")
    for role in STAFF:
        client = bidding.asked_by(role)
        for address in ("registrations", "deadlines", "money/entries", "refunds", "claims", "notices"):
            plain = client.get(f"/api/v1/{address}/")
            for name in (
                "organisation",
                "organisation_id",
                "concerns_id",
                "payer_name",
                "search",
                "credited_number",
            ):
                asked = client.get(f"/api/v1/{address}/", {name: organisation_id})
                assert asked.data == plain.data, (role, address, name)


def test_the_centre_sees_an_application_until_it_is_decided(undecided: Market) -> None:
    client = undecided.asked_by("trading_centre")
    seen = client.get("/api/v1/registrations/").data["results"]
    assert [row["organisation_name"] for row in seen] == [CANARIES["c"]]
    assert [row["sub_account"] for row in seen] == [None]
    for row in Registration.objects.exclude(organisation__name=CANARIES["c"]):
        assert client.get(f"/api/v1/registrations/{shown(row.pk, 'registration')}/").status_code == 404


def test_a_bidder_sees_its_own_application_deposit_and_paddle(bidding: Market) -> None:
    (own,) = bidding.asked_by("a").get("/api/v1/registrations/").data["results"]
    assert own["organisation_name"] == CANARIES["a"]
    assert (own["deposit"]["held"], own["deposit"]["required"]) == ("200000.00", "200000.00")
    assert len(own["paddle"]) == 3
    assert own["sub_account"].startswith("61")


def test_after_the_confirmation_the_winner_is_public_and_losers_are_not(done: Market) -> None:
    said = everything_said(done.asked_by("public"), f"{done.root}result/")
    assert CANARIES["b"] in said
    for role in ("public", "seller", "b", "outsider"):
        client = done.asked_by(role)
        for pattern in readable():
            for address in addresses(pattern, done):
                assert CANARIES["a"] not in everything_said(client, address), (role, address)
    after = done.asked_by("trading_centre").get("/api/v1/registrations/").data["results"]
    assert {row["organisation_name"] for row in after} == set(CANARIES.values())
