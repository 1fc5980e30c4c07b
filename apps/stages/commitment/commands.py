"""Reporting on a commitment, deciding what came of it, and its end when nothing is reported (质量提升承诺)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.documents.models import Attachment
from apps.kinds.commitments import PROMISED
from apps.land import commands as land
from apps.land.lanes import PROJECT_LANE
from apps.land.queries import grounds_of
from apps.land.rules import made_by
from apps.listings.models import Listing
from apps.listings.queries import held, locked, require_visible
from apps.money import payments
from apps.parties.queries import office
from apps.parties.roles import Can
from apps.quota import commands as quota
from apps.quota.queries import booked_of
from apps.stages.award.queries import awarded, awarded_lines
from apps.stages.commitment import queries, rules
from apps.stages.commitment.events import CommitmentDecided, CommitmentReported
from apps.stages.commitment.models import Report
from apps.stages.commitment.names import (
    COMMITMENT_DEADLINE,
    COMMITMENT_DECIDE,
    COMMITMENT_DECIDE_DEADLINE,
    COMMITMENT_REPORT,
)
from apps.stages.commitment.queries import Outcome
from apps.stages.payment.remittances import pay_out_held_back
from apps.stages.transfer import claims
from apps.stages.transfer.queries import controlled_by
from kernel import clock, lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import NotYet
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit
from kernel.money import ZERO
from kernel.numbering.commands import next_number


def expect(*, listing_id: int, now: datetime) -> None:
    """The quota is handed over: what was promised of it is due in the term of the commitment, in calendar days."""
    listing = locked(listing_id)
    if listing.promised is None:
        return
    deadlines.start(
        kind=COMMITMENT_DEADLINE,
        case_id=listing_id,
        concerns_id=listing.seller_id,
        triggered_at=now,
        period=deadlines.calendar_days(listing.promised.days, daily_end=listing.rules.parameters.daily_end),
    )


@transaction.atomic
def report(*, listing_id: int, grade: int, measurer: str, findings: str, by: Actor, now: datetime) -> Report:
    """Report as its seller what a measurer found of the promised area; again while it is undecided.

    Needs a re-grading report, uploaded since the last one, by a measurer that neither side controls. The province
    decides within `commitment_decide_wd` working days of the first. Refuses: not_permitted, not_found, wrong_status,
    duplicate_request (decided), too_late, self_dealing, missing_document, invalid.
    """
    require_capability(by, Can.PROMISE_QUALITY)
    require_visible(listing_id, by=by)
    listing = held(listing_id, now=now, by=by)
    if listing.seller_id != by.organisation_id:
        raise not_found("挂牌项目")
    _refuse_report(listing, now=now)
    if not findings.strip():
        raise Refused.because(Code.INVALID, "请写明复评情况。", field="findings")
    file = _new_file(listing, measurer=measurer)
    before = queries.open_report(listing_id)
    if before is not None:
        _close(before, by=by, now=now)
    made = Report.objects.create(
        listing=listing,
        grade=grade,
        measurer=measurer.strip(),
        findings=findings,
        attachment=file,
        reported_by_id=by.person_id,
        reported_at=now,
    )
    if before is None:
        _expect_decision(listing, now=now)
    audit.record(
        verb=COMMITMENT_REPORT,
        by=by,
        now=now,
        case_id=listing_id,
        subject=made,
        after={"grade": str(grade), "measurer": made.measurer, "sha256": file.sha256},
    )
    emit(CommitmentReported(listing_id=listing_id, report_id=made.pk, now=now))
    return made


def _refuse_report(listing: Listing, *, now: datetime) -> None:
    promised, term = listing.promised, queries.term_of(listing.pk)
    refuse(
        rules.why_not_report(
            status=listing.state,
            promised=promised is not None,
            decided_at=promised.decided_at if promised else None,
            due_at=term.due_at if term else None,
            now=now,
        )
    )


def _new_file(listing: Listing, *, measurer: str) -> Attachment:
    """The measurer's report that the seller has uploaded since it reported last."""
    file = queries.new_report_file(listing)
    controlled = controlled_by(listing.seller_id, awarded(listing.pk).winner_id)
    refuse(rules.why_not_measured(measurer=measurer, controlled=controlled, reports=1 if file else 0))
    if file is None:
        raise ValueError("a report without a file was not refused")
    return file


def _expect_decision(listing: Listing, *, now: datetime) -> None:
    book = listing.rules.parameters
    deadlines.start(
        kind=COMMITMENT_DECIDE_DEADLINE,
        case_id=listing.pk,
        concerns_id=office(Can.DECIDE_FOR_PROVINCE, province=listing.province).pk,
        triggered_at=now,
        period=deadlines.working_days(book.commitment_decide_wd, daily_end=book.daily_end),
    )


def _close(found: Report, *, by: Actor, now: datetime, grade: int | None = None, opinion: str = "") -> None:
    found.closed_at, found.closed_by_id = now, by.person_id
    found.grade_decided, found.opinion = grade, opinion
    found.save(update_fields=["closed_at", "closed_by_id", "grade_decided", "opinion"])


@transaction.atomic
def decide(*, listing_id: int, grade: int, reason: str, by: Actor, now: datetime) -> Listing:
    """Decide which grade was achieved: better than promised counts as promised. What is missing is refunded.

    What was gained is issued to the buyer, and the project's parts have the achieved grade. One person prepares,
    another releases. Refuses: not_permitted, same_person, not_found, wrong_status, duplicate_request, invalid.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=COMMITMENT_DECIDE, subject_id=listing_id, by=by, now=now)
    listing = held(listing_id, now=now, by=by)
    require_province(by, listing.province)
    found = queries.require_open(listing)
    refuse(rules.why_not_decide(grade=grade, reason=reason))
    _close(found, by=by, now=now, grade=grade, opinion=reason)
    deadlines.meet(kind=COMMITMENT_DECIDE_DEADLINE, case_id=listing_id, at=now)
    deadlines.meet(kind=COMMITMENT_DEADLINE, case_id=listing_id, at=found.reported_at)
    _settle(listing, grade=grade, issuer_id=by.organisation_id, report_id=found.pk, by=by, at=now, now=now)
    return listing


def lapse(deadline: Deadline, now: datetime) -> None:
    """The term is over: where nothing was reported the area is as it was. Waits while a report is undecided."""
    listing = locked(deadline.of_case)
    promised = queries.promised_of(listing)
    if promised.decided_at is not None:
        return
    if queries.open_report(listing.pk) is not None:
        raise NotYet("出让方已在期限内报告，待省级自然资源主管部门认定")
    _settle(
        listing,
        grade=listing.grade or 0,
        issuer_id=None,
        report_id=None,
        by=SYSTEM,
        at=deadline.due_at,
        now=now,
    )


def _settle(
    listing: Listing,
    *,
    grade: int,
    issuer_id: int | None,
    report_id: int | None,
    by: Actor,
    at: datetime,
    now: datetime,
) -> None:
    """The outcome stands: money to the buyer and the rest to the seller, capacity to the buyer, grades to the parts."""
    promised, found = queries.promised_of(listing), queries.outcome_of(listing, grade=grade)
    promised.achieved_grade, promised.decided_at = grade, at
    promised.refund, promised.from_held_back = found.money.refund, found.money.from_held_back
    promised.save(update_fields=["achieved_grade", "decided_at", "refund", "from_held_back"])
    winner_id = awarded(listing.pk).winner_id
    _pay(listing, found, by=by, now=now)
    if found.issued and issuer_id is not None:
        _issue(listing, found, owner_id=winner_id, issuer_id=issuer_id, now=now)
    _write_off_lost(listing, found, holder_id=winner_id, now=now)
    audit.record(
        verb=COMMITMENT_DECIDE,
        by=by,
        now=at,
        case_id=listing.pk,
        subject=promised,
        after={
            "grade": str(grade),
            "refund": str(found.money.refund),
            "from_held_back": str(found.money.from_held_back),
            "owed_by_seller": str(found.money.owed),
            "issued": str(found.issued),
        },
    )
    emit(CommitmentDecided(listing_id=listing.pk, winner_id=winner_id, report_id=report_id, at=at, now=now))


def _pay(listing: Listing, found: Outcome, *, by: Actor, now: datetime) -> None:
    """The refund leaves what was held back first, the seller owes the rest of it; what is left is the seller's."""
    if found.money.from_held_back > ZERO:
        payments.refund_held_back(
            listing.pk, found.money.from_held_back, reason=f"{listing.number} 质量提升承诺退款", now=now
        )
    if found.money.owed > ZERO:
        claims.owe_for_commitment(
            listing,
            promised=found.promise.capacity,
            achieved=found.achieved,
            refund=found.money.owed,
            by=by,
            now=now,
        )
    pay_out_held_back(listing_id=listing.pk, now=now)


def _issue(listing: Listing, found: Outcome, *, owner_id: int, issuer_id: int, now: datetime) -> None:
    """The parts of the project take the achieved grade, and what they make more is issued to the buyer.

    Each sum is rounded once: where a 公斤 of the project's is lost in rounding, so much less is issued.
    """
    promised = queries.promised_of(listing)
    lanes.hold(PROJECT_LANE, promised.project_id)
    land.regrade(
        promised.project,
        case_id=listing.pk,
        area=promised.area,
        grade_from=found.promise.now,
        grade_to=found.grade,
        now=now,
    )
    left = made_by(grounds_of(promised.project)) - booked_of(promised.project_id)
    amount = min(found.issued, left.of(PROMISED).amount)
    if amount > 0:
        achieved = quota.Achieved(
            case_id=listing.pk,
            project=promised.project,
            owner_id=owner_id,
            certificate_no=_certificate_no(listing, now=now),
            grade=found.grade,
            amount=amount,
        )
        quota.book_achieved(achieved, issuer_id=issuer_id, now=now)


def _certificate_no(listing: Listing, *, now: datetime) -> str:
    year = clock.beijing(now).year
    serial = next_number(f"commitment:{listing.province}:{year}")
    return f"{listing.terms.mark}质提〔{year}〕{listing.province[:2]}{serial:04d}号"


def _write_off_lost(listing: Listing, found: Outcome, *, holder_id: int, now: datetime) -> None:
    """Where the area has become worse than it was sold, the capacity that is gone leaves what the buyer still has."""
    lost = found.promise.there - found.achieved
    if lost > Decimal(0):
        quota.write_off_of(
            awarded_lines(awarded(listing.pk)),
            kind=PROMISED,
            amount=lost,
            holder_id=holder_id,
            case_id=listing.pk,
            now=now,
        )
