"""From the application to the quota's leaving: the figures of the spec's acceptance test (cross-province, 12)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.crossprovince.models import Adjustment, SchemeRow
from apps.crossprovince.queries import faults, items_of, wanted_of
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.states import AttachmentKind as K
from apps.funds.faults import faults as fund_faults
from apps.funds.models import Account as FundAccount
from apps.parties.models import Organisation
from apps.quota.queries import faults as quota_faults
from kernel.cases import commands as cases
from kernel.clock import iso
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from kernel.errors import Code, Refusal, Refused
from tests.factories.across import COUNTY, COUNTY_FINANCE, FINANCE, PAPERS, Across, at, plan

pytestmark = pytest.mark.django_db


def refused(call: Any) -> Refusal:
    with pytest.raises(Refused) as no, transaction.atomic():
        call()
    return no.value.refusal


def sound() -> None:
    assert (faults(), fund_faults(), quota_faults()) == ([], [], [])


def test_ziyuns_800_mu_to_zhejiang_end_to_end() -> None:
    across = Across.with_ministry()
    assert across.quota() == {"frozen": "800.0000"}
    [matched] = across.match(across.row()).answer["matched"]
    assert matched == {
        "adjustment": across.adjustment_id, "price": "400000000.00", "gross": "240000000.00",
        "retained": "24000000.00", "margin": "160000000.00", "allocated": "216000000.00", "remainder": 0,
    }  # fmt: skip
    across.implementing()
    assert across.status == S.IMPLEMENTING
    across.allocate("216000000.00")
    assert across.funds() == {
        "external": "-400000000.00", "retained": "24000000.00", "margin": "160000000.00",
        "pool": "216000000.00",
    }  # fmt: skip
    across.transfer()
    assert across.status == S.TRANSFERRED
    assert across.quota() == {}
    zhejiang = Organisation.objects.get(kind="external_province")
    assert (zhejiang.region_id, zhejiang.name) == ("330000", "浙江省")
    assert across.quota(zhejiang.pk) == {"available": "800.0000"}
    sound()


@pytest.mark.parametrize(
    ("to", "scale", "price", "margin"),
    [
        ("110000", "yes", "960000000.00", "720000000.00"),
        ("330000", "no", "400000000.00", "160000000.00"),
        ("340000", "no", "240000000.00", "0.00"),
    ],
)
def test_what_is_paid_in_follows_the_province_that_takes_it(
    to: str, scale: str, price: str, margin: str
) -> None:
    across = Across.with_ministry()
    [matched] = across.match(across.row(to=to, planning_scale=scale)).answer["matched"]
    assert (matched["price"], matched["margin"]) == (price, margin)
    assert (matched["allocated"], matched["retained"]) == ("216000000.00", "24000000.00")
    sound()


def test_high_standard_to_a_cheap_province_leaves_a_margin_below_zero() -> None:
    across = Across.certified(high_standard=True)
    assert across.batch.high_standard == Decimal("237.6510")  # 242.82 × 800 / 817.4
    lines = [{"batch": across.batch.pk, "high_standard": "yes", "amount": "10.0000"}]
    across.draft(lines=lines, plan=plan(Decimal("3600000")))
    across.submit()
    across.report()
    row = across.row("10.0000", "0.6667", "340000", high_standard="yes", out_price="400000")
    [matched] = across.match(row).answer["matched"]
    assert matched | {"adjustment": 0} == {
        "adjustment": 0, "price": "3000000.00", "gross": "4000000.00", "retained": "400000.00",
        "margin": "-1000000.00", "allocated": "3600000.00", "remainder": 0,
    }  # fmt: skip
    across.implementing()
    across.allocate("3600000.00")
    assert across.funds() == {
        "external": "-3000000.00", "retained": "400000.00", "margin": "-1000000.00", "pool": "3600000.00",
    }  # fmt: skip
    sound()


def test_more_high_standard_farmland_than_the_batch_brings_is_refused_over_all_applications() -> None:
    across = Across.certified(high_standard=True)

    def lines(amount: str) -> list[dict[str, Any]]:
        return [{"batch": across.batch.pk, "high_standard": "yes", "amount": amount}]

    no = refused(lambda: across.draft(lines=lines("237.6511")))
    assert (no.code, no.detail["most"]) == (Code.AMOUNT_EXCEEDS, "237.6510")
    across.draft(lines=lines("200.0000"), plan=plan(Decimal("72000000")))
    across.submit()
    no = refused(lambda: across.draft("04-03 09:00", lines=lines("37.6511")))
    assert (no.code, no.detail["left"]) == (Code.AMOUNT_EXCEEDS, "37.6510")


def test_a_plan_a_fen_short_of_revitalisation_says_what_is_missing() -> None:
    across = Across.certified()
    short = plan(Decimal("216000000"), Decimal("129599999.99"))
    across.draft(plan=short)
    across.attach(COUNTY, *PAPERS, when="04-02 09:00")
    no = refused(lambda: across.alone(COUNTY, "adjustment.submit", "04-02 10:00"))
    assert (no.code, no.detail["missing"]) == (Code.SHARE_OUT_OF_RANGE, "0.01")
    across.alone(
        COUNTY, "adjustment.amend", "04-02 11:00", **across.facts(plan=plan(Decimal("215999999.99")))
    )
    no = refused(lambda: across.alone(COUNTY, "adjustment.submit", "04-02 12:00"))
    assert (no.code, no.detail["difference"]) == (Code.TOTALS_MISMATCH, "0.01")
    assert across.quota() == {"available": "800.0000"}
    across.alone(COUNTY, "adjustment.amend", "04-02 13:00", **across.facts())
    across.both(COUNTY, "adjustment.submit", "04-02 14:00")
    assert across.quota() == {"frozen": "800.0000"}


def test_what_is_allocated_is_distributed_by_the_shares_of_its_own_rules() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.implementing()
    across.allocate("216000000.00")
    pool = FundAccount.objects.get(source_id=across.adjustment_id, bucket="pool")
    due = Deadline.objects.get(kind="funds.to_distribute", case_id=across.adjustment_id)
    assert iso(due.due_at) == "2026-11-18T00:00:00+08:00"  # 20 working days from 20 October

    def distribute(farmers: str, infrastructure: str) -> Any:
        amounts = {"farmers": farmers, "infrastructure": infrastructure, "aftercare": "21600000.00"}
        shares = [{"category": each, "amount": amount} for each, amount in amounts.items()]
        return across.both(COUNTY_FINANCE, "funds.distribute", "10-21 10:00", subject=pool.pk, shares=shares)

    no = refused(lambda: distribute("129599999.99", "64800000.01"))
    assert no.code is Code.SHARE_OUT_OF_RANGE
    distribute("129600000.00", "64800000.00")
    funds = across.funds()
    assert {each: funds[f"share:{each}"] for each in ("farmers", "infrastructure", "aftercare")} == {
        "farmers": "129600000.00", "infrastructure": "64800000.00", "aftercare": "21600000.00",
    }  # fmt: skip
    sound()


def test_a_publication_ends_after_five_working_days_and_the_payment_is_due_thirty_after() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.publish("09-21 09:00")
    end = Deadline.objects.get(kind="adjustment.scheme_end")
    assert iso(end.due_at) == "2026-09-30T00:00:00+08:00"
    run_due(now=at("09-29 23:59"))
    assert across.status == S.PUBLICISED
    run_due(now=at("09-30 00:00"))
    assert across.status == S.IMPLEMENTING
    due = Deadline.objects.get(kind="adjustment.pay_in")
    assert iso(due.due_at) == "2026-11-17T00:00:00+08:00"


def test_an_accepted_objection_holds_the_scheme_and_its_money() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.publish()
    cases.hold(across.adjustment_id)
    run_due(now=at("09-30 00:00"))
    assert across.status == S.PUBLICISED
    assert not Deadline.objects.filter(kind="adjustment.pay_in").exists()
    across.attach(FINANCE, K.INCOMING_DOCUMENT, when="10-20 09:00")
    assert refused(lambda: across.allocate("216000000.00")).code is Code.OBJECTION_OPEN
    assert across.funds() == {}


def test_the_ministrys_own_days_are_taken_and_too_few_are_refused() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    no = refused(lambda: across.publish(begins_on="2026-09-21", ends_on="2026-09-28"))
    assert no.code is Code.ANNOUNCEMENT_TOO_SHORT
    for begins, ends in (("2020-01-01", "2020-02-01"), ("2026-09-14", "2026-09-22")):
        no = refused(lambda begins=begins, ends=ends: across.publish(begins_on=begins, ends_on=ends))
        assert no.code is Code.ANNOUNCEMENT_TOO_SHORT, "in days that are over nobody can object"
    across.publish(begins_on="2026-09-21", ends_on="2026-09-30")
    assert iso(Deadline.objects.get(kind="adjustment.scheme_end").due_at) == "2026-10-01T00:00:00+08:00"
    assert refused(lambda: across.publish("09-22 09:00")).code is Code.WRONG_STATUS


def test_a_part_match_splits_and_the_rest_stays_frozen() -> None:
    across = Across.with_ministry()
    [matched] = across.match(across.row("500.0000", "33.3333")).answer["matched"]
    assert (matched["allocated"], across.quota()) == ("135000000.00", {"frozen": "800.0000"})
    first = across.adjustment
    rest = Adjustment.objects.get(pk=matched["remainder"])
    assert (rest.state, rest.parent_id, rest.case.number != first.case.number) == (
        S.WITH_MINISTRY,
        first.pk,
        True,
    )
    assert [each.amount for each in wanted_of(first)] == [Decimal(500)]
    assert [each.amount for each in wanted_of(rest)] == [Decimal(300)]
    assert sum(each.amount.amount for each in items_of(first)) == Decimal("135000000.00")
    assert sum(each.amount.amount for each in items_of(rest)) == Decimal("81000000.00")
    sound()


def test_a_rest_that_is_not_kept_is_released() -> None:
    across = Across.with_ministry(facts={"remainder": "release"})
    [matched] = across.match(across.row("500.0000", "33.3333")).answer["matched"]
    assert matched["remainder"] == 0
    assert across.quota() == {"frozen": "500.0000", "available": "300.0000"}
    sound()


def test_the_same_file_again_is_repeated_and_another_one_under_its_number_refused() -> None:
    across = Across.with_ministry()
    first = across.match(across.row())
    again = across.import_again(across.row())
    assert (again.outcome, again.answer["scheme"]) == ("repeated", first.answer["scheme"])
    assert SchemeRow.objects.count() == 1
    no = refused(lambda: across.import_again(across.row("700.0000", "46.6667")))
    assert no.code is Code.DUPLICATE_REQUEST


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"in_price": "700000"}, Code.PRICE_MISMATCH, {"given": "700000.00", "expected": "500000.00"}),
        ({"out_price": "400000"}, Code.PRICE_MISMATCH, {"given": "400000.00", "expected": "300000.00"}),
        ({"area_ha": "53.3334"}, Code.TOTALS_MISMATCH, {"row_no": "1"}),
        ({"area_mu": "53.3333"}, Code.TOTALS_MISMATCH, {"area_mu": "53.3333"}),
        ({"area_mu": "801.0000", "area_ha": "53.4000"}, Code.AMOUNT_EXCEEDS, {"difference": "1.0000"}),
        ({"out_county": "430121"}, Code.INVALID, {"row_no": "1"}),
        ({"out_county": "520422"}, Code.INVALID, {"row_no": "1"}),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_the_figures(
    changes: dict[str, str], code: Code, said: dict[str, str]
) -> None:
    across = Across.with_ministry()
    no = refused(lambda: across.match(across.row(**changes)))
    assert (no.code, {key: no.detail[key] for key in said}) == (code, said)
    assert (across.adjustment.state, SchemeRow.objects.count()) == (S.WITH_MINISTRY, 0)


def test_a_row_of_a_withdrawn_application_fits_nothing() -> None:
    across = Across.with_ministry()
    across.both(COUNTY, "adjustment.withdraw", "05-04 10:00", reason="另有安排")
    assert across.quota() == {"available": "800.0000"}
    assert refused(lambda: across.match(across.row())).code is Code.INVALID
    row = across.row() | {"case": across.adjustment_id}
    assert refused(lambda: across.match(row)).code is Code.WRONG_STATUS


def test_money_comes_in_parts_never_beyond_a_and_the_quota_waits_for_the_last_fen() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.attach(FINANCE, K.INCOMING_DOCUMENT, when="09-19 09:00")
    assert refused(lambda: across.allocate("1.00", "09-20 10:00")).code is Code.WRONG_STATUS
    across.implementing()
    across.allocate("215999999.99")
    assert across.funds()["central"] == "0.01"
    no = refused(lambda: across.transfer())
    assert (no.code, no.detail["missing"]) == (Code.WRONG_STATUS, "0.01")
    no = refused(lambda: across.allocate("0.02", "10-21 10:00", "财资环〔2026〕2号"))
    assert (no.code, no.detail["left_to_allocate"]) == (Code.AMOUNT_EXCEEDS, "0.01")
    again = refused(lambda: across.allocate("0.01", "10-21 10:00"))
    assert again.code is Code.DUPLICATE_REQUEST
    across.allocate("0.01", "10-21 10:00", "财资环〔2026〕2号")
    assert "central" not in across.funds()
    due = Deadline.objects.get(kind="adjustment.to_transfer")
    assert iso(due.due_at) == "2026-11-05T00:00:00+08:00"  # 10 working days from 21 October
    across.transfer()
    assert across.status == S.TRANSFERRED
    sound()


def test_a_receipt_names_every_row_once_and_its_number_is_used_once() -> None:
    across = Across.with_ministry()
    across.match(across.row("500.0000", "33.3333"), across.row("300.0000", "20.0000", "110000", row_no="2"))
    across.implementing()
    across.allocate("216000000.00")
    one = {
        "scheme_no": "部调剂〔2026〕1号", "row_no": "1", "national_no": "国转1号",
        "transferred_at": "2026-10-22T09:00:00+08:00",
    }  # fmt: skip
    assert refused(lambda: across.transfer(rows=[one])).code is Code.INVALID
    assert refused(lambda: across.transfer(rows=[one, one])).code is Code.INVALID
    twice = [one, one | {"row_no": "2"}]
    assert refused(lambda: across.transfer(rows=twice)).code is Code.DUPLICATE_REQUEST
    across.transfer(rows=[one, one | {"row_no": "2", "national_no": "国转2号"}])
    held = {
        each.region_id: across.quota(each.pk)
        for each in Organisation.objects.filter(kind="external_province")
    }
    assert held == {"330000": {"available": "500.0000"}, "110000": {"available": "300.0000"}}
    sound()
