"""Event → who acts next, for quota that comes from other provinces (跨省域调入), in the same transaction."""

from apps.crossprovince.demand_events import (
    DemandAdvanced,
    DemandDisputed,
    DemandMatched,
    DemandPaidIn,
    DemandPublished,
    DemandReceived,
    DemandReturned,
    DemandReviewed,
    DemandRevoked,
    DemandSubmitted,
    DemandToPay,
    DemandWithdrawn,
)
from apps.process import demand_notices as notices
from apps.process.issuing import taking
from kernel.events import Event, Reaction

REACTIONS: dict[type[Event], tuple[Reaction, ...]] = {
    DemandSubmitted: (notices.submitted,),
    DemandReviewed: (notices.reviewed,),
    DemandReturned: (notices.returned,),
    DemandAdvanced: (notices.advanced,),
    DemandMatched: (notices.matched,),
    DemandPublished: (taking.scheme_publication, notices.published),
    DemandDisputed: (notices.disputed,),
    DemandRevoked: (notices.revoked,),
    DemandToPay: (notices.to_pay,),
    DemandPaidIn: (notices.paid_in,),
    DemandReceived: (taking.certificate, notices.received),
    DemandWithdrawn: (notices.withdrawn,),
}
