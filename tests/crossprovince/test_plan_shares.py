"""A plan of use is what its money can be distributed to: farmers ≥ 0.60, roads ≤ 0.30, aftercare ≤ 0.10 of A."""

from decimal import Decimal

import pytest

from apps.crossprovince.rules import PlanItem, why_not_plan
from apps.rulebook.cross_province import AdjustmentShares
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan, parse_yuan
from tests.factories.across import COUNTY, Across, plan

A = Yuan(216_000_000)


def said_of(farmers: str, infrastructure: str, aftercare: str) -> Refusal | None:
    """What is said of a plan of these sums, all of it rural revitalisation."""
    sums = {"farmers": farmers, "infrastructure": infrastructure, "aftercare": aftercare}
    items = [
        PlanItem(category, "项目", "某村", parse_yuan(amount), revitalisation=True)
        for category, amount in sums.items()
    ]
    return why_not_plan(items, allocated=A, least_share=Decimal("0.6"), shares=AdjustmentShares().rows)


def test_a_plan_at_the_limits_of_the_shares_is_taken() -> None:
    assert said_of("129600000.00", "64800000.00", "21600000.00") is None
    assert said_of("216000000.00", "0.00", "0.00") is None


@pytest.mark.parametrize(
    ("sums", "category", "bound", "limit"),
    [
        (("129599999.99", "64800000.00", "21600000.01"), "farmers", "least", "129600000.00"),
        (("129600000.00", "64800000.01", "21599999.99"), "infrastructure", "most", "64800000.00"),
        (("129600000.00", "64799999.99", "21600000.01"), "aftercare", "most", "21600000.00"),
    ],
)
def test_a_fen_beyond_a_share_is_refused_with_the_figures(
    sums: tuple[str, str, str], category: str, bound: str, limit: str
) -> None:
    refusal = said_of(*sums)
    assert refusal is not None
    assert (refusal.code, refusal.detail["category"]) == (Code.SHARE_OUT_OF_RANGE, category)
    assert (refusal.detail[bound], refusal.detail["difference"]) == (limit, "0.01")
    assert "0.01元" in refusal.sentence
    assert "216,000,000.00元" in refusal.sentence


@pytest.mark.django_db
def test_a_county_does_not_apply_with_a_plan_that_could_never_be_spent() -> None:
    across = Across.certified()
    lines = plan(Decimal(216_000_000))
    lines[0]["amount"], lines[1]["amount"] = "129600000.00", "86400000.00"
    across.draft(plan=lines)
    with pytest.raises(Refused) as refused:
        across.submit()
    assert refused.value.refusal.code is Code.SHARE_OUT_OF_RANGE
    assert refused.value.refusal.detail["planned"] == "86400000.00"
    assert across.status == "draft"
    across.alone(COUNTY, "adjustment.amend", "04-02 11:00", **across.facts())
    across.both(COUNTY, "adjustment.submit", "04-02 12:00")
    assert across.status == "province_review"
