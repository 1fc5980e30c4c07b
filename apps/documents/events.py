"""What this room makes true."""

from dataclasses import dataclass
from datetime import date, datetime

from kernel.actors import Actor
from kernel.events import Event


@dataclass(frozen=True)
class IncomingCorrected(Event):
    """A slip in what a body outside said was mended: what is stated now, on which case, by which act it took effect.

    `before_no` and `before_register_no` stood before.
    """

    incoming_id: int
    act: str
    case_id: int | None
    body: str
    document_no: str
    document_date: date
    register_no: str
    before_no: str
    before_register_no: str
    by: Actor
    now: datetime


@dataclass(frozen=True)
class DocumentCorrected(Event):
    """A slip of the pen in a document was mended: `document_id` is the new one, `before_no` the number of the old."""

    document_id: int
    case_id: int | None
    before_no: str
    now: datetime
