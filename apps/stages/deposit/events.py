"""What deposits make true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class DepositRejected(Event):
    """A payment to a bidder's sub-account does not count as its deposit, and goes back; `sentence` says why."""

    listing_id: int
    registration_id: int
    organisation_id: int
    entry_id: int
    amount: str
    sentence: str
    now: datetime


@dataclass(frozen=True)
class PaddleGranted(Event):
    """A bidder is qualified and its deposit is there in full: it has its certificate and paddle."""

    listing_id: int
    registration_id: int
    organisation_id: int
    now: datetime
