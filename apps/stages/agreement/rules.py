"""When the notice of an agreement takes effect. Plain values only."""

from apps.listings.states import ListingStatus


def takes_effect(
    *, status: ListingStatus, ended: bool, open_objections: int, unanswered_objections: int
) -> bool:
    """The notice is over, the lot does not stand still, no objection holds it, and each was accepted or refused."""
    waits = open_objections or unanswered_objections
    return status is ListingStatus.ANNOUNCED and ended and not waits
