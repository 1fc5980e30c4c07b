"""What publishing makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class PublicationStarted(Event):
    """The result is on the portal (结果公示)."""

    listing_id: int
    publication_id: int
    now: datetime


@dataclass(frozen=True)
class ListingCompleted(Event):
    """Everything is done (办结)."""

    listing_id: int
    at: datetime
    now: datetime
