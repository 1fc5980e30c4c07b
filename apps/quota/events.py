"""What moving quota makes true beside the listing that it is moved for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kernel.events import Event


@dataclass(frozen=True)
class QuotaLeft(Event):
    """Quota left an account for good: sold and handed over, used, written off."""

    movement_id: int
    now: datetime


@dataclass(frozen=True)
class ClaimMet(Event):
    """Quota that came free was written off for a re-check's finding, before its holder could do anything with it."""

    claim_id: int
    batch_id: int
    amount: Decimal
    now: datetime


@dataclass(frozen=True)
class BurdenRegistered(Event):
    """A burden was registered on quota, on whose and how much it says itself."""

    encumbrance_id: int
    now: datetime


@dataclass(frozen=True)
class BurdenLifted(Event):
    """A burden has gone."""

    encumbrance_id: int
    now: datetime
