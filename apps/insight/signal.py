"""What a signal for supervision is."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Signal:
    """One signal: its sort, the sentence, the figures behind it, and where the evidence is."""

    sort: str
    sentence: str
    figures: tuple[tuple[str, str], ...]
    url: str
    at: datetime | None = None
