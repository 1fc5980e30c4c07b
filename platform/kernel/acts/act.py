"""Acts (办理事项): every command of the process, declared once for pages, the API, rehearsals and tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework.serializers import Serializer

from kernel.actors import Actor, Duty
from kernel.acts.bound import Bound
from kernel.capabilities import Capability
from kernel.transparency import Told

MOST_SLOT_SIGNS = 200
"""A slot's name is cut to this, in preparations and here alike."""


class Nothing(Serializer[Any]):
    """The form of an act that needs no facts."""


def _no_answer(_: Any) -> dict[str, Any]:
    return {}


def no_lane(_: int) -> int | None:
    """For acts on what belongs to no case, or to several: they take their lanes themselves."""
    return None


def _itself(subject_id: int) -> int | None:
    return subject_id


@dataclass(frozen=True)
class Act:
    """One command as people meet it.

    `capability` is what a role needs for it. `subject` is the command's keyword for the id it acts on ("" when it acts
    on nothing yet); `lane` gives the case whose lane it takes, None when none. `statuses` are the case's statuses in
    which it can be done, and `offered(subject_id, by)` says of one subject whether menus show it to somebody, for menus
    and for the matrix of tests; the command itself decides. `slot_by` names the fact
    that tells several preparations on one subject apart (the opinion of a review). Who does an `anonymous` act is not
    kept anywhere.
    `two_persons` acts are prepared by an operator and released by an approver of the same organisation; each says in
    `binds(subject_id, data, by)` what its release would bind: `data` are the operator's facts as they came in, and it
    may refuse (not_found) and hold lanes, for it is called inside the act's transaction. `paper(subject_id)` gives the
    digest of the text of the document that the act has just issued, without what the release decides (number, date,
    code), so that what is issued is what was shown. `sealed` fields are never written down in
    the clear. Reading a `slow_input` (the boundaries of a thousand parcels) may take seconds in which the database
    hears nothing. Who may read of it in the record while names are hidden is `told`. `answer` turns the command's
    result into plain values.
    """

    name: str
    label: str
    command: Callable[..., Any]
    capability: Capability
    subject: str = ""
    form: type[Serializer[Any]] = Nothing
    two_persons: bool = False
    duty: Duty | None = None
    statuses: frozenset[str] = frozenset()
    offered: Callable[[int, Actor], bool] | None = None
    lane: Callable[[int], int | None] = _itself
    answer: Callable[[Any], Mapping[str, Any]] = _no_answer
    slot_by: str = ""
    binds: Callable[[int, Mapping[str, Any], Actor], Bound] | None = None
    paper: Callable[[int], str] | None = None
    anonymous: bool = False
    sealed: frozenset[str] = frozenset()
    slow_input: bool = False
    told: Told = Told.SECRET
    help: str = field(default="", compare=False)

    @property
    def stage(self) -> str:
        """The part before the dot, such as `confirmation`."""
        return self.name.partition(".")[0]

    def slot(self, data: Mapping[str, Any]) -> str:
        """What tells a preparation of this act apart from others on the same subject; empty where nothing has to."""
        return str(data.get(self.slot_by, ""))[:MOST_SLOT_SIGNS] if self.slot_by else ""

    @property
    def verb(self) -> str:
        """The part after the dot, such as `issue`."""
        return self.name.partition(".")[2]


_acts: dict[str, Act] = {}


def declare(*acts: Act) -> None:
    """Make acts known, when the process is assembled. The same name twice is a programming error."""
    for act in acts:
        if act.name in _acts:
            raise ValueError(f"act {act.name} is declared twice")
        _acts[act.name] = act


def act_called(name: str) -> Act:
    """The act of that name; KeyError when there is none."""
    return _acts[name]


def all_acts() -> list[Act]:
    """Every act, in the order of the process."""
    return list(_acts.values())
