"""What is seen of a demand: on the desks of those whose business it is, through the API, on the portal."""

import html
import re

import pytest
from django.test import Client

from apps.disclosure.deadlines import visible_deadlines
from apps.disclosure.evidence import may_open
from apps.documents.models import Attachment, Document
from apps.documents.states import AttachmentKind as K
from apps.notices.models import Notice
from apps.process import reminders
from kernel import clock
from kernel.actors import PUBLIC, Duty
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from tests.factories.taking import COUNTY, FAR_COUNTY, FAR_PROVINCE, FINANCE, PROVINCE, Taking
from tests.factories.ziyun import at

pytestmark = pytest.mark.django_db


def read(taking: Taking, key: str, address: str, duty: Duty = Duty.OPERATOR) -> tuple[int, str]:
    """What somebody of a body is answered, as a reader sees it."""
    browser = Client()
    member = taking.people[key][[Duty.OPERATOR, Duty.APPROVER].index(duty)]
    browser.force_login(member.person, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.get(address)
    if answer.headers["Content-Type"].partition(";")[0] != "text/html":
        return answer.status_code, ""
    return answer.status_code, html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode()))


def at_the_end() -> Taking:
    taking = Taking.with_ministry()
    taking.paying()
    taking.pay("150000000.00", "缴1号")
    taking.pay("250000000.00", "缴2号", "10-13 10:00")
    taking.receive()
    return taking


@pytest.mark.parametrize("key", [COUNTY, PROVINCE, FINANCE])
def test_its_page_tells_what_it_is_and_what_was_paid(key: str) -> None:
    taking = at_the_end()
    address = f"/desk/demands/{taking.demand_id}/"
    with clock.simulated(at("10-24 09:00")):
        status, page = read(taking, key, address)
    assert status == 200
    for said in (
        "800.0000 亩",
        "400,000,000.00 元",
        "缴1号",
        "250,000,000.00",
        "指标已调入",
        "受理〔2026〕1号",
    ):
        assert said in page, said
    assert ("办结跨省域调入需求" in page) is (key == PROVINCE)


def test_nobody_else_has_its_page_and_its_list_is_ones_own() -> None:
    taking = at_the_end()
    with clock.simulated(at("10-24 09:00")):
        for key in (FAR_COUNTY, FAR_PROVINCE):
            assert read(taking, key, f"/desk/demands/{taking.demand_id}/")[0] == 404
            assert taking.demand.title not in read(taking, key, "/desk/demands/")[1]
        assert taking.demand.title in read(taking, COUNTY, "/desk/demands/")[1]
        assert read(taking, COUNTY, f"/desk/demands/{taking.demand_id}/package.zip")[0] == 200


def test_what_is_to_do_waits_on_the_desk_of_whoever_does_it() -> None:
    taking = Taking.with_ministry()
    with clock.simulated(at("09-18 09:00")):
        taking.match(taking.row())
        assert "公示调剂方案" in read(taking, PROVINCE, "/desk/")[1]
    taking.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=taking.scheme.pk)
    run_due(now=at("09-30 00:00"), case_id=taking.demand_id)
    with clock.simulated(at("10-09 09:00")):
        assert "登记调剂资金缴入" in read(taking, FINANCE, "/desk/")[1]
        _, form = read(taking, FINANCE, f"/desk/acts/demand.pay_in/{taking.demand_id}/")
        assert "400,000,000.00 元" in form
    taking.pay("400000000.00")
    with clock.simulated(at("10-13 09:00")):
        assert "调入跨省域调剂指标" in read(taking, PROVINCE, "/desk/")[1]


def test_a_cases_page_has_its_next_step_first_and_asks_for_a_paper_that_no_act_has_entered() -> None:
    taking = Taking.with_ministry()
    address = f"/desk/demands/{taking.demand_id}/"
    with clock.simulated(at("09-18 09:00")):
        evidence = read(taking, PROVINCE, address)[1].partition("我的材料")[2]
        assert "外部来文.pdf" not in evidence.partition("上传材料")[0], (
            "the ministry's receipt entered that one"
        )
        taking.match(taking.row())
        page = read(taking, PROVINCE, address)[1]
    steps = page[page.index("可以办理的事项") : page.index("我的材料")]
    assert steps.index("公示调剂方案") < steps.index("登记收回调入方案")
    assert "公示调剂方案" not in read(taking, COUNTY, address)[1]


def test_the_api_tells_one_side_all_and_a_stranger_nothing() -> None:
    taking = at_the_end()
    browser = Client()
    member = taking.people[COUNTY][0]
    browser.force_login(member.person, backend="django.contrib.auth.backends.ModelBackend")
    with clock.simulated(at("10-24 09:00")):
        told = browser.get(f"/api/v1/demands/{taking.demand_id}/").json()
        assert (told["price"], told["paid"], told["status"]) == ("400000000.00", "400000000.00", "received")
        assert [each["voucher_no"] for each in told["payments"]] == ["缴1号", "缴2号"]
        assert [each["area_mu"] for each in told["rows"]] == ["800.0000"]
        assert [each["id"] for each in browser.get("/api/v1/demands/").json()["results"]] == [
            taking.demand_id
        ]
        far = Client()
        stranger = taking.people[FAR_PROVINCE][0].person
        far.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
        assert far.get(f"/api/v1/demands/{taking.demand_id}/").status_code == 404
        assert far.get("/api/v1/demands/").json()["results"] == []


def test_the_portal_tells_of_it_from_its_publication_on_and_of_no_paper() -> None:
    taking = Taking.with_ministry()
    taking.match(taking.row())
    browser = Client()
    with clock.simulated(at("09-19 09:00")):
        assert str(taking.demand.case.number) not in browser.get("/cross-province/").content.decode()
    taking.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=taking.scheme.pk)
    with clock.simulated(at("09-22 09:00")):
        page = browser.get("/cross-province/").content.decode()
    for said in (str(taking.demand.case.number), "桐庐县人民政府", "800.0000", "400,000,000.00", "方案公示"):
        assert said in page, said
    proof = Attachment.objects.get(kind=K.BUDGET_PROOF)
    assert (may_open(proof, by=PUBLIC), may_open(proof, by=taking.actor(PROVINCE))) == (False, True)
    assert not may_open(proof, by=taking.actor(FAR_PROVINCE))
    seen = visible_deadlines(taking.actor(FAR_COUNTY)).filter(case_id=taking.demand_id)
    assert (seen.exists(), Deadline.objects.filter(case_id=taking.demand_id).exists()) == (False, True)


def test_finance_is_reminded_of_the_payment() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    reminders.remind(now=at("11-16 09:00"))
    notice = Notice.objects.get(organisation_id=taking.organisation_id(FINANCE), kind="reminder")
    assert "缴入调剂资金" in notice.title
    assert str(taking.demand.case.number) in notice.text


def test_what_comes_is_certified_to_its_holder_and_its_scheme_is_published_as_a_document() -> None:
    taking = at_the_end()
    issued = {each.kind: each for each in Document.objects.filter(case_id=taking.demand_id)}
    assert set(issued) == {"scheme_publication", "demand_certificate"}
    published, certified = issued["scheme_publication"], issued["demand_certificate"]
    assert (published.public, certified.public, certified.visible_to) == (
        True,
        False,
        taking.organisation_id(COUNTY),
    )
    assert (published.facts["party"], published.facts["partner"]) == ("调入单位", "调出县（市、区）")
    [line] = certified.facts["lines"]
    assert (line["area"]["value"], certified.facts["paid"]) == ("800.0000", "400000000.00")
    assert line["national_number"]
    with clock.simulated(at("10-24 09:00")):
        for key, sees in ((COUNTY, True), (PROVINCE, True), (FAR_COUNTY, False)):
            status, page = read(taking, key, f"/desk/demands/{taking.demand_id}/")
            assert ("跨省域调剂指标调入证明" in page) == sees, (key, status)
        public = Client().get(f"/cross-province/{taking.demand_id}/").content.decode()
    assert published.number in public
    assert certified.number not in public
