"""The certificate of a verification (登记证): issued when its quota is booked, of no force once it is revoked."""

from datetime import datetime

from django.db import transaction

from apps.parties.queries import called_apart
from apps.parties.roles import Can
from apps.quota import commands as quota
from apps.quota.commands import VerifiedBatch
from apps.surplus import queries, rules
from apps.surplus.events import VerificationCertified
from apps.surplus.findings import findings_of
from apps.surplus.models import Verification
from apps.surplus.names import CERTIFY_DEADLINE, VERIFICATION_CERTIFY, VERIFICATION_REVOKE
from apps.surplus.progress import advance, give_up
from apps.surplus.states import REVOCABLE
from apps.surplus.states import VerificationStatus as S
from apps.surplus.ties import require_apart
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.clock import beijing
from kernel.deadlines import commands as deadlines
from kernel.errors import refuse
from kernel.events import emit
from kernel.numbering.commands import next_number


@transaction.atomic
def certify(*, verification_id: int, by: Actor, now: datetime) -> Verification:
    """Book T and issue the certificate (发证入库), in one transaction: the county holds it from here on.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    and what an automatic finding bars (totals_mismatch, parcel_conflict, ban_list, not_verified).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=VERIFICATION_CERTIFY, subject_id=verification_id, by=by, now=now)
    found = queries.held(verification_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_at(found.state, {S.RECORDED}))
    require_apart(found, by=by)
    measured = queries.reported(found)
    refuse(rules.why_not_certify(findings_of(found, measured)))
    account = queries.account_of(measured)
    found.certificate_no = _certificate_number(found, now=now)
    batch = quota.book_verified(
        VerifiedBatch(
            owner_id=found.holder_id,
            region_id=found.region_id,
            title=found.title,
            certificate_no=found.certificate_no,
            source_id=found.pk,
            amount=account.tradeable,
            carried_farmland=account.carried_farmland,
            carried_paddy=account.carried_paddy,
            carried_capacity=account.carried_capacity,
            high_standard=account.high_standard,
            circulation=queries.parameters_of(found).circulation_right,
        ),
        by=by,
        now=now,
    )
    found.certified_at = now
    deadlines.meet(kind=CERTIFY_DEADLINE, case_id=found.pk, at=now)
    advance(found, S.CERTIFIED, now=now)
    said = {"certificate_no": found.certificate_no, "tradeable": str(account.tradeable)}
    audit.record(verb=VERIFICATION_CERTIFY, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(VerificationCertified(verification_id=found.pk, batch_id=batch.pk, now=now))
    return found


def _certificate_number(found: Verification, *, now: datetime) -> str:
    """(county)建指登〔YYYY〕NNNN号, without gaps within a county and year.

    A county that shares its name with another (鼓楼区) is named with those above it: a number stands for one paper.
    """
    year = beijing(now).year
    serial = next_number(f"certificate:{found.region_id}:{year}")
    return f"{called_apart(found.region)}建指登〔{year}〕{serial:04d}号"


@transaction.atomic
def revoke(*, verification_id: int, reason: str, by: Actor, now: datetime) -> Verification:
    """Revoke what was verified (撤销); once certified only while all of T is still available. Its ground is free again.

    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status, self_dealing,
    invalid, quota_insufficient (part of it is frozen, sold or used), quota_encumbered.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=VERIFICATION_REVOKE, subject_id=verification_id, by=by, now=now)
    found = queries.held(verification_id, by=by, now=now)
    require_province(by, found.province)
    refuse(rules.why_not_at(found.state, REVOCABLE))
    require_apart(found, by=by)
    refuse(rules.why_not_reason(reason))
    if found.state is S.CERTIFIED:
        quota.unbook_verified(source_id=found.pk, holder_id=found.holder_id, now=now)
    give_up(found, S.REVOKED, reason=reason, by=by, now=now)
    return found
