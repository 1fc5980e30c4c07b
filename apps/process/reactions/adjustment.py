"""Event → who acts next, for quota that goes to other provinces (跨省域调剂), in the same transaction."""

from apps.crossprovince.events import (
    AdjustmentAdvanced,
    AdjustmentClosed,
    AdjustmentMatched,
    AdjustmentReturned,
    AdjustmentReviewed,
    AdjustmentSubmitted,
    AdjustmentTransferred,
    AdjustmentWithdrawn,
    AuditConcluded,
    AuditDrawn,
    PlanAccepted,
    PlanProposed,
    QuarterReported,
    SchemeDisputed,
    SchemeImplementing,
    SchemePublished,
    SchemeRevoked,
)
from apps.process import adjustment_notices as notices
from apps.process.issuing import across
from kernel.events import Event, Reaction

REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    AdjustmentSubmitted: (notices.submitted,),
    AdjustmentReviewed: (notices.reviewed,),
    AdjustmentReturned: (notices.returned,),
    AdjustmentAdvanced: (notices.advanced,),
    AdjustmentMatched: (notices.matched,),
    SchemePublished: (across.scheme_publication, notices.published),
    SchemeDisputed: (notices.disputed,),
    SchemeRevoked: (notices.revoked,),
    SchemeImplementing: (notices.implementing,),
    AdjustmentTransferred: (across.certificate, notices.transferred),
    PlanProposed: (notices.plan_proposed,),
    PlanAccepted: (notices.plan_accepted,),
    QuarterReported: (across.quarterly_report, notices.quarter_reported),
    AuditDrawn: (notices.audit_drawn,),
    AuditConcluded: (across.audit_report, notices.audit_concluded),
    AdjustmentClosed: (notices.closed,),
    AdjustmentWithdrawn: (notices.withdrawn,),
}
