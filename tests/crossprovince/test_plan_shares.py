"""What a plan of use has beyond a share stands out: farmers ≥ 0.60, roads ≤ 0.30, aftercare ≤ 0.10 of A."""

from decimal import Decimal

import pytest

from apps.crossprovince.rules import PlanItem, beyond_shares
from apps.rulebook.cross_province import AdjustmentShares
from kernel.access.models import Preparation
from kernel.money import Yuan, parse_yuan
from tests.factories.across import PROVINCE, Across, plan

A = Yuan(216_000_000)


def said_of(farmers: str, infrastructure: str, aftercare: str) -> list[str]:
    """What is said of a plan of these sums, all of it rural revitalisation."""
    sums = {"farmers": farmers, "infrastructure": infrastructure, "aftercare": aftercare}
    items = [
        PlanItem(category, "项目", "某村", parse_yuan(amount), revitalisation=True)
        for category, amount in sums.items()
    ]
    return list(beyond_shares(items, allocated=A, shares=AdjustmentShares().rows))


def test_a_plan_at_the_limits_of_the_shares_is_clean() -> None:
    assert said_of("129600000.00", "64800000.00", "21600000.00") == []
    assert said_of("216000000.00", "0.00", "0.00") == []


@pytest.mark.parametrize(
    ("sums", "limit"),
    [
        (("129599999.99", "64800000.00", "21600000.01"), "低于收益分配规则规定的129,600,000.00元"),
        (("129600000.00", "64800000.01", "21599999.99"), "高于收益分配规则规定的64,800,000.00元"),
        (("129600000.00", "64799999.99", "21600000.01"), "高于收益分配规则规定的21,600,000.00元"),
    ],
)
def test_a_fen_beyond_a_share_is_named_with_the_figures(sums: tuple[str, str, str], limit: str) -> None:
    said = said_of(*sums)[0]
    assert limit in said
    assert "相差0.01元" in said


@pytest.mark.django_db
def test_the_provinces_approver_sees_a_plan_that_could_not_be_spent() -> None:
    across = Across.certified()
    lines = plan(Decimal(216_000_000))
    lines[0]["amount"], lines[1]["amount"] = "129600000.00", "86400000.00"
    across.draft(plan=lines)
    across.submit()
    across.alone(PROVINCE, "adjustment.decide", "04-06 10:00", outcome="pass", reason="")
    waiting = Preparation.objects.get(act="adjustment.decide", decided_at=None)
    found = " ".join(waiting.bound["findings"])
    assert "合计86,400,000.00元，高于收益分配规则规定的64,800,000.00元（下达216,000,000.00元的30%）" in found
