"""People beyond the first participants of a deal, and several of them acting at the same moment."""

import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

from django.db import DatabaseError, connection, connections, transaction

from apps.parties import tokens
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import ApiToken, Organisation, Person
from apps.parties.roles import Role
from apps.rehearsal.furnishing import furnish
from kernel import clock, lanes
from kernel.actors import SYSTEM, Duty
from kernel.deadlines.runner import Unsettled
from kernel.errors import Refused
from tests.factories.deal import Deal, at

Call = Callable[[], Any]
_PATIENCE_S = 20.0


def enrol(
    deal: Deal,
    key: str,
    name: str,
    *,
    role: Role = Role.COUNTY_GOVERNMENT,
    region: str = "410183",
    superior: Organisation | None = None,
) -> None:
    """One more organisation with an operator and an approver, known to the deal as `key`."""
    now = at("03-02 09:00")
    body = register_organisation(kind=role, name=name, region=region, superior=superior, by=SYSTEM, now=now)
    furnish(body, now=now)
    deal.people[key] = [
        register_person(
            username=f"{key}{duty}", name="陈某", organisation=body, duty=duty, by=SYSTEM, now=now
        )
        for duty in (Duty.OPERATOR, Duty.APPROVER)
    ]


def outcome_of(call: Call) -> Any:
    """What a call gives, or the refusal or database error that it ends with."""
    try:
        return call()
    except (Refused, DatabaseError, Unsettled) as said:
        return said


def _in_thread(call: Call, start: Barrier | None) -> Any:
    try:
        connection.ensure_connection()
        if start is not None:
            start.wait(_PATIENCE_S)
        return outcome_of(call)
    finally:
        connections.close_all()


def together(*calls: Call) -> list[Any]:
    """Every call in a thread and on a connection of its own, all let go at once. Gives what each came to."""
    start = Barrier(len(calls))
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(_in_thread, calls, [start] * len(calls)))


def in_order(lane: lanes.Lane, key: int, *calls: Call) -> list[Any]:
    """The calls queue for one lane in this order, all before the first of them is let in: a race decided by hand."""
    with ThreadPoolExecutor(len(calls)) as pool, transaction.atomic():
        lanes.hold(lane, key)
        begun: list[Future[Any]] = []
        for place, call in enumerate(calls, start=1):
            begun.append(pool.submit(_in_thread, call, None))
            until(partial(_that_many_wait, place), "a call waits for the lane")
        transaction.set_rollback(True)
    return [each.result(_PATIENCE_S) for each in begun]


def _that_many_wait(count: int) -> bool:
    return waiting_for_lanes() >= count


def waiting_for_lanes() -> int:
    """How many connections of this database wait for a lane."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return int(cursor.fetchone()[0])


def until(holds: Callable[[], bool], what: str, *, patience_s: float = _PATIENCE_S) -> None:
    """Wait until something holds; an AssertionError names what never came."""
    ends = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < ends, f"waited in vain until {what}"
        time.sleep(0.005)


def codes(outcomes: Sequence[Any]) -> list[str]:
    """The refusal code of every outcome that is one, sorted."""
    return sorted(str(each.refusal.code) for each in outcomes if isinstance(each, Refused))


def taken(outcomes: Sequence[Any]) -> list[Any]:
    """The outcomes that are neither refusals nor errors."""
    return [each for each in outcomes if not isinstance(each, Exception)]


def errors(outcomes: Sequence[Any]) -> list[Any]:
    """The outcomes that are errors of the database: what nobody should ever see."""
    return [each for each in outcomes if isinstance(each, DatabaseError)]


def token_for(person: Person) -> str:
    """A program's token of somebody's, as good as one that was asked for; the record says nothing of it."""
    key = secrets.token_urlsafe(32)
    now = clock.now()
    ApiToken.objects.create(
        person=person,
        name="tests",
        key_sha256=tokens.digest(key),
        under=tokens.digest(person.password)[:16],
        issued_at=now,
        expires_at=now + timedelta(days=tokens.MOST_DAYS),
        used_at=now,
    )
    return key
