"""What happens to a listing beside its stages."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event
from kernel.transparency import Told


@dataclass(frozen=True)
class ListingSuspended(Event):
    """A listing stands still (中止)."""

    told = Told.EVERYBODY
    listing_id: int
    suspension_id: int
    now: datetime


@dataclass(frozen=True)
class ListingResumed(Event):
    """A listing goes on (恢复)."""

    told = Told.EVERYBODY
    listing_id: int
    suspension_id: int
    now: datetime


@dataclass(frozen=True)
class ListingTerminated(Event):
    """A listing has ended without a deal (终止); its quota is released."""

    told = Told.EVERYBODY
    listing_id: int
    public_reason: str
    at: datetime
    now: datetime
