"""Event → who acts next, for verifications of surplus quota (节余指标核定), in the same transaction."""

from apps.crossprovince.decisions import return_reduced
from apps.listings import commands as listings
from apps.listings.queries import freezing_of, is_before_close, locked
from apps.process import quota_notices
from apps.process import verification_notices as notices
from apps.process.issuing import verification as documents
from apps.quota import claims
from apps.quota.events import BurdenLifted, BurdenRegistered, ClaimMet, QuotaLeft
from apps.quota.models import Claim
from apps.quota.takers import takers_of
from apps.surplus.events import (
    VerificationAmended,
    VerificationCertified,
    VerificationCommissioned,
    VerificationEnded,
    VerificationMeasured,
    VerificationRecorded,
    VerificationReduced,
    VerificationReopened,
    VerificationReturned,
    VerificationReviewed,
    VerificationSubmitted,
)
from kernel.events import Event, Reaction


def suspend_lots(event: VerificationReduced) -> None:
    """Lots before their close on a batch of which more was found missing than was available stand still."""
    claim = Claim.objects.get(pk=event.claim_id)
    if not claim.left:
        return
    reason = f"所售指标依据“{claim.finding_no}”核减，中止交易"
    for each in freezing_of(claim.batch_id):
        listing = locked(each.pk)
        if is_before_close(listing):
            listings.suspend_by_system(
                listing, reason=reason, cause="reduction", began_at=event.now, now=event.now
            )


def return_adjustments(event: VerificationReduced) -> None:
    """Adjustments before their match of a batch of which more was found missing than was available go back."""
    claim = Claim.objects.get(pk=event.claim_id)
    if not claim.left:
        return
    for each in takers_of(claim.batch_id):
        return_reduced(each.case_id, finding_no=claim.finding_no, now=event.now)


def meet_claims(event: VerificationCertified) -> None:
    """What an earlier re-check found missing is written off first of what has just been certified."""
    claims.meet_from_booked(batch_id=event.batch_id, now=event.now)


REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    VerificationCommissioned: (notices.commissioned,),
    VerificationAmended: (notices.amended,),
    VerificationMeasured: (notices.measured,),
    VerificationSubmitted: (notices.submitted,),
    VerificationReviewed: (notices.reviewed,),
    VerificationReturned: (notices.returned,),
    VerificationReopened: (notices.reopened,),
    VerificationRecorded: (notices.recorded,),
    VerificationCertified: (documents.quota_certificate, meet_claims, notices.certified),
    VerificationReduced: (suspend_lots, return_adjustments, notices.reduced),
    QuotaLeft: (documents.certificate_extract,),
    ClaimMet: (notices.claim_met,),
    BurdenRegistered: (quota_notices.burden_registered,),
    BurdenLifted: (quota_notices.burden_lifted,),
    VerificationEnded: (notices.ended,),
}
