"""Rows of a scheme as files bring them: a number in another writing, a place that is none, prices of one county."""

from decimal import Decimal
from typing import Any

import pytest

from apps.crossprovince.inputs import RowNumberInput
from apps.crossprovince.models import Adjustment
from apps.crossprovince.rules import PlanItem, scaled
from apps.documents.states import AttachmentKind
from apps.rulebook import price_tables
from apps.rulebook.commands import install
from kernel.access.models import Preparation
from kernel.errors import Code
from kernel.money import Yuan
from tests.crossprovince.test_chain import refused, sound
from tests.factories.across import PROVINCE, Across, moment, plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "number"),
    [("01", "1"), ("0001", "1"), ("10", "10"), ("00", "0"), ("a01", "a01"), ("０1", "1")],
)
def test_a_row_number_is_the_same_with_zeros_before_it(written: str, number: str) -> None:
    assert RowNumberInput(max_length=40).run_validation(written) == number


def test_a_row_that_a_table_program_wrote_anew_is_not_matched_twice() -> None:
    across = Across.with_ministry()
    across.match(across.row("400.0000", "26.6667", row_no="01"))
    rest = across.adjustment.remainders.get()
    again = across.import_again(across.row("400.0000", "26.6667", row_no="1"))
    assert (again.outcome, Adjustment.objects.get(pk=rest.pk).status) == ("repeated", "with_ministry")


def test_one_file_has_each_row_once_however_it_is_written() -> None:
    across = Across.with_ministry()
    row = across.row("400.0000", "26.6667")
    no = refused(lambda: across.match({**row, "row_no": "a1"}, {**row, "row_no": "A1"}))
    assert no.code is Code.INVALID


def test_who_releases_more_rows_of_a_known_scheme_is_told_which_are_there() -> None:
    across = Across.with_ministry()
    across.match(across.row("400.0000", "26.6667"))
    seen: list[Preparation] = []
    across.look = seen.append
    rest = across.adjustment.remainders.get()
    across.attach(PROVINCE, AttachmentKind.INCOMING_DOCUMENT, when="09-18 12:00", case_id=rest.pk)
    across.import_again(
        across.row("400.0000", "26.6667", row_no="2"), when="09-18 12:00", number="自然资函〔2026〕10号"
    )
    [finding] = seen[-1].bound["findings"]
    assert "此前已导入过" in finding
    assert "现行有效的行：1" in finding


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"to": "990000"}, "没有代码为990000的调入省"), ({"out_county": "520103", "case": 1}, "不符")],
)
def test_a_row_of_a_place_that_is_none_or_another_is_refused_at_the_door(
    changes: dict[str, Any], said: str
) -> None:
    across = Across.with_ministry()
    if "case" in changes:
        changes = changes | {"case": across.adjustment_id}
    no = refused(lambda: across.match(across.row(**changes)))
    assert (no.code, across.status) == (Code.INVALID, "with_ministry")
    assert said in no.sentence


def test_a_line_of_a_fen_falls_away_when_the_plan_is_scaled_down() -> None:
    lines = plan(Decimal("216000000.00"))
    lines[1]["amount"] = "64799999.99"
    lines.append(
        {
            "category": "infrastructure",
            "item": "路灯",
            "village": "演示村",
            "amount": "0.01",
            "revitalisation": "no",
        }
    )
    across = Across.with_ministry(facts={"plan": lines})
    across.match(across.row("500.0000", "33.3333"))
    assert across.status == "matched"
    sound()


def test_what_is_scaled_still_comes_to_the_whole() -> None:
    items = [
        PlanItem("farmers", "补偿", "村", Yuan("70.00"), revitalisation=True),
        PlanItem("infrastructure", "路灯", "村", Yuan("0.01"), revitalisation=False),
    ]
    assert [str(each.amount) for each in scaled(items, to=Yuan("35.00"))] == ["35.00"]


def test_a_price_for_one_county_is_that_countys_alone() -> None:
    across = Across.certified()
    book = price_tables.parameters("baseline")
    [general] = [each for each in book.rows if each.what == "out_price" and each.land_class is None]
    of_counties = [
        general.model_copy(update={"region": region, "amount": Decimal(amount)})
        for region, amount in (("520100", 900000), ("52", 310000), ("520425", 320000))
    ]
    install(
        province="520000", name="分地区价格", legal_basis=["演示"], now=moment("03-29 09:00"),
        parameters=book.model_copy(update={"rows": (*book.rows, *of_counties)}), subject=price_tables.PRICES,
    )  # fmt: skip
    across.draft(plan=plan(Decimal(800) * 288_000))
    across.submit()
    across.report()
    row = across.row(out_price="320000")
    assert refused(lambda: across.match(row | {"out_price": "900000"})).code is Code.PRICE_MISMATCH
    across.match(row)
    assert str(across.adjustment.gross) == "256000000.00"


def test_the_ministry_gives_another_receipt_number_where_it_is_reported_again() -> None:
    across = Across.with_ministry()
    across.incoming(PROVINCE, "adjustment.unmatch", "05-10 10:00", "未匹配1号")
    across.both(PROVINCE, "adjustment.report", "05-20 10:00")
    assert str(across.adjustment.receipt_no) == "None"
    across.incoming(
        PROVINCE, "adjustment.acknowledge", "05-21 10:00", "部受理9号", receipt_no="受理〔2026〕9号"
    )
    assert across.adjustment.receipt_no == "受理〔2026〕9号"
