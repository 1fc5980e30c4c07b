"""A demand's scheme in publication is rightly objected to, settled by the ministry, or taken back by it."""

from datetime import datetime

from django.db import transaction

from apps.crossprovince import demand_rules, rules
from apps.crossprovince.demand_decisions import held_by_two
from apps.crossprovince.demand_events import DemandDisputed, DemandRevoked
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_progress import advance
from apps.crossprovince.demand_schemes import expose
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.names import (
    DEMAND_DISPUTE,
    DEMAND_PAY_IN_DEADLINE,
    DEMAND_PUBLISH_DEADLINE,
    DEMAND_REVOKE,
    DEMAND_SCHEME_END_DEADLINE,
    DEMAND_SETTLE,
)
from apps.crossprovince.publishing import MinistryDays, term_of
from apps.crossprovince.queries import require_apart
from apps.crossprovince.states import Settlement
from apps.documents.incoming import Incoming, enter
from apps.funds.pay_ins import paid_of
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit

_OWN_DAYS = MinistryDays()


@transaction.atomic
def dispute(*, demand_id: int, reason: str, by: Actor, now: datetime) -> Demand:
    """Say that an objection to its published scheme was right (异议成立): nothing is to be paid until it is settled.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status (no objection
    was upheld), self_dealing, invalid.
    """
    found = held_by_two(DEMAND_DISPUTE, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_dispute(status=found.state, upheld=found.upheld_at is not None))
    require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    deadlines.cancel(kind=DEMAND_SCHEME_END_DEADLINE, case_id=found.pk)
    advance(found, S.DISPUTED, now=now)
    said = {"reason": reason}
    audit.record(verb=DEMAND_DISPUTE, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(DemandDisputed(demand_id=found.pk, reason=reason, now=now))
    return found


@transaction.atomic
def settle(
    *,
    demand_id: int,
    settlement: Settlement,
    incoming: Incoming,
    by: Actor,
    now: datetime,
    days: MinistryDays = _OWN_DAYS,
) -> Demand:
    """Enter how the ministry settled a dispute: the scheme is published anew, or it goes back to be matched again.

    As its document says. One person prepares, another releases. Refuses: not_permitted, same_person, not_found,
    wrong_status, self_dealing, announcement_too_short, invalid, missing_document, duplicate_request.
    """
    found = held_by_two(DEMAND_SETTLE, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_at(found.state, {S.DISPUTED}))
    require_apart(found, by=by)
    enter(incoming, act=DEMAND_SETTLE, case_id=found.pk, by=by, now=now)
    said = {"settlement": str(settlement), **incoming.as_said()}
    audit.record(verb=DEMAND_SETTLE, by=by, now=now, case_id=found.pk, subject=found, after=said)
    if settlement is Settlement.REMATCH:
        _take_back(found, reason=incoming.document_no, now=now)
        return found
    found.upheld_at = None
    expose(found, term_of([found], days, now=now), now=now)
    return found


@transaction.atomic
def revoke(*, demand_id: int, reason: str, incoming: Incoming, by: Actor, now: datetime) -> Demand:
    """Enter that the ministry took the scheme back (收回方案), as its document says, before any money was paid in.

    It waits to be matched again. One person prepares, another releases. Refuses: not_permitted, same_person, not_found,
    wrong_status (also once money was paid in), self_dealing, invalid, missing_document, duplicate_request.
    """
    found = held_by_two(DEMAND_REVOKE, demand_id, by=by, now=now)
    refuse(demand_rules.why_not_revoke(status=found.state, paid=paid_of(found.pk)))
    require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    enter(incoming, act=DEMAND_REVOKE, case_id=found.pk, by=by, now=now)
    said = {"reason": reason, "scheme_no": str(found.scheme), **incoming.as_said()}
    audit.record(verb=DEMAND_REVOKE, by=by, now=now, case_id=found.pk, subject=found, after=said)
    _take_back(found, reason=reason, now=now)
    return found


def _take_back(found: Demand, *, reason: str, now: datetime) -> None:
    """It has no scheme any more and is with the ministry; what its rows said counts no more."""
    scheme_no = str(found.scheme)
    found.rows.update(taken_back_at=now)
    for kind in (DEMAND_PUBLISH_DEADLINE, DEMAND_SCHEME_END_DEADLINE, DEMAND_PAY_IN_DEADLINE):
        deadlines.cancel(kind=kind, case_id=found.pk)
    found.scheme = found.price = None
    found.ends_at = found.upheld_at = found.paying_at = None
    advance(found, S.WITH_MINISTRY, now=now)
    emit(DemandRevoked(demand_id=found.pk, scheme_no=scheme_no, reason=reason, now=now))
