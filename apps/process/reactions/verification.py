"""Event → who acts next, for verifications of surplus quota (节余指标核定), in the same transaction."""

from apps.process import verification_notices as notices
from apps.process.issuing import verification as documents
from apps.surplus.events import (
    VerificationAmended,
    VerificationCertified,
    VerificationCommissioned,
    VerificationEnded,
    VerificationMeasured,
    VerificationRecorded,
    VerificationReopened,
    VerificationReturned,
    VerificationReviewed,
    VerificationSubmitted,
)
from kernel.events import Event, Reaction

REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    VerificationCommissioned: (notices.commissioned,),
    VerificationAmended: (notices.amended,),
    VerificationMeasured: (notices.measured,),
    VerificationSubmitted: (notices.submitted,),
    VerificationReviewed: (notices.reviewed,),
    VerificationReturned: (notices.returned,),
    VerificationReopened: (notices.reopened,),
    VerificationRecorded: (notices.recorded,),
    VerificationCertified: (documents.quota_certificate, notices.certified),
    VerificationEnded: (notices.ended,),
}
