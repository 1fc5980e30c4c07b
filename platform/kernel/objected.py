"""What an objection (异议) needs to know of the case it is raised on: each process that takes any says it once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model

from kernel.actors import Actor
from kernel.capabilities import Capability
from kernel.cases.models import Case
from kernel.deadlines.commands import Period
from kernel.errors import Refusal, not_found

UNKNOWN = "办件"
"""What a case is called that one may not know of."""


@dataclass(frozen=True)
class Standing:
    """One case under its lane, as an objection finds it; the periods are those of its own rules.

    `row` is the case's own row in its room, `is_public` whether everybody may know of it, `why_not` why nobody may
    object to it as it stands. What is published of it takes effect at `binds_at`; None while nothing is.
    `concerns_id` is the organisation whose desk the periods stand on, where one is named. Who has acted in the case for
    one of `side_ids` decides on no objection to it.
    """

    case: Case
    row: Model
    status: str
    is_public: bool
    why_not: Refusal | None
    to_accept: Period
    to_decide: Period
    binds_at: datetime | None = None
    concerns_id: int | None = None
    side_ids: tuple[int, ...] = ()


def _never_stops(case_id: int, now: datetime) -> None:
    raise not_found("可中止的项目")


def _holds_by_itself(case_id: int, now: datetime) -> None:
    """An upheld objection changes nothing by itself: what follows is its deciders' next act."""


@dataclass(frozen=True)
class Objected:
    """How the cases of one process are objected to.

    `decided_by` is what an office needs to accept and decide, `office` what that office is called. `held(case_id, by,
    now)` takes the case's lane with what was due settled, and refuses not_found. `status_label(case_id)` says where a
    case stands. `count(case_id, n)` notes n more objections that are neither accepted nor refused; `stop(case_id, now)`
    makes the case stand still, where its process knows that; `uphold(case_id, now)` notes that one was found right.
    Where it does not hold (`holds`), an accepted objection is answered and bars no step.
    """

    process: str
    noun: str
    office: str
    decided_by: Capability
    held: Callable[[int, Actor, datetime], Standing]
    status_label: Callable[[int], str]
    count: Callable[[int, int], None]
    stop: Callable[[int, datetime], None] = _never_stops
    uphold: Callable[[int, datetime], None] = _holds_by_itself
    holds: bool = True


_objected: dict[str, Objected] = {}


def register_objected(*processes: Objected) -> None:
    """Make known how cases of processes are objected to. The same process twice is a programming error."""
    for each in processes:
        if each.process in _objected:
            raise ValueError(f"objections to process {each.process} are registered twice")
        _objected[each.process] = each


def objected(case_id: int) -> Objected:
    """How a case is objected to. Refuses: not_found, also for a case of a process that takes no objections."""
    process = Case.objects.filter(pk=case_id).values_list("process", flat=True).first()
    found = _objected.get(process or "")
    if found is None:
        raise not_found(UNKNOWN)
    return found
