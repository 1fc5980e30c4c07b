"""The engine: takes deadlines under the lanes that people's commands take, looks again, and acts once.

One deadline a transaction, so that nobody waits for another lot's effect; those that only mark a breach, or whose
effect is brief, by the hundred.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from kernel import clock, lanes
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import NotYet, all_kinds, kind_of
from kernel.deadlines.states import DeadlineStatus

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
WAIT = timedelta(days=1)
"""What a deadline waits for wakes it when it comes; this is for the case that nobody did."""
_SWEEP = 500
_BLOCK = 100
"""As many share a transaction: so few that two processes find work beside each other."""


class Unsettled(Exception):
    """A case has due deadlines that have not been handled; they come before any person's act."""

    def __init__(self, case_id: int, now: datetime) -> None:
        super().__init__(f"case {case_id} has due deadlines at {now.isoformat()}")
        self.case_id = case_id
        self.now = now


@dataclass(frozen=True)
class _Sweep:
    """One run: `now` decides what is due and is what effects get; `began_at` is the process's clock at its start."""

    now: datetime
    began_at: datetime

    def present(self) -> datetime:
        """`now`, and as long after it as the run has taken so far."""
        return self.now + (clock.now() - self.began_at)


def run_due(*, now: datetime, case_id: int | None = None) -> int:
    """Handle everything due at `now`, in order of the due instants within each case. Gives how many were handled.

    Safe to call at any time, any number of times, from any number of processes, which share the work: what one of
    them holds the others leave to it, and queue for it only when nothing else is left. A deadline that fails or
    waits holds back the later ones of its own case and nobody else's.
    """
    handled = 0
    sweep = _Sweep(now, clock.now())
    while found := _ready(now=now, case_id=case_id):
        handled += _those_free(found, sweep) or _queued(found[0].pk, sweep)
    return handled


# In SQL, because every page of a lot asks it: Django would take ten times as long to put it together as PostgreSQL
# takes to answer. An earlier deadline of the lane that waits, backs off or has failed keeps its place in the line;
# those of no case stand in none. The function asks what _CLAIM asks, by a plan of its own.
_SWEEP_DUE = "SELECT * FROM deadlines_to_try(%(now)s, %(case_id)s, %(most)s)"
_CLAIM = """
    SELECT * FROM deadlines_deadline AS it
    WHERE id = ANY(%(ids)s) AND status = 'pending' AND paused_at IS NULL AND try_at <= %(now)s
    AND (case_id IS NULL OR id = (
        SELECT id FROM deadlines_deadline
        WHERE case_id = it.case_id AND status IN ('pending', 'failed') AND paused_at IS NULL
        ORDER BY due_at, id LIMIT 1))
    ORDER BY try_at, id
    FOR UPDATE OF it
"""
_MARK = """
    UPDATE deadlines_deadline SET status = 'handled', handled_at = greatest(due_at, %(present)s), waiting_for = '',
        breached_at = CASE WHEN kind = ANY(%(duties)s) THEN due_at ELSE breached_at END
    WHERE id = ANY(%(ids)s)
"""


def _ready(*, now: datetime, case_id: int | None = None) -> list[Deadline]:
    """Deadlines to be tried at `now`, each the first in its lane's line: order is never skipped."""
    return list(Deadline.objects.raw(_SWEEP_DUE, {"now": now, "case_id": case_id, "most": _SWEEP}))


def _claim(ids: list[int], *, now: datetime) -> list[Deadline]:
    """Look again, under the lanes: those of `ids` that are still to be tried, their rows locked."""
    return list(Deadline.objects.raw(_CLAIM, {"now": now, "ids": ids}))


def _those_free(found: list[Deadline], sweep: _Sweep) -> int:
    """Handle those of `found` whose lanes nobody holds."""
    shared = [each for each in found if _shares_a_transaction(each)]
    own = [each for each in found if not _shares_a_transaction(each)]
    blocks = [shared[at : at + _BLOCK] for at in range(0, len(shared), _BLOCK)]
    return sum(_together(block, sweep) for block in blocks) + sum(_alone(each, sweep) for each in own)


def _shares_a_transaction(deadline: Deadline) -> bool:
    kind = all_kinds().get(deadline.kind)
    return kind is not None and kind.shares_a_transaction and not (kind.punitive and deadline.provisional)


def _together(block: list[Deadline], sweep: _Sweep) -> int:
    """Handle many in one transaction, under all the lanes that are free. If one fails, each is tried by itself."""
    try:
        with transaction.atomic():
            free = {
                (lane, key)
                for lane in (lanes.CASE, lanes.ORGANISATION)
                for key in lanes.try_hold_all(lane, (of.lane[1] for of in block if of.lane[0] == lane))
            }
            rows = _claim([each.pk for each in block if each.lane in free], now=sweep.now)
            _act(rows, sweep)
        return len(rows)
    except Exception:  # which of them it was is not known; it is kept on its row when it is tried alone
        return sum(_alone(each, sweep) for each in block)


def _alone(found: Deadline, sweep: _Sweep) -> int:
    """Handle one in a transaction of its own; 0 when somebody holds its lane."""
    with transaction.atomic():
        if not lanes.try_hold(*found.lane):
            return 0
        return _under_lane(found.pk, sweep)


def run_one(*, deadline_id: int, now: datetime) -> int:
    """Queue for one deadline's lane, look again, act. 1 when it was handled, 0 when there was nothing to do."""
    return _queued(deadline_id, _Sweep(now, clock.now()))


def _queued(deadline_id: int, sweep: _Sweep) -> int:
    with transaction.atomic():
        lanes.hold(*Deadline.objects.get(pk=deadline_id).lane)
        return _under_lane(deadline_id, sweep)


def _under_lane(deadline_id: int, sweep: _Sweep) -> int:
    for deadline in _claim([deadline_id], now=sweep.now):
        try:
            with transaction.atomic():
                _act([deadline], sweep)
                connection.check_constraints()  # what is looked at last must not fail where nobody keeps it
        except NotYet as wait:
            _wait(deadline, wait, now=sweep.now)
        except Exception as error:  # kept on the row, where people see it
            _fail(deadline, error, now=sweep.now)
        else:
            return 1
    return 0


def _act(rows: list[Deadline], sweep: _Sweep) -> None:
    """The rows are handled, the passing of a duty's term is a breach, and then come the effects."""
    kinds = {row.kind: kind_of(row.kind) for row in rows}
    duties = [name for name, kind in kinds.items() if kind.obligation]
    if any(row.provisional and kinds[row.kind].punitive for row in rows):
        raise NotYet("节假日安排尚未公布，暂按预估日期计算，待录入后处理")
    present = sweep.present()
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"present": present, "duties": duties, "ids": [row.pk for row in rows]})
    for row in rows:
        row.status, row.waiting_for = DeadlineStatus.HANDLED, ""
        row.handled_at = max(row.due_at, present)
        row.breached_at = row.due_at if row.kind in duties else row.breached_at
        effect = kinds[row.kind].effect
        if effect is not None:
            effect(row, sweep.now)


def _wait(deadline: Deadline, wait: NotYet, *, now: datetime) -> None:
    Deadline.objects.filter(pk=deadline.pk).update(waiting_for=wait.sentence, try_at=now + WAIT)


def _fail(deadline: Deadline, error: Exception, *, now: datetime) -> None:
    logger.exception("deadline %s failed", deadline.pk)
    attempts = deadline.attempts + 1
    failed = attempts >= MOST_ATTEMPTS
    Deadline.objects.filter(pk=deadline.pk).update(
        attempts=attempts,
        try_at=now + timedelta(seconds=10 * 2**attempts),
        status=DeadlineStatus.FAILED if failed else DeadlineStatus.PENDING,
        last_error="".join(traceback.format_exception(error))[-4000:],
        met_at=None,
        breached_at=None,
        handled_at=None,
    )
    if failed:
        on_failed(deadline, now=now)


def on_failed(deadline: Deadline, *, now: datetime) -> None:
    """Tell a person that a deadline needs one. Who cannot be told stops nobody: the row says what has failed."""
    for listener in _failure_listeners:
        try:
            with transaction.atomic():
                listener(deadline, now)
                connection.check_constraints()
        except Exception:
            logger.exception("nobody could be told that deadline %s has failed", deadline.pk)


FailureListener = Callable[[Deadline, datetime], None]
_failure_listeners: list[FailureListener] = []


def tell_failures_to(listener: FailureListener) -> None:
    """Register who is told when a deadline has failed for good."""
    _failure_listeners.append(listener)


def require_settled(*, case_id: int, now: datetime) -> None:
    """Under the lane: raise `Unsettled` when a due deadline of the case can be handled and was not yet.

    Deadlines that wait for something outside, have failed or back off, and those that they hold back, do not stand
    in a person's way.
    """
    if _ready(now=now, case_id=case_id):
        raise Unsettled(case_id, now)
