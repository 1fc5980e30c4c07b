"""What the public is told when a lot is suspended and resumed: why, and which dates moved by how much."""

from datetime import datetime

from apps.documents import facts
from apps.documents.states import DocumentKind
from apps.listings.events import ListingResumed, ListingSuspended
from apps.listings.models import Listing, Suspension
from apps.listings.names import BIDDING_OPEN_DEADLINE
from apps.listings.queries import is_before_close
from apps.process.issuing import numbers, particulars
from kernel.deadlines.models import DeadlineMove
from kernel.deadlines.registry import kind_of, kinds_told
from kernel.transparency import Told

_CAUSES_GONE = {
    "outage": "交易平台已恢复正常服务",
    "objection": "有关异议已处理完毕",
    "inquiry": "报价记录已核查完毕",
}


def suspension_notice(event: ListingSuspended) -> None:
    """The suspension notice (中止公告), with the public reason only."""
    listing = particulars.listing_of(event.listing_id)
    suspension = Suspension.objects.get(pk=event.suspension_id)
    stated = facts.SuspensionNoticeFacts(
        **particulars.common(listing),
        announcement_number=numbers.of_announcement(listing),
        suspended_at=suspension.began_at,
        reason=particulars.phrase(suspension.public_reason),
        portal_url=particulars.portal(),
        by_system=suspension.cause != "centre",
        resume_notice_hours=listing.rules.parameters.resume_notice_hours,
    )
    particulars.issue(listing.case, stated, by=particulars.trading_centre(listing), now=event.now)


def resumption_notice(event: ListingResumed) -> None:
    """The resumption notice (恢复公告) with every date that moved."""
    listing = particulars.listing_of(event.listing_id)
    suspension = Suspension.objects.get(pk=event.suspension_id)
    stated = facts.ResumptionNoticeFacts(
        **particulars.common(listing),
        announcement_number=numbers.of_announcement(listing),
        suspension_number=numbers.of_latest(listing, DocumentKind.SUSPENSION_NOTICE),
        suspended_at=suspension.began_at,
        resumed_at=event.now,
        reason=_CAUSES_GONE.get(suspension.cause, "中止事由已经消除"),
        portal_url=particulars.portal(),
        dates=_moved_dates(listing, suspension, resumed_at=event.now),
        restarts_timed_round=listing.timed_round > 0 and is_before_close(listing),
    )
    particulars.issue(listing.case, stated, by=particulars.trading_centre(listing), now=event.now)


def _moved_dates(
    listing: Listing, suspension: Suspension, *, resumed_at: datetime
) -> tuple[facts.MovedDate, ...]:
    """The moves of the dates that concern everybody; those of one bidder are told to it alone."""
    moves = DeadlineMove.objects.filter(
        deadline__case_id=listing.pk,
        deadline__subject_id=0,
        deadline__kind__in=kinds_told(Told.EVERYBODY),
        moved_at=resumed_at,
    )
    spans: dict[str, tuple[datetime, datetime]] = {}
    for move in moves.select_related("deadline").order_by("id"):
        kind = move.deadline.kind
        spans[kind] = (spans[kind][0] if kind in spans else move.old_due_at, move.new_due_at)
    dates = [
        facts.MovedDate(
            item=kind_of(kind).label, before_at=before, after_at=after, is_limit=kind != BIDDING_OPEN_DEADLINE
        )
        for kind, (before, after) in spans.items()
    ]
    dates += _moved_cutoff(listing, suspension, resumed_at=resumed_at)
    return tuple(
        sorted((each for each in dates if each.before_at != each.after_at), key=lambda each: each.after_at)
    )


def _moved_cutoff(listing: Listing, suspension: Suspension, *, resumed_at: datetime) -> list[facts.MovedDate]:
    """The deposit cut-off has no deadline of its own; it moved when it was still to come."""
    if not is_before_close(listing) or listing.deposit_cutoff_at is None:
        return []
    before = listing.deposit_cutoff_at - (resumed_at - suspension.began_at)
    if before < suspension.began_at:
        return []
    item = particulars.MOMENTS["deposit_cutoff_at"]
    return [facts.MovedDate(item=item, before_at=before, after_at=listing.deposit_cutoff_at)]
