"""Verifications and certificates by the API: who is answered what, in two provinces, and in how many queries."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.documents.models import Attachment
from apps.kinds.table import QuotaKind
from apps.quota import ledger
from apps.quota.batch_models import Batch
from apps.quota.ledger import Line, Place
from apps.quota.models import Bucket
from apps.surplus.models import Verification
from kernel import clock
from kernel.acts.act import all_acts
from kernel.cases import commands as cases
from kernel.web.opaque import shown
from tests.factories.actors import token_for
from tests.factories.uploads import pdf
from tests.factories.ziyun import (
    CITY,
    COUNTY,
    FAR_CITY,
    FAR_PROVINCE,
    FAR_SUPERVISOR,
    MEASURER,
    NEXT_COUNTY,
    OTHER_MEASURER,
    PROVINCE,
    SUPERVISOR,
    Ziyun,
    at,
)

pytestmark = pytest.mark.django_db
PUBLIC = "public"
WHOLE = (COUNTY, CITY, PROVINCE)
NOBODY = (NEXT_COUNTY, OTHER_MEASURER, FAR_CITY, FAR_PROVINCE)
ROOT = "/api/v1/verifications/"


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Iterator[Ziyun]:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    with clock.simulated(at("03-28 09:00")):
        yield Ziyun.recorded()


def client(ziyun: Ziyun, key: str) -> APIClient:
    made = APIClient(raise_request_exception=False)
    if key != PUBLIC:
        made.credentials(HTTP_AUTHORIZATION=f"Token {token_for(ziyun.people[key][0].person)}")
    return made


def answered(ziyun: Ziyun, part: str = "", **query: Any) -> dict[str, int]:
    address = f"{ROOT}{ziyun.verification_id}/{part}"
    return {
        key: client(ziyun, key).get(address, query).status_code for key in (*WHOLE, MEASURER, *NOBODY, PUBLIC)
    }


def test_a_verification_is_listed_for_whom_it_concerns_and_for_nobody_else(ziyun: Ziyun) -> None:
    for key in (*WHOLE, MEASURER):
        rows = client(ziyun, key).get(ROOT).data["results"]
        assert [row["id"] for row in rows] == [ziyun.verification_id], key
    for key in NOBODY:
        assert client(ziyun, key).get(ROOT).data["results"] == [], key
    assert client(ziyun, PUBLIC).get(ROOT).status_code == 401


def test_a_verification_and_its_parts_are_answered_to_whom_they_concern(ziyun: Ziyun) -> None:
    everybody = dict.fromkeys((*WHOLE, MEASURER), 200) | dict.fromkeys(NOBODY, 404) | {PUBLIC: 401}
    for part in ("", "parts/", "documents/", "attachments/"):
        assert answered(ziyun, part) == everybody, part
    whole = everybody | {MEASURER: 404}
    for part in ("opinions/", "findings/"):
        assert answered(ziyun, part) == whole, part


def test_a_draft_is_its_countys_alone(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(at("01-06 10:00")):
        made = Ziyun.settled()
        made.draft()
        assert answered(made) == {COUNTY: 200} | dict.fromkeys((CITY, PROVINCE, MEASURER, *NOBODY), 404) | {
            PUBLIC: 401
        }


def test_a_verification_tells_its_figures_exactly(ziyun: Ziyun) -> None:
    body = client(ziyun, COUNTY).get(f"{ROOT}{ziyun.verification_id}/").data
    assert (body["status"], body["record_no"], body["contract_price"]) == (
        "recorded", "部备〔2026〕1号", "120000.00",
    )  # fmt: skip
    measured = body["measurement"]
    assert (measured["origin"], measured["account"]["tradeable"], measured["account"]["reclaimed"]) == (
        "report", "800.0000", "817.4000",
    )  # fmt: skip
    opinions = client(ziyun, COUNTY).get(f"{ROOT}{ziyun.verification_id}/opinions/").data
    assert [(each["level"], each["outcome"]) for each in opinions] == [("city", "pass"), ("province", "pass")]
    findings = client(ziyun, CITY).get(f"{ROOT}{ziyun.verification_id}/findings/").data
    assert {"sum", "geometry", "base", "demolition", "county", "grade"} == {each["name"] for each in findings}


def test_a_measurer_is_told_nothing_of_how_it_is_reviewed_and_recorded(ziyun: Ziyun) -> None:
    for address in (ROOT, f"{ROOT}{ziyun.verification_id}/"):
        said = {}
        for key in (COUNTY, MEASURER):
            body = client(ziyun, key).get(address).data
            row = body["results"][0] if "results" in body else body
            said[key] = (row["review_round"], row["record_no"], row["recorded_on"], row["end_reason"])
        assert said == {COUNTY: (1, "部备〔2026〕1号", "2026-03-25", ""), MEASURER: (0, None, None, "")}


def test_parts_are_a_geojson_collection_in_versions(ziyun: Ziyun) -> None:
    body = client(ziyun, PROVINCE).get(f"{ROOT}{ziyun.verification_id}/parts/").data
    assert (body["type"], body["version"], len(body["features"])) == ("FeatureCollection", 2, 4)
    first = body["features"][0]
    assert (first["type"], first["geometry"]["type"], first["properties"]["area"]) == (
        "Feature", "Polygon", "242.8200",
    )  # fmt: skip
    draft = client(ziyun, PROVINCE).get(f"{ROOT}{ziyun.verification_id}/parts/", {"version": 1}).data
    assert draft["origin"] == "draft"
    for wrong in ("3", "-1", "x", "9" * 30):
        found = client(ziyun, PROVINCE).get(f"{ROOT}{ziyun.verification_id}/parts/", {"version": wrong})
        assert found.status_code == 404, wrong


def test_a_second_measurer_sees_what_was_declared_and_not_what_the_first_one_measured(
    settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(at("01-22 10:00")):
        made = Ziyun.settled()
        made.draft()
        made.measure()
        made.both(
            COUNTY, "verification.commission", "01-22 09:00",
            measurer_id=made.organisation_id(OTHER_MEASURER), contract_no="2号", contract_price="1.00",
        )  # fmt: skip
        body = client(made, OTHER_MEASURER).get(f"{ROOT}{made.verification_id}/parts/").data
        assert (body["version"], body["origin"]) == (1, "draft")
        second = client(made, OTHER_MEASURER).get(f"{ROOT}{made.verification_id}/parts/", {"version": 2})
        assert second.status_code == 404
        assert client(made, MEASURER).get(f"{ROOT}{made.verification_id}/").status_code == 404


def test_verifications_are_found_by_status_region_year_and_words(ziyun: Ziyun) -> None:
    asked = client(ziyun, PROVINCE)
    for found in (
        {"status": "recorded"}, {"region": "520000"}, {"region": "520400"}, {"region": "520425"}, {"year": "2026"},
        {"search": "紫云 拆旧"}, {"search": "节余核"},
    ):  # fmt: skip
        assert len(asked.get(ROOT, found).data["results"]) == 1, found
    for missed in (
        {"status": "draft"}, {"region": "430000"}, {"region": "520422"}, {"year": "2025"}, {"year": "9999"},
        {"year": "0"}, {"search": "紫云 没有"},
    ):  # fmt: skip
        assert asked.get(ROOT, missed).data["results"] == [], missed
    assert asked.get(ROOT, {"status": "x"}).status_code == 400
    assert asked.get(ROOT, {"year": "x"}).status_code == 400


def test_evidence_is_uploaded_and_opened_by_the_api(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(at("01-06 10:00")):
        made = Ziyun.settled()
        made.draft()
        address = f"{ROOT}{made.verification_id}/attachments/"
        form = {"kind": "village_minutes", "file": SimpleUploadedFile("纪要.pdf", pdf())}
        answer = client(made, COUNTY).post(address, form, format="multipart")
        assert (answer.status_code, answer.data["owner"]) == (201, "own")
        wrong = {"kind": "measurement_report", "file": SimpleUploadedFile("报告.pdf", pdf())}
        assert client(made, COUNTY).post(address, wrong, format="multipart").status_code == 403
        assert client(made, NEXT_COUNTY).post(address, form, format="multipart").status_code == 404
        assert client(made, PUBLIC).post(address, {}, format="multipart").status_code == 401
        file = f"/api/v1/attachments/{answer.data['id']}/file/"
        assert client(made, COUNTY).get(file).content.startswith(b"%PDF-")
        for key in (NEXT_COUNTY, CITY, PROVINCE, FAR_PROVINCE):
            assert client(made, key).get(file).status_code == 404, key


def test_whose_a_file_is_is_told_as_the_asker_sees_it(ziyun: Ziyun) -> None:
    rows = client(ziyun, CITY).get(f"{ROOT}{ziyun.verification_id}/attachments/").data["results"]
    owners = {row["kind"]: row["owner"] for row in rows}
    assert owners == {
        "acceptance_certificate": "county", "retirement_summary": "county", "village_minutes": "county",
        "measurement_report": "surveyor", "incoming_document": "staff",
    }  # fmt: skip
    report = Attachment.objects.get(kind="measurement_report")
    rows = client(ziyun, MEASURER).get(f"{ROOT}{ziyun.verification_id}/attachments/").data["results"]
    assert [row["id"] for row in rows] == [shown(report.pk, "attachment")]


def test_every_act_on_a_verification_has_its_address_and_is_nothing_to_strangers(ziyun: Ziyun) -> None:
    acts = [each for each in all_acts() if each.subject == "verification_id"]
    assert len(acts) == 13
    for act in acts:
        address = f"{ROOT}{ziyun.verification_id}/acts/{act.name}/"
        for key in NOBODY:
            assert client(ziyun, key).post(address, {}, format="json").status_code in (403, 404), (
                act.name,
                key,
            )
        assert client(ziyun, PUBLIC).post(address, {}, format="json").status_code == 401, act.name


def test_a_certificate_is_prepared_and_released_by_the_api(ziyun: Ziyun) -> None:
    address = f"{ROOT}{ziyun.verification_id}/acts/verification.certify/"
    answer = client(ziyun, PROVINCE).post(address, {}, format="json")
    assert (answer.data["outcome"], ziyun.verification.status) == ("prepared", "recorded"), answer.data


def certified(ziyun: Ziyun) -> Batch:
    ziyun.certify()
    return Batch.objects.get(source_id=ziyun.verification_id)


def test_certificates_are_everybodys_and_say_what_became_of_the_quota(ziyun: Ziyun) -> None:
    assert client(ziyun, PUBLIC).get("/api/v1/certificates/").data["results"] == []
    batch = certified(ziyun)
    holder, buyer = ziyun.organisation_id(COUNTY), ziyun.organisation_id(NEXT_COUNTY)
    for amount, bucket, to, into in (
        ("300", Bucket.AVAILABLE, holder, Bucket.FROZEN), ("100", Bucket.FROZEN, buyer, Bucket.AVAILABLE),
        ("10", Bucket.AVAILABLE, holder, Bucket.USED), ("5", Bucket.AVAILABLE, holder, Bucket.WRITTEN_OFF),
    ):  # fmt: skip
        ledger.move(
            [Line(batch.pk, QuotaKind.CONSTRUCTION_AREA, Decimal(amount))], source=Place(holder, bucket),
            target=Place(to, into), reason="transfer", now=at("03-28 09:00"), case_id=ziyun.verification_id,
        )  # fmt: skip
    for key in (PUBLIC, COUNTY, FAR_PROVINCE, NEXT_COUNTY):
        row = client(ziyun, key).get("/api/v1/certificates/").data["results"][0]
        assert (row["tradeable"], row["left"], row["sold"], row["used"], row["written_off"]) == (
            "800.0000", "685.0000", "100.0000", "10.0000", "5.0000",
        ), key  # fmt: skip
        assert row["number"] == ziyun.verification.certificate_no
        assert client(ziyun, key).get(f"/api/v1/certificates/{row['id']}/").data == row
    assert client(ziyun, PUBLIC).get("/api/v1/certificates/999999/").status_code == 404


def test_a_revoked_certificate_stays_in_the_register_and_says_so(ziyun: Ziyun) -> None:
    ziyun.certify()
    ziyun.both(PROVINCE, "verification.revoke", "03-28 09:00", reason="复垦未达标")
    row = client(ziyun, PUBLIC).get("/api/v1/certificates/").data["results"][0]
    assert (row["revoked"], row["left"], row["written_off"]) == (True, "0.0000", "800.0000")


def test_certificates_are_found_by_region_year_and_words(ziyun: Ziyun) -> None:
    ziyun.certify()
    asked = client(ziyun, PUBLIC)
    for found in ({"region": "520000"}, {"year": "2026"}, {"search": "建指登 紫云"}):
        assert len(asked.get("/api/v1/certificates/", found).data["results"]) == 1, found
    for missed in ({"region": "430000"}, {"year": "2025"}, {"search": "没有"}):
        assert asked.get("/api/v1/certificates/", missed).data["results"] == [], missed


@pytest.mark.parametrize("count", [1, 12])
def test_lists_take_as_many_queries_as_they_may_however_long_they_are(ziyun: Ziyun, count: int) -> None:
    ziyun.certify()
    one = ziyun.verification
    for number in range(count - 1):
        copied(one, number)
    for key, address, most in (
        (PROVINCE, ROOT, 3), (COUNTY, ROOT, 3), (PUBLIC, "/api/v1/certificates/", 2),
        (PROVINCE, f"{ROOT}{one.pk}/", 8), (PROVINCE, f"{ROOT}{one.pk}/parts/", 8),
        (PROVINCE, f"{ROOT}{one.pk}/attachments/", 8), (PROVINCE, f"{ROOT}{one.pk}/documents/", 7),
    ):  # fmt: skip
        asked = client(ziyun, key)
        with CaptureQueriesContext(connection) as queries:
            answer = asked.get(address, {"page_size": 200})
        assert answer.status_code == 200, address
        assert len(queries) <= most, (address, len(queries), [each["sql"][:160] for each in queries])


def copied(one: Verification, number: int) -> None:
    """Another certified verification beside it."""
    now = at("03-27 10:00")
    case = cases.open_case(
        process="verification", owner_id=one.holder_id, province=one.province, region=one.region_id, now=now
    )
    Verification.objects.create(
        case=case, holder=one.holder, filed_by=one.filed_by, region=one.region, province=one.province,
        title=f"第{number}项目区", acceptance_no=f"紫验〔2024〕{number}号", status="certified", declared=one.declared,
        resettlement=0, returned=0, reserved=0, rules=one.rules, drafted_at=now, submitted_at=now, certified_at=now,
        certificate_no=f"紫云建指登〔2025〕{number:04d}号",
    )  # fmt: skip


def test_the_record_of_a_verification_is_for_the_supervisors_of_its_province(ziyun: Ziyun) -> None:
    found = (
        client(ziyun, SUPERVISOR).get("/api/v1/audit/", {"listing": ziyun.verification_id}).data["results"]
    )
    assert {"verification.draft", "verification.report", "verification.record"} <= {
        row["verb"] for row in found
    }
    far = client(ziyun, FAR_SUPERVISOR)
    assert far.get("/api/v1/audit/", {"listing": ziyun.verification_id}).data["results"] == []
    assert far.get("/api/v1/audit/", {"verb": "verification.draft"}).data["results"] == []


@pytest.mark.parametrize("words", ["节余核〔2026〕5200000001号", "拆旧复垦项目区"])
def test_a_supervisor_finds_a_verification_in_the_record_by_its_number_and_name(
    ziyun: Ziyun, words: str
) -> None:
    page = f"/desk/verifications/{ziyun.verification_id}/"
    pages = {}
    for key in (SUPERVISOR, FAR_SUPERVISOR):
        browser = Client()
        browser.force_login(ziyun.people[key][0].person)
        pages[key] = browser.get("/desk/record/", {"listing": words}).content.decode()
    assert "登记部备案号" in pages[SUPERVISOR]
    assert page in pages[SUPERVISOR]
    assert "登记部备案号" not in pages[FAR_SUPERVISOR].partition("<tbody>")[2]
    assert page not in pages[FAR_SUPERVISOR]


def test_what_was_booked_wrongly_is_said_of_the_exchange(ziyun: Ziyun) -> None:
    said = client(ziyun, SUPERVISOR).get("/api/v1/audit/soundness/").data
    assert said["whole"]
    assert said["surplus_faults"] == []
