"""Facts that were just made true, and who hears of them in the same transaction.

A stage emits; it does not know who listens. `apps/process/reactions/` has the one table of listeners of each process.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from kernel.transparency import Told


class Event:
    """A frozen fact in the past tense. Subclasses are frozen dataclasses.

    `told` says who may hear of it while names are still hidden; whom it concerns hears of it anyway.
    """

    told: ClassVar[Told] = Told.SECRET


Reaction = Callable[[Any], None]
_reactions: dict[type[Event], Sequence[Reaction]] = {}


def react_with(table: Mapping[type[Event], Sequence[Reaction]]) -> None:
    """Put the table of reactions in force. Called once, when the process is assembled."""
    _reactions.clear()
    _reactions.update(table)


def emit(event: Event) -> None:
    """Tell every reaction, in order, in the caller's transaction. An error undoes the whole change.

    An event that no table names is a programming error (LookupError): nobody would ever hear of it.
    """
    if type(event) not in _reactions:
        raise LookupError(f"no reactions are declared for {type(event).__name__}")
    for reaction in _reactions[type(event)]:
        reaction(event)
