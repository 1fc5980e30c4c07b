"""What an award makes true, or that there is none."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class ListingClosed(Event):
    """The lot has a winner, by whichever method: what follows is owed to it, and everybody else is free."""

    listing_id: int
    winner_id: int
    at: datetime
    now: datetime


@dataclass(frozen=True)
class ListingUnsold(Event):
    """Nobody won the lot, whichever method sold it (流拍)."""

    listing_id: int
    at: datetime
    now: datetime
