"""What happens to a listing beside its stages."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class ListingSuspended(Event):
    """A listing stands still (中止)."""

    listing_id: int
    suspension_id: int
    now: datetime


@dataclass(frozen=True)
class ListingResumed(Event):
    """A listing goes on (恢复)."""

    listing_id: int
    suspension_id: int
    now: datetime


@dataclass(frozen=True)
class ListingTerminated(Event):
    """A listing has ended without a deal (终止); its quota is released."""

    listing_id: int
    public_reason: str
    at: datetime
    now: datetime
