"""While an application is written its form says what the plan has to be and what submission would refuse."""

from decimal import Decimal
from typing import Any

import pytest

from apps.crossprovince.rules import PlanItem, why_not_plan
from kernel import clock
from kernel.money import Yuan
from tests.crossprovince.test_pages import browser, read
from tests.factories.across import COUNTY, Across, moment, plan

pytestmark = pytest.mark.django_db
A = Decimal(216_000_000)
WHEN = "04-01 09:00"


def checked(across: Across, lines: list[dict[str, Any]]) -> str:
    """What the form's own check says of such a plan."""
    told = across.facts(plan=lines)
    posted = {name: str(value) for name, value in told.items() if name not in ("lines", "plan")}
    posted |= {"loan_source": "false", "income_tied": "false"}
    for name in ("lines", "plan"):
        for place, row in enumerate(told[name]):
            posted |= {f"{name}-{place}-{key}": str(value) for key, value in row.items()}
    with clock.simulated(moment(WHEN)):
        answer = browser(across, COUNTY).post("/desk/acts/adjustment.draft/0/check/", posted)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_form_says_what_the_plan_has_to_be_and_what_is_missing() -> None:
    across = Across.certified()
    form, _ = read(browser(across, COUNTY), "/desk/acts/adjustment.draft/0/", WHEN)
    assert "216,000,000.00 元" in form
    whole = checked(across, plan(A))
    assert "自动核查：可以提交" in whole
    assert "216,000,000.00 元（与应下达一致）" in whole
    assert "151,200,000.00 元（不低于129,600,000.00 元）" in whole
    short = checked(across, plan(A, Decimal("129599999.99")))
    assert "自动核查：可以提交" not in short
    assert "129,599,999.99 元（不低于129,600,000.00 元，尚缺0.01 元）" in short
    assert "尚缺0.01元，请调整方案" in short
    tens = checked(across, plan(A / 10_000))
    assert "自动核查：可以提交" not in tens
    assert "疑将万元数填入元栏" in tens
    assert "21,600.00 元（尚缺215,978,400.00 元）" in tens


def test_only_a_plan_in_ten_thousands_is_told_so() -> None:
    def said(amount: str) -> str:
        items = [PlanItem("farmers", "补偿", "某村", Yuan(amount), revitalisation=True)]
        refusal = why_not_plan(items, allocated=Yuan("216000000.00"), least_share=Decimal("0.6"))
        return refusal.sentence if refusal else ""

    assert "万元" in said("21600.00")
    assert "万元" not in said("21600.01")
    assert said("216000000.00") == ""
