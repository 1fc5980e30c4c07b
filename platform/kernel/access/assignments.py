"""Sharing out a team's work: take a task on, give it back, hand it over (领取、退回、转交). Each is on record.

An assignment binds nobody's right to act: the rules of each act decide that. It tells colleagues who is at it.
"""

from datetime import datetime

from django.db import transaction

from kernel import lanes
from kernel.access.models import Assignment
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, not_found


def assignments_of(by: Actor) -> dict[str, Assignment]:
    """Who of the actor's organisation has which task, by the task's key."""
    return {each.task: each for each in Assignment.objects.filter(organisation_id=by.organisation_id)}


@transaction.atomic
def take(*, task: str, by: Actor, now: datetime, case_id: int | None = None) -> Assignment:
    """Take a task on, written down in the chain of its case. Refuses same_person: a colleague has it."""
    held = _held(task, by=by)
    if held is not None and held.person_id != by.person_id:
        raise Refused.because(
            Code.SAME_PERSON, f"该事项已由{held.person_name}领取，请与其商定转交。", holder=held.person_name
        )
    if held is not None:
        return held
    return _given(
        task,
        to_id=by.person_id,
        to_name=by.person_name,
        verb="task.take",
        by=by,
        now=now,
        case_id=case_id,
    )


@transaction.atomic
def give_back(*, task: str, by: Actor, now: datetime, case_id: int | None = None) -> None:
    """Give a task back to the team. Refuses not_found: nobody has it; not_permitted: a colleague has it."""
    held = _own(task, by=by)
    held.delete()
    audit.record(verb="task.give_back", by=by, now=now, case_id=case_id, after={"task": task})


@transaction.atomic
def hand_over(
    *, task: str, to_id: int, to_name: str, by: Actor, now: datetime, case_id: int | None = None
) -> Assignment:
    """Hand a task of one's own to a colleague, whom the caller has found to be one. Refuses as `give_back`."""
    _own(task, by=by).delete()
    return _given(task, to_id=to_id, to_name=to_name, verb="task.hand_over", by=by, now=now, case_id=case_id)


def _given(
    task: str,
    *,
    to_id: int,
    to_name: str,
    verb: str,
    by: Actor,
    now: datetime,
    case_id: int | None,
) -> Assignment:
    made = Assignment.objects.create(
        organisation_id=by.organisation_id,
        case_id=case_id,
        task=task,
        person_id=to_id,
        person_name=to_name,
        since=now,
    )
    audit.record(verb=verb, by=by, now=now, case_id=case_id, after={"task": task, "to": to_name})
    return made


def _held(task: str, *, by: Actor) -> Assignment | None:
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    return (
        Assignment.objects.select_for_update().filter(organisation_id=by.organisation_id, task=task).first()
    )


def _own(task: str, *, by: Actor) -> Assignment:
    held = _held(task, by=by)
    if held is None:
        raise not_found("已领取事项")
    if held.person_id != by.person_id:
        raise Refused.because(
            Code.NOT_PERMITTED,
            f"该事项由{held.person_name}领取，只能由其退回或转交。",
            holder=held.person_name,
        )
    return held
