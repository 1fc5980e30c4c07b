"""Reports on certificates (举报): anyone makes one, the province answers it, and nothing stands still meanwhile."""

from typing import Any

import pytest
from django.test import Client

from apps.notices.models import Notice
from apps.objections.models import Objection
from apps.objections.states import ObjectionStatus
from kernel import clock, proofs
from kernel.actors import PUBLIC
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from tests.factories.ziyun import CITY, COUNTY, FAR_PROVINCE, PROVINCE, Ziyun, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def certified(settings: Any, tmp_path: Any) -> Ziyun:
    settings.MEDIA_ROOT = tmp_path
    made = Ziyun.recorded()
    made.certify()
    return made


def report(ziyun: Ziyun, when: str = "03-28 09:00") -> int:
    """Somebody writes to the province."""
    data = {"text": "三号地块没有拆除", "name": "某村民", "contact": "13800000000"}
    done = perform(
        act_called("objection.raise_on_case"),
        subject_id=ziyun.verification_id,
        data=data,
        by=PUBLIC,
        now=at(when),
    )
    made: int = done.answer["objection"]
    return made


def test_the_province_answers_it_and_the_certificate_goes_on(certified: Ziyun) -> None:
    made = report(certified)
    due = Deadline.objects.get(case_id=certified.verification_id, kind="objection_accept")
    assert due.concerns_id == certified.organisation_id(PROVINCE)
    certified.alone(PROVINCE, "objection.accept", "03-28 10:00", subject=made, accepted=True)
    assert certified.verification.case.holds == 0
    certified.both(
        PROVINCE, "objection.decide", "03-30 10:00", subject=made, upheld=True, reason="已责令拆除"
    )
    assert Objection.objects.get(pk=made).status == ObjectionStatus.UPHELD
    assert certified.verification.case.holds == 0
    told = Notice.objects.filter(case_id=certified.verification_id, kind__startswith="objection")
    assert {each.organisation_id for each in told} == {
        certified.organisation_id(PROVINCE), certified.organisation_id(COUNTY),
    }  # fmt: skip
    assert not any("某村民" in each.text or "13800000000" in each.text for each in told)


@pytest.mark.parametrize(
    ("key", "code"),
    [(COUNTY, Code.NOT_PERMITTED), (CITY, Code.NOT_PERMITTED), (FAR_PROVINCE, Code.NOT_PERMITTED)],
)
def test_nobody_else_answers_it(certified: Ziyun, key: str, code: Code) -> None:
    made = report(certified)
    with pytest.raises(Refused) as no:
        certified.alone(key, "objection.accept", "03-28 10:00", subject=made, accepted=True)
    assert no.value.refusal.code in (code, Code.NOT_FOUND)


def test_what_is_not_certified_or_was_revoked_takes_none(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    recorded = Ziyun.recorded()
    with pytest.raises(Refused) as no:
        report(recorded, "03-27 09:00")
    assert no.value.refusal.code is Code.NOT_FOUND
    recorded.certify()
    recorded.both(PROVINCE, "verification.revoke", "03-28 10:00", reason="核查不实")
    with pytest.raises(Refused) as no:
        report(recorded, "03-28 11:00")
    assert no.value.refusal.code is Code.WRONG_STATUS


def test_a_visitor_reports_from_the_certificates_page_and_the_province_finds_it_on_its_desk(
    certified: Ziyun,
) -> None:
    visitor, page = Client(), f"/certificates/{certified.verification_id}/"
    with clock.simulated(at("03-28 09:00")):
        context = visitor.get(page).context
        typed = {
            "text": "三号地块没有拆除",
            "name": "某村民",
            "contact": "13800000000",
            "key": context["key"],
        }
        refused = visitor.post(f"{page}reports/", typed)
        assert (refused.status_code, Objection.objects.count()) == (400, 0)
        worked = {"challenge": context["challenge"].text, "answer": proofs.answer_to(context["challenge"])}
        answer = visitor.post(f"{page}reports/", typed | worked | {"key": "again"}, follow=True)
        assert "举报已提交" in answer.content.decode()
        made = Objection.objects.get()
        browser = Client()
        person = certified.people[PROVINCE][0].person
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert f"/desk/acts/objection.accept/{made.pk}/" in browser.get("/desk/").content.decode()
        desk = browser.get(f"/desk/verifications/{certified.verification_id}/").content.decode()
        assert "三号地块没有拆除" in desk
        assert "某村民" not in desk
