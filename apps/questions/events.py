"""What questions make true."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event
from kernel.transparency import Told


@dataclass(frozen=True)
class QuestionAsked(Event):
    """Somebody asked about a lot."""

    told = Told.OFFICES
    listing_id: int
    question_id: int
    now: datetime


@dataclass(frozen=True)
class QuestionAnswered(Event):
    """A question was answered to everybody. `asker_id` is the organisation to tell, None for who was not signed in."""

    listing_id: int
    question_id: int
    asker_id: int | None
    now: datetime
