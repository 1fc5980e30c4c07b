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
class PaymentReceived(Event):
    """An instalment of the price arrived."""

    listing_id: int
    winner_id: int
    entry_id: int
    now: datetime
