"""To whom something may be told (披露范围) while who takes part is still nobody's business.

Acts, kinds of deadlines and verbs of the record say it where they are declared. What says nothing is secret.
"""

from enum import StrEnum


class Told(StrEnum):
    """Who may know, each including those before it but `SECRET`, which ends when names may be told."""

    SECRET = "secret"
    OFFICES = "offices"
    PARTIES = "parties"
    EVERYBODY = "everybody"

    @property
    def is_shared_by_parties(self) -> bool:
        """Whether both sides of a deal may know, whomever of them it concerns."""
        return self in (Told.PARTIES, Told.EVERYBODY)
