"""Verifying surplus quota (节余指标核定): draft, commission, report, submit, review, record, certify, give up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.documents.queries import attached_kinds
from apps.documents.states import AttachmentKind as K
from apps.parties.queries import called_apart
from apps.parties.roles import Can
from apps.surplus import formulas, queries, rules
from apps.surplus.events import (
    VerificationAmended,
    VerificationSubmitted,
)
from apps.surplus.evidence import REQUIRED
from apps.surplus.facts import DeclaredPart, facts_of, refuse_parts
from apps.surplus.formulas import Stated
from apps.surplus.models import Verification
from apps.surplus.names import (
    CITY_REVIEW_DEADLINE,
    PROVINCE_REVIEW_DEADLINE,
    VERIFICATION_AMEND,
    VERIFICATION_DRAFT,
    VERIFICATION_SUBMIT,
    VERIFICATION_WITHDRAW,
)
from apps.surplus.progress import advance, days, give_up, keep_parts, missing
from apps.surplus.states import (
    EDITABLE,
    LEVEL_LABELS,
    SUBMITTABLE,
    WITHDRAWABLE,
    Level,
    Origin,
)
from apps.surplus.states import VerificationStatus as S
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.clock import beijing
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit
from kernel.numbering.commands import next_number


@dataclass(frozen=True)
class VerificationFacts:
    """What a county declares: names and numbers, R as declared, S, B, V in 亩, its parcels."""

    title: str
    acceptance_no: str
    region: str
    declared: Decimal
    stated: Stated
    parts: Sequence[DeclaredPart]


@transaction.atomic
def draft(*, facts: VerificationFacts, by: Actor, now: datetime) -> Verification:
    """Declare a project area for verification; its ground is claimed from here on.

    Refuses: not_permitted, invalid, totals_mismatch (R against its parts, with the difference), parcel_conflict,
    rule_expired (no rules on surplus quota in force).
    """
    require_capability(by, Can.APPLY_FOR_VERIFICATION)
    require_province(by, facts.region)
    holder = queries.holder_of(by)
    refuse(rules.why_not_region(region=facts.region, holder_region=holder.region_id, holder=holder.name))
    _refuse_facts(facts)
    lanes.hold(lanes.ORGANISATION, holder.pk)
    if queries.acceptance_in_use(region=facts.region, acceptance_no=facts.acceptance_no):
        raise _acceptance_used(facts.acceptance_no)
    province = f"{facts.region[:2]}0000"
    copied = queries.rules_now(province=province, now=now)
    case = cases.open_case(
        process="verification", owner_id=holder.pk, province=province, region=facts.region, now=now
    )
    made = Verification.objects.create(
        case=case,
        holder=holder,
        filed_by_id=by.organisation_id,
        region_id=facts.region,
        province=province,
        title=facts.title,
        acceptance_no=facts.acceptance_no,
        declared=facts.declared,
        resettlement=facts.stated.resettlement,
        returned=facts.stated.returned,
        reserved=facts.stated.reserved,
        rules=copied,
        drafted_at=now,
    )
    keep_parts(made, facts.parts, origin=Origin.DRAFT, resettlement=facts.stated.resettlement, by=by, now=now)
    audit.record(verb=VERIFICATION_DRAFT, by=by, now=now, case_id=made.pk, subject=made, after=_said(facts))
    return made


def _said(facts: VerificationFacts) -> dict[str, str]:
    return {
        "title": facts.title,
        "acceptance_no": facts.acceptance_no,
        "declared": str(facts.declared),
        "resettlement": str(facts.stated.resettlement),
        "returned": str(facts.stated.returned),
        "reserved": str(facts.stated.reserved),
        "parts": str(len(facts.parts)),
    }


def _refuse_facts(facts: VerificationFacts) -> None:
    refuse_parts(facts.parts)
    account = formulas.account_of(facts_of(facts.parts), facts.stated)
    refuse(rules.why_not_total(declared=facts.declared, parts=account.reclaimed))
    refuse(rules.why_not_stated(account, facts.stated))


def _acceptance_used(number: str) -> Refused:
    return Refused.because(
        Code.INVALID, f"复垦验收文号“{number}”已申报核定，请勿重复申报。", field="acceptance_no"
    )


@transaction.atomic
def amend(*, verification_id: int, facts: VerificationFacts, by: Actor, now: datetime) -> Verification:
    """Change what was declared; changed parcels need a new report. Refuses as `draft`, and wrong_status, not_found."""
    require_capability(by, Can.APPLY_FOR_VERIFICATION)
    found = queries.own(verification_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, EDITABLE))
    if facts.region != found.region_id:
        raise Refused.because(Code.INVALID, "行政区不能更改，请撤回后重新申报。", field="region")
    _refuse_facts(facts)
    lanes.hold(lanes.ORGANISATION, found.holder_id)
    if queries.acceptance_in_use(region=facts.region, acceptance_no=facts.acceptance_no, but=found.pk):
        raise _acceptance_used(facts.acceptance_no)
    found.title, found.acceptance_no, found.declared = facts.title, facts.acceptance_no, facts.declared
    found.resettlement, found.returned = facts.stated.resettlement, facts.stated.returned
    found.reserved = facts.stated.reserved
    found.save()
    before = queries.newest(found)
    made = keep_parts(
        found, facts.parts, origin=Origin.DRAFT, resettlement=facts.stated.resettlement, by=by, now=now
    )
    audit.record(verb=VERIFICATION_AMEND, by=by, now=now, case_id=found.pk, subject=found, after=_said(facts))
    if made != before and found.measurer_id is not None:
        emit(VerificationAmended(verification_id=found.pk, version=made.version, now=now))
    return found


@transaction.atomic
def submit(*, verification_id: int, by: Actor, now: datetime) -> Verification:
    """Submit for review, with the report's figures. Each submission starts the reviewers' periods anew.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status,
    missing_document, text_changed (parcels changed after the report), invalid (nothing left to trade, nobody
    to review it).
    """
    require_capability(by, Can.APPLY_FOR_VERIFICATION)
    access.release(act=VERIFICATION_SUBMIT, subject_id=verification_id, by=by, now=now)
    found = queries.own(verification_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, SUBMITTABLE))
    there = _attached(found)
    if wanting := [each for each in REQUIRED if str(each) not in there]:
        raise missing(wanting)
    newest = queries.newest(found)
    if newest is None:
        raise not_found("核定报告")
    refuse(rules.why_not_reported(origin=newest.origin))
    direct = found.region_id in queries.parameters_of(found).no_city
    _refuse_unawaited(found, direct=direct)
    account = queries.account_of(newest)
    refuse(rules.why_not_stated(account, Stated(newest.resettlement, found.returned, found.reserved)))
    refuse(rules.why_not_tradeable(account))
    found.declared, found.resettlement = account.reclaimed, newest.resettlement
    found.review_round += 1
    found.submitted_at = found.submitted_at or now
    _give_number(found, now=now)
    book = queries.parameters_of(found)
    if direct:
        deadlines.start(
            kind=PROVINCE_REVIEW_DEADLINE,
            case_id=found.pk,
            triggered_at=now,
            period=days(found, book.province_review_wd),
            concerns_id=queries.province_office_id(found),
        )
        advance(found, S.PROVINCE_REVIEW, now=now)
    else:
        deadlines.start(
            kind=CITY_REVIEW_DEADLINE,
            case_id=found.pk,
            triggered_at=now,
            period=days(found, book.city_review_wd),
            concerns_id=queries.city_office_id(found),
        )
        advance(found, S.CITY_REVIEW, now=now)
    said = {"tradeable": str(account.tradeable), "digest": newest.digest, "round": str(found.review_round)}
    audit.record(verb=VERIFICATION_SUBMIT, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(VerificationSubmitted(verification_id=found.pk, now=now))
    return found


def _attached(found: Verification) -> set[str]:
    """What the county and its bureau handed in, and the measurer's report: nobody's papers stand for another's."""
    kinds = {
        kind
        for each in (found.holder_id, found.filed_by_id)
        for kind in attached_kinds(case_id=found.pk, organisation_id=each)
    } - {str(K.MEASUREMENT_REPORT)}
    if found.measurer_id is None:
        return kinds
    measured = attached_kinds(case_id=found.pk, organisation_id=found.measurer_id)
    return kinds | measured & {str(K.MEASUREMENT_REPORT)}


def _refuse_unawaited(found: Verification, *, direct: bool) -> None:
    """Refuses: invalid when an office that has to decide on it is not registered."""
    levels = [(queries.province_office(found), Level.PROVINCE)]
    if not direct:
        levels.insert(0, (queries.city_office(found), Level.CITY))
    for office, level in levels:
        refuse(
            rules.why_not_awaited(
                office=office.name if office else None,
                level=LEVEL_LABELS[level],
                place=called_apart(found.region),
            )
        )


def _give_number(found: Verification, *, now: datetime) -> None:
    if found.case.number is None:
        year = beijing(now).year
        serial = next_number(f"verification:{found.province}:{year}")
        found.case.number = f"节余核〔{year}〕{found.province}{serial:04d}号"
        cases.give_number(found.pk, found.case.number)


@transaction.atomic
def withdraw(*, verification_id: int, reason: str, by: Actor, now: datetime) -> Verification:
    """Take it back before it is verified (撤回). Its ground and acceptance number are free again.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, invalid.
    """
    require_capability(by, Can.APPLY_FOR_VERIFICATION)
    access.release(act=VERIFICATION_WITHDRAW, subject_id=verification_id, by=by, now=now)
    found = queries.own(verification_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, WITHDRAWABLE))
    refuse(rules.why_not_reason(reason))
    give_up(found, S.WITHDRAWN, reason=reason, by=by, now=now)
    return found
