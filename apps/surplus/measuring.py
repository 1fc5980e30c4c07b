"""Measuring what a county declared (第三方核定): the commission and the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from apps.documents.queries import attachments_of
from apps.documents.states import AttachmentKind as K
from apps.parties.models import Organisation
from apps.parties.roles import Can, kinds_that
from apps.surplus import formulas, queries, rules
from apps.surplus.events import (
    VerificationCommissioned,
    VerificationMeasured,
)
from apps.surplus.facts import DeclaredPart, facts_of, refuse_parts
from apps.surplus.formulas import Stated
from apps.surplus.models import Measurement, Verification
from apps.surplus.names import MEASURE_DEADLINE, VERIFICATION_COMMISSION, VERIFICATION_REPORT
from apps.surplus.progress import advance, days, keep_parts, missing
from apps.surplus.states import (
    COMMISSIONABLE,
    REPORTABLE,
    Origin,
)
from apps.surplus.states import VerificationStatus as S
from apps.surplus.ties import ties_between
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.clock import beijing
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit
from kernel.money import Yuan


@transaction.atomic
def commission(
    *,
    verification_id: int,
    measurer_id: int,
    contract_no: str,
    contract_price: Yuan,
    by: Actor,
    now: datetime,
) -> Verification:
    """Commission a measurer (第三方核定机构), or another one. Its period is counted from here.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, invalid (no
    measurer), self_dealing (it shares a superior, contact, address, account or people with the county or what stands
    below it), rule_expired. The first commission copies the rules that are in force then.
    """
    require_capability(by, Can.APPLY_FOR_VERIFICATION)
    access.release(act=VERIFICATION_COMMISSION, subject_id=verification_id, by=by, now=now)
    found = queries.own(verification_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, COMMISSIONABLE))
    measurer = Organisation.objects.filter(
        pk=measurer_id, kind__in=kinds_that(Can.MEASURE), active=True
    ).first()
    if measurer is None:
        raise Refused.because(Code.INVALID, "请选择已登记的第三方核定机构。", field="measurer_id")
    refuse(rules.why_not_measurer(ties=ties_between(measurer.pk, found)))
    if found.commissioned_at is None:
        found.rules = queries.rules_now(province=found.province, now=now)
    found.measurer, found.commissioned_at = measurer, now
    found.contract_no, found.contract_price = contract_no, contract_price
    deadlines.cancel(kind=MEASURE_DEADLINE, case_id=found.pk)
    deadlines.start(
        kind=MEASURE_DEADLINE,
        case_id=found.pk,
        triggered_at=now,
        period=days(found, queries.parameters_of(found).measure_wd),
        concerns_id=measurer.pk,
    )
    advance(found, S.COMMISSIONED, now=now)
    said = {"measurer": measurer.name, "contract_no": contract_no, "contract_price": str(contract_price)}
    audit.record(verb=VERIFICATION_COMMISSION, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(VerificationCommissioned(verification_id=found.pk, now=now))
    return found


@dataclass(frozen=True)
class ReportFacts:
    """What a measurer reports: parcels and S as measured, how, with what, by whom, on which day."""

    parts: Sequence[DeclaredPart]
    declared: Decimal
    resettlement: Decimal
    method: str
    instrument: str
    surveyors: str
    measured_on: date


@transaction.atomic
def report(*, verification_id: int, report: ReportFacts, by: Actor, now: datetime) -> Measurement:
    """Hand in a measurement report (核定报告); again until it is submitted, and the old ones are kept.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found (commissioned to another),
    wrong_status, self_dealing (tied to the county meanwhile), missing_document (its report; a second
    report has one of its own), invalid (dated before the
    commission), totals_mismatch, parcel_conflict.
    """
    require_capability(by, Can.MEASURE)
    access.release(act=VERIFICATION_REPORT, subject_id=verification_id, by=by, now=now)
    found = queries.held(verification_id, by=by, now=now)
    if found.measurer_id != by.organisation_id:
        raise not_found("核定项目")
    refuse(rules.why_not_at(found.state, REPORTABLE))
    refuse(rules.why_not_measurer(ties=ties_between(by.organisation_id, found)))
    commissioned = beijing(found.commissioned_at).date() if found.commissioned_at else None
    refuse(
        rules.why_not_dated(
            label="测量日期",
            on=report.measured_on,
            not_before=commissioned,
            today=beijing(now).date(),
            field="measured_on",
        )
    )
    attached = attachments_of(case_id=found.pk).filter(
        kind=K.MEASUREMENT_REPORT, organisation_id=by.organisation_id
    )
    newest = attached.order_by("-id").first()
    if newest is None:
        raise missing([K.MEASUREMENT_REPORT])
    earlier = found.measurements.filter(origin=Origin.REPORT).values_list("report_sha256", flat=True)
    refuse(rules.why_not_new_report(sha256=newest.sha256, earlier=earlier))
    refuse_parts(report.parts)
    account = formulas.account_of(
        facts_of(report.parts), Stated(report.resettlement, found.returned, found.reserved)
    )
    refuse(rules.why_not_total(declared=report.declared, parts=account.reclaimed))
    made = keep_parts(
        found,
        report.parts,
        origin=Origin.REPORT,
        resettlement=report.resettlement,
        by=by,
        now=now,
        method=report.method,
        instrument=report.instrument,
        surveyors=report.surveyors,
        measured_on=report.measured_on,
        report_sha256=newest.sha256,
    )
    deadlines.meet(kind=MEASURE_DEADLINE, case_id=found.pk, at=now)
    advance(found, S.MEASURED, now=now)
    said = {"version": str(made.version), "digest": made.digest, "report": made.report_sha256}
    audit.record(verb=VERIFICATION_REPORT, by=by, now=now, case_id=found.pk, subject=made, after=said)
    emit(VerificationMeasured(verification_id=found.pk, now=now))
    return made
