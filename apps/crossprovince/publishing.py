"""A scheme in publication (方案公示): published, disputed, settled, revoked, and what follows at its end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from apps.crossprovince import demand_schemes, queries, rules
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_queries import locked as locked_demand
from apps.crossprovince.demand_states import DemandStatus as Demanded
from apps.crossprovince.events import SchemeDisputed, SchemeImplementing, SchemePublished, SchemeRevoked
from apps.crossprovince.models import Adjustment, Scheme
from apps.crossprovince.names import (
    DEMAND_SCHEME_END_DEADLINE,
    PAY_IN_DEADLINE,
    SCHEME_DISPUTE,
    SCHEME_END_DEADLINE,
    SCHEME_PUBLISH,
    SCHEME_PUBLISH_DEADLINE,
    SCHEME_REVOKE,
    SCHEME_SETTLE,
)
from apps.crossprovince.progress import advance
from apps.crossprovince.states import AdjustmentStatus as S
from apps.crossprovince.states import Settlement
from apps.crossprovince.terms import Term
from apps.documents.incoming import Incoming, enter
from apps.funds.allocations import allocated_of
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.clock import BEIJING
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline, DeadlineMove
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refused, refuse
from kernel.events import emit
from kernel.workdays.counting import day_end


@dataclass(frozen=True)
class MinistryDays:
    """The first and the last day of a publication that the ministry has set itself; none of them where it has not."""

    begins_on: date | None = None
    ends_on: date | None = None


@transaction.atomic
def publish(
    *,
    scheme_id: int,
    by: Actor,
    now: datetime,
    begins_on: date | None = None,
    ends_on: date | None = None,
) -> Scheme:
    """Publish a scheme on the portal (方案公示) for `scheme_publication_wd`, or on the days that the ministry has set.

    Due within `publish_wd` of its import. When it is over, money and quota move on both sides, unless objections hold
    it. One person prepares, another releases. Refuses: not_permitted, same_person, not_found, self_dealing,
    wrong_status (published before), announcement_too_short, invalid (one day without the other).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=SCHEME_PUBLISH, subject_id=scheme_id, by=by, now=now)
    scheme = queries.scheme_for(scheme_id, by=by)
    cases = list(scheme.adjustments.filter(status=S.MATCHED).order_by("pk").values_list("pk", flat=True))
    takers = demand_schemes.matched_of(scheme)
    lanes.hold_all(lanes.CASE, [*cases, *takers])
    for each in (*cases, *takers):
        require_settled(case_id=each, now=now)
    scheme = Scheme.objects.select_for_update().get(pk=scheme.pk)
    adjustments, demands = [queries.locked(each) for each in cases], [locked_demand(each) for each in takers]
    for each_side in (adjustments, demands):
        for case in each_side:
            queries.require_apart(case, by=by)
    done = any(each.state is not S.MATCHED for each in adjustments)
    if not (cases or takers) or done or any(each.state is not Demanded.MATCHED for each in demands):
        raise Refused.because(
            Code.WRONG_STATUS, "该调剂方案已公示，不能重复公示。", scheme_no=scheme.scheme_no
        )
    term = term_of([*adjustments, *demands], MinistryDays(begins_on, ends_on), now=now)
    ends_at = term.ends_at
    if scheme.published_at is None:
        scheme.published_at, scheme.ends_at = now, ends_at
        scheme.save(update_fields=["published_at", "ends_at"])
    for found in adjustments:
        deadlines.meet(kind=SCHEME_PUBLISH_DEADLINE, case_id=found.pk, at=now)
        _expose(found, term, now=now)
        said = {"scheme_no": scheme.scheme_no, "ends_at": ends_at.isoformat()}
        audit.record(verb=SCHEME_PUBLISH, by=by, now=now, case_id=found.pk, subject=found, after=said)
    for demand in demands:
        demand_schemes.publish(demand, scheme, term, by=by, now=now)
    return scheme


def _expose(found: Adjustment, term: Term, *, now: datetime) -> None:
    """Its scheme is published until the end of its term, when it takes effect."""
    found.ends_at = term.ends_at
    if term.period is not None and term.begun is not None:  # counted anew with each calendar
        deadlines.start(
            kind=SCHEME_END_DEADLINE, case_id=found.pk, triggered_at=term.begun, period=term.period
        )
    else:
        deadlines.set_at(kind=SCHEME_END_DEADLINE, case_id=found.pk, due_at=term.ends_at, now=now)
    advance(found, S.PUBLICISED, now=now)
    emit(SchemePublished(adjustment_id=found.pk, ends_at=term.ends_at, now=now))


def publication_days(found: Adjustment | Demand) -> int:
    """For how many working days its scheme is published at least, by its own rules."""
    return queries.parameters_of(found).scheme_publication_wd


def term_of(cases: Sequence[Adjustment | Demand], days: MinistryDays, *, now: datetime) -> Term:
    """Until when a scheme is published: the longest period of the cases' rules, or the ministry's last day, not
    shorter.

    What the ministry has shown before does not count: the period is one in which people can object here. Refuses:
    invalid (one day without the other), announcement_too_short.
    """
    if (days.begins_on is None) != (days.ends_on is None):
        raise Refused.because(Code.INVALID, "部里公示的起止日期须同时填写，或都不填写。", field="ends_on")
    begun = (
        now if days.begins_on is None else max(now, datetime.combine(days.begins_on, time(9), tzinfo=BEIJING))
    )
    period = max(
        (queries.days(each, publication_days(each)) for each in cases),
        key=lambda each: deadlines.end_of(each, triggered_at=begun).at,
    )
    least = deadlines.end_of(period, triggered_at=begun).at
    if days.ends_on is None:
        return Term(least, begun, period)
    ends_at = day_end(days.ends_on)
    refuse(rules.why_not_published_so_long(ends_at=ends_at, least=least))
    return Term(ends_at)


def follow_moved(moves: Iterable[DeadlineMove]) -> None:
    """A calendar has moved the ends of publications: their cases take effect as their periods now end."""
    cases: dict[str, type[Adjustment | Demand]] = {
        SCHEME_END_DEADLINE: Adjustment,
        DEMAND_SCHEME_END_DEADLINE: Demand,
    }
    for each in moves:
        of = cases.get(each.deadline.kind)
        if of is not None:
            of.objects.filter(pk=each.deadline.case_id).update(ends_at=each.new_due_at)


def end_publication(deadline: Deadline, now: datetime) -> None:
    """The publication is over: money and quota move, unless objections hold the scheme."""
    implement_if_due(adjustment_id=deadline.of_case, at=deadline.due_at, now=now)


def implement_if_due(*, adjustment_id: int, at: datetime, now: datetime) -> bool:
    """Let a scheme take effect as of `at` when its publication is over and nothing holds it. Gives whether it does."""
    found = queries.locked(adjustment_id)
    due = rules.takes_effect(
        published=found.state is S.PUBLICISED,
        ended=found.ends_at is not None and found.ends_at <= at,
        holds=found.case.holds,
        unanswered=found.unanswered_objections,
        upheld=found.upheld_at is not None,
    )
    if due:
        _implement(found, at=at, now=now)
    return due


def _implement(found: Adjustment, *, at: datetime, now: datetime) -> None:
    found.implementing_at = at
    advance(found, S.IMPLEMENTING, now=now)
    deadlines.start(
        kind=PAY_IN_DEADLINE,
        case_id=found.pk,
        triggered_at=at,
        period=queries.days(found, queries.parameters_of(found).pay_in_wd),
        concerns_id=queries.finance_office_id(found),
    )
    audit.record(verb="adjustment.implement", by=SYSTEM, now=at, case_id=found.pk, subject=found)
    emit(SchemeImplementing(adjustment_id=found.pk, at=at, now=now))


# --- what is disputed, settled, revoked ---


def _held(act: str, adjustment_id: int, *, by: Actor, now: datetime) -> Adjustment:
    """What two persons of its province's department act on. Refuses: not_permitted, same_person, not_found."""
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=act, subject_id=adjustment_id, by=by, now=now)
    found = queries.held(adjustment_id, by=by, now=now)
    require_province(by, found.province)
    return found


@transaction.atomic
def dispute(*, adjustment_id: int, reason: str, by: Actor, now: datetime) -> Adjustment:
    """Say that an objection to its published scheme was right (异议成立): it has no effect until it is settled.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status (no objection
    was upheld), self_dealing, invalid.
    """
    found = _held(SCHEME_DISPUTE, adjustment_id, by=by, now=now)
    refuse(rules.why_not_dispute(status=found.state, upheld=found.upheld_at is not None))
    queries.require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    deadlines.cancel(kind=SCHEME_END_DEADLINE, case_id=found.pk)
    advance(found, S.DISPUTED, now=now)
    said = {"reason": reason}
    audit.record(verb=SCHEME_DISPUTE, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(SchemeDisputed(adjustment_id=found.pk, reason=reason, now=now))
    return found


@transaction.atomic
def settle(
    *,
    adjustment_id: int,
    settlement: Settlement,
    incoming: Incoming,
    by: Actor,
    now: datetime,
    days: MinistryDays = MinistryDays(),
) -> Adjustment:
    """Enter how the ministry settled a dispute: the scheme is published anew, or it goes back to be matched again.

    As its document says. One person prepares, another releases. Refuses: not_permitted, same_person, not_found,
    wrong_status, self_dealing, announcement_too_short, invalid, missing_document, duplicate_request.
    """
    found = _held(SCHEME_SETTLE, adjustment_id, by=by, now=now)
    refuse(rules.why_not_at(found.state, {S.DISPUTED}))
    queries.require_apart(found, by=by)
    enter(incoming, act=SCHEME_SETTLE, case_id=found.pk, by=by, now=now)
    said = {"settlement": str(settlement), **incoming.as_said()}
    audit.record(verb=SCHEME_SETTLE, by=by, now=now, case_id=found.pk, subject=found, after=said)
    if settlement is Settlement.REMATCH:
        _take_back(found, reason=incoming.document_no, now=now)
        return found
    found.upheld_at = None
    _expose(found, term_of([found], days, now=now), now=now)
    return found


@transaction.atomic
def revoke(*, adjustment_id: int, reason: str, incoming: Incoming, by: Actor, now: datetime) -> Adjustment:
    """Enter that the ministry took the scheme back (收回方案), as its document says, before any money came of it.

    Its quota stays frozen, and it waits to be matched again. One person prepares, another releases. Refuses:
    not_permitted, same_person, not_found, wrong_status (also once money was allocated), self_dealing, invalid,
    missing_document, duplicate_request.
    """
    found = _held(SCHEME_REVOKE, adjustment_id, by=by, now=now)
    refuse(rules.why_not_revoke(status=found.state, allocated=allocated_of(found.pk)))
    queries.require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    enter(incoming, act=SCHEME_REVOKE, case_id=found.pk, by=by, now=now)
    said = {"reason": reason, "scheme_no": str(found.scheme), **incoming.as_said()}
    audit.record(verb=SCHEME_REVOKE, by=by, now=now, case_id=found.pk, subject=found, after=said)
    _take_back(found, reason=reason, now=now)
    return found


def _take_back(found: Adjustment, *, reason: str, now: datetime) -> None:
    """It has no scheme any more and is with the ministry; what its rows said counts no more."""
    scheme_no = str(found.scheme)
    found.rows.update(taken_back_at=now)
    for kind in (SCHEME_PUBLISH_DEADLINE, SCHEME_END_DEADLINE, PAY_IN_DEADLINE):
        deadlines.cancel(kind=kind, case_id=found.pk)
    found.scheme = found.price = found.gross = found.retained = found.margin = None
    found.ends_at = found.upheld_at = found.implementing_at = None
    advance(found, S.WITH_MINISTRY, now=now)
    emit(SchemeRevoked(adjustment_id=found.pk, scheme_no=scheme_no, reason=reason, now=now))
