"""What objections make true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event
from kernel.transparency import Told


@dataclass(frozen=True)
class ObjectionRaised(Event):
    """Somebody objected; nothing is held until it is accepted."""

    told = Told.OFFICES
    case_id: int
    objection_id: int
    now: datetime


@dataclass(frozen=True)
class ObjectionAccepted(Event):
    """An objection was taken up; the next step is held until it is decided."""

    told = Told.PARTIES
    case_id: int
    objection_id: int
    now: datetime


@dataclass(frozen=True)
class FloodDismissed(Event):
    """Objections without a name to them, raised in a flood, were refused together."""

    told = Told.OFFICES
    case_id: int
    count: int
    now: datetime


@dataclass(frozen=True)
class ObjectionSettled(Event):
    """An objection was refused or decided; it holds nothing any more."""

    told = Told.PARTIES
    case_id: int
    objection_id: int
    outcome: str
    now: datetime
