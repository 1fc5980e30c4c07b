"""The engine: takes one deadline per transaction, under the lane that people's commands take, and acts once."""

import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from kernel import lanes
from kernel.deadlines.models import Deadline
from kernel.deadlines.registry import NotYet, kind_of
from kernel.deadlines.states import DeadlineStatus

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
WAIT = timedelta(days=1)
"""What a deadline waits for wakes it when it comes; this is for the case that nobody did."""
_BATCH = 500


class Unsettled(Exception):
    """A listing has due deadlines that have not been handled; they come before any person's act."""

    def __init__(self, listing_id: int, now: datetime) -> None:
        super().__init__(f"listing {listing_id} has due deadlines at {now.isoformat()}")
        self.listing_id = listing_id
        self.now = now


def run_due(*, now: datetime, listing_id: int | None = None) -> int:
    """Handle everything due at `now`, in order of the due instants within each listing. Gives how many were handled.

    Safe to call at any time, any number of times, from any number of processes. A deadline that fails or waits
    holds back the later ones of its own listing and nobody else's.
    """
    handled = 0
    while True:
        done = sum(
            run_one(deadline_id=each, now=now) for each in list(_ready(now=now, listing_id=listing_id))
        )
        if not done:
            return handled
        handled += done


def _ready(*, now: datetime, listing_id: int | None) -> Iterator[int]:
    due = Deadline.objects.filter(
        ~Exists(_stuck_before(now)),
        status=DeadlineStatus.PENDING,
        paused_at=None,
        due_at__lte=now,
        try_at__lte=now,
    )
    if listing_id is not None:
        due = due.filter(listing_id=listing_id)
    taken: set[int] = set()
    for deadline in due.order_by("due_at", "id").only("id", "listing_id")[:_BATCH]:
        if deadline.listing_id and deadline.listing_id in taken:
            continue
        taken.add(deadline.listing_id)
        yield deadline.pk


def _stuck_before(now: datetime) -> QuerySet[Deadline]:
    """Earlier deadlines of the same listing that wait, back off or have failed: order is never skipped."""
    earlier = Q(due_at__lt=OuterRef("due_at")) | Q(due_at=OuterRef("due_at"), id__lt=OuterRef("id"))
    stuck = Q(status=DeadlineStatus.PENDING, try_at__gt=now) | Q(status=DeadlineStatus.FAILED)
    own = Deadline.objects.filter(earlier, stuck, listing_id=OuterRef("listing_id"), paused_at=None)
    return own.exclude(listing_id=0)


def run_one(*, deadline_id: int, now: datetime) -> int:
    """Claim one deadline, look again under its lane, act. 1 when it was handled, 0 when there was nothing to do."""
    with transaction.atomic():
        lane = Deadline.objects.values_list("listing_id", flat=True).get(pk=deadline_id)
        lanes.hold(lanes.Lane.LISTING, lane)
        deadline = Deadline.objects.select_for_update().get(pk=deadline_id)
        if not _is_next(deadline, now=now):
            return 0
        try:
            with transaction.atomic():
                _act(deadline, now=now)
        except NotYet as wait:
            _wait(deadline, wait, now=now)
            return 0
        except Exception as error:  # kept on the row, where people see it
            _fail(deadline, error, now=now)
            return 0
        return 1


def _is_next(deadline: Deadline, *, now: datetime) -> bool:
    if deadline.status != DeadlineStatus.PENDING or deadline.paused_at is not None or deadline.due_at > now:
        return False
    if deadline.listing_id == 0:
        return True
    first = _first_in_line(deadline.listing_id, until=deadline.due_at)
    return first is not None and first.pk == deadline.pk


def _first_in_line(listing_id: int, *, until: datetime) -> Deadline | None:
    """The earliest deadline of a listing that is not dealt with; a failed one stays first until it is retried."""
    open_ones = Deadline.objects.filter(
        listing_id=listing_id,
        status__in=[DeadlineStatus.PENDING, DeadlineStatus.FAILED],
        paused_at=None,
        due_at__lte=until,
    )
    return open_ones.order_by("due_at", "id").first()


def _act(deadline: Deadline, *, now: datetime) -> None:
    kind = kind_of(deadline.kind)
    if kind.punitive and deadline.provisional:
        raise NotYet("节假日安排尚未公布，暂按预估日期计算，待录入后处理")
    deadline.status = DeadlineStatus.HANDLED
    deadline.handled_at = now
    deadline.waiting_for = ""
    if kind.duty:
        deadline.breached_at = deadline.due_at
    deadline.save()
    if kind.effect is not None:
        kind.effect(deadline, now)


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
    """Tell a person that a deadline needs one."""
    for listener in _failure_listeners:
        listener(deadline, now)


FailureListener = Callable[[Deadline, datetime], None]
_failure_listeners: list[FailureListener] = []


def tell_failures_to(listener: FailureListener) -> None:
    """Register who is told when a deadline has failed for good."""
    _failure_listeners.append(listener)


def require_settled(*, listing_id: int, now: datetime) -> None:
    """Under the lane: raise `Unsettled` when a due deadline of the listing can be handled and was not yet.

    Deadlines that wait for something outside, have failed or back off, and those that they hold back, do not stand
    in a person's way.
    """
    first = _first_in_line(listing_id, until=now)
    if first is not None and first.status == DeadlineStatus.PENDING and first.try_at <= now:
        raise Unsettled(listing_id, now)
