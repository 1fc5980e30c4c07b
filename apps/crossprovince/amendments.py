"""Amending a plan of use (变更资金使用方案) once it was consented to: the county proposes, the province accepts."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.crossprovince import queries, rules
from apps.crossprovince.events import PlanAccepted, PlanProposed
from apps.crossprovince.models import Adjustment, Plan, PlanAcceptance
from apps.crossprovince.names import PLAN_ACCEPT, PLAN_AMEND
from apps.crossprovince.progress import keep_plan
from apps.crossprovince.rules import PlanItem
from apps.crossprovince.states import AMENDABLE
from apps.funds.ledger import Source
from apps.funds.queries import spent_by_plan_line
from apps.parties.roles import Can
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, refuse
from kernel.events import emit


@transaction.atomic
def amend_plan(*, adjustment_id: int, plan: Sequence[PlanItem], by: Actor, now: datetime) -> Plan:
    """Propose a new version of the plan: lines with a number are those of the plan in force, the others are new.

    It counts once the province has accepted it. One person prepares, another releases. Refuses: not_permitted,
    same_person, not_found, wrong_status, invalid (numbers, nothing changed), totals_mismatch, share_out_of_range (with
    the missing amount), amount_exceeds (a line below what was spent on it).
    """
    require_capability(by, Can.APPLY_ACROSS_PROVINCES)
    access.release(act=PLAN_AMEND, subject_id=adjustment_id, by=by, now=now)
    found = queries.own(adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, AMENDABLE))
    before = queries.items_of(found)
    refuse(rules.why_not_numbers(plan, known=[each.no for each in before]))
    wanted = rules.numbered(plan, highest=queries.highest_plan_no(found))
    _refuse_plan(found, wanted)
    if wanted == before:
        raise Refused.because(Code.INVALID, "方案没有变化，无需变更。", field="plan")
    made = keep_plan(found, wanted, by=by, now=now, proposed=True)
    if made is None:
        raise ValueError("a plan without lines was not refused")
    said = {"version": str(made.version)}
    audit.record(verb=PLAN_AMEND, by=by, now=now, case_id=found.pk, subject=made, after=said)
    emit(PlanProposed(adjustment_id=found.pk, version=made.version, now=now))
    return made


def _refuse_plan(found: Adjustment, items: Sequence[PlanItem]) -> None:
    """The checks of an application, and that no line is below what was spent on it."""
    refuse(
        rules.why_not_plan(
            items,
            allocated=queries.allocation_of(found),
            least_share=queries.parameters_of(found).revitalisation_least,
        )
    )
    spent = spent_by_plan_line(Source(found.holder_id, found.pk))
    refuse(rules.why_not_shrink(items, before=queries.items_of(found), spent=spent))


@transaction.atomic
def accept_plan(*, adjustment_id: int, version: int, by: Actor, now: datetime) -> Plan:
    """Accept the version that the county proposed last; it is the plan in force from now on.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, self_dealing, wrong_status
    (nothing proposed, or another version since), and what was spent or matched meanwhile as `amend_plan`.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=PLAN_ACCEPT, subject_id=adjustment_id, by=by, now=now)
    found = queries.held(adjustment_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_at(found.state, AMENDABLE))
    queries.require_apart(found, by=by)
    proposed = queries.plan_proposed(found)
    if proposed is None or proposed.plan.version != version:
        raise Refused.because(
            Code.WRONG_STATUS,
            "没有待备案的这一版方案，请核对后按县里最新提交的版本办理。",
            version=str(version),
        )
    _refuse_plan(found, proposed.items)
    PlanAcceptance.objects.create(plan=proposed.plan, accepted_by_id=by.person_id, accepted_at=now)
    said = {"version": str(version)}
    audit.record(verb=PLAN_ACCEPT, by=by, now=now, case_id=found.pk, subject=proposed.plan, after=said)
    emit(PlanAccepted(adjustment_id=found.pk, version=version, now=now))
    return proposed.plan
