"""A publication over the end of a year whose successor has no calendar yet: five days in which one can object."""

from decimal import Decimal
from typing import Any

import pytest

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import run_due
from kernel.errors import Code
from tests.crossprovince.test_chain import refused
from tests.factories.across import COUNTY, PROVINCE, Across, moment, plan
from tests.factories.taking import PROVINCE as TAKING_PROVINCE
from tests.factories.taking import Taking

pytestmark = pytest.mark.django_db


def load_2027(across: Across | Taking, province: str, when: str) -> None:
    """New year's first three days are off."""
    across.both(
        province, "calendar.load", when, subject=0, year=2027, notice_no="国办发明电〔2026〕99号",
        published_on="2026-12-29", days_off=[f"2027-01-0{day}" for day in (1, 2, 3)], workdays_on=[],
    )  # fmt: skip


def shown(case: Adjustment | Demand, kind: str) -> tuple[str, str, bool]:
    """The end as the case has it and as its deadline has it, in Beijing, and whether it is a guess."""
    row = Deadline.objects.get(case_id=case.pk, kind=kind)
    assert case.ends_at is not None
    return f"{beijing(case.ends_at):%Y-%m-%d}", f"{beijing(row.due_at):%Y-%m-%d}", row.provisional


def test_it_is_counted_anew_when_the_calendar_comes_and_takes_effect_then() -> None:
    across = Across.with_ministry()
    across.match(across.row())
    across.publish("12-28 09:00")
    assert shown(across.adjustment, "adjustment.scheme_end") == ("2027-01-05", "2027-01-05", True)
    load_2027(across, PROVINCE, "12-30 10:00")
    assert shown(across.adjustment, "adjustment.scheme_end") == ("2027-01-06", "2027-01-06", False)
    run_due(now=moment("2027-01-05 23:59"), case_id=across.adjustment_id)
    assert across.status == "publicised"
    across.object("2027-01-05 23:59")
    run_due(now=moment("2027-01-06 00:00"), case_id=across.adjustment_id)
    assert refused(lambda: across.object("2027-01-06 00:00")).code is Code.WRONG_STATUS
    assert across.status == "publicised", "the objection holds it"


def test_so_it_is_for_who_takes() -> None:
    taking = Taking.with_ministry()
    taking.match(taking.row())
    taking.both(TAKING_PROVINCE, "scheme.publish", "12-28 09:00", subject=taking.scheme.pk)
    assert shown(taking.demand, "demand.scheme_end") == ("2027-01-05", "2027-01-05", True)
    load_2027(taking, TAKING_PROVINCE, "12-30 10:00")
    assert shown(taking.demand, "demand.scheme_end") == ("2027-01-06", "2027-01-06", False)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"plan": plan(Decimal(10**11))}, Code.TOTALS_MISMATCH),
        ({"plan": [*plan(Decimal(10**15 - 10**4)), *plan(Decimal(10**15 - 10**4))]}, Code.INVALID),
    ],
)
def test_amounts_of_many_digits_are_refused_and_break_nothing(changes: dict[str, Any], code: Code) -> None:
    across = Across.certified()
    across.draft()

    def handed_in() -> None:
        across.alone(COUNTY, "adjustment.amend", "04-02 09:00", **across.facts(**changes))
        across.submit()

    assert refused(handed_in).code is code


@pytest.mark.parametrize("amount", ["100000000.0000", "4000000000.0000", "9999999999999.9999"])
def test_no_area_is_larger_than_a_province(amount: str) -> None:
    across = Across.certified()
    assert refused(lambda: across.draft(amount=amount)).code is Code.INVALID


@pytest.mark.parametrize("quarter", ["9999Q4", "0000Q1", "0001Q1", "2026Q5"])
def test_no_quarter_is_of_a_year_that_is_none(quarter: str) -> None:
    across = Across.with_ministry()
    no = refused(
        lambda: across.alone(COUNTY, "adjustment.quarter", "05-01 10:00", quarter=quarter, remarks="无")
    )
    assert no.code is Code.INVALID
