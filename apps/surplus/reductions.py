"""Reducing what was certified (核减): a re-check found less than was booked."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from apps.listings.queries import freezing_of
from apps.parties.roles import Can
from apps.quota import claims
from apps.quota.claims import Finding
from apps.quota.models import Claim
from apps.quota.takers import takers_of
from apps.surplus import queries, rules
from apps.surplus.events import VerificationReduced
from apps.surplus.names import VERIFICATION_REDUCE
from apps.surplus.states import VerificationStatus as S
from apps.surplus.ties import require_apart
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines.runner import require_settled
from kernel.errors import refuse
from kernel.events import emit


@transaction.atomic
def reduce(
    *, verification_id: int, amount: Decimal, finding_no: str, reason: str, by: Actor, now: datetime
) -> Claim:
    """Take off so many 亩 that a re-check found less (核减): at once of what is available, then as the rest comes free.

    The rest is an open claim on the first holder: its lots on the batch stand still before their close, adjustments
    before their match go back to it, and it submits nothing of the class until it is met. What was sold stays with its
    buyers. One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status,
    self_dealing, invalid (no amount, no reason), amount_exceeds (more than was booked less earlier findings),
    duplicate_request (the finding was entered before).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=VERIFICATION_REDUCE, subject_id=verification_id, by=by, now=now)
    _hold_with_lots(verification_id, now=now)
    found = queries.held(verification_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_at(found.state, {S.CERTIFIED}))
    require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    claim = claims.reduce_verified(source_id=found.pk, found=Finding(amount, finding_no, reason), now=now)
    said = {"amount_mu": str(amount), "finding_no": finding_no, "reason": reason, "left_mu": str(claim.left)}
    audit.record(verb=VERIFICATION_REDUCE, by=by, now=now, case_id=found.pk, subject=claim, after=said)
    emit(VerificationReduced(verification_id=found.pk, claim_id=claim.pk, now=now))
    return claim


def _hold_with_lots(verification_id: int, *, now: datetime) -> None:
    """The lanes of the case, of every lot and every taker of its batch's quota, before the batch's: all that may stand
    still or go back.

    Whatever is submitted meanwhile is not announced, and not sent to the ministry, before the claim is met.
    """
    batch = queries.batch_of(verification_id)
    cases = [each.pk for each in freezing_of(batch.pk)] if batch is not None else []
    cases += [each.case_id for each in takers_of(batch.pk)] if batch is not None else []
    lanes.hold_all(lanes.CASE, [verification_id, *cases])
    for each in cases:
        require_settled(case_id=each, now=now)
