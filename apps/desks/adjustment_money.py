"""What pages show of an adjustment's money: the plan that waits, notices beside tranches, quarters, drawn audits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.crossprovince import queries
from apps.crossprovince.audit_pages import audits_of
from apps.crossprovince.models import Adjustment, QuarterReport
from apps.crossprovince.periods import quarter_called
from apps.crossprovince.rules import PlanItem
from apps.crossprovince.states import PLAN_CATEGORIES
from apps.funds.models import Allocation
from kernel.money import ZERO, Yuan


@dataclass(frozen=True)
class Tranche:
    """One part in which A is to come, and the notice that came as that part, if one did."""

    place: int
    planned: Yuan
    notice: Allocation | None


def money_of(found: Adjustment, notices: Sequence[Allocation]) -> dict[str, Any]:
    """What the page of an adjustment shows once its scheme has come down."""
    proposed = queries.plan_proposed(found)
    return {
        "proposed": proposed,
        "proposed_lines": _plan(queries.items_in(proposed)) if proposed is not None else [],
        "tranches": tranches_of(found, notices),
        "quarters": [_quarter(each) for each in found.quarter_reports.order_by("id")],
        "audits": audits_of(found),
    }


def _plan(items: list[PlanItem]) -> list[tuple[str, PlanItem]]:
    return [(PLAN_CATEGORIES[each.category], each) for each in items]


def _quarter(report: QuarterReport) -> tuple[str, QuarterReport]:
    return quarter_called(report.quarter).label, report


def tranches_of(found: Adjustment, notices: Sequence[Allocation]) -> list[Tranche]:
    """The parts of A by the rules, each with the notice of its place; further notices stand after the last."""
    amounts = found.amounts
    if amounts is None:
        return []
    parts = [amounts.allocated.times(share) for share in queries.parameters_of(found).tranches]
    parts[-1] += amounts.allocated - sum(parts, ZERO)
    return [
        Tranche(
            place + 1,
            parts[place] if place < len(parts) else ZERO,
            notices[place] if place < len(notices) else None,
        )
        for place in range(max(len(parts), len(notices)))
    ]
