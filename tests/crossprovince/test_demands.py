"""From the demand to the quota's coming: the taking side's figures of the spec's acceptance test (12)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.crossprovince.demand_faults import demand_faults
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import MOVES
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.models import SchemeRow
from apps.crossprovince.queries import faults
from apps.documents.states import AttachmentKind as K
from apps.funds.faults import faults as fund_faults
from apps.funds.models import PayIn
from apps.parties.commands import note_debt
from apps.parties.models import Organisation
from apps.parties.roles import role_called
from apps.quota.batch_models import Batch
from apps.quota.queries import bought_in
from apps.quota.queries import faults as quota_faults
from kernel.cases import commands as cases
from kernel.cases.models import Case
from kernel.clock import iso
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan
from tests.factories.across import Across
from tests.factories.taking import (
    COUNTY,
    COUNTY_FINANCE,
    FAR_COUNTY,
    FAR_FINANCE,
    FAR_PROVINCE,
    FINANCE,
    PAPERS,
    PROVINCE,
    ZONE,
    Taking,
    settle,
)
from tests.factories.ziyun import at

pytestmark = pytest.mark.django_db


def refused(call: Any) -> Refusal:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def sound() -> None:
    assert (faults(), demand_faults(), fund_faults(), quota_faults()) == ([], [], [], [])


def test_800_mu_to_zhejiang_end_to_end() -> None:
    taking = Taking.with_ministry()
    [demanded] = taking.match(taking.row()).answer["demanded"]
    assert demanded == {
        "demand": taking.demand_id, "price": "400000000.00", "amount": "800.0000", "remainder": 0,
    }  # fmt: skip
    taking.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=taking.scheme.pk)
    end = Deadline.objects.get(kind="demand.scheme_end")
    assert iso(end.due_at) == "2026-09-30T00:00:00+08:00"
    run_due(now=at("09-29 23:59"))
    assert taking.status == S.PUBLICISED
    run_due(now=at("09-30 00:00"))
    assert taking.status == S.PAYING
    assert iso(Deadline.objects.get(kind="demand.to_pay_in").due_at) == "2026-11-17T00:00:00+08:00"
    taking.pay("400000000.00")
    assert (taking.status, taking.funds()) == (
        S.PAID_IN, {"central": "400000000.00", "external": "-400000000.00"},
    )  # fmt: skip
    taking.receive()
    guizhou = Organisation.objects.get(kind="external_province")
    assert (guizhou.region_id, guizhou.name) == ("520000", "贵州省")
    assert taking.quota(guizhou.pk) == {"issued": "-800.0000"}
    assert taking.quota() == {"available": "800.0000"}
    batch = Batch.objects.get()
    assert (batch.source, batch.source_id, batch.circulation) == ("scheme", taking.demand_id, "county")
    assert batch.certificate_no == taking.demand.case.number
    taking.close()
    assert taking.status == S.CLOSED
    assert Case.objects.get(pk=taking.demand_id).ended_at == at("10-26 10:00")
    assert taking.funds() == {"central": "400000000.00", "external": "-400000000.00"}
    sound()


@pytest.mark.parametrize(
    ("province", "scale", "price"),
    [
        ("330000", "no", "400000000.00"),
        ("110000", "yes", "960000000.00"),
        ("340000", "no", "240000000.00"),
    ],
)
def test_what_a_province_pays_in_follows_its_price_and_planning_scale(
    province: str, scale: str, price: str
) -> None:
    taking = Taking.with_ministry(province, facts={"scale": scale})
    [demanded] = taking.match(taking.row(planning_scale=scale)).answer["demanded"]
    assert demanded["price"] == price
    sound()


def test_a_development_zone_takes_quota_too() -> None:
    taking = Taking.with_ministry(taker=ZONE)
    taking.paying()
    taking.pay("400000000.00")
    taking.receive()
    assert taking.quota() == {"available": "800.0000"}
    assert taking.demand.holder_id == taking.organisation_id(ZONE)


def test_a_scheme_has_rows_of_both_sides_and_each_is_of_its_own_case() -> None:
    across = Across.with_ministry()
    taking = Taking(
        "520000",
        people={
            COUNTY: across.people["county"], PROVINCE: across.people["province"], FINANCE: across.people["finance"],
        },
    )  # fmt: skip
    taking.papers = 100
    taking.draft()
    taking.submit()
    taking.report("受理〔2026〕2号")
    coming = taking.row("150.0000", "10.0000", row_no="2", out_county="500238")
    answer = across.match(across.row(), coming).answer
    assert [each["adjustment"] for each in answer["matched"]] == [across.adjustment_id]
    [demanded] = answer["demanded"]
    assert (demanded["demand"], demanded["price"]) == (taking.demand_id, "45000000.00")
    across.implementing()
    run_due(now=at("09-30 00:00"), case_id=taking.demand_id)
    assert (across.status, taking.status) == ("implementing", "paying")
    sound()


def test_a_part_match_splits_and_the_rest_waits_on() -> None:
    taking = Taking.with_ministry()
    [demanded] = taking.match(taking.row("500.0000", "33.3333")).answer["demanded"]
    rest = Demand.objects.get(pk=demanded["remainder"])
    assert (taking.demand.amount, rest.amount, rest.status) == (Decimal(500), Decimal(300), S.WITH_MINISTRY)
    assert (rest.parent_id, rest.case.number != taking.demand.case.number) == (taking.demand_id, True)
    assert demanded["price"] == "250000000.00"
    [second] = taking.match(
        taking.row("300.0000", "20.0000", scheme_no="部调剂〔2026〕2号"),
        number="自然资函〔2026〕10号",
        paper_on=rest.pk,
    ).answer["demanded"]
    assert (second["demand"], second["remainder"]) == (rest.pk, 0)
    sound()


def test_a_rest_that_is_not_kept_is_given_up() -> None:
    taking = Taking.with_ministry(facts={"remainder": "release"})
    [demanded] = taking.match(taking.row("500.0000", "33.3333")).answer["demanded"]
    assert (demanded["remainder"], Demand.objects.count()) == (0, 1)
    assert taking.demand.amount == Decimal(500)


def test_several_rows_of_several_provinces_are_one_demands() -> None:
    taking = Taking.with_ministry()
    taking.paying(
        taking.row("500.0000", "33.3333"), taking.row("300.0000", "20.0000", row_no="2", out_county="451027")
    )
    taking.pay("400000000.00")
    taking.receive()
    held = {
        each.region_id: taking.quota(each.pk)
        for each in Organisation.objects.filter(kind="external_province")
    }
    assert held == {"520000": {"issued": "-500.0000"}, "450000": {"issued": "-300.0000"}}
    assert taking.quota() == {"available": "800.0000"}
    sound()


def test_a_row_that_fits_two_demands_is_given_to_one_by_hand() -> None:
    taking = Taking.with_ministry()
    first = taking.demand_id
    taking.taker = ZONE
    taking.draft()
    taking.submit()
    taking.report("受理〔2026〕2号")
    no = refused(lambda: taking.match(taking.row()))
    assert (no.code, no.detail["row_no"]) == (Code.INVALID, "1")
    [demanded] = taking.match(taking.row(case=taking.demand_id)).answer["demanded"]
    assert demanded["demand"] == taking.demand_id
    assert Demand.objects.get(pk=first).status == S.WITH_MINISTRY


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"in_price": "700000"}, Code.PRICE_MISMATCH, {"given": "700000.00", "expected": "500000.00"}),
        ({"out_price": "400000"}, Code.PRICE_MISMATCH, {"given": "400000.00", "expected": "300000.00"}),
        ({"area_ha": "53.3334"}, Code.TOTALS_MISMATCH, {"row_no": "1"}),
        ({"area_mu": "53.3333"}, Code.TOTALS_MISMATCH, {"area_mu": "53.3333"}),
        ({"area_mu": "801.0000", "area_ha": "53.4000"}, Code.AMOUNT_EXCEEDS, {"difference": "1.0000"}),
        ({"out_county": "330122"}, Code.INVALID, {"row_no": "1"}),
        ({"out_county": "990122"}, Code.INVALID, {"row_no": "1"}),
        ({"planning_scale": "yes"}, Code.INVALID, {"row_no": "1"}),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_the_figures(
    changes: dict[str, str], code: Code, said: dict[str, str]
) -> None:
    taking = Taking.with_ministry()
    no = refused(lambda: taking.match(taking.row(**changes)))
    assert (no.code, {key: no.detail[key] for key in said}) == (code, said)
    assert (taking.status, SchemeRow.objects.count()) == (S.WITH_MINISTRY, 0)


def test_a_row_of_a_withdrawn_demand_fits_nothing() -> None:
    taking = Taking.with_ministry()
    taking.both(COUNTY, "demand.withdraw", "05-04 10:00", reason="另有安排")
    assert refused(lambda: taking.match(taking.row())).code is Code.INVALID
    assert refused(lambda: taking.match(taking.row(case=taking.demand_id))).code is Code.WRONG_STATUS


def test_the_same_file_again_is_repeated_and_another_one_under_its_number_refused() -> None:
    taking = Taking.with_ministry()
    first = taking.match(taking.row())
    again = taking.import_again(taking.row())
    assert (again.outcome, again.answer["scheme"]) == ("repeated", first.answer["scheme"])
    no = refused(lambda: taking.import_again(taking.row("700.0000", "46.6667")))
    assert (no.code, SchemeRow.objects.count()) == (Code.DUPLICATE_REQUEST, 1)


# --- paying in ---


def test_money_comes_in_parts_never_beyond_p_and_the_quota_waits_for_the_last_fen() -> None:
    taking = Taking.with_ministry()
    taking.match(taking.row())
    taking.attach(FINANCE, K.PAYMENT_VOUCHER, when="09-19 09:00")
    early = refused(
        lambda: taking.alone(
            FINANCE, "demand.pay_in", "09-20 10:00", payer=taking.name_of(FINANCE), voucher_no="缴0号",
            amount="1.00", paid_at=at("09-20 09:00").isoformat(),
        )
    )  # fmt: skip
    assert early.code is Code.WRONG_STATUS
    taking.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=taking.scheme.pk)
    run_due(now=at("09-30 00:00"), case_id=taking.demand_id)
    taking.pay("300000000.00", "缴1号")
    taking.pay("99999999.99", "缴2号", "10-13 10:00")
    assert (taking.status, taking.funds()["central"]) == (S.PAYING, "399999999.99")
    assert refused(lambda: taking.receive("10-14 09:00")).code is Code.WRONG_STATUS
    no = refused(lambda: taking.pay("0.02", "缴3号", "10-14 10:00"))
    assert (no.code, no.detail["left"]) == (Code.AMOUNT_EXCEEDS, "0.01")
    taking.pay("0.01", "缴3号", "10-15 10:00")
    assert (taking.status, taking.demand.paid_in_at) == (S.PAID_IN, at("10-15 10:00"))
    met = Deadline.objects.get(kind="demand.to_pay_in")
    assert (met.met_at, met.breached_at) == (at("10-15 10:00"), None)
    sound()


def test_a_voucher_is_used_once_in_a_province_whichever_demand_it_is_for() -> None:
    taking = Taking.with_ministry(facts={"amount": "400.0000"})
    taking.paying(taking.row("400.0000", "26.6667"))
    taking.pay("1000.00", "缴1号")
    no = refused(lambda: taking.pay("1000.00", " 缴 1号", "10-13 10:00"))
    assert (no.code, no.detail["amount"]) == (Code.VOUCHER_USED, "1000.00")
    taking.taker, first = ZONE, taking.demand_id
    taking.draft("10-14 09:00", amount="400.0000")
    assert taking.demand_id != first
    assert PayIn.objects.count() == 1
    assert taking.demand.state is S.DRAFT


def test_a_copy_of_a_voucher_is_used_once() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    taking.pay("1000.00", "缴1号")

    def again() -> Any:
        return taking.alone(
            FINANCE, "demand.pay_in", "10-13 10:00", payer=taking.name_of(FINANCE), voucher_no="缴2号",
            amount="1000.00", paid_at=at("10-13 09:00").isoformat(),
        )  # fmt: skip

    assert refused(again).code is Code.MISSING_DOCUMENT
    assert taking.funds()["central"] == "1000.00"


@pytest.mark.parametrize("payer", [COUNTY, COUNTY_FINANCE, FINANCE])
def test_the_taker_and_its_treasuries_may_pay(payer: str) -> None:
    taking = Taking.with_ministry()
    taking.paying()
    taking.pay("400000000.00", payer=taking.name_of(payer))
    assert taking.status == S.PAID_IN


@pytest.mark.parametrize("payer", ["某房地产开发有限公司", "湖北省财政厅"])
def test_nobody_else_pays_for_it(payer: str) -> None:
    taking = Taking.with_ministry()
    taking.paying()
    no = refused(lambda: taking.pay("400000000.00", payer=payer))
    assert (no.code, no.detail["payer"]) == (Code.PAYER_MISMATCH, payer)
    assert (taking.status, taking.funds()) == (S.PAYING, {})


@pytest.mark.parametrize("paid_at", ["2026-09-29T23:59:59+08:00", "2026-10-12T10:00:01+08:00"])
def test_money_paid_before_the_publication_was_over_or_after_now_is_refused(paid_at: str) -> None:
    taking = Taking.with_ministry()
    taking.paying()
    no = refused(lambda: taking.pay("400000000.00", paid_at=paid_at))
    assert (no.code, no.detail["field"]) == (Code.INVALID, "paid_at")


def test_an_accepted_objection_holds_the_scheme_and_its_payment() -> None:
    taking = Taking.with_ministry()
    taking.match(taking.row())
    taking.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=taking.scheme.pk)
    cases.hold(taking.demand_id)
    run_due(now=at("09-30 00:00"))
    assert taking.status == S.PUBLICISED
    assert not Deadline.objects.filter(kind="demand.to_pay_in").exists()
    assert refused(lambda: taking.pay("400000000.00")).code is Code.OBJECTION_OPEN
    assert taking.funds() == {}


def test_a_late_payment_is_reported_and_taken() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    run_due(now=at("11-18 09:00"), case_id=taking.demand_id)
    taking.pay("400000000.00", when="11-18 10:00")
    assert taking.status == S.PAID_IN
    assert Deadline.objects.get(kind="demand.to_pay_in").breached_at == at("11-17 00:00")


def test_a_payment_that_was_in_time_and_is_entered_late_is_no_breach() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    run_due(now=at("11-18 09:00"), case_id=taking.demand_id)
    taking.pay("400000000.00", when="11-18 10:00", paid_at=at("11-16 23:59").isoformat())
    row = Deadline.objects.get(kind="demand.to_pay_in")
    assert (row.met_at, row.breached_at) == (at("11-16 23:59"), None)


# --- receiving ---


def test_what_was_received_was_bought_and_is_not_sold_on() -> None:
    taking = Taking.with_ministry()
    taking.paying()
    taking.pay("400000000.00")
    taking.receive()
    batch = Batch.objects.get(source="scheme")
    assert bought_in([batch.pk], holder_id=taking.demand.holder_id) == batch


def test_a_receipt_names_every_row_once_and_its_number_is_used_once() -> None:
    taking = Taking.with_ministry()
    taking.paying(taking.row("500.0000", "33.3333"), taking.row("300.0000", "20.0000", row_no="2"))
    taking.pay("400000000.00")
    one, two = taking.receipts("10-22 09:00")
    assert refused(lambda: taking.receive(rows=[one])).code is Code.INVALID
    assert refused(lambda: taking.receive(rows=[one, one])).code is Code.INVALID
    twice = [one, two | {"national_no": one["national_no"]}]
    assert refused(lambda: taking.receive(rows=twice)).code is Code.DUPLICATE_REQUEST
    early = [one, two | {"transferred_at": "2026-09-29T23:59:59+08:00"}]
    no = refused(lambda: taking.receive(rows=early))
    assert (no.code, "早于方案生效" in no.sentence) == (Code.INVALID, True)
    late = [one, two | {"transferred_at": "2026-10-22T10:00:01+08:00"}]
    assert refused(lambda: taking.receive(rows=late)).code is Code.INVALID
    assert (taking.status, Batch.objects.count()) == (S.PAID_IN, 0)
    taking.receive(rows=[one, two])
    assert refused(lambda: taking.receive("10-23 10:00")).code is Code.WRONG_STATUS
    sound()


def test_both_sides_of_a_row_enter_its_one_number() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.implementing()
    across.allocate("216000000.00")
    across.transfer(rows=[_receipt("国转〔2026〕1号")])
    taking = Taking(people=_zhejiang())
    taking.draft()
    taking.submit()
    taking.report("受理〔2026〕3号")
    taking.papers = 200
    taking.paying(taking.row(project_area_no=across.ziyun.verification.case.number))
    taking.pay("400000000.00")
    taking.receive(rows=[_receipt("国转〔2026〕1号")])
    zhejiang, guizhou = (
        Organisation.objects.get(kind="external_province", region_id=each) for each in ("330000", "520000")
    )
    assert (taking.quota(zhejiang.pk), taking.quota(guizhou.pk)) == (
        {"available": "800.0000"},
        {"issued": "-800.0000"},
    )
    assert taking.quota() == {"available": "800.0000"}
    sound()


def _receipt(number: str) -> dict[str, str]:
    return {
        "scheme_no": "部调剂〔2026〕1号", "row_no": "1", "national_no": number,
        "transferred_at": "2026-10-22T09:00:00+08:00",
    }  # fmt: skip


def _zhejiang() -> dict[str, Any]:
    settle("330000")
    made = Taking()
    for key, role, name, region in (
        (COUNTY, "county_government", "桐庐县人民政府", "330122"),
        (PROVINCE, "provincial_dnr", "浙江省自然资源厅", "330000"),
        (FINANCE, "finance", "浙江省财政厅", "330000"),
    ):
        made.register(f"zj.{key}", role_called(role), name, region)
    return {key.removeprefix("zj."): members for key, members in made.people.items()}


# --- who, when ---


def test_a_demand_needs_its_papers_and_a_county_without_debts() -> None:
    taking = Taking.settled()
    taking.draft()
    no = refused(lambda: taking.alone(COUNTY, "demand.submit", "04-02 10:00"))
    assert (no.code, no.detail["missing"]) == (Code.MISSING_DOCUMENT, "adjustment_application,budget_proof")
    taking.attach(COUNTY, *PAPERS, when="04-02 10:00")
    note_debt(
        organisation_id=taking.organisation_id(COUNTY), case_id=taking.demand_id, reference="审计1",
        amount=Yuan(100), since=at("04-02 09:00"),
    )  # fmt: skip
    no = refused(lambda: taking.alone(COUNTY, "demand.submit", "04-02 11:00"))
    assert (no.code, no.detail["owed"]) == (Code.USE_BANNED, "100.00")
    assert taking.status == S.DRAFT


def test_rules_that_there_are_not_take_no_demand() -> None:
    taking = Taking.settled()
    no = refused(lambda: taking.alone(FAR_COUNTY, "demand.draft", "04-01 09:00", subject=0, **taking.facts()))
    assert no.code is Code.RULE_EXPIRED


@pytest.mark.parametrize("act", ["demand.decide", "demand.report", "demand.receive", "demand.close"])
def test_another_province_neither_decides_nor_knows_of_it(act: str) -> None:
    taking = Taking.with_ministry()
    every: dict[str, dict[str, Any]] = {
        "demand.decide": {"outcome": "pass", "reason": ""},
        "demand.receive": {
            "rows": [_receipt("国转1号")], "body": "部", "document_no": "1", "document_date": "2026-05-04",
        },
    }  # fmt: skip
    assert (
        refused(lambda: taking.alone(FAR_PROVINCE, act, "05-04 10:00", **every.get(act, {}))).code
        is Code.NOT_FOUND
    )
    assert refused(lambda: taking.pay("1.00", by=FAR_FINANCE)).code is Code.NOT_FOUND


def test_returned_amended_and_submitted_anew_it_is_a_new_round() -> None:
    taking = Taking.settled()
    taking.draft()
    taking.submit()
    due = Deadline.objects.get(kind="demand.to_review")
    assert iso(due.due_at) == "2026-04-18T00:00:00+08:00"  # 10 working days from 2 April, Qingming off
    taking.both(PROVINCE, "demand.decide", "04-08 10:00", outcome="correct", reason="预算不足")
    assert (
        refused(
            lambda: taking.alone(PROVINCE, "demand.decide", "04-08 11:00", outcome="pass", reason="")
        ).code
        is Code.DUPLICATE_REQUEST
    )
    taking.alone(PROVINCE, "demand.return", "04-09 10:00", reason="预算不足")
    assert taking.status == S.RETURNED
    taking.alone(COUNTY, "demand.amend", "04-10 10:00", **taking.facts("600.0000"))
    taking.both(COUNTY, "demand.submit", "04-10 11:00")
    assert (taking.demand.review_round, taking.demand.amount) == (2, Decimal(600))
    taking.report()
    taking.incoming(PROVINCE, "demand.unmatch", "05-11 10:00", "自然资函〔2026〕3号")
    assert taking.status == S.UNMATCHED
    taking.both(PROVINCE, "demand.report", "05-12 10:00")
    taking.incoming(PROVINCE, "demand.reopen", "05-13 10:00", "自然资函〔2026〕4号", reason="资料不全")
    assert taking.status == S.RETURNED
    taking.both(COUNTY, "demand.withdraw", "05-14 10:00", reason="另有安排")
    assert (taking.status, MOVES.targets(S.WITHDRAWN)) == (S.WITHDRAWN, frozenset())


def test_a_receipt_number_of_the_ministry_is_one_cases_on_whichever_side() -> None:
    across = Across.with_ministry()
    taking = Taking("520000", people={COUNTY: across.people["county"], PROVINCE: across.people["province"]})
    taking.papers = 100
    taking.draft()
    taking.submit()
    assert refused(lambda: taking.report("受理〔2026〕1号")).code is Code.DUPLICATE_REQUEST
