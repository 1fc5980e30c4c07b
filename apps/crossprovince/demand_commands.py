"""Saying what quota of other provinces is needed (调入需求): draft, amend, submit, withdraw, by its holder."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.crossprovince import demand_queries as queries
from apps.crossprovince import demand_rules, rules
from apps.crossprovince.demand_events import DemandSubmitted, DemandWithdrawn
from apps.crossprovince.demand_evidence import REQUIRED
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_progress import advance, give_number
from apps.crossprovince.demand_states import EDITABLE, WITHDRAWABLE
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.names import (
    DEMAND_AMEND,
    DEMAND_DRAFT,
    DEMAND_REVIEW_DEADLINE,
    DEMAND_SUBMIT,
    DEMAND_WITHDRAW,
)
from apps.crossprovince.queries import days, parameters_of, province_office_id, rules_now
from apps.crossprovince.states import Remainder
from apps.documents.queries import attached_kinds
from apps.parties.queries import require_no_debt
from apps.parties.roles import Can
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refused, refuse
from kernel.events import emit


@dataclass(frozen=True)
class DemandFacts:
    """How much is needed, in 亩, whether with planning scale (附加规划规模), and what becomes of an unmatched rest."""

    title: str
    amount: Decimal
    planning_scale: bool
    remainder: Remainder


@transaction.atomic
def draft(*, facts: DemandFacts, by: Actor, now: datetime) -> Demand:
    """Write a demand down. Refuses: not_permitted, rule_expired."""
    require_capability(by, Can.TAKE_ACROSS_PROVINCES)
    province = f"{by.region[:2]}0000"
    rules_now(province=province, now=now)
    case = cases.open_case(
        process="demand", owner_id=by.organisation_id, province=province, region=by.region, now=now
    )
    made = Demand.objects.create(
        case=case,
        holder_id=by.organisation_id,
        region_id=by.region,
        province=province,
        drafted_at=now,
        **vars(facts),
    )
    audit.record(verb=DEMAND_DRAFT, by=by, now=now, case_id=made.pk, subject=made, after=_said(made))
    return made


def _said(found: Demand) -> dict[str, str]:
    return {
        "title": found.title,
        "demanded": str(found.amount),
        "planning_scale": str(found.planning_scale),
        "remainder": str(found.remainder),
    }


@transaction.atomic
def amend(*, demand_id: int, facts: DemandFacts, by: Actor, now: datetime) -> Demand:
    """Change what is needed, in draft or once it is returned. Refuses: not_permitted, not_found, wrong_status."""
    require_capability(by, Can.TAKE_ACROSS_PROVINCES)
    found = queries.own(demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, EDITABLE))
    for name, value in vars(facts).items():
        setattr(found, name, value)
    found.save()
    audit.record(verb=DEMAND_AMEND, by=by, now=now, case_id=found.pk, subject=found, after=_said(found))
    return found


@transaction.atomic
def submit(*, demand_id: int, by: Actor, now: datetime) -> Demand:
    """Hand it to the province: the first time the rules and prices in force are kept. Each one is a new round.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, rule_expired,
    use_banned (proceeds that an auditor wants recovered are not back), missing_document.
    """
    require_capability(by, Can.TAKE_ACROSS_PROVINCES)
    access.release(act=DEMAND_SUBMIT, subject_id=demand_id, by=by, now=now)
    found = queries.own(demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, EDITABLE))
    if found.rules is None:
        found.rules = rules_now(province=found.province, now=now)
    require_no_debt(found.holder_id)
    there = attached_kinds(case_id=found.pk, organisation_id=found.holder_id)
    if wanting := [each for each in REQUIRED if str(each) not in there]:
        names = "、".join(f"《{each.label}》" for each in wanting)
        raise Refused.because(
            Code.MISSING_DOCUMENT, f"缺少{names}，请上传后再办理。", missing=",".join(map(str, wanting))
        )
    found.review_round += 1
    found.submitted_at = found.submitted_at or now
    give_number(found, now=now)
    deadlines.start(
        kind=DEMAND_REVIEW_DEADLINE,
        case_id=found.pk,
        triggered_at=now,
        period=days(found, parameters_of(found).review_wd),
        concerns_id=province_office_id(found),
    )
    advance(found, S.PROVINCE_REVIEW, now=now)
    said = {"demanded": str(found.amount), "round": str(found.review_round)}
    audit.record(verb=DEMAND_SUBMIT, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(DemandSubmitted(demand_id=found.pk, now=now))
    return found


@transaction.atomic
def withdraw(*, demand_id: int, reason: str, by: Actor, now: datetime) -> Demand:
    """Take it back before it is matched (撤回).

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.TAKE_ACROSS_PROVINCES)
    access.release(act=DEMAND_WITHDRAW, subject_id=demand_id, by=by, now=now)
    found = queries.own(demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, WITHDRAWABLE))
    refuse(rules.why_not_reason(reason))
    found.end_reason = reason
    deadlines.cancel_all(case_id=found.pk)
    advance(found, S.WITHDRAWN, now=now)
    said = {"reason": reason}
    audit.record(verb=DEMAND_WITHDRAW, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(DemandWithdrawn(demand_id=found.pk, reason=reason, now=now))
    return found
