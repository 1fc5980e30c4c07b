"""What each kind of deadline is called and does. Stages register theirs when the site starts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kernel.deadlines.models import Deadline

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
    without an effect.
    """

    name: str
    label: str
    effect: Effect | None = None
    obligation: bool = True
    punitive: bool = False
    exact: bool = False
    brief: bool = False

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


def all_kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    return dict(_kinds)
