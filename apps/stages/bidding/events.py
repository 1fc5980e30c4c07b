"""What bidding makes true."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event
from kernel.transparency import Told


@dataclass(frozen=True)
class BiddingOpened(Event):
    """Bids are taken from now on."""

    told = Told.EVERYBODY
    listing_id: int
    at: datetime
    now: datetime


@dataclass(frozen=True)
class BidsPlaced(Event):
    """Bids were accepted in one decision: for each lot, the sequences of the first and the last of them."""

    lots: Mapping[int, tuple[int, int]]
    now: datetime


@dataclass(frozen=True)
class TimedRoundStarted(Event):
    """Timed bidding (限时竞价) begins."""

    told = Told.EVERYBODY
    listing_id: int
    closes_at: datetime
    now: datetime


@dataclass(frozen=True)
class AwardWithheld(Event):
    """At the close the record or the announced facts did not agree: nothing was awarded, the lot stands still."""

    told = Told.OFFICES
    listing_id: int
    fault: str
    at: datetime
    now: datetime
