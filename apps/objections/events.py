"""What objections make true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class ObjectionRaised(Event):
    """Somebody objected; the next step is held."""

    listing_id: int
    objection_id: int
    now: datetime


@dataclass(frozen=True)
class ObjectionSettled(Event):
    """An objection was refused or decided; it holds nothing any more."""

    listing_id: int
    objection_id: int
    outcome: str
    now: datetime
