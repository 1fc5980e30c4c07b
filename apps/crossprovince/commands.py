"""Applying to give quota to other provinces (调出申请): draft, amend, submit, withdraw, by the county government."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from apps.crossprovince import queries, rules
from apps.crossprovince.events import AdjustmentSubmitted, AdjustmentWithdrawn
from apps.crossprovince.evidence import REQUIRED
from apps.crossprovince.models import Adjustment, AdjustmentLine
from apps.crossprovince.names import (
    ADJUSTMENT_AMEND,
    ADJUSTMENT_DRAFT,
    ADJUSTMENT_REVIEW_DEADLINE,
    ADJUSTMENT_SUBMIT,
    ADJUSTMENT_WITHDRAW,
)
from apps.crossprovince.progress import advance, freeze_as_wanted, give_number, keep_plan, release_all
from apps.crossprovince.rules import PlanItem, Wanted
from apps.crossprovince.states import EDITABLE, WITHDRAWABLE, Remainder
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.queries import attached_kinds
from apps.kinds.table import QuotaClass
from apps.parties.queries import require_no_debt
from apps.parties.roles import Can
from apps.quota import claims
from apps.quota.batch_models import Batch, Source
from apps.quota.lanes import BATCH_LANE
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit
from kernel.money import ZERO


@dataclass(frozen=True)
class AdjustmentFacts:
    """What a county applies for: 亩 of its batches by class of land, its plan of use, its two statements."""

    title: str
    lines: Sequence[Wanted]
    plan: Sequence[PlanItem]
    remainder: Remainder
    loan_source: bool
    income_tied: bool


@transaction.atomic
def draft(*, facts: AdjustmentFacts, by: Actor, now: datetime) -> Adjustment:
    """Write an application down; nothing is frozen yet.

    Refuses: not_permitted (also a county that the rules do not take from), rule_expired, invalid, not_found (a batch),
    not_verified, use_banned, amount_exceeds (high-standard farmland beyond the batch's).
    """
    require_capability(by, Can.APPLY_ACROSS_PROVINCES)
    province = f"{by.region[:2]}0000"
    stored = queries.rules_now(province=province, now=now)
    _refuse_county(stored, by=by)
    _refuse_facts(facts, by=by)
    case = cases.open_case(
        process="adjustment", owner_id=by.organisation_id, province=province, region=by.region, now=now
    )
    made = Adjustment.objects.create(
        case=case,
        holder_id=by.organisation_id,
        region_id=by.region,
        province=province,
        title=facts.title,
        remainder=facts.remainder,
        loan_source=facts.loan_source,
        income_tied=facts.income_tied,
        drafted_at=now,
    )
    _keep(made, facts, by=by, now=now)
    audit.record(verb=ADJUSTMENT_DRAFT, by=by, now=now, case_id=made.pk, subject=made, after=_said(facts))
    return made


def _refuse_county(stored: dict[str, Any], *, by: Actor) -> None:
    book = queries.parameters_in(stored)
    refuse(rules.why_not_eligible(eligible=book.takes_from(by.region), county=by.organisation_name))


def _refuse_facts(facts: AdjustmentFacts, *, by: Actor, adjustment_id: int = 0) -> None:
    refuse(rules.why_not_declared(loan_source=facts.loan_source, income_tied=facts.income_tied))
    refuse(rules.why_not_lines(facts.lines))
    _refuse_batches(facts.lines, holder_id=by.organisation_id, adjustment_id=adjustment_id)


def _refuse_batches(lines: Sequence[Wanted], *, holder_id: int, adjustment_id: int) -> None:
    found = Batch.objects.in_bulk([each.batch_id for each in lines])
    for each in lines:
        batch = found.get(each.batch_id)
        if batch is None:
            raise not_found("指标批次")
        refuse(
            rules.why_not_verified(
                certificate_no=batch.certificate_no,
                surplus=batch.quota_class == QuotaClass.SURPLUS,
                own=batch.owner_id == holder_id and batch.source == Source.VERIFICATION,
                circulation=batch.circulation,
            )
        )
        if each.high_standard:
            refuse(
                rules.why_not_high_standard(
                    certificate_no=batch.certificate_no,
                    wanted=each.amount,
                    elsewhere=queries.high_standard_elsewhere(batch_id=batch.pk, but=adjustment_id),
                    most=batch.high_standard,
                )
            )


def _keep(found: Adjustment, facts: AdjustmentFacts, *, by: Actor, now: datetime) -> None:
    """Its lines and its plan; a line that is not wanted any more stays until its quota is released."""
    wanted = {(each.batch_id, each.high_standard): each.amount for each in facts.lines}
    for line in found.lines.order_by("id"):
        line.amount = wanted.pop((line.batch_id, line.high_standard), Decimal(0))
        if line.amount or line.frozen:
            line.save(update_fields=["amount"])
        else:
            line.delete()
    AdjustmentLine.objects.bulk_create(
        AdjustmentLine(adjustment=found, batch_id=batch_id, high_standard=high, amount=amount)
        for (batch_id, high), amount in wanted.items()
    )
    keep_plan(found, facts.plan, by=by, now=now)


def _said(facts: AdjustmentFacts) -> dict[str, str]:
    return {
        "title": facts.title,
        "amount_mu": str(sum((each.amount for each in facts.lines), Decimal(0))),
        "high_standard_mu": str(sum((each.amount for each in facts.lines if each.high_standard), Decimal(0))),
        "planned": str(sum((each.amount for each in facts.plan), ZERO)),
        "remainder": str(facts.remainder),
    }


@transaction.atomic
def amend(*, adjustment_id: int, facts: AdjustmentFacts, by: Actor, now: datetime) -> Adjustment:
    """Change what was applied for, in draft or once it is returned; what is frozen changes as it is submitted.

    Refuses as `draft`, and wrong_status, not_found.
    """
    require_capability(by, Can.APPLY_ACROSS_PROVINCES)
    found = queries.own(adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, EDITABLE))
    _refuse_facts(facts, by=by, adjustment_id=found.pk)
    found.title, found.remainder = facts.title, facts.remainder
    found.loan_source, found.income_tied = facts.loan_source, facts.income_tied
    found.save()
    _keep(found, facts, by=by, now=now)
    audit.record(verb=ADJUSTMENT_AMEND, by=by, now=now, case_id=found.pk, subject=found, after=_said(facts))
    return found


@transaction.atomic
def submit(*, adjustment_id: int, by: Actor, now: datetime) -> Adjustment:
    """Apply: the quota is frozen, the first time the rules and prices in force are kept. Each one is a new round.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, rule_expired,
    missing_document, invalid, not_verified, amount_exceeds, totals_mismatch, share_out_of_range (with the missing
    amount), use_banned (also while proceeds that an auditor wants recovered are not back), quota_encumbered,
    quota_insufficient, quota_frozen.
    """
    require_capability(by, Can.APPLY_ACROSS_PROVINCES)
    access.release(act=ADJUSTMENT_SUBMIT, subject_id=adjustment_id, by=by, now=now)
    found = queries.own(adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, EDITABLE))
    if found.rules is None:
        found.rules = queries.rules_now(province=found.province, now=now)
        _refuse_county(found.rules, by=by)
    require_no_debt(found.holder_id)
    lanes.hold_all(BATCH_LANE, sorted({each.batch_id for each in found.lines.all()}))
    _refuse_incomplete(found)
    freeze_as_wanted(found, now=now)
    claims.require_settled(holder_id=found.holder_id, kinds=[queries.KIND])
    found.lines.filter(amount=0).delete()
    found.review_round += 1
    found.submitted_at = found.submitted_at or now
    give_number(found, now=now)
    deadlines.start(
        kind=ADJUSTMENT_REVIEW_DEADLINE,
        case_id=found.pk,
        triggered_at=now,
        period=queries.days(found, queries.parameters_of(found).review_wd),
        concerns_id=queries.province_office_id(found),
    )
    advance(found, S.PROVINCE_REVIEW, now=now)
    said = {
        "amount_mu": str(sum(each.amount for each in queries.lines_of(found))),
        "round": str(found.review_round),
    }
    audit.record(verb=ADJUSTMENT_SUBMIT, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(AdjustmentSubmitted(adjustment_id=found.pk, now=now))
    return found


def _refuse_incomplete(found: Adjustment) -> None:
    """What has to be there and to add up before the province reads it."""
    there = attached_kinds(case_id=found.pk, organisation_id=found.holder_id)
    if wanting := [each for each in REQUIRED if str(each) not in there]:
        names = "、".join(f"《{each.label}》" for each in wanting)
        raise Refused.because(
            Code.MISSING_DOCUMENT, f"缺少{names}，请上传后再办理。", missing=",".join(map(str, wanting))
        )
    refuse(rules.why_not_declared(loan_source=found.loan_source, income_tied=found.income_tied))
    require_no_debt(found.holder_id)
    wanted, book = queries.wanted_of(found), queries.parameters_of(found)
    refuse(rules.why_not_lines(wanted))
    _refuse_batches(wanted, holder_id=found.holder_id, adjustment_id=found.pk)
    gross = rules.gross_of(wanted, queries.prices_of(found))
    refuse(
        rules.why_not_plan(
            queries.items_of(found),
            allocated=rules.allocated_of(gross, retained_share=book.retained_share),
            least_share=book.revitalisation_least,
        )
    )


@transaction.atomic
def withdraw(*, adjustment_id: int, reason: str, by: Actor, now: datetime) -> Adjustment:
    """Take it back before it is matched (撤回): its quota is the county's own again.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.APPLY_ACROSS_PROVINCES)
    access.release(act=ADJUSTMENT_WITHDRAW, subject_id=adjustment_id, by=by, now=now)
    found = queries.own(adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, WITHDRAWABLE))
    refuse(rules.why_not_reason(reason))
    found.end_reason = reason
    deadlines.cancel_all(case_id=found.pk)
    release_all(found, now=now)
    advance(found, S.WITHDRAWN, now=now)
    audit.record(
        verb=ADJUSTMENT_WITHDRAW, by=by, now=now, case_id=found.pk, subject=found, after={"reason": reason}
    )
    emit(AdjustmentWithdrawn(adjustment_id=found.pk, reason=reason, now=now))
    return found
