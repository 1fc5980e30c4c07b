"""What happens to what waits for release."""

from dataclasses import dataclass
from datetime import datetime

from kernel.events import Event


@dataclass(frozen=True)
class PreparationVoided(Event):
    """A preparation is void because what it binds has changed; its operator is to be told."""

    preparation_id: int
    act: str
    case_id: int | None
    now: datetime
