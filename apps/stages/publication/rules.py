"""When a result is published, and when a listing is complete (结果公示、办结)."""

from apps.listings.states import LABELS, ListingStatus
from kernel.errors import Refusal
from kernel.transitions import why_not_in


def why_not_start(*, status: ListingStatus) -> Refusal | None:
    """`wrong_status` before transfer, or when it was published already."""
    return why_not_in(status, [ListingStatus.TRANSFERRED], labels=LABELS)


def is_complete(
    *,
    status: ListingStatus,
    ended: bool,
    filing_accepted: bool,
    open_objections: int,
    unanswered_objections: int,
) -> bool:
    """The publication has ended, the filing is accepted, no objection is open and each was accepted or refused."""
    waits = open_objections or unanswered_objections
    return status is ListingStatus.PUBLICISED and ended and filing_accepted and not waits
