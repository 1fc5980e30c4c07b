"""Reading: pages, filters, files, and how many queries a list takes."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.documents.models import Document
from apps.rulebook import price_tables
from apps.rulebook.commands import install
from apps.rulebook.models import Rulebook
from apps.rulebook.presets import parameters
from apps.rulebook.subjects import SUPPLEMENTARY
from kernel.web.opaque import meant, shown
from tests.api.market import BIDDING, CANARIES, Market

_MOST_QUERIES = {
    "listings/": 3, "registrations/": 5, "deadlines/": 5, "money/entries/": 5, "refunds/": 5, "audit/": 8,
    "notices/": 4, "organisations/": 4, "batches/": 5, "quota/entries/": 4, "projects/": 4, "claims/": 4,
    "objections/": 4, "rulebooks/": 4, "calendars/": 4, "regions/": 4, "preparations/": 4,
    "verifications/": 3, "certificates/": 3,
}  # fmt: skip
"""The token, the duty, the page, and what its rows need beside themselves; never more with more rows."""


@pytest.mark.parametrize("role", ["seller", "trading_centre", "finance", "supervisor"])
def test_a_list_takes_as_many_queries_as_it_may_however_long_it_is(role: str, done: Market) -> None:
    client = done.asked_by(role)
    for address, most in _MOST_QUERIES.items():
        taken = []
        for size in (1, 200):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(f"/api/v1/{address}", {"page_size": size})
            taken.append(len(queries))
        assert max(taken) <= most, (address, taken)


@pytest.mark.parametrize("role", ["trading_centre", "provincial_dnr", "finance", "supervisor"])
def test_offices_of_another_province_see_nothing_of_this_one(role: str, done: Market) -> None:
    client = done.asked_by(f"far_{role}")
    lists = set(_MOST_QUERIES) - {"rulebooks/", "calendars/", "regions/"}
    for address in sorted(lists):
        answer = client.get(f"/api/v1/{address}", {"page_size": 200})
        assert answer.status_code in (200, 403), address
        if address == "audit/":  # what the platform itself does is every province's
            assert not [
                row for row in answer.data.get("results", []) if row["listing_id"] or row["organisation_id"]
            ]
            continue
        assert "通许" not in answer.content.decode(), address
        assert not any(name in answer.content.decode() for name in CANARIES.values()), address
    assert client.get(done.root).status_code == 404
    holder = {"organisation": done.organisation_id("seller")}
    assert client.get("/api/v1/quota/holdings/", holder).status_code == 404


def test_pages_follow_each_other_without_a_gap_or_a_repetition(bidding: Market) -> None:
    client = bidding.asked_by("supervisor")
    seen, following = [], "/api/v1/audit/?page_size=7"
    while following:
        answer = client.get(following)
        seen += [meant(row["id"], "auditentry") for row in answer.data["results"]]
        following = answer.data["next"]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) > 14


def test_lots_are_found_by_status_kind_region_price_and_words(bidding: Market) -> None:
    client = bidding.asked_by("public")
    for found in (
        {"status": "bidding"}, {"kind": "farmland_area"}, {"region": "410000"}, {"region": "410200"},
        {"region": "410222"}, {"min_price": "50000"}, {"max_price": "50000.00"}, {"search": "通许"},
        {"price_unit": "yuan_per_mu"},
    ):  # fmt: skip
        assert len(client.get("/api/v1/listings/", found).data["results"]) == 1, found
    for missed in (
        {"status": "draft"}, {"kind": "paddy_area"}, {"region": "410100"}, {"min_price": "50000.01"},
        {"max_price": "49999"}, {"search": "没有这样的"}, {"price_unit": "yuan_per_kg"},
    ):  # fmt: skip
        assert client.get("/api/v1/listings/", missed).data["results"] == [], missed


def test_words_find_a_lot_by_number_title_seller_and_county_wherever_they_stand(bidding: Market) -> None:
    client = bidding.asked_by("public")
    number = client.get(bidding.root).data["number"]
    for found in (number, number[-4:], "通许县人民", "指标 通许县", f"人民政府 {number}", "  "):
        assert len(client.get("/api/v1/listings/", {"search": found}).data["results"]) == 1, found
    for missed in ("标指", f"通许县 {number}0", "通许县 新郑"):
        assert client.get("/api/v1/listings/", {"search": missed}).data["results"] == [], missed


def test_a_lot_tells_its_facts_prices_and_timetable(bidding: Market) -> None:
    body = bidding.asked_by("public").get(bidding.root).data
    assert (body["farmland_area"], body["grain_capacity"], body["paddy_area"]) == (
        "20.0000",
        "18000",
        "0.0000",
    )
    assert (body["starting_price"], body["highest_price"], body["deposit_amount"]) == (
        "50000.00", "55000.00", "200000.00",
    )  # fmt: skip
    assert body["next_prices"] == ["60000.00", "65000.00", "70000.00"]
    assert body["server_time"] == BIDDING.isoformat()
    assert body["opens_at"] == "2026-03-25T09:00:00+08:00"
    assert body["lines"] == []
    assert {"label", "at", "past", "provisional", "done_at", "late"} == set(body["timetable"][0])
    assert len(bidding.asked_by("seller").get(bidding.root).data["lines"]) == 2


def test_rules_are_listed_by_subject_and_their_parameters_told_one_by_one(bidding: Market) -> None:
    client = bidding.asked_by("public")
    for subject in (price_tables.PRICES, SUPPLEMENTARY):
        install(
            province="360000", name=f"江西省{subject.label}", legal_basis=["演示"], subject=subject, now=BIDDING,
            parameters=price_tables.parameters("jiangxi") if subject is price_tables.PRICES else parameters("baseline"),
        )  # fmt: skip
    rows = client.get("/api/v1/rulebooks/", {"province": "360000"}).data["results"]
    assert sorted(row["subject"] for row in rows) == ["prices", "supplementary"]
    assert not any("parameters" in row for row in rows)
    [row] = client.get("/api/v1/rulebooks/", {"province": "360000", "subject": "prices"}).data["results"]
    told = client.get(f"/api/v1/rulebooks/{row['id']}/").data
    assert {name: told[name] for name in row} == dict(row)
    assert told["parameters"]["rows"][0]["region"] == "330000"


def test_a_drafted_version_is_told_to_its_province_alone(bidding: Market) -> None:
    drafted = Rulebook.objects.create(
        province="410000", subject="supplementary", version=99, name="草案", valid_from=BIDDING.date(),
        parameters=parameters("henan").as_json(), drafted_by_id=-1, drafted_at=BIDDING,
    )  # fmt: skip
    for role, status in (
        ("provincial_dnr", 200), ("far_provincial_dnr", 404), ("public", 404), ("trading_centre", 404),
    ):  # fmt: skip
        assert bidding.asked_by(role).get(f"/api/v1/rulebooks/{drafted.pk}/").status_code == status, role


def test_the_bid_history_is_anonymous_and_in_order(bidding: Market) -> None:
    rows = bidding.asked_by("public").get(f"{bidding.root}bid-history/").data["results"]
    assert [(row["sequence"], row["unit_price"]) for row in rows] == [(1, "50000.00"), (2, "55000.00")]
    assert set(rows[0]) == {
        "sequence", "paddle", "unit_price", "at", "timed_round", "previous_hash", "hash",
    }  # fmt: skip
    assert rows[1]["previous_hash"] == rows[0]["hash"]


def test_the_deal_is_open_to_its_parties_and_staff_alone(done: Market) -> None:
    for part in ("contract", "price-account"):
        for role in ("seller", "b", "trading_centre", "provincial_dnr", "finance", "supervisor"):
            assert done.asked_by(role).get(f"{done.root}{part}/").status_code == 200, (part, role)
        for role in ("a", "outsider", "platform"):
            assert done.asked_by(role).get(f"{done.root}{part}/").status_code == 404, (part, role)
    price = done.asked_by("seller").get(f"{done.root}price-account/").data
    assert (price["total_price"], price["paid"], price["outstanding"]) == ("1100000.00", "900000.00", "0.00")
    signed = done.asked_by("b").get(f"{done.root}contract/").data["signatures"]
    assert {each["party"] for each in signed} == {"seller", "winner", "centre"}


def test_documents_are_opened_by_those_who_may_and_by_nobody_else(done: Market) -> None:
    certificate = Document.objects.get(kind="qualification_certificate", visible_to=done.organisation_id("a"))
    address = f"/api/v1/documents/{shown(certificate.pk, 'document')}/file/"
    answer = done.asked_by("a").get(address)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    for role in ("public", "seller", "b", "outsider"):
        assert done.asked_by(role).get(address).status_code == 404, role
    assert done.asked_by("supervisor").get(address).status_code == 200
    public = done.asked_by("public").get(f"{done.root}documents/").data["results"]
    assert {"announcement", "result_publication"} <= {row["kind"] for row in public}
    assert "tripartite_contract" not in {row["kind"] for row in public}


def test_the_dossier_is_packed_for_staff(done: Market) -> None:
    answer = done.asked_by("provincial_dnr").get(f"{done.root}filing/dossier/")
    assert answer.content.startswith(b"PK")
    assert done.asked_by("b").get(f"{done.root}filing/dossier/").status_code == 404


def test_a_document_is_verified_by_number_and_by_code(done: Market) -> None:
    announcement = Document.objects.get(kind="announcement")
    client = done.asked_by("public")
    for typed in (announcement.number, announcement.verification_code.lower()):
        assert client.get("/api/v1/verify/", {"q": typed}).data["number"] == announcement.number
    certificate = Document.objects.filter(kind="qualification_certificate").earliest("id")
    assert client.get("/api/v1/verify/", {"q": certificate.number}).status_code == 404
    told = client.get("/api/v1/verify/", {"q": certificate.verification_code}).data
    assert (told["is_public"], told["issued_by_name"], told["document"]) == (False, "", None)


def test_the_complainant_is_named_to_the_centre_alone_and_the_look_is_recorded(done: Market) -> None:
    (row,) = done.asked_by("trading_centre").get("/api/v1/objections/").data["results"]
    assert "王五" not in str(row)
    address = f"/api/v1/objections/{row['id']}/complainant/"
    assert done.asked_by("trading_centre").get(address).data["name"] == "王五"
    assert done.asked_by("provincial_dnr").get(address).status_code == 403
    looked = done.asked_by("supervisor").get("/api/v1/audit/", {"verb": "objection.identify"}).data["results"]
    assert len(looked) == 1


def test_record_and_ledgers_are_found_whole(done: Market) -> None:
    body = done.asked_by("supervisor").get("/api/v1/audit/soundness/").data
    assert (body["whole"], body["audit_breaks"], body["quota_faults"], body["money_faults"]) == (
        True,
        [],
        [],
        [],
    )


def test_a_notice_is_read_by_its_own_organisation(done: Market) -> None:
    client = done.asked_by("b")
    first = client.get("/api/v1/notices/", {"unread": "true"}).data["results"][0]
    assert done.asked_by("a").post(f"/api/v1/notices/{first['id']}/read/").status_code == 404
    assert client.post(f"/api/v1/notices/{first['id']}/read/").data["read_at"] is not None


def test_parties_see_their_own_deadlines_and_losers_stay_unnamed(done: Market) -> None:
    def kinds(role: str) -> Iterator[str]:
        for row in done.asked_by(role).get("/api/v1/deadlines/", {"page_size": 200}).data["results"]:
            assert CANARIES["a"] not in str(row) or role == "trading_centre"
            yield row["kind"]

    assert {"contract", "payment", "transfer"} <= set(kinds("seller"))
    assert "deposit_refund" in set(kinds("a"))
    assert "deposit_refund" not in set(kinds("seller")) | set(kinds("b"))
    assert set(kinds("outsider")) == set()
    assert "deposit_refund" in set(kinds("trading_centre"))


def test_the_schema_names_every_act_and_its_page_is_served_locally(done: Market) -> None:
    client = done.asked_by("public")
    schema = client.get("/api/v1/schema/?format=json").json()
    assert "act_bid_place" in {
        operation["operationId"] for path in schema["paths"].values() for operation in path.values()
    }
    page = client.get("/api/v1/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar/" in page
    assert "https://" not in page
