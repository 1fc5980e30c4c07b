"""What applying to bid makes true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class RegistrationSubmitted(Event):
    """Somebody applied to bid."""

    listing_id: int
    registration_id: int
    organisation_id: int
    now: datetime


@dataclass(frozen=True)
class RegistrationDecided(Event):
    """An application to bid was decided: qualified, to be corrected, or rejected."""

    listing_id: int
    registration_id: int
    organisation_id: int
    outcome: str
    reason: str
    now: datetime
