"""What pages show of an adjustment's money: the plan that waits, notices beside tranches, quarters, drawn audits."""

from dataclasses import dataclass
from typing import Any

from apps.crossprovince import queries
from apps.crossprovince.audit_pages import audits_of
from apps.crossprovince.models import QuarterReport
from apps.crossprovince.periods import quarter_called
from apps.crossprovince.standing import Standing
from apps.desks.adjustment_facts import in_categories
from apps.funds.models import Allocation
from kernel.money import ZERO, Yuan


@dataclass(frozen=True)
class Tranche:
    """One part in which A is to come, and the notice that came as that part, if one did."""

    place: int
    planned: Yuan
    notice: Allocation | None


def money_of(of: Standing) -> dict[str, Any]:
    """What the page of an adjustment shows once its scheme has come down."""
    proposed = of.proposed
    return {
        "proposed": proposed.plan if proposed is not None else None,
        "proposed_lines": in_categories(proposed.items) if proposed is not None else [],
        "tranches": tranches_of(of),
        "quarters": [_quarter(each) for each in of.reports],
        "audits": audits_of(of.rounds),
    }


def _quarter(report: QuarterReport) -> tuple[str, QuarterReport]:
    return quarter_called(report.quarter).label, report


def tranches_of(of: Standing) -> list[Tranche]:
    """The parts of A by the rules, each with the notice of its place; further notices stand after the last."""
    amounts, notices = of.found.amounts, of.notices
    if amounts is None:
        return []
    parts = [amounts.allocated.times(share) for share in queries.parameters_of(of.found).tranches]
    parts[-1] += amounts.allocated - sum(parts, ZERO)
    return [
        Tranche(
            place + 1,
            parts[place] if place < len(parts) else ZERO,
            notices[place] if place < len(notices) else None,
        )
        for place in range(max(len(parts), len(notices)))
    ]
