"""A scheme in publication: objected to by anybody, held, disputed, settled, taken back."""

from typing import Any

import pytest

from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.states import AttachmentKind as K
from apps.objections.models import Objection
from kernel.clock import iso
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from kernel.errors import Code
from tests.crossprovince.test_chain import refused, sound
from tests.factories.across import COUNTY, FAR_PROVINCE, FINANCE, PROVINCE, Across, at

pytestmark = pytest.mark.django_db


def published() -> Across:
    """Published on 21 September 09:00 until 30 September 00:00."""
    across = Across.with_ministry()
    across.match(across.row())
    across.publish()
    return across


def answer(across: Across, act: str, when: str, **data: Any) -> None:
    last = Objection.objects.latest("id").pk
    if act == "objection.accept":
        across.alone(PROVINCE, act, when, subject=last, **data)
    else:
        across.both(PROVINCE, act, when, subject=last, **data)


def due(kind: str) -> str:
    return iso(Deadline.objects.filter(kind=kind).latest("id").due_at)


def test_an_accepted_objection_holds_the_scheme_which_resumes_as_the_last_hold_ends() -> None:
    across = published()
    made = across.object("09-23 10:00").answer
    assert (made["status"], len(made["receipt"])) == ("raised", 16)
    assert due("objection_accept") == "2026-09-30T00:00:00+08:00"  # before the scheme takes effect
    about = {"subject": made["objection"], "accepted": True}
    for key in (FAR_PROVINCE, COUNTY, FINANCE):
        no = refused(lambda key=key: across.alone(key, "objection.accept", "09-24 09:00", **about))
        assert no.code in (Code.NOT_PERMITTED, Code.NOT_FOUND)
    answer(across, "objection.accept", "09-24 10:00", accepted=True)
    assert across.adjustment.case.holds == 1
    run_due(now=at("10-09 09:00"))
    assert across.status == S.PUBLICISED
    across.attach(FINANCE, K.INCOMING_DOCUMENT, when="10-09 09:00")
    assert refused(lambda: across.allocate("216000000.00", "10-09 10:00")).code is Code.OBJECTION_OPEN
    answer(across, "objection.decide", "10-12 10:00", upheld=False, reason="经核实面积一致")
    assert (across.status, across.adjustment.implementing_at) == (S.IMPLEMENTING, at("10-12 10:00"))
    assert due("adjustment.pay_in") == "2026-11-24T00:00:00+08:00"  # 30 working days from 12 October
    sound()


def test_an_objection_that_nobody_answered_holds_the_scheme_until_it_is_refused() -> None:
    across = published()
    across.object("09-29 23:00")
    run_due(now=at("09-30 00:00"))
    assert across.status == S.PUBLICISED
    assert refused(lambda: across.allocate("1.00", "10-09 09:00")).code is Code.OBJECTION_OPEN
    answer(across, "objection.accept", "10-09 10:00", accepted=False, reason="与方案无关")
    assert (across.status, across.adjustment.implementing_at) == (S.IMPLEMENTING, at("10-09 10:00"))
    assert refused(lambda: across.object("10-10 10:00")).code is Code.WRONG_STATUS


def test_an_upheld_objection_leaves_the_scheme_without_effect_until_it_is_published_anew() -> None:
    across = published()
    no = refused(lambda: across.alone(PROVINCE, "scheme.dispute", "09-22 10:00", reason="无"))
    assert no.code is Code.WRONG_STATUS
    across.object("09-23 10:00")
    answer(across, "objection.accept", "09-24 10:00", accepted=True)
    answer(across, "objection.decide", "09-28 10:00", upheld=True, reason="面积有误")
    run_due(now=at("09-30 00:00"))
    assert across.status == S.PUBLICISED
    across.both(PROVINCE, "scheme.dispute", "10-08 10:00", reason="面积有误，报部复核")
    assert across.status == S.DISPUTED
    assert not Deadline.objects.filter(kind="adjustment.scheme_end", status="pending").exists()
    across.incoming(PROVINCE, "scheme.settle", "10-12 09:00", "自然资函〔2026〕20号", settlement="republish")
    assert across.status == S.PUBLICISED
    assert due("adjustment.scheme_end") == "2026-10-20T00:00:00+08:00"  # 5 working days from 12 October
    run_due(now=at("10-20 00:00"))
    assert across.status == S.IMPLEMENTING
    sound()


def test_a_dispute_may_end_with_another_match_and_a_scheme_be_taken_back_before_money_came() -> None:
    across = published()
    across.object("09-23 10:00")
    answer(across, "objection.accept", "09-24 10:00", accepted=True)
    answer(across, "objection.decide", "09-28 10:00", upheld=True, reason="面积有误")
    across.both(PROVINCE, "scheme.dispute", "09-28 11:00", reason="报部复核")
    across.incoming(PROVINCE, "scheme.settle", "10-12 09:00", "自然资函〔2026〕20号", settlement="rematch")
    found = across.adjustment
    assert (found.state, found.scheme, found.price, found.upheld_at) == (S.WITH_MINISTRY, None, None, None)
    assert across.quota() == {"frozen": "800.0000"}
    again = across.row(scheme_no="部调剂〔2026〕2号")
    across.match(again, when="10-20 10:00", number="自然资函〔2026〕21号")
    across.publish("10-21 09:00")
    run_due(now=at("10-29 00:00"))
    assert across.status == S.IMPLEMENTING
    revoke = {"reason": "部里调整年度计划", "document_no": "自然资函〔2026〕30号"}
    across.incoming(PROVINCE, "scheme.revoke", "10-30 10:00", revoke.pop("document_no"), **revoke)
    assert (across.status, across.adjustment.scheme) == (S.WITH_MINISTRY, None)
    assert not Deadline.objects.filter(kind="adjustment.pay_in", status="pending").exists()
    third = across.row(scheme_no="部调剂〔2026〕3号")
    across.match(third, when="11-02 10:00", number="自然资函〔2026〕31号")
    across.publish("11-03 09:00")
    run_due(now=at("11-11 00:00"))
    across.allocate("1.00", "11-12 10:00")
    across.attach(PROVINCE, K.INCOMING_DOCUMENT, when="11-13 09:00")
    no = refused(
        lambda: across.alone(
            PROVINCE, "scheme.revoke", "11-13 10:00", body="自然资源部", document_no="9号",
            document_date="2026-11-13", reason="收回",
        )
    )  # fmt: skip
    assert (no.code, no.detail["allocated"]) == (Code.WRONG_STATUS, "1.00")
    sound()
