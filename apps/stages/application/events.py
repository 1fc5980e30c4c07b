"""What applying to list makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event
from kernel.transparency import Told


@dataclass(frozen=True)
class ApplicationSubmitted(Event):
    """A seller applied to list; the quota is frozen."""

    told = Told.OFFICES
    listing_id: int
    review_round: int
    now: datetime


@dataclass(frozen=True)
class ApplicationWithdrawn(Event):
    """A seller took its application back; the quota is free again."""

    listing_id: int
    now: datetime
