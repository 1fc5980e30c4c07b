"""What each office sees of a verification on its desk and of the quota that it makes."""

import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from apps.documents.states import AttachmentKind as K
from apps.land.queries import drawn_apart
from apps.notices.models import Notice
from apps.surplus.models import Verification
from kernel import clock
from kernel.access.models import Preparation
from kernel.audit.models import AuditEntry
from kernel.web.opaque import shown
from tests.factories.actors import token_for
from tests.factories.desk_site import form_of
from tests.factories.ziyun import (
    CITY,
    COUNTY,
    FAR_CITY,
    FAR_PROVINCE,
    MEASURER,
    NEXT_COUNTY,
    OTHER_MEASURER,
    PROVINCE,
    Ziyun,
    at,
    facts,
    report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ziyun(settings: Any, tmp_path: Any) -> Iterator[Ziyun]:
    """Ziyun with its certificate, on 1 April."""
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(at("01-05 09:00")) as moved:
        made = Ziyun.recorded(clock=moved)
        made.certify()
        moved.move_to(at("04-01 09:00"))
        yield made


def page(ziyun: Ziyun, key: str, address: str, *, status: int = 200, duty: int = 0) -> str:
    browser = Client()
    browser.force_login(ziyun.people[key][duty].person, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.get(address)
    assert answer.status_code == status, f"{key} {address}: {answer.status_code}"
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return content.decode("utf-8", "replace")


def test_who_may_see_it_sees_figures_parcels_and_opinions(ziyun: Ziyun) -> None:
    address = f"/desk/verifications/{ziyun.verification_id}/"
    figures = ("817.4000", "800.0000", "242.8200", "parcel-data")
    review = ("市级初审", "省级终审", "部备〔2026〕1号", "自动核对")
    for key in (COUNTY, MEASURER, CITY, PROVINCE):
        said = page(ziyun, key, address)
        for text in figures:
            assert text in said, (key, text)
        for text in review:
            assert (text in said) is (key != MEASURER), (key, text)
        assert "紫云县2025年拆旧复垦项目区" in page(ziyun, key, "/desk/verifications/")
    for key in (FAR_CITY, FAR_PROVINCE, NEXT_COUNTY):
        page(ziyun, key, address, status=404)
        assert "紫云县2025年拆旧复垦项目区" not in page(ziyun, key, "/desk/verifications/")


def test_a_measurer_sees_of_the_evidence_what_it_handed_in(ziyun: Ziyun) -> None:
    address = f"/desk/verifications/{ziyun.verification_id}/"
    assert "村民会议纪要" in page(ziyun, CITY, address)
    said = page(ziyun, MEASURER, address)
    assert "核定报告.pdf" in said
    assert "村民会议纪要.pdf" not in said


def test_a_second_measurer_begins_with_what_was_declared_and_sees_nothing_of_the_first_ones_work(
    settled: Ziyun,
) -> None:
    settled.draft()
    _commission(settled)
    settled.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    measured = [{**each, "village": "板当镇实测村"} for each in settled.parts()]
    settled.both(MEASURER, "verification.report", "01-20 09:00", **report(measured))
    settled.submit("01-21 10:00")
    settled.decide(CITY, "correct", "01-22 10:00", reason="报告与现状不符")
    settled.alone(CITY, "verification.return", "01-23 09:00", reason="报告与现状不符")
    settled.both(
        COUNTY, "verification.commission", "01-24 09:00", measurer_id=settled.organisation_id(OTHER_MEASURER),
        contract_no="核定合同2号", contract_price="120000.00",
    )  # fmt: skip
    for address in ("verifications/{}/", "acts/verification.report/{}/"):
        said = page(settled, OTHER_MEASURER, f"/desk/{address.format(settled.verification_id)}")
        assert "板当镇演示村" in said
        for text in ("板当镇实测村", "报告与现状不符", "退回补正意见", "核定报告.pdf"):
            assert text not in said, (address, text)
    assert "报告与现状不符" in page(settled, COUNTY, f"/desk/verifications/{settled.verification_id}/")


def test_the_quota_stands_in_the_countys_ledger_and_in_the_reserve(ziyun: Ziyun) -> None:
    number = ziyun.verification.certificate_no or ""
    reserve = page(ziyun, PROVINCE, "/desk/reserve/")
    heads = re.findall(r'<th scope="col" class="num">([^<]+)</th>', reserve)
    cells = re.findall(r'<td class="num" data-head="([^"]+)">([^<]+)</td>', reserve)
    assert [head for head, _ in cells] == heads
    assert dict(cells) | {"等别": ""} == {
        "耕地（亩）": "—", "水田（亩）": "—", "产能（公斤）": "—", "建设用地（亩）": "800.0000", "等别": "",
    }  # fmt: skip
    for key, address in ((COUNTY, "/desk/quota/"), (PROVINCE, "/desk/reserve/")):
        said = page(ziyun, key, address)
        assert number in said
        assert "800.0000" in said
        page(ziyun, key, f"{address}?as=xlsx")
    sheet = _book(ziyun, PROVINCE, "/desk/reserve/?as=xlsx")
    [row] = [each for each in sheet if number in each]
    [head] = [each for each in sheet if "入库凭证号" in each]
    assert len(row) == len(head)
    amounts = {
        name: row[place] for place, name in enumerate(head) if name and name.endswith(("（亩）", "（公斤）"))
    }
    assert amounts == {
        "耕地数量（亩）": None, "水田规模（亩）": None, "粮食产能（公斤）": None, "建设用地规模（亩）": 800,
    }  # fmt: skip
    assert number not in page(ziyun, FAR_PROVINCE, "/desk/reserve/")


def _book(ziyun: Ziyun, key: str, address: str) -> list[tuple[Any, ...]]:
    """The rows of a workbook's first sheet."""
    browser = Client()
    browser.force_login(ziyun.people[key][0].person, backend="django.contrib.auth.backends.ModelBackend")
    answer: Any = browser.get(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return [tuple(row) for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values]


def test_programs_read_it_too(ziyun: Ziyun) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_for(ziyun.people[COUNTY][0].person)}")
    (batch,) = client.get("/api/v1/batches/").data["results"]
    assert (batch["certificate_no"], batch["construction_area"]) == (
        ziyun.verification.certificate_no, "800.0000",
    )  # fmt: skip
    held = client.get("/api/v1/quota/holdings/").data["holdings"]
    assert {"kind": "construction_area", "bucket": "available", "amount": "800.0000"} in held
    assert len(client.get("/api/v1/quota/entries/").data["results"]) == 1


def _send(ziyun: Ziyun, key: str, address: str, **typed: Any) -> Any:
    """The form at an address as it stands, with what is typed; None takes an input away."""
    browser = Client()
    person = ziyun.people[key][0].person
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    given = form_of(browser.get(address)) | typed
    return browser.post(address, {name: value for name, value in given.items() if value is not None})


def _map(count: int, **changed: Any) -> SimpleUploadedFile:
    """A map file of so many parcels of 0.6500 亩 in the county."""
    drawn = drawn_apart(region="520425", areas_mu=[Decimal("0.6500")] * count)
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {
                "地块编号": f"ZY{place:04d}", "所在村": "演示村", "类型": "农村宅基地", "复垦后地类": "旱地",
                "面积（亩）": 0.65, "等别": 10, "建筑面积": 120, **changed,
            },
        }
        for place, geometry in enumerate(drawn, start=1)
    ]  # fmt: skip
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return SimpleUploadedFile("地块.geojson", content)


@pytest.fixture
def settled(settings: Any, tmp_path: Any) -> Iterator[Ziyun]:
    """Everybody is there, nothing is declared."""
    settings.MEDIA_ROOT = tmp_path
    with clock.simulated(at("01-05 09:00")) as moved:
        made = Ziyun.settled()
        made.clock = moved
        yield made


def test_many_parcels_come_in_a_map_file_and_stay_when_the_rest_is_changed(settled: Ziyun) -> None:
    head = {
        "title": "紫云县拆旧复垦项目区", "acceptance_no": "紫验〔2025〕7号", "declared": "52.0000",
        "reserved": "2.0000",
    }  # fmt: skip
    wrong = _send(
        settled, COUNTY, "/desk/acts/verification.draft/0/", **head, **{"parts-file": _map(80, 等别="")}
    )
    assert wrong.status_code == 400
    assert "请填写复垦后质量等别" in wrong.content.decode()
    bad = _send(
        settled, COUNTY, "/desk/acts/verification.draft/0/", **head, **{"parts-file": _map(2, 类型="")}
    )
    assert "第1个要素“复垦前类型”未填写" in bad.content.decode()
    sent = _send(settled, COUNTY, "/desk/acts/verification.draft/0/", **head, **{"parts-file": _map(80)})
    assert sent.status_code == 302, sent.content.decode()
    found = Verification.objects.get()
    assert sent.headers["Location"] == f"/desk/verifications/{found.pk}/"
    settled.verification_id = found.pk
    amend = f"/desk/acts/verification.amend/{found.pk}/"
    assert "共 80 行" in page(settled, COUNTY, amend)
    assert _send(settled, COUNTY, amend, title="紫云县第二项目区").status_code == 302
    found.refresh_from_db()
    measured = found.measurements.get()
    assert (found.title, measured.parts.count()) == ("紫云县第二项目区", 80)
    settled.clock.move_to(at("01-07 09:00")) if settled.clock else None
    commission = f"/desk/acts/verification.commission/{found.pk}/"
    assert "演示测绘院" in page(settled, COUNTY, commission)
    assert _send(
        settled, COUNTY, commission, measurer_id=str(settled.organisation_id(MEASURER)), contract_no="1号",
        contract_price="100.00",
    ).status_code == 302  # fmt: skip
    for address in ("/desk/", f"/desk/verifications/{found.pk}/"):
        assert "委托第三方核定" in page(settled, COUNTY, address)


def test_tasks_come_to_whoever_acts_next(settled: Ziyun) -> None:
    def waits(key: str, label: str) -> bool:
        return label in page(settled, key, "/desk/")

    settled.draft()
    assert waits(COUNTY, "委托第三方核定")
    settled.measure()
    assert waits(COUNTY, "提交节余指标核定申报")
    settled.submit()
    assert waits(CITY, "出具市级初审意见")
    assert not waits(FAR_CITY, "出具市级初审意见")
    settled.decide(CITY, "correct", "03-10 10:00", reason="请补正")
    assert waits(CITY, "退回节余指标核定申报")
    settled.alone(CITY, "verification.return", "03-11 09:00", reason="请补正")
    settled.both(COUNTY, "verification.submit", "03-12 09:00")
    settled.decide(CITY, "pass", "03-13 10:00")
    assert waits(PROVINCE, "出具省级终审意见")
    settled.decide(PROVINCE, "pass", "03-20 10:00")
    assert waits(PROVINCE, "登记部备案号")
    settled.record()
    assert waits(PROVINCE, "节余指标发证入库")
    assert not waits(FAR_PROVINCE, "节余指标发证入库")


def test_forms_take_back_the_parcels_that_they_show(settled: Ziyun) -> None:
    settled.draft()
    amend = f"/desk/acts/verification.amend/{settled.verification_id}/"
    sent = _send(settled, COUNTY, amend, title="紫云县第二项目区")
    assert sent.status_code == 302, sent.content.decode()
    assert settled.verification.measurements.count() == 1, "the same parcels are no new set"
    _commission(settled)
    form = f"/desk/acts/verification.report/{settled.verification_id}/"
    assert "请先在项目页上传：《核定报告》。" in page(settled, MEASURER, form)
    settled.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    assert "请先在项目页上传" not in page(settled, MEASURER, form)
    settled.clock.move_to(at("01-20 10:00")) if settled.clock else None
    sent = _send(
        settled, MEASURER, f"/desk/acts/verification.report/{settled.verification_id}/", method="RTK实测",
        instrument="GNSS接收机", surveyors="演示测绘员",
    )  # fmt: skip
    assert sent.status_code == 302, sent.content.decode()
    waiting = Preparation.objects.get(act="verification.report")
    drawn = [json.loads(each["geometry"])["type"] for each in waiting.payload["parts"]]
    assert drawn == ["Polygon"] * 4


def _commission(ziyun: Ziyun) -> None:
    ziyun.both(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="核定合同1号", contract_price="120000.00",
    )  # fmt: skip


@pytest.mark.parametrize("count", [4, 80])
def test_parcels_read_from_a_file_stay_when_something_else_of_the_form_is_wrong(
    settled: Ziyun, count: int
) -> None:
    settled.draft()
    address = f"/desk/acts/verification.amend/{settled.verification_id}/"
    together = f"{Decimal('0.6500') * count:.4f}"
    wrong = _send(
        settled, COUNTY, address, declared="", reserved="0", **{"parts-file": _map(count)}
    )  # the declared area is missing
    assert wrong.status_code == 400
    browser = Client()
    browser.force_login(settled.people[COUNTY][0].person, backend="django.contrib.auth.backends.ModelBackend")
    again: dict[str, Any] = form_of(wrong) | {"declared": together}
    checked = browser.post(f"{address}check/", again)
    assert "自动核查：可以提交" in checked.content.decode()
    assert browser.post(address, again).status_code == 302
    newest = settled.verification.measurements.latest("version")
    assert (newest.version, newest.parts.count()) == (2, count)


@pytest.mark.parametrize("sent", ["named", "whole"])
def test_a_check_says_that_a_file_is_read_when_it_is_handed_in(settled: Ziyun, sent: str) -> None:
    settled.draft()
    address = f"/desk/acts/verification.amend/{settled.verification_id}/"
    browser = Client()
    browser.force_login(settled.people[COUNTY][0].person, backend="django.contrib.auth.backends.ModelBackend")
    chosen: Any = "[object File]" if sent == "named" else SimpleUploadedFile("地块.geojson", b"{}")
    given = form_of(browser.get(address)) | {"parts-file": chosen}
    assert "所选文件在提交时读取" in browser.post(f"{address}check/", given).content.decode()


def test_city_and_province_decide_beside_papers_figures_and_findings_and_what_they_open_is_on_record(
    settled: Ziyun,
) -> None:
    settled.draft()
    settled.measure()
    settled.submit()

    def beside(key: str, act: str) -> str:
        said = page(settled, key, f"/desk/acts/{act}/{settled.verification_id}/")
        for text in (
            "村民会议纪要.pdf",
            "核定报告.pdf",
            "800.0000 亩",
            "817.4000 亩",
            "各地块合计",
            "RTK实测",
        ):
            assert text in said, (act, text)
        return said

    said = beside(CITY, "verification.city_decide")
    for link in re.findall(r'href="(/desk/attachments/[^"]+)"', said):
        page(settled, CITY, link)
    opened = AuditEntry.objects.filter(verb="attachment.read", case_id=settled.verification_id)
    assert opened.count() == 4
    settled.decide(CITY, "pass", "03-10 10:00", reason="材料齐全")
    assert "材料齐全" in beside(PROVINCE, "verification.province_decide")
    settled.decide(PROVINCE, "pass", "03-20 10:00")
    beside(PROVINCE, "verification.record")
    settled.record()
    beside(PROVINCE, "verification.certify")
    beside(PROVINCE, "verification.revoke")


def test_parcels_changed_after_a_report_wait_for_a_new_one_and_the_measurer_is_told(settled: Ziyun) -> None:
    settled.draft()
    settled.measure()
    address = f"/desk/verifications/{settled.verification_id}/"
    submit, again = "/desk/acts/verification.submit/", "/desk/acts/verification.report/"
    assert submit in page(settled, COUNTY, address)
    assert "提交核定报告" not in page(settled, MEASURER, "/desk/")
    changed = [{**each, "village": "板当镇另一村"} for each in settled.parts()]
    settled.alone(COUNTY, "verification.amend", "01-21 09:00", **facts(parts=changed))
    said = page(settled, COUNTY, address)
    assert submit not in said
    assert "须由受托机构重新出具核定报告" in said
    form = page(settled, COUNTY, f"{submit}{settled.verification_id}/")
    assert "须由受托机构重新出具核定报告" in form
    assert "提交节余指标核定申报" not in page(settled, COUNTY, "/desk/")
    told = Notice.objects.get(kind="verification.amended")
    assert told.organisation_id == settled.organisation_id(MEASURER)
    assert "请重新测量" in told.text
    assert "提交核定报告" in page(settled, MEASURER, "/desk/")
    assert again in page(settled, MEASURER, address)
    settled.alone(COUNTY, "verification.amend", "01-21 10:00", **facts(parts=changed, title="另一名称"))
    assert Notice.objects.filter(kind="verification.amended").count() == 1, "the parcels are the same"
    settled.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-22 08:00")
    settled.both(MEASURER, "verification.report", "01-22 09:00", **report(settled.parts()))
    assert "提交核定报告" not in page(settled, MEASURER, "/desk/")
    assert submit in page(settled, COUNTY, address)


def test_an_approver_finds_what_it_has_to_release_on_the_page_and_begins_nothing_that_takes_two(
    settled: Ziyun,
) -> None:
    settled.draft()
    address = f"/desk/verifications/{settled.verification_id}/"
    assert "/desk/acts/verification.withdraw/" not in page(settled, COUNTY, address, duty=1)
    settled.alone(COUNTY, "verification.withdraw", "01-07 09:00", reason="改报土地整治项目")
    waiting = Preparation.objects.get(act="verification.withdraw")
    assert f"/desk/preparations/{shown(waiting.pk, 'preparation')}/" in page(settled, COUNTY, address, duty=1)


def test_what_waits_for_an_approver_says_which_verification_it_is_about_and_until_when(
    settled: Ziyun,
) -> None:
    def row(key: str) -> str:
        said = page(settled, key, "/desk/", duty=1)
        (found,) = re.findall(r"<tr data-row.*?</tr>", said, re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))

    settled.draft()
    settled.alone(
        COUNTY, "verification.commission", "01-07 09:00", measurer_id=settled.organisation_id(MEASURER),
        contract_no="1号", contract_price="100.00",
    )  # fmt: skip
    said = row(COUNTY)
    for text in (
        "核定草稿",
        "紫云县2025年拆旧复垦项目区",
        "无期限",
        "紫云苗族布依族自治县",
    ):
        assert text in said, text
    settled.release(COUNTY, "verification.commission", "01-07 09:30")
    settled.attach(MEASURER, K.MEASUREMENT_REPORT, when="01-20 09:00")
    settled.alone(MEASURER, "verification.report", "01-20 09:00", **report(settled.parts()))
    assert "2026-02-04" in row(MEASURER)
    settled.release(MEASURER, "verification.report", "01-20 09:30")
    settled.submit("01-21 10:00")
    settled.alone(CITY, "verification.city_decide", "01-22 10:00", outcome="pass")
    said = row(CITY)
    for text in ("节余核〔2026〕5200000001号", "紫云县2025年拆旧复垦项目区", "剩 9 个工作日"):
        assert text in said, text
