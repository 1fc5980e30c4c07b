"""For which cases beside lots quota of a batch stands frozen: each process that freezes any says so of its own."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Taker:
    """A case that quota of a batch stands frozen for and that goes back where less was found; `title` names it."""

    case_id: int
    title: str


_told: dict[str, Callable[[int], list[Taker]]] = {}


def register(process: str, of_batch: Callable[[int], list[Taker]]) -> None:
    """Make known, when the site starts, how a process finds its cases by a batch's key.

    Twice is a programming error.
    """
    if process in _told:
        raise ValueError(f"takers of process {process} are registered twice")
    _told[process] = of_batch


def takers_of(batch_id: int) -> list[Taker]:
    """The cases of all processes that quota of a batch stands frozen for, by their keys."""
    return sorted(
        (each for of_batch in _told.values() for each in of_batch(batch_id)), key=lambda each: each.case_id
    )
