"""The public register of certificates and the page of one: what is shown, found, taken away, and never shown."""

import csv
import html
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.documents.models import Document
from apps.documents.queries import latest
from apps.documents.states import DocumentKind
from apps.portal.certificates import simplified
from apps.surplus.models import Verification
from kernel import clock
from kernel.cases import commands as cases
from tests.factories.visitors import fetched, read
from tests.factories.ziyun import PROVINCE, Ziyun, at

pytestmark = pytest.mark.django_db
NOW = at("03-28 12:00")


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.recorded()
    made.certify()
    return made


def copies(one: Verification, count: int) -> None:
    """So many more certificates like this one."""
    for _ in range(count):
        number = Verification.objects.count()
        case = cases.open_case(
            process="verification",
            owner_id=one.holder_id,
            province=one.province,
            region=one.region_id,
            now=NOW,
        )
        Verification.objects.create(
            case=case, holder=one.holder, filed_by=one.filed_by, region=one.region, province=one.province,
            title=f"第{number}项目区", acceptance_no=f"紫验〔2024〕{number}号", status="certified",
            declared=one.declared, resettlement=0, returned=0, reserved=0, rules=one.rules, drafted_at=NOW,
            submitted_at=NOW, certified_at=NOW, certificate_no=f"紫云建指登〔2025〕{number:04d}号",
        )  # fmt: skip


def page_of(ziyun: Ziyun) -> str:
    return f"/certificates/{ziyun.verification_id}/"


def test_the_register_says_what_to_expect_while_it_is_empty() -> None:
    assert "尚未核发登记证" in read("/certificates/", now=NOW)


def test_what_is_not_certified_is_in_no_page_and_no_file(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.recorded()
    for address in ("/certificates/", "/open-data/certificates.csv", "/open-data/certificates.json"):
        assert "紫云" not in read(address, now=NOW), address
    read(page_of(made), now=NOW, status=404)
    for wrong in ("/certificates/999999/", f"/certificates/{10**30}/"):
        read(wrong, now=NOW, status=404)


def test_the_register_lists_a_certificate_and_finds_it_by_place_and_words(ziyun: Ziyun) -> None:
    number = str(ziyun.verification.certificate_no)
    for found in ("", "?county=520425", "?county=520000", "?q=紫云 拆旧", f"?q={number}"):
        text = read(f"/certificates/{found}", now=NOW)
        assert number in text, found
        assert "800.0000" in text
    for missed in ("?county=430000", "?county=520422", "?q=没有这样的"):
        text = read(f"/certificates/{missed}", now=NOW)
        assert "没有符合条件的登记证" in text, missed
        assert page_of(ziyun) not in text


def test_a_certificates_page_shows_its_figures_its_paper_and_how_to_verify_it(ziyun: Ziyun) -> None:
    text = read(page_of(ziyun), now=NOW)
    paper = Document.objects.get(case_id=ziyun.verification_id)
    for words in (
        "紫云苗族布依族自治县人民政府", "800.0000", "242.8200", "817.4000", "本省（区、市）内", "部备〔2026〕1号",
        paper.verification_code, f"/documents/{paper.verification_code}/", f"/verify/{paper.verification_code}",
        "板当镇演示村", "贵州省自然资源厅", paper.facts["report_sha256"],
    ):  # fmt: skip
        assert words in text, words
    opened = fetched(f"/documents/{paper.verification_code}/", now=NOW)
    assert opened.body.startswith(b"%PDF-")


def test_nothing_of_the_case_but_what_the_certificate_states_is_public(ziyun: Ziyun) -> None:
    text = read(page_of(ziyun), now=NOW)
    for hidden in ("核定合同1号", "120000", "120,000", "陈某", "演示测绘员"):
        assert hidden not in text, hidden


def test_parcels_are_drawn_no_more_exactly_than_ten_metres(ziyun: Ziyun) -> None:
    text = read(page_of(ziyun), now=NOW)
    stored = text.split('id="parcel-data" type="application/json">')[1].split("</script>")[0]
    collection = json.loads(stored)
    assert len(collection["features"]) == 4
    for each in collection["features"]:
        for ring in each["geometry"]["coordinates"]:
            for longitude, latitude in ring:
                assert (round(longitude, 4), round(latitude, 4)) == (longitude, latitude)


def test_a_parcel_smaller_than_the_grid_is_still_drawn() -> None:
    tiny = [[105.0, 25.0], [105.00001, 25.0], [105.00001, 25.00001], [105.0, 25.00001], [105.0, 25.0]]
    drawn = simplified({"type": "Polygon", "coordinates": [tiny]})
    assert drawn["type"] == "Polygon"
    assert drawn["coordinates"][0]


def test_a_revoked_certificate_says_so_in_the_register_on_its_page_and_when_it_is_verified(
    ziyun: Ziyun,
) -> None:
    paper = Document.objects.get(case_id=ziyun.verification_id)
    verified = f"/verify/{paper.verification_code}"
    assert "已失效" not in read(verified, now=NOW)
    ziyun.both(PROVINCE, "verification.revoke", "03-28 10:00", reason="复垦未达标")
    assert "已撤销" in read("/certificates/", now=NOW)
    assert "复垦未达标" in read(page_of(ziyun), now=NOW)
    text = read(verified, now=NOW)
    assert "查验属实" in text
    assert "已失效" in text


def test_a_verified_certificate_leads_to_its_own_page(ziyun: Ziyun) -> None:
    paper = Document.objects.get(case_id=ziyun.verification_id)
    for asked in (paper.verification_code, str(paper.number)):
        text = read(f"/verify/?q={asked}", now=NOW)
        assert f'href="{page_of(ziyun)}"' in text
        assert "/listings/" + str(ziyun.verification_id) not in text
    answer = fetched(f"/api/v1/verify/?q={paper.verification_code}", now=NOW).json()
    assert (answer["listing"], answer["certificate"], answer["revoked"]) == (
        None,
        ziyun.verification_id,
        False,
    )


def test_files_hold_the_rows_of_the_page(ziyun: Ziyun) -> None:
    copies(ziyun.verification, 25)
    rows = list(csv.reader(io.StringIO(read("/open-data/certificates.csv", now=NOW)[1:])))
    items = json.loads(read("/open-data/certificates.json", now=NOW))["items"]
    assert len(rows) - 1 == len(items) == 26
    own = next(each for each in items if each["number"] == ziyun.verification.certificate_no)
    assert (own["tradeable"], own["left"], own["sold"], own["status"]) == (
        "800.0000",
        "800.0000",
        "0.0000",
        "certified",
    )
    assert len(json.loads(read("/open-data/certificates.json?q=第1项目区", now=NOW))["items"]) == 1


def test_pages_follow_each_other_without_a_gap_or_a_repetition(ziyun: Ziyun) -> None:
    copies(ziyun.verification, 45)
    seen: list[str] = []
    address = "/certificates/"
    for _ in range(3):
        text = read(address, now=NOW)
        seen += re.findall(r'<a href="/certificates/(\d+)/"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        address = f"/certificates/{html.unescape(following[1])}" if following else ""
    assert address == ""
    assert len(seen) == len(set(seen)) == 46


def test_the_register_costs_the_same_with_one_row_and_with_thirty(
    ziyun: Ziyun, django_assert_num_queries: Any
) -> None:
    for rows in (0, 15):
        copies(ziyun.verification, rows)
        with clock.simulated(NOW), django_assert_num_queries(4):
            assert Client().get("/certificates/").status_code == 200
        with clock.simulated(NOW), django_assert_num_queries(8):
            assert Client().get(page_of(ziyun)).status_code == 200


def test_the_page_states_what_the_certificate_carries(ziyun: Ziyun) -> None:
    paper = latest(case_id=ziyun.verification_id, kind=DocumentKind.QUOTA_CERTIFICATE)
    assert paper is not None
    carried = Decimal(paper.facts["carried_capacity"]["value"])
    assert carried > 0
    assert f"附带粮食产能（公斤）：{carried:,.0f}<" in read(page_of(ziyun), now=NOW)


def test_the_register_stands_in_the_menu_and_in_the_sitemap() -> None:
    assert 'href="/certificates/"' in read("/", now=NOW)
    assert "/certificates/</loc>" in read("/sitemap.xml", now=NOW)
