"""To whom something may be told (披露范围) while who takes part is still nobody's business.

Acts, kinds of deadlines, verbs of the record and events say it where they are declared. What says nothing is secret.
"""

from enum import StrEnum


class Told(StrEnum):
    """Who may know, each including those before it but `SECRET`, which ends when names may be told."""

    SECRET = "secret"
    OFFICES = "offices"
    PARTIES = "parties"
    EVERYBODY = "everybody"

    def reaches(self, least: "Told") -> bool:
        """Whether these may know: what is secret reaches nobody, what is told to some also those before them."""
        order = list(Told)
        return self is not Told.SECRET and order.index(self) >= order.index(least)

    @property
    def is_shared_by_parties(self) -> bool:
        """Whether both sides of a deal may know, whomever of them it concerns."""
        return self.reaches(Told.PARTIES)
