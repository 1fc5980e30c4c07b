"""What goes to the ministry for its record (报部备案材料): what is in it, always the same bytes, and who has it."""

import csv
import hashlib
import io
import json
import subprocess
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.documents.commands import Damaged
from apps.documents.models import Attachment
from apps.documents.states import AttachmentKind as K
from apps.land.queries import drawn_apart
from apps.parties.commands import register_organisation
from apps.parties.roles import Role
from apps.surplus import exports, rules
from apps.surplus.models import Verification
from apps.surplus.queries import account_of, reported
from kernel import clock
from kernel.actors import PUBLIC, SYSTEM, Duty
from kernel.audit.models import AuditEntry
from kernel.cases import commands as cases
from kernel.errors import Code, Refusal, Refused
from tests.factories.ziyun import (
    AREAS,
    BUREAU,
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
    parcel,
    parcels,
    report,
)

pytestmark = pytest.mark.django_db
NOBODY = (COUNTY, BUREAU, NEXT_COUNTY, MEASURER, OTHER_MEASURER, CITY, FAR_CITY)
FAR = (FAR_PROVINCE, FAR_SUPERVISOR)
LIST = "/desk/verifications/ministry/"
PACKAGES = f"{LIST}package.zip"
NOW = at("03-23 09:00")


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Iterator[Ziyun]:
    """Everybody is there, nothing is declared; it is the Monday after the province's pass."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with clock.simulated(NOW):
        yield Ziyun.settled()


@pytest.fixture
def verified(ziyun: Ziyun) -> Ziyun:
    """Ziyun waits for the ministry's record."""
    return passed(ziyun)


def passed(ziyun: Ziyun, **changes: Any) -> Ziyun:
    """Another area of the county, up to the province's pass."""
    ziyun.draft(**changes)
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="核定合同1号", contract_price="120000.00",
    )  # fmt: skip
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    parts = changes.get("parts") or ziyun.parts()
    ziyun.both(MEASURER, "verification.report", "01-20 09:00", **report(parts))
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    return ziyun


def second_area(ziyun: Ziyun) -> int:
    """A second area of the same county beside the first one, verified too."""
    drawn = drawn_apart(region="520425", areas_mu=[Decimal(each) for each in AREAS.values()] * 2)[4:]
    parts = [
        parcel(f"B{place}", after, area, geometry, grade=10 if after == "dry" else None)
        for place, ((after, area), geometry) in enumerate(zip(AREAS.items(), drawn, strict=True), start=1)
    ]
    passed(ziyun, title="紫云县第二项目区", acceptance_no="紫验〔2025〕2号", parts=parts)
    return ziyun.verification_id


def package(ziyun: Ziyun, *case_ids: int, key: str = PROVINCE) -> bytes:
    """The package of Ziyun, or of these."""
    by = ziyun.actor(key)
    if case_ids:
        return exports.export_waiting(verification_ids=case_ids, by=by, now=NOW)
    return exports.export_one(verification_id=ziyun.verification_id, by=by, now=NOW)


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def table(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def browser(ziyun: Ziyun, key: str) -> Client:
    made = Client()
    made.force_login(ziyun.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    return made


def refused(call: Any) -> Refusal:
    with pytest.raises(Refused) as no:
        call()
    return no.value.refusal


def test_what_is_sent_has_the_figures_of_the_case_to_the_last_digit(verified: Ziyun) -> None:
    found, files = verified.verification, opened(package(verified))
    measured = reported(found)
    account = account_of(measured)
    manifest = json.loads(files["manifest.json"])
    (case,) = manifest["cases"]
    assert case["figures_mu"] == {
        "R": "817.4000", "S": "0.0000", "N": "817.4000", "B": "0.0000", "V": "17.4000", "T": "800.0000",
        "H": "0.0000",
    }  # fmt: skip
    assert case["figures_mu"]["T"] == f"{account.tradeable:.4f}"
    assert (case["tradeable_ha"], case["carried"]) == (
        "53.3333",
        {
            "farmland_mu": "242.8200",
            "paddy_mu": "0.0000",
            "capacity_kg": f"{account.carried_capacity:.0f}",
        },
    )
    assert (case["case"], case["acceptance_no"]) == (found.case.number, "紫验〔2025〕1号")
    assert (case["measured"]["version"], case["measured"]["sha256"]) == (2, measured.digest)
    assert case["measured"]["report_sha256"] == measured.report_sha256
    assert case["passed"] == {
        "city": {"office": "安顺市自然资源局", "at": "2026-03-10T10:00:00+08:00"},
        "province": {"office": "贵州省自然资源厅", "at": "2026-03-20T10:00:00+08:00"},
    }
    (row,) = table(files["verifications.csv"])
    assert (row["verification_no"], row["county_code"], row["holder"]) == (
        found.case.number, "520425", "紫云苗族布依族自治县人民政府",
    )  # fmt: skip
    assert [row[f"{name}_mu"] for name in ("reclaimed", "surplus", "reserved", "tradeable")] == [
        "817.4000", "817.4000", "17.4000", "800.0000",
    ]  # fmt: skip
    assert (row["tradeable_ha"], row["city_passed_on"], row["province_passed_on"]) == (
        "53.3333", "2026-03-10", "2026-03-20",
    )  # fmt: skip
    areas = table(files["areas.csv"])
    assert [each["area_mu"] for each in areas] == list(AREAS.values())
    assert [each["area_ha"] for each in areas] == ["16.1880", "9.9673", "27.4540", "0.8840"]
    drawn = json.loads(files["parcels.geojson"])
    assert drawn["crs"]["properties"]["name"].endswith("EPSG::4490")
    stored = [each.ground.geometry for each in measured.parts.select_related("ground").order_by("id")]
    assert [each["geometry"] for each in drawn["features"]] == stored


def test_high_standard_farmland_is_sent_as_such(ziyun: Ziyun) -> None:
    parts = parcels(AREAS)
    parts[0]["high_standard_no"] = "高标〔2025〕1号"
    passed(ziyun, parts=parts)
    files = opened(package(ziyun))
    high = json.loads(files["manifest.json"])["cases"][0]["figures_mu"]["H"]
    assert high == f"{account_of(reported(ziyun.verification)).high_standard:.4f}" == "237.6510"
    assert [each["high_standard"] for each in table(files["areas.csv"])] == ["yes", "no", "no", "no"]


def test_the_papers_go_along_as_they_were_submitted_and_every_file_has_its_digest(
    verified: Ziyun, tmp_path: Path
) -> None:
    content = package(verified)
    files = opened(content)
    folder = f"papers/{verified.verification_id}/"
    papers = {name: hashlib.sha256(files[name]).hexdigest() for name in files if name.startswith("papers/")}
    uploaded = Attachment.objects.filter(case=verified.verification_id).order_by("id")
    assert papers == {
        f"{folder}{place:02d}-{kind}.pdf": uploaded.get(kind=kind).sha256
        for place, kind in enumerate(
            ("acceptance_certificate", "retirement_summary", "village_minutes", "measurement_report"), start=1
        )
    }
    (case,) = json.loads(files["manifest.json"])["cases"]
    assert {each["file"]: each["sha256"] for each in case["papers"]} == papers
    assert len(files) == len(papers) + 5
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "package")
    said = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=tmp_path / "package",
        check=False,
        capture_output=True,
        text=True,
    )
    assert (said.returncode, said.stdout.count(": OK")) == (0, len(files) - 1), said.stderr


def test_the_report_that_was_replaced_and_what_others_handed_in_stay_where_they_are(ziyun: Ziyun) -> None:
    ziyun.draft()
    ziyun.measure()
    ziyun.submit()
    ziyun.decide(CITY, "correct", "03-03 10:00", reason="报告与现状不符")
    ziyun.alone(CITY, "verification.return", "03-04 09:00", reason="报告与现状不符")
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="03-05 09:00")
    ziyun.both(MEASURER, "verification.report", "03-05 09:00", **report(ziyun.parts()))
    ziyun.both(COUNTY, "verification.submit", "03-06 10:00")
    ziyun.decide(CITY, "pass", "03-10 10:00")
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    ziyun.attach(PROVINCE, K.INCOMING_DOCUMENT, when="03-21 10:00")
    (case,) = json.loads(opened(package(ziyun))["manifest.json"])["cases"]
    sent = {each["kind"]: each["sha256"] for each in case["papers"]}
    reports = Attachment.objects.filter(kind="measurement_report").order_by("id")
    assert [each.sha256 == sent["measurement_report"] for each in reports] == [False, True]
    assert "incoming_document" not in sent
    assert case["versions"]["round"] == 2
    assert set(case["passed"]) == {"city", "province"}


def test_the_same_state_gives_the_same_bytes_also_once_it_is_recorded_and_certified(verified: Ziyun) -> None:
    content = package(verified)
    assert package(verified, verified.verification_id) == content
    assert package(verified, key=SUPERVISOR) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    verified.record()
    assert package(verified) == content
    verified.certify()
    assert package(verified) == content


def test_a_name_that_looks_like_a_formula_is_a_text_in_every_table(ziyun: Ziyun) -> None:
    parts = parcels(AREAS)
    for each, village in zip(parts, ("=1+1村", "板当镇=2+2村", "＝3村", "@四村"), strict=True):
        each["village"] = village
    passed(ziyun, title="=HYPERLINK(1)项目区", parts=parts)
    files = opened(package(ziyun))
    areas = table(files["areas.csv"])
    assert [each["village"] for each in areas] == ["'=1+1村", "'=2+2村", "'＝3村", "'@四村"]
    assert areas[1]["town"] == "板当镇"
    assert table(files["verifications.csv"])[0]["title"] == "'=HYPERLINK(1)项目区"


def test_a_paper_that_is_not_what_was_uploaded_is_not_sent(verified: Ziyun) -> None:
    paper = Attachment.objects.get(kind="village_minutes")
    Path(paper.file.path).chmod(0o600)
    Path(paper.file.path).write_bytes(b"%PDF-1.4 other")
    with pytest.raises(Damaged):
        package(verified)
    assert not AuditEntry.objects.filter(verb="verification.export").exists()


def test_several_go_in_one_package_and_each_ones_record_says_so(verified: Ziyun) -> None:
    first, second = verified.verification_id, second_area(verified)
    content = package(verified, second, first)
    files = opened(content)
    assert content == package(verified, first, second)
    assert [each["county"] for each in json.loads(files["manifest.json"])["cases"]] == ["520425"] * 2
    rows = table(files["verifications.csv"])
    assert [each["title"] for each in rows] == ["紫云县2025年拆旧复垦项目区", "紫云县第二项目区"]
    assert len(table(files["areas.csv"])) == len(json.loads(files["parcels.geojson"])["features"]) == 8
    assert {name.split("/")[1] for name in files if name.startswith("papers/")} == {str(first), str(second)}
    alone = package(verified, second)
    lines = AuditEntry.objects.filter(verb="verification.export").order_by("id")
    assert [(each.case_id, each.after["count"], each.after["sha256"]) for each in lines[4:]] == [
        (second, 1, hashlib.sha256(alone).hexdigest())
    ]
    assert {(each.case_id, each.after["sha256"]) for each in lines[:4]} == {
        (case, hashlib.sha256(content).hexdigest()) for case in (first, second)
    }
    approver = verified.actor(PROVINCE)
    assert {(each.person_id, each.organisation_id, each.at) for each in lines} == {
        (approver.person_id, approver.organisation_id, NOW)
    }


def test_an_export_holds_so_much_and_says_how_to_get_the_rest(
    verified: Ziyun, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = (verified.verification_id, second_area(verified))
    for bound, most, said in (
        ("MOST_EXPORTED", 1, "1个核定项目，所选为2个"),
        ("MOST_EXPORTED_PARCELS", 7, "7个地块，所选为8个"),
        ("MOST_EXPORTED_MB", 0, "0MB材料，所选为1MB"),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(rules, bound, most)
            no = refused(lambda: package(verified, *both))
            assert no.code is Code.INVALID
            assert said in no.sentence
            assert "按县筛选" in no.sentence
            for one in both:
                assert package(verified, one), bound
    assert rules.why_not_export(count=50, parcels=20_000, paper_bytes=100 * 2**20) is None
    for over in (
        {"count": 51},
        {"count": 2, "parcels": 20_001},
        {"count": 2, "paper_bytes": 100 * 2**20 + 1},
    ):
        assert rules.why_not_export(**over) is not None, over
    assert refused(
        lambda: exports.export_waiting(verification_ids=[], by=verified.actor(PROVINCE), now=NOW)
    ).code is (Code.INVALID)


def test_before_the_province_has_passed_it_there_is_nothing_to_send(ziyun: Ziyun) -> None:
    def there() -> tuple[int, bool]:
        status = (
            browser(ziyun, PROVINCE)
            .get(f"/desk/verifications/{ziyun.verification_id}/package.zip")
            .status_code
        )
        return status, exports.waiting_for_record(ziyun.actor(PROVINCE)).exists()

    ziyun.draft()
    ziyun.measure()
    assert there() == (404, False)
    ziyun.submit()
    ziyun.decide(CITY, "pass", "03-10 10:00")
    assert there() == (404, False)
    ziyun.decide(PROVINCE, "pass", "03-20 10:00")
    assert there() == (200, True)
    ziyun.record(when="03-23 10:00", day="2026-03-23")
    assert there() == (200, False)
    ziyun.both(PROVINCE, "verification.revoke", "03-24 09:00", reason="复垦未达标")
    assert there() == (404, False)


def test_only_its_provinces_department_and_supervisors_have_it(verified: Ziyun) -> None:
    own, far = verified.verification_id, far_case(verified)
    page = f"/desk/verifications/{own}/"
    for key in (PROVINCE, SUPERVISOR):
        asked = browser(verified, key)
        assert asked.get(f"{page}package.zip").status_code == 200, key
        assert asked.get(PACKAGES, {"case": [own]}).status_code == 200, key
        assert f"{page}package.zip" in asked.get(page).content.decode(), key
        assert LIST in asked.get("/desk/verifications/").content.decode(), key
        assert listed(asked) == [own], key
        for foreign in ([far], [own, far], [own, 999_999_999], [own, "x"]):
            assert asked.get(PACKAGES, {"case": [str(each) for each in foreign]}).status_code == 404, (
                key,
                foreign,
            )
    for key in FAR:
        asked = browser(verified, key)
        assert asked.get(f"{page}package.zip").status_code == 404, key
        assert asked.get(PACKAGES, {"case": [own]}).status_code == 404, key
        assert listed(asked) == [far], key
    for key in NOBODY:
        asked = browser(verified, key)
        assert asked.get(f"{page}package.zip").status_code == 404, key
        for address in (LIST, PACKAGES, f"{PACKAGES}?case={own}"):
            assert asked.get(address).status_code == 404, (key, address)
        assert LIST not in asked.get("/desk/verifications/").content.decode(), key
        said = asked.get(page)
        assert said.status_code == (200 if key in (COUNTY, MEASURER, CITY) else 404), key
        assert "package.zip" not in said.content.decode(), key
    for address in (LIST, f"{page}package.zip", f"{PACKAGES}?case={own}"):
        answer = Client().get(address)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login/"), address
    taken = AuditEntry.objects.filter(verb="verification.export")
    assert set(taken.values_list("organisation_id", flat=True)) == {
        verified.organisation_id(key) for key in (PROVINCE, SUPERVISOR)
    }


@pytest.mark.parametrize("key", [*NOBODY, *FAR])
def test_nobody_else_gets_it_past_the_pages(verified: Ziyun, key: str) -> None:
    for call in (
        lambda: package(verified, key=key),
        lambda: package(verified, verified.verification_id, key=key),
    ):
        assert refused(call).code is Code.NOT_FOUND
    assert not exports.sendable_to(verified.actor(key)).exists()
    assert not exports.sendable_to(PUBLIC).exists()


def listed(asked: Client) -> list[int]:
    """Which cases the list offers."""
    answer = asked.get(LIST)
    assert answer.status_code == 200
    return [each.pk for each, _due in answer.context["rows"]]


def far_case(ziyun: Ziyun, number: int = 0, *, region: str = "430121") -> int:
    """A verification of the other province that waits for its record."""
    holder = register_organisation(
        kind=Role.COUNTY_GOVERNMENT, name=f"长沙县人民政府{number}", region=region, by=SYSTEM, now=NOW
    )
    return beside(ziyun.verification, number, region=region, holder_id=holder.pk)


def beside(one: Verification, number: int, *, region: str, holder_id: int) -> int:
    """One more that waits for the ministry's record."""
    case = cases.open_case(
        process="verification", owner_id=holder_id, province=f"{region[:2]}0000", region=region, now=NOW
    )
    made = Verification.objects.create(
        case=case, holder_id=holder_id, filed_by_id=holder_id, region_id=region, province=f"{region[:2]}0000",
        title=f"第{number}项目区", acceptance_no=f"验〔2024〕{number}号", status="verified", declared=one.declared,
        resettlement=0, returned=0, reserved=0, rules=one.rules, drafted_at=NOW, submitted_at=NOW,
    )  # fmt: skip
    return int(made.pk)


def test_when_nothing_waits_the_page_says_so_and_no_empty_package_is_made(verified: Ziyun) -> None:
    verified.record(when="03-23 10:00", day="2026-03-23")
    asked = browser(verified, PROVINCE)
    said = asked.get(LIST).content.decode()
    assert "没有待报部备案的核定项目" in said
    assert PACKAGES not in said
    for chosen, status in (({}, 400), ({"case": [verified.verification_id]}, 404)):
        answer = asked.get(PACKAGES, chosen)
        assert answer.status_code == status
        assert "不能导出" in answer.content.decode()
        assert answer.headers["Content-Type"].startswith("text/html")


def test_the_list_offers_what_waits_by_county_until_when_it_is_due(verified: Ziyun) -> None:
    own = verified.verification_id
    other = beside(verified.verification, 2, region="520422", holder_id=verified.organisation_id(NEXT_COUNTY))
    asked = browser(verified, PROVINCE)
    answer = asked.get(LIST)
    said = answer.content.decode()
    assert [each.pk for each, _ in answer.context["rows"]] == [other, own]
    assert "2026-04-03 24:00" in said, "ten working days from 20 March"
    assert said.count('name="case"') == 2
    for county, found in (
        ("520425", [own]),
        ("520422", [other]),
        ("430121", [other, own]),
        ("x", [other, own]),
    ):
        rows = asked.get(LIST, {"county": county}).context["rows"]
        assert [each.pk for each, _ in rows] == found, county
    sent = asked.get(PACKAGES, {"case": [own]})
    assert sent.headers["Content-Disposition"].endswith("-20260323-0900.zip")
    assert "manifest.json" in opened(sent.content)


@pytest.mark.parametrize("count", [1, 12])
def test_the_list_takes_as_many_queries_however_long_it_is(verified: Ziyun, count: int) -> None:
    for number in range(1, count):
        beside(
            verified.verification, number, region="520422", holder_id=verified.organisation_id(NEXT_COUNTY)
        )
    asked = browser(verified, PROVINCE)
    asked.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        assert len(asked.get(LIST).context["rows"]) == count
    assert len(queries) <= 8, [each["sql"][:160] for each in queries]


def test_approvers_have_it_too(verified: Ziyun) -> None:
    by = verified.actor(PROVINCE, Duty.APPROVER)
    assert exports.export_one(verification_id=verified.verification_id, by=by, now=NOW) == package(verified)


def test_where_the_head_alone_is_asked_for_nothing_leaves_and_nothing_is_written_down(
    verified: Ziyun,
) -> None:
    page = f"/desk/verifications/{verified.verification_id}/package.zip"
    several = f"/desk/verifications/ministry/package.zip?case={verified.verification_id}"
    for address in (page, several):
        assert browser(verified, PROVINCE).head(address).status_code == 200
    assert not AuditEntry.objects.filter(verb="verification.export").exists()
    for address in (page, several):
        assert browser(verified, PROVINCE).get(address).status_code == 200
    assert AuditEntry.objects.filter(verb="verification.export").count() == 2
