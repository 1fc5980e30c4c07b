"""What each kind of deadline is called and does. Stages register theirs when the site starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kernel.deadlines.models import Deadline
from kernel.transparency import Told

Effect = Callable[[Deadline, datetime], None]


class NotYet(Exception):
    """The effect waits for something (a calendar, bank entries, the platform). Nothing has changed.

    `sentence` says what for, in Chinese, and is shown beside the deadline.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Kind:
    """One kind. `effect` gets the row and the present instant and acts as of `row.due_at`; None only marks breach.

    `obligation` says whether somebody has to do something by then (its passing is a breach) or it is a mere moment.
    `punitive` effects wait while the date is provisional. `exact` kinds are watched for how late they are handled.
    `brief` effects are a statement or two and hold no lane: hundreds are handled in one transaction, as are kinds
    without an effect. `told` says who may know of one while names are hidden; of a `decided` one also the office that
    has to decide, until it has. `runs_on` ones do not stop when their case stands still: somebody else's right hangs on
    them.
    """

    name: str
    label: str
    effect: Effect | None = None
    obligation: bool = True
    punitive: bool = False
    exact: bool = False
    brief: bool = False
    told: Told = Told.SECRET
    decided: bool = False
    runs_on: bool = False

    @property
    def shares_a_transaction(self) -> bool:
        """Whether it may be handled together with those of other lanes."""
        return self.brief or self.effect is None


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Make kinds known. The same name twice is a programming error."""
    for kind in kinds:
        if kind.name in _kinds:
            raise ValueError(f"deadline kind {kind.name} is registered twice")
        _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    """The kind called `name`; KeyError when no stage registered it."""
    return _kinds[name]


def kinds_told(*to: Told) -> list[str]:
    """The names of the kinds that are told to just these."""
    return [kind.name for kind in _kinds.values() if kind.told in to]


def kinds_shared() -> list[str]:
    """The names of the kinds that both sides of a deal may know of."""
    return [kind.name for kind in _kinds.values() if kind.told.is_shared_by_parties]


def kinds_running_on() -> frozenset[str]:
    """The names of the kinds that go on while their case stands still."""
    return frozenset(kind.name for kind in _kinds.values() if kind.runs_on)


def all_kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    return dict(_kinds)
