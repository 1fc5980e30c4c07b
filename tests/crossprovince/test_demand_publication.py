"""A scheme in publication on the side that takes: objected to, held, disputed, settled, taken back before payment."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import DemandStatus as S
from apps.documents.states import AttachmentKind as K
from apps.notices.models import Notice
from apps.objections.models import Objection
from kernel import clock, proofs
from kernel.clock import iso
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from kernel.errors import Code
from tests.crossprovince.test_demands import refused, sound
from tests.factories.taking import COUNTY, FAR_COUNTY, FAR_PROVINCE, FINANCE, PROVINCE, Taking, at

pytestmark = pytest.mark.django_db


def published() -> Taking:
    """Published on 21 September 09:00 until 30 September 00:00."""
    taking = Taking.with_ministry()
    taking.match(taking.row())
    taking.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=taking.scheme.pk)
    return taking


def due(kind: str) -> str:
    return iso(Deadline.objects.filter(kind=kind).latest("id").due_at)


def test_an_accepted_objection_holds_the_payment_which_is_due_as_the_last_hold_ends() -> None:
    taking = published()
    made = taking.object("09-23 10:00").answer
    assert (made["status"], len(made["receipt"])) == ("raised", 16)
    assert due("objection_accept") == "2026-09-30T00:00:00+08:00"  # before the scheme takes effect
    about = {"subject": made["objection"], "accepted": True}
    for key in (FAR_PROVINCE, FAR_COUNTY, COUNTY, FINANCE):
        no = refused(lambda key=key: taking.alone(key, "objection.accept", "09-24 09:00", **about))
        assert no.code in (Code.NOT_PERMITTED, Code.NOT_FOUND)
    taking.answer("objection.accept", "09-24 10:00", accepted=True)
    run_due(now=at("10-09 09:00"))
    assert taking.status == S.PUBLICISED
    assert refused(lambda: taking.pay("400000000.00")).code is Code.OBJECTION_OPEN
    taking.answer("objection.decide", "10-12 10:00", upheld=False, reason="经核实标准无误")
    assert (taking.status, taking.demand.paying_at) == (S.PAYING, at("10-12 10:00"))
    assert due("demand.to_pay_in") == "2026-11-24T00:00:00+08:00"  # 30 working days from 12 October
    sound()


def test_an_objection_that_nobody_answered_holds_it_until_it_is_refused() -> None:
    taking = published()
    taking.object("09-29 23:00")
    run_due(now=at("09-30 00:00"))
    assert taking.status == S.PUBLICISED
    assert refused(lambda: taking.pay("1.00", when="10-09 09:00")).code is Code.OBJECTION_OPEN
    taking.answer("objection.accept", "10-09 10:00", accepted=False, reason="与方案无关")
    assert (taking.status, taking.demand.paying_at) == (S.PAYING, at("10-09 10:00"))
    assert refused(lambda: taking.object("10-10 10:00")).code is Code.WRONG_STATUS


def test_an_upheld_objection_leaves_nothing_to_pay_until_the_scheme_is_published_anew() -> None:
    taking = published()
    no = refused(lambda: taking.alone(PROVINCE, "demand.dispute", "09-22 10:00", reason="无"))
    assert no.code is Code.WRONG_STATUS
    taking.object("09-23 10:00")
    taking.uphold("09-28 10:00")
    run_due(now=at("09-30 00:00"))
    assert taking.status == S.PUBLICISED
    assert refused(lambda: taking.pay("400000000.00")).code is Code.OBJECTION_OPEN
    taking.both(PROVINCE, "demand.dispute", "10-08 10:00", reason="标准有误，报部复核")
    assert taking.status == S.DISPUTED
    assert not Deadline.objects.filter(kind="demand.scheme_end", status="pending").exists()
    taking.incoming(PROVINCE, "demand.settle", "10-12 09:00", "自然资函〔2026〕20号", settlement="republish")
    assert taking.status == S.PUBLICISED
    assert due("demand.scheme_end") == "2026-10-20T00:00:00+08:00"  # 5 working days from 12 October
    run_due(now=at("10-20 00:00"))
    assert taking.status == S.PAYING
    sound()


def test_a_dispute_may_end_with_another_match_and_a_scheme_be_taken_back_before_money_came() -> None:
    taking = published()
    taking.object("09-23 10:00")
    taking.uphold("09-28 10:00")
    taking.both(PROVINCE, "demand.dispute", "09-28 11:00", reason="报部复核")
    taking.incoming(PROVINCE, "demand.settle", "10-12 09:00", "自然资函〔2026〕20号", settlement="rematch")
    found = taking.demand
    assert (found.state, found.scheme, found.price, found.upheld_at) == (S.WITH_MINISTRY, None, None, None)
    taking.match(taking.row(scheme_no="部调剂〔2026〕2号"), when="10-20 10:00", number="自然资函〔2026〕21号")
    taking.both(PROVINCE, "scheme.publish", "10-21 09:00", subject=taking.scheme.pk)
    run_due(now=at("10-29 00:00"))
    assert taking.status == S.PAYING
    taking.incoming(
        PROVINCE, "demand.revoke", "10-30 10:00", "自然资函〔2026〕30号", reason="部里调整年度计划"
    )
    assert (taking.status, taking.demand.scheme) == (S.WITH_MINISTRY, None)
    assert not Deadline.objects.filter(kind="demand.to_pay_in", status="pending").exists()
    taking.match(taking.row(scheme_no="部调剂〔2026〕3号"), when="11-02 10:00", number="自然资函〔2026〕31号")
    taking.both(PROVINCE, "scheme.publish", "11-03 09:00", subject=taking.scheme.pk)
    run_due(now=at("11-11 00:00"))
    taking.pay("1.00", when="11-12 10:00")
    taking.attach(PROVINCE, K.INCOMING_DOCUMENT, when="11-13 09:00")
    no = refused(
        lambda: taking.alone(
            PROVINCE, "demand.revoke", "11-13 10:00", body="自然资源部", document_no="9号",
            document_date="2026-11-13", reason="收回",
        )
    )  # fmt: skip
    assert (no.code, no.detail) == (Code.WRONG_STATUS, {"paid": "1.00"})
    sound()


def test_its_holder_and_finance_hear_of_what_happens_to_the_scheme() -> None:
    taking = published()
    taking.object("09-23 10:00")
    taking.uphold("09-28 10:00")
    taking.both(PROVINCE, "demand.dispute", "09-28 11:00", reason="报部复核")
    taking.incoming(PROVINCE, "demand.revoke", "10-12 09:00", "自然资函〔2026〕20号", reason="部里收回")
    told = Notice.objects.filter(case_id=taking.demand_id)
    assert {each.organisation_id for each in told.filter(kind="objection")} == {
        taking.organisation_id(PROVINCE)
    }
    own = {each.kind for each in told.filter(organisation_id=taking.organisation_id(COUNTY))}
    assert {"objection_accepted", "objection_settled", "demand.disputed", "demand.revoked"} <= own
    assert told.filter(kind="demand.revoked", organisation_id=taking.organisation_id(FINANCE)).exists()
    assert not any("某人" in each.text or "13800000000" in each.text for each in told)


def _in_database(taking: Taking, **values: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Demand.objects.filter(pk=taking.demand_id).update(**values)


def test_the_database_lets_no_held_scheme_be_paid_and_none_be_taken_back_by_halves() -> None:
    taking = published()
    paying = {"status": "paying", "paying_at": at("09-30 00:00")}
    taking.object("09-23 10:00")
    _in_database(taking, **paying)
    taking.answer("objection.accept", "09-24 10:00", accepted=True)
    _in_database(taking, **paying)
    taking.answer("objection.decide", "09-25 10:00", upheld=True, reason="标准有误")
    _in_database(taking, **paying)
    _in_database(taking, status="with_ministry")  # with its scheme


def test_the_database_lets_no_scheme_be_taken_back_of_which_money_came() -> None:
    taking = published()
    run_due(now=at("09-30 00:00"))
    taking.pay("1.00")
    _in_database(taking, status="with_ministry", scheme=None, price=None, paying_at=None)


def test_a_visitor_objects_from_the_schemes_page_and_the_province_finds_it_on_its_desk() -> None:
    taking, visitor = published(), Client()
    page = f"/cross-province/{taking.demand_id}/"
    with clock.simulated(at("09-22 09:00")):
        assert f'href="{page}"' in visitor.get("/cross-province/").content.decode()
        shown = visitor.get(page)
        said = shown.content.decode()
        for figure in (
            "400,000,000.00",
            "800.0000",
            "贵州省安顺市紫云苗族布依族自治县",
            taking.number,
            taking.name_of(COUNTY),
        ):
            assert figure in said, figure
        context = shown.context
        typed = {
            "text": "缴款标准有误", "name": "某村民", "contact": "13800000000", "key": context["key"],
            "challenge": context["challenge"].text, "answer": proofs.answer_to(context["challenge"]),
        }  # fmt: skip
        answer = visitor.post(f"{page}objections/", typed, follow=True)
        assert "异议已提交" in answer.content.decode()
        made = Objection.objects.get()
        browser = Client()
        person = taking.people[PROVINCE][0].person
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert f"/desk/acts/objection.accept/{made.pk}/" in browser.get("/desk/").content.decode()
        desk = browser.get(f"/desk/demands/{taking.demand_id}/").content.decode()
        assert f"/desk/acts/objection.accept/{made.pk}/" in desk
        assert "缴款标准有误" in desk
        assert "某村民" not in desk
    with clock.simulated(at("09-28 11:00")):
        taking.uphold("09-28 10:00")
        assert f"/desk/acts/demand.dispute/{taking.demand_id}/" in browser.get("/desk/").content.decode()
        taking.both(PROVINCE, "demand.dispute", "09-28 11:00", reason="报部复核")
        assert f"/desk/acts/demand.settle/{taking.demand_id}/" in browser.get("/desk/").content.decode()
        assert "提交异议" not in visitor.get(page).content.decode()
