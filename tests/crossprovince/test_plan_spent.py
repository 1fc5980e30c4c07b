"""What was paid for one purpose is not called another unseen, and a plan that waits ends with its case."""

from dataclasses import asdict
from typing import Any

import pytest

from apps.crossprovince.queries import items_of, plan_proposed
from kernel.access.models import Preparation
from tests.crossprovince.test_audit_anew import audit_all
from tests.crossprovince.test_money import THREE, amended, transferred
from tests.factories.across import COUNTY, PROVINCE, Across

pytestmark = pytest.mark.django_db


def as_typed(across: Across, **changes: Any) -> list[dict[str, Any]]:
    """The lines in force as the county's form has them, the first with changes."""
    lines = [
        asdict(each) | {"amount": str(each.amount), "revitalisation": "yes" if each.revitalisation else "no"}
        for each in items_of(across.adjustment)
    ]
    return [lines[0] | changes, *lines[1:]]


def findings_of(act: str) -> str:
    """What stands out on the approval page of the act that waits."""
    return " ".join(Preparation.objects.get(act=act, decided_at=None).bound["findings"])


@pytest.fixture
def spent() -> Across:
    """All of A is spent, by 4 November."""
    across = transferred()
    amended(across, THREE)
    across.spend("farmers", "129600000.00", 1, "11-02 10:00")
    across.spend("infrastructure", "64800000.00", 2, "11-03 10:00")
    across.spend("aftercare", "21600000.00", 3, "11-04 10:00")
    return across


@pytest.mark.parametrize("change", [{"item": "县政府办公楼维修"}, {"village": "另一村"}])
def test_both_offices_see_that_money_which_was_spent_is_called_something_else(
    spent: Across, change: dict[str, str]
) -> None:
    spent.alone(COUNTY, "plan.amend", "11-05 10:00", plan=as_typed(spent, **change))
    assert "方案第1行已按“farmers项目”（板当镇演示村）支出129,600,000.00元" in findings_of("plan.amend")
    version = spent.both(COUNTY, "plan.amend", "11-05 11:00", plan=as_typed(spent, **change)).answer[
        "version"
    ]
    spent.alone(PROVINCE, "plan.accept", "11-06 10:00", version=version)
    assert next(iter(change.values())) in findings_of("plan.accept")


def test_a_version_that_waits_falls_away_with_the_close_and_its_approver_reads_so(spent: Across) -> None:
    version = spent.both(COUNTY, "plan.amend", "11-05 10:00", plan=as_typed(spent, item="搬迁补偿")).answer[
        "version"
    ]
    audit_all(spent, "11")
    spent.alone(PROVINCE, "adjustment.close", "11-25 10:00")
    assert f"资金使用方案第{version}版尚未备案，办结后不再备案" in findings_of("adjustment.close")
    spent.both(PROVINCE, "adjustment.close", "11-25 11:00")
    assert plan_proposed(spent.adjustment) is None
