"""What a scheme does to the demands that it matches: it takes them, is published for them, and is then to be paid."""

from datetime import datetime
from decimal import Decimal

from apps.crossprovince import demand_queries as queries
from apps.crossprovince import rules
from apps.crossprovince.demand_events import DemandMatched, DemandPublished, DemandToPay
from apps.crossprovince.demand_matching import DemandMatch
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_progress import advance, give_number
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.models import Scheme, SchemeRow
from apps.crossprovince.names import (
    DEMAND_PAY_IN_DEADLINE,
    DEMAND_PUBLISH_DEADLINE,
    DEMAND_SCHEME_END_DEADLINE,
    SCHEME_IMPORT,
    SCHEME_PUBLISH,
)
from apps.crossprovince.queries import days, finance_office_id, parameters_of, province_office_id
from apps.crossprovince.states import Remainder
from apps.crossprovince.terms import Term
from apps.documents.incoming import Incoming
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.events import emit


def take(match: DemandMatch, scheme: Scheme, *, incoming: Incoming, by: Actor, now: datetime) -> None:
    """One demand is matched: its rows and P are kept, the rest of it is split off or given up, as it asked for.

    Called by the import, under the case's lane.
    """
    found = queries.locked(match.demand.pk)
    SchemeRow.objects.bulk_create(SchemeRow(scheme=scheme, demand=found, **vars(each)) for each in match.rows)
    remainder = _kept(found, match.rest, by=by, now=now) if match.rest and _keeps(found) else None
    found.amount, found.scheme, found.price = match.area, scheme, match.price
    deadlines.start(
        kind=DEMAND_PUBLISH_DEADLINE,
        case_id=found.pk,
        triggered_at=now,
        period=days(found, parameters_of(found).publish_wd),
        concerns_id=province_office_id(found),
    )
    advance(found, S.MATCHED, now=now)
    said = {
        "scheme_no": scheme.scheme_no,
        "rows": ",".join(each.row_no for each in match.rows),
        **incoming.as_said(),
        "payable": str(match.price),
    }
    audit.record(verb=SCHEME_IMPORT, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(
        DemandMatched(
            demand_id=found.pk,
            scheme_no=scheme.scheme_no,
            remainder_id=remainder.pk if remainder else 0,
            now=now,
        )
    )


def _keeps(found: Demand) -> bool:
    return found.remainder == Remainder.KEEP


def _kept(found: Demand, rest: Decimal, *, by: Actor, now: datetime) -> Demand:
    """A new demand of the rest, with the ministry as its origin is."""
    case = cases.open_case(
        process="demand",
        owner_id=found.holder_id,
        province=found.province,
        region=found.region_id,
        now=now,
    )
    same = (
        *("holder_id", "region_id", "province", "title", "planning_scale", "remainder", "rules"),
        *("review_round", "submitted_at", "reported_at", "package_sha256"),
    )
    made = Demand.objects.create(
        case=case,
        parent=found,
        status=S.WITH_MINISTRY,
        amount=rest,
        drafted_at=now,
        **{name: getattr(found, name) for name in same},
    )
    give_number(made, now=now)
    said = {"parent": str(found.case.number), "demanded": str(rest)}
    audit.record(verb="demand.split", by=by, now=now, case_id=made.pk, subject=made, after=said)
    return made


def matched_of(scheme: Scheme) -> list[int]:
    """The keys of the demands that a scheme's publication would be for."""
    return list(scheme.demands.filter(status=S.MATCHED).order_by("pk").values_list("pk", flat=True))


def publish(found: Demand, scheme: Scheme, term: Term, *, by: Actor, now: datetime) -> None:
    """A demand's scheme is published until the end of its term. Called by the publication, under the case's lane."""
    deadlines.meet(kind=DEMAND_PUBLISH_DEADLINE, case_id=found.pk, at=now)
    expose(found, term, now=now)
    said = {"scheme_no": scheme.scheme_no, "ends_at": term.ends_at.isoformat()}
    audit.record(verb=SCHEME_PUBLISH, by=by, now=now, case_id=found.pk, subject=found, after=said)


def expose(found: Demand, term: Term, *, now: datetime) -> None:
    """Its scheme is published until the end of its term, when it takes effect."""
    found.ends_at = term.ends_at
    if term.period is not None and term.begun is not None:  # counted anew with each calendar
        deadlines.start(
            kind=DEMAND_SCHEME_END_DEADLINE, case_id=found.pk, triggered_at=term.begun, period=term.period
        )
    else:
        deadlines.set_at(kind=DEMAND_SCHEME_END_DEADLINE, case_id=found.pk, due_at=term.ends_at, now=now)
    advance(found, S.PUBLICISED, now=now)
    emit(DemandPublished(demand_id=found.pk, ends_at=term.ends_at, now=now))


def end_publication(deadline: Deadline, now: datetime) -> None:
    """The publication is over: P is to be paid in, unless objections hold the scheme."""
    pay_if_due(demand_id=deadline.of_case, at=deadline.due_at, now=now)


def pay_if_due(*, demand_id: int, at: datetime, now: datetime) -> bool:
    """Let P be paid in as of `at` when the publication is over and nothing holds the scheme. Gives whether it is."""
    found = queries.locked(demand_id)
    due = rules.takes_effect(
        published=found.state is S.PUBLICISED,
        ended=found.ends_at is not None and found.ends_at <= at,
        holds=found.case.holds,
        unanswered=found.unanswered_objections,
        upheld=found.upheld_at is not None,
    )
    if due:
        _begin_paying(found, at=at, now=now)
    return due


def _begin_paying(found: Demand, *, at: datetime, now: datetime) -> None:
    """P is to be paid in within `pay_in_wd` of `at`, when the publication took effect."""
    found.paying_at = at
    advance(found, S.PAYING, now=now)
    deadlines.start(
        kind=DEMAND_PAY_IN_DEADLINE,
        case_id=found.pk,
        triggered_at=at,
        period=days(found, parameters_of(found).pay_in_wd),
        concerns_id=finance_office_id(found),
    )
    audit.record(verb="demand.begin_paying", by=SYSTEM, now=at, case_id=found.pk, subject=found)
    emit(DemandToPay(demand_id=found.pk, at=at, now=now))
