"""What paying makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class PricePaid(Event):
    """Price and late fee are settled; the quota is to be transferred."""

    listing_id: int
    winner_id: int
    at: datetime
    now: datetime


@dataclass(frozen=True)
class InstalmentRejected(Event):
    """A payment to the winner's sub-account for the price does not count towards it.

    `code` and `sentence` say why, and whether it goes back or waits for two persons; what they find to be the winner's
    own may be rejected once more, under another code.
    """

    listing_id: int
    winner_id: int
    entry_id: int
    amount: str
    code: str
    sentence: str
    now: datetime


@dataclass(frozen=True)
class PaymentReceived(Event):
    """An instalment of the price arrived."""

    listing_id: int
    winner_id: int
    entry_id: int
    now: datetime
