"""Quarterly reports (季度报告) on the money of an adjustment: the ledger's figures, the county's words."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.crossprovince import queries, rules
from apps.crossprovince.events import QuarterReported
from apps.crossprovince.models import Adjustment, QuarterReport
from apps.crossprovince.names import (
    ADJUSTMENT_QUARTER,
    QUARTER_END_DEADLINE,
    QUARTER_REPORT_DEADLINE,
)
from apps.crossprovince.periods import Quarter, quarter_of, quarter_of_key
from apps.crossprovince.states import REPORTING
from apps.funds.ledger import Source
from apps.funds.queries import balances_before
from apps.parties.roles import Can
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused, refuse
from kernel.events import emit


def begin(*, adjustment_id: int, now: datetime) -> None:
    """Money was distributed for the first time: from now on every quarter is reported, as long as the case is open."""
    quarter = quarter_of(now)
    deadlines.set_at(
        kind=QUARTER_END_DEADLINE,
        case_id=adjustment_id,
        subject_id=quarter.key,
        due_at=quarter.ends_at,
        now=now,
    )


def end_quarter(deadline: Deadline, now: datetime) -> None:
    """A quarter is over: its report is due in `quarter_wd`, and the next quarter runs."""
    found = queries.locked(deadline.of_case)
    if found.state not in REPORTING:
        return
    quarter = quarter_of_key(deadline.subject_id)
    deadlines.start(
        kind=QUARTER_REPORT_DEADLINE,
        case_id=found.pk,
        subject_id=quarter.key,
        triggered_at=quarter.ends_at,
        period=queries.days(found, queries.parameters_of(found).quarter_wd),
        concerns_id=found.holder_id,
    )
    deadlines.set_at(
        kind=QUARTER_END_DEADLINE,
        case_id=found.pk,
        subject_id=quarter.next.key,
        due_at=quarter.next.ends_at,
        now=deadline.due_at,
    )


def figures_of(found: Adjustment, quarter: Quarter) -> dict[str, Any]:
    """What the ledger says of a case as the quarter ended, in yuan by bucket, and how much each changed in it."""
    of = Source(found.holder_id, found.pk)
    stood = balances_before(of, until=quarter.ends_at)
    moved = balances_before(of, until=quarter.ends_at, since=quarter.begins_at)
    return {
        "quarter": quarter.code,
        "stood": {bucket: str(amount) for bucket, amount in sorted(stood.items())},
        "moved": {bucket: str(amount) for bucket, amount in sorted(moved.items()) if amount},
    }


def quarters_owed(found: Adjustment) -> list[Quarter]:
    """The quarters that are over and not reported, the oldest first; none before the first distribution."""
    ended = Deadline.objects.filter(kind=QUARTER_REPORT_DEADLINE, case_id=found.pk)
    reported = set(found.quarter_reports.values_list("quarter", flat=True))
    return owed(ended.values_list("subject_id", flat=True), reported=reported)


def owed(ended: Iterable[int], *, reported: Collection[str]) -> list[Quarter]:
    """Of the quarters that are over, by their keys, those not reported, by their codes, the oldest first."""
    return [each for each in map(quarter_of_key, sorted(ended)) if each.code not in reported]


@transaction.atomic
def report_quarter(
    *, adjustment_id: int, quarter: Quarter, remarks: str, by: Actor, now: datetime
) -> QuarterReport:
    """Report a quarter that is over, once; after its period it is late, and still heard.

    The figures are the ledger's as the quarter ended. One person prepares, another releases. Refuses: not_permitted,
    same_person, not_found, wrong_status (also a quarter that is not over, or before the first distribution),
    duplicate_request (reported before).
    """
    require_capability(by, Can.APPLY_ACROSS_PROVINCES)
    access.release(act=ADJUSTMENT_QUARTER, slot=quarter.code, subject_id=adjustment_id, by=by, now=now)
    found = queries.own(adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, REPORTING))
    if found.quarter_reports.filter(quarter=quarter.code).exists():
        raise Refused.because(
            Code.DUPLICATE_REQUEST, f"{quarter.label}的报告已提交，每季度报告一次。", quarter=quarter.code
        )
    if quarter not in quarters_owed(found):
        raise Refused.because(
            Code.WRONG_STATUS,
            f"{quarter.label}尚未结束，或在首次分配收益之前，不需报告，请核对季度。",
            quarter=quarter.code,
        )
    made = QuarterReport.objects.create(
        adjustment=found,
        quarter=quarter.code,
        figures=figures_of(found, quarter),
        remarks=remarks,
        reported_by_id=by.person_id,
        reported_at=now,
    )
    deadlines.meet(kind=QUARTER_REPORT_DEADLINE, case_id=found.pk, subject_id=quarter.key, at=now)
    said = {"quarter": quarter.code}
    audit.record(verb=ADJUSTMENT_QUARTER, by=by, now=now, case_id=found.pk, subject=made, after=said)
    emit(QuarterReported(adjustment_id=found.pk, report_id=made.pk, now=now))
    return made
