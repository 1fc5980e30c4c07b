"""What deposits make true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class DepositRejected(Event):
    """A payment to a bidder's sub-account does not count as its deposit.

    `code` and `sentence` say why, and whether it goes back or waits for two persons; what they find to be the bidder's
    own may be rejected once more, under another code.
    """

    listing_id: int
    registration_id: int
    organisation_id: int
    entry_id: int
    amount: str
    code: str
    sentence: str
    now: datetime


@dataclass(frozen=True)
class PaddleGranted(Event):
    """A bidder is qualified and its deposit is there in full: it has its certificate and paddle."""

    listing_id: int
    registration_id: int
    organisation_id: int
    now: datetime
