"""Acts over the whole process: the official calendar, a due deadline handled by hand, the platform's absence."""

from datetime import date, datetime

from django.db import transaction

from apps.crossprovince.publishing import follow_moved
from apps.disclosure.deadlines import of_visible_cases, visible_deadlines
from apps.parties.roles import Can
from apps.process import notifications
from apps.process.names import CALENDAR_LOAD
from apps.stages.bidding.commands import suspend_after_outage
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.availability import commands as availability
from kernel.clock import beijing, iso
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.deadlines.recount import recount
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import Code, Refused, not_found
from kernel.workdays import commands as workdays
from kernel.workdays.models import Year


@transaction.atomic
def load_calendar(
    *,
    year: int,
    notice_no: str,
    days_off: list[date],
    workdays_on: list[date],
    by: Actor,
    now: datetime,
    published_on: date | None = None,
) -> Year:
    """Load the year's official calendar by its State Council notice; every open deadline is counted again.

    The calendar is the whole country's: one person prepares, another releases, every office is told, and those
    concerned of old and new dates. Refuses: not_permitted, same_person, invalid (naming the date).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=CALENDAR_LOAD, slot=str(year), subject_id=0, by=by, now=now)
    try:
        loaded = workdays.load(
            year=year,
            notice_no=notice_no,
            published_on=published_on or beijing(now).date(),
            days_off=days_off,
            workdays_on=workdays_on,
            by=by.person_name,
            now=now,
        )
    except ValueError as error:
        raise Refused.because(Code.INVALID, str(error), year=str(year)) from error
    audit.record(
        verb=CALENDAR_LOAD, by=by, now=now, subject=loaded, after={"year": year, "notice_no": notice_no}
    )
    moves = recount(reason=f"{year}年节假日安排公布（{notice_no}）", now=now)
    follow_moved(moves)
    notifications.calendar_loaded(loaded, by=by, now=now)
    notifications.deadlines_moved(moves, now=now)
    return loaded


def attend(*, deadline_id: int, by: Actor, now: datetime) -> Deadline:
    """Handle one due deadline by hand; the result is the same as if the worker had come.

    Refuses: not_permitted, not_found, too_early (not due yet), calendar_unconfirmed (a punitive one whose date is
    provisional), wrong_status (handled already, or it waits for something else).
    """
    require_capability(by, Can.RUN_TRADES)
    deadline = visible_deadlines(by).filter(of_visible_cases(by), pk=deadline_id).first()
    if deadline is None or deadline.case_id is None:
        raise not_found("期限")
    if deadline.status != DeadlineStatus.PENDING or deadline.paused_at is not None:
        raise Refused.because(
            Code.WRONG_STATUS, "该期限已处理、已取消或处于中止，无需办理。", status=deadline.status
        )
    if now < deadline.due_at:
        raise Refused.because(Code.TOO_EARLY, "该期限尚未届满。", due_at=iso(deadline.due_at))
    if deadline.provisional and kind_of(deadline.kind).punitive:
        raise Refused.because(
            Code.CALENDAR_UNCONFIRMED,
            "该期限按预估日期计算，节假日安排录入后方可作不利处理。",
            kind=deadline.kind,
        )
    with transaction.atomic():
        lanes.hold(*deadline.lane)
        Deadline.objects.filter(pk=deadline_id, status=DeadlineStatus.PENDING).update(try_at=now)
    runner.run_due(now=now, case_id=deadline.case_id)
    deadline.refresh_from_db()
    if deadline.status == DeadlineStatus.PENDING:
        raise Refused.because(
            Code.WRONG_STATUS, deadline.waiting_for or "该期限暂不能处理。", status=deadline.status
        )
    return deadline


def platform_returns(*, now: datetime) -> list[int]:
    """The platform is back from an outage: lots that bidders could not reach in their last hour are suspended."""
    gap = availability.come_back(now=now)
    return suspend_after_outage(began_at=gap.began_at, now=now) if gap else []


def keep_alive(*, now: datetime) -> list[int]:
    """A process proves that it can take bids; after a gap, lots over which it lay are suspended."""
    gap = availability.beat(now=now)
    return suspend_after_outage(began_at=gap.began_at, now=now) if gap else []
