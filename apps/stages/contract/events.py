"""What contracting makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class ContractSigned(Event):
    """One party signed."""

    listing_id: int
    party: str
    now: datetime


@dataclass(frozen=True)
class ContractEffective(Event):
    """All three have signed; the contract is in force."""

    listing_id: int
    contract_id: int
    winner_id: int
    now: datetime


@dataclass(frozen=True)
class CentreSignatureMissing(Event):
    """Both parties signed in time and the trading centre did not."""

    listing_id: int
    now: datetime


@dataclass(frozen=True)
class ListingDefaulted(Event):
    """The winner did not sign or did not pay (违约)."""

    listing_id: int
    winner_id: int
    reason: str
    at: datetime
    now: datetime
