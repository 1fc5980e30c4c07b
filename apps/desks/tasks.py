"""What stands on a desk's board: tasks, and releases that wait, as plain rows."""

from dataclasses import dataclass
from datetime import datetime

from kernel.access.models import Assignment
from kernel.money import Yuan


@dataclass(slots=True)
class Task:
    """One thing to do: what, on what, by when (None: no deadline), and where. `prepared` waits for a colleague."""

    label: str
    title: str
    url: str
    kind: str = ""
    listing_id: int | None = None
    subject_id: int = 0
    slot: str = ""
    slot_subject: int = 0
    due_at: datetime | None = None
    provisional: bool = False
    overdue: bool = False
    prepared: bool = False
    workdays_left: int | None = None
    holder: Assignment | None = None
    county: str = ""
    county_name: str = ""
    seller: str = ""
    act: str = ""

    @property
    def key(self) -> str:
        """What tells this task from every other of the organisation."""
        return f"{self.slot or self.url}:{self.listing_id or 0}:{self.subject_id}"[:120]

    @property
    def person(self) -> str:
        """Who has taken it on."""
        return self.holder.person_name if self.holder else ""

    @property
    def text(self) -> str:
        """All that is written on its row."""
        return f"{self.label} {self.title} {self.county_name} {self.seller} {self.person}"


@dataclass(frozen=True)
class Marks:
    """What of a release's bound facts tells it from its neighbours."""

    parties: tuple[str, ...] = ()
    account: str = ""
    conclusion: str = ""
    amount: Yuan | None = None
    about: str = ""
    findings: tuple[str, ...] = ()


@dataclass(slots=True)
class Release:
    """One preparation that waits, as a row that tells it from its neighbours. `marks` are filled in for a page."""

    pk: int
    act: str
    slot: str
    subject_id: int
    listing_id: int | None
    prepared_by_id: int
    person: str
    prepared_at: datetime
    button: str
    label: str
    lot: str = ""
    title: str = ""
    county: str = ""
    county_name: str = ""
    seller: str = ""
    due_at: datetime | None = None
    provisional: bool = False
    overdue: bool = False
    workdays_left: int | None = None
    marks: Marks | None = None

    @property
    def text(self) -> str:
        """All that is written on its row."""
        return f"{self.label} {self.lot} {self.title} {self.county_name} {self.seller} {self.person} {self.button}"
