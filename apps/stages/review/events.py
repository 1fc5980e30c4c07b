"""What the review makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event
from kernel.transparency import Told


@dataclass(frozen=True)
class ReviewPassed(Event):
    """All three opinions are favourable; the lot can be announced."""

    told = Told.PARTIES
    listing_id: int
    now: datetime


@dataclass(frozen=True)
class ApplicationReturned(Event):
    """The application went back to its seller with written reasons."""

    told = Told.PARTIES
    listing_id: int
    reason: str
    now: datetime
