"""Auditing proceeds: an auditor's finding, the county's answer, and what the auditor concludes from it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from apps.funds import findings, ledger, queries, rules
from apps.funds.events import FindingAnswered, FindingConcluded, FindingRaised
from apps.funds.models import Answer, Conclusion, Finding, Movement
from apps.funds.names import ANSWER_DEADLINE, FUNDS_ANSWER, FUNDS_AUDIT, FUNDS_CONCLUDE
from apps.funds.sources import terms_of
from apps.funds.states import Outcome
from apps.parties import commands as parties
from apps.parties.models import Organisation
from apps.parties.queries import owed_of, shares_people
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_no_part
from kernel.actors import Actor
from kernel.acts.act import MOST_SLOT_SIGNS
from kernel.audit import commands as records
from kernel.deadlines import commands as deadlines
from kernel.errors import Code, Refused, not_found, refuse
from kernel.events import emit
from kernel.money import Yuan


@transaction.atomic
def audit(
    *, fund_id: int, text: str, amount: Yuan, by: Actor, now: datetime, movement_id: int | None = None
) -> Finding:
    """Raise a finding on proceeds, about one booking or about all of a source. One person prepares, another releases.

    The county's finance answers within `audit_answer_wd` working days. `amount` is what it is about, zero for none.
    Refuses: not_permitted, same_person, self_dealing, not_found (out of the auditor's region, a booking of another
    source), wrong_status (that booking was taken back), amount_exceeds (more than it booked).
    """
    require_capability(by, Can.AUDIT_FUNDS)
    access.release(act=FUNDS_AUDIT, slot=text[:MOST_SLOT_SIGNS], subject_id=fund_id, by=by, now=now)
    lanes.hold(lanes.CASE, queries.pool_for(fund_id, by=by).source_id)
    pool = queries.pool_for(fund_id, by=by)
    _require_apart(pool.holder, case_id=pool.source_id, by=by)
    about = queries.movement_for(movement_id, by=by) if movement_id is not None else None
    if about is not None:
        _refuse_about(about, amount=amount, of=queries.source_of(pool))
    made = Finding.objects.create(
        holder_id=pool.holder_id,
        source_id=pool.source_id,
        about=about,
        text=text,
        amount=amount,
        organisation_id=by.organisation_id,
        released_by_id=by.person_id,
        at=now,
    )
    _expect_answer(made, now=now)
    said = {"text_sha256": findings.digest_of(text), "amount": str(amount)}
    records.record(verb=FUNDS_AUDIT, by=by, now=now, case_id=made.source_id, subject=made, after=said)
    emit(FindingRaised(finding_id=made.pk, case_id=made.source_id, now=now))
    return made


def _refuse_about(about: Movement, *, amount: Yuan, of: ledger.Source) -> None:
    """Refuses: not_found, wrong_status, amount_exceeds."""
    if queries.source_of(about) != of or queries.booking_of(about) is None:
        raise not_found("收益资金记账")
    refuse(rules.why_not_about(reversed_before=queries.is_reversed(about)))
    refuse(rules.why_not_so_large(amount=amount, booked=queries.size_of(about)))


def _require_apart(holder: Organisation, *, case_id: int, by: Actor) -> None:
    """Refuses: self_dealing when somebody of the auditor serves who spends or who holds the proceeds, or has acted for
    one of them in this case.
    """
    finance = queries.finance_of(holder)
    sides = {holder.pk, *([finance.pk] if finance is not None else [])}
    if shares_people(by.organisation_id, with_ids=sides):
        raise Refused.because(
            Code.SELF_DEALING,
            "本单位有人员同时在被审计单位任职，一人不得既办理收益又审计收益，请先解除其中一项任职。",
        )
    require_no_part(sides, by=by, case_id=case_id)


def _expect_answer(finding: Finding, *, now: datetime) -> None:
    finance = queries.finance_of(finding.holder)
    deadlines.start(
        kind=ANSWER_DEADLINE,
        case_id=finding.source_id,
        subject_id=finding.pk,
        concerns_id=finance.pk if finance else finding.holder_id,
        triggered_at=now,
        period=terms_of(finding.source_id).to_answer,
    )


@transaction.atomic
def answer(
    *, finding_id: int, text: str, by: Actor, now: datetime, attachment_id: int | None = None
) -> Answer:
    """Answer a finding, once, by two persons of the county's finance; after its period it is late, and still heard.

    The paper, where there is one, is a copy that its office has handed in and nothing names yet. Refuses:
    not_permitted, same_person, not_found (another county's), wrong_status (answered or concluded before),
    missing_document and voucher_used (the paper).
    """
    require_capability(by, Can.BOOK_FUNDS)
    access.release(act=FUNDS_ANSWER, subject_id=finding_id, by=by, now=now)
    finding = _held(finding_id, by=by)
    refuse(rules.why_not_answer(answered=finding.is_answered, concluded=finding.is_concluded))
    paper = None
    if attachment_id is not None:
        paper = queries.voucher_copy(attachment_id, case_id=finding.source_id, by=by)
    made = Answer.objects.create(
        finding=finding,
        text=text,
        attachment=paper,
        organisation_id=by.organisation_id,
        released_by_id=by.person_id,
        at=now,
    )
    deadlines.meet(kind=ANSWER_DEADLINE, case_id=finding.source_id, subject_id=finding.pk, at=now)
    said = {"text_sha256": findings.digest_of(text), **({"paper_sha256": paper.sha256} if paper else {})}
    records.record(verb=FUNDS_ANSWER, by=by, now=now, case_id=finding.source_id, subject=made, after=said)
    emit(FindingAnswered(finding_id=finding.pk, case_id=finding.source_id, now=now))
    return made


@transaction.atomic
def conclude(
    *, finding_id: int, outcome: Outcome, text: str, amount: Yuan, by: Actor, now: datetime
) -> Conclusion:
    """Conclude a finding, by two persons of the auditor that raised it: in order, to be corrected, to be recovered.

    What is to be recovered is a debt of the county: until the booking is taken back (`funds.reverse`) it does not
    apply (`use_banned`). Refuses: not_permitted, same_person, self_dealing, not_found, wrong_status (concluded, or the
    booking was taken back), too_early (neither answered nor the period over), invalid (nothing to recover),
    amount_exceeds.
    """
    require_capability(by, Can.AUDIT_FUNDS)
    access.release(act=FUNDS_CONCLUDE, subject_id=finding_id, by=by, now=now)
    finding = _held(finding_id, by=by)
    _require_apart(finding.holder, case_id=finding.source_id, by=by)
    waits = deadlines.pending(kind=ANSWER_DEADLINE, case_id=finding.source_id, subject_id=finding.pk)
    refuse(
        rules.why_not_conclude(
            outcome=outcome,
            amount=amount,
            mine=finding.organisation_id == by.organisation_id,
            concluded=finding.is_concluded,
            answer_due_at=waits.due_at if waits is not None and waits.due_at > now else None,
        )
    )
    if outcome is Outcome.RECOVER:
        refuse(rules.why_not_recover(amount=amount, about_a_booking=finding.about is not None))
        if finding.about is not None:
            _refuse_about(finding.about, amount=amount, of=queries.source_of(finding))
    made = Conclusion.objects.create(
        finding=finding,
        outcome=outcome,
        text=text,
        amount=amount,
        organisation_id=by.organisation_id,
        released_by_id=by.person_id,
        at=now,
    )
    deadlines.cancel(kind=ANSWER_DEADLINE, case_id=finding.source_id, subject_id=finding.pk)
    if outcome is Outcome.RECOVER:
        parties.note_debt(
            organisation_id=finding.holder_id,
            case_id=finding.source_id,
            reference=_reference(finding),
            amount=amount,
            since=now,
        )
    said = {"outcome": str(outcome), "amount": str(amount), "text_sha256": findings.digest_of(text)}
    records.record(verb=FUNDS_CONCLUDE, by=by, now=now, case_id=finding.source_id, subject=made, after=said)
    emit(FindingConcluded(finding_id=finding.pk, case_id=finding.source_id, now=now))
    return made


def wants_back(found: Iterable[Finding]) -> set[int]:
    """The bookings about which money is to be recovered by these findings and is not back yet."""
    about = {_reference(each): each.about_id for each in found if each.about_id is not None}
    return {about[each] for each in owed_of(about)}


def settle(found: Sequence[Finding], *, now: datetime) -> None:
    """What was to be recovered by these findings is back: the county owes nothing of it any more."""
    for each in found:
        parties.settle_debt(reference=_reference(each), at=now)


def _reference(finding: Finding) -> str:
    return f"funds.finding:{finding.pk}"


def _held(finding_id: int, *, by: Actor) -> Finding:
    """A finding under the lane of its source, as it stands. Refuses: not_found, also out of the actor's reach."""
    lanes.hold(lanes.CASE, findings.finding_for(finding_id, by=by).source_id)
    return findings.finding_for(finding_id, by=by)
