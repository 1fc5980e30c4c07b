"""The moments of a listing, in order, each with whether it is past and whether it is provisional."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, QuerySet

from apps.listings.models import Listing, Termination
from apps.listings.names import BIDDING_CLOSE_DEADLINE, REGISTRATION_CLOSE_DEADLINE
from apps.listings.states import ListingStatus
from kernel.deadlines.models import Deadline
from kernel.deadlines.queries import of_case
from kernel.deadlines.registry import kind_of, kinds_told
from kernel.deadlines.states import DeadlineStatus, Unit
from kernel.transparency import Told


@dataclass(frozen=True)
class Moment:
    """One line of a listing's timeline (时间表). `key` names what it is, the same at any time.

    `ends` tells the end of a period from something that begins or happens then; `off` ones will not come about.
    `moved` is how often it was set anew as another deadline, not how often it was moved (`recounted`).
    """

    label: str
    at: datetime
    past: bool
    provisional: bool = False
    done_at: datetime | None = None
    late: bool = False
    key: str = ""
    ends: bool = False
    off: bool = False
    moved: int = 0


MOMENT_LABELS = ("提交出让申请", "发布交易公告", "保证金到账截止", "成交时间", "竞价截止", "终止时间")
"""What the announced moments are called; deadlines have the names of their kinds."""


def moments(listing: Listing, *, now: datetime) -> list[Moment]:
    """What was, by when it happened, then what is planned: announced moments and deadlines that concern everybody."""
    found = [
        Moment(label, at, at <= now, key=key, ends=key in _ENDS)
        for key, label, at in _announced(listing)
        if at is not None
    ]
    rows = list(_public(listing))
    for row in {row.kind: row for row in rows if row.status != DeadlineStatus.CANCELLED}.values():
        found.append(_moment(row, rows, now=now))
    return sorted(found, key=lambda moment: (not moment.past, moment.done_at or moment.at, moment.label))


def fallen_away(listing: Listing, *, now: datetime) -> list[Moment]:
    """What was announced and will not come about, because the lot was terminated before."""
    if listing.state is not ListingStatus.TERMINATED:
        return []
    rows = list(_public(listing))
    standing = {row.kind for row in rows if row.status != DeadlineStatus.CANCELLED}
    latest = {row.kind: row for row in rows if row.kind not in standing}
    return [replace(_moment(row, rows, now=now), off=True) for row in latest.values()]


def recounted(listing: Listing) -> int:
    """How often a date that is counted in days was moved, as when the calendar changed.

    Those that are set as instants are left out: in timed bidding each bid moves the close.
    """
    counted = _public(listing).exclude(unit=Unit.INSTANT).order_by()
    return int(counted.aggregate(moves=Count("moves"))["moves"])


def _public(listing: Listing) -> QuerySet[Deadline]:
    """Deadlines that concern everybody, in order of their opening."""
    return of_case(listing.pk).filter(subject_id=0, kind__in=kinds_told(Told.EVERYBODY))


def _announced(listing: Listing) -> list[tuple[str, str, datetime | None]]:
    terminated = listing.state is ListingStatus.TERMINATED
    ended = Termination.objects.get(listing=listing).at if terminated else None
    # A lot that was terminated before its close was never closed: `closed_at` says when it ended.
    closed_at = None if ended is not None and listing.closed_at == ended else listing.closed_at
    return [
        ("submitted", "提交出让申请", listing.submitted_at),
        ("announced", "发布交易公告", listing.announced_at),
        ("deposit_cutoff", "保证金到账截止", listing.deposit_cutoff_at),
        ("closed", "成交时间" if listing.state != "unsold" else "竞价截止", closed_at),
        ("terminated", "终止时间", ended),
    ]


def _moment(row: Deadline, rows: list[Deadline], *, now: datetime) -> Moment:
    kind = kind_of(row.kind)
    return Moment(
        kind.label,
        row.due_at,
        row.due_at <= now or row.met_at is not None,
        provisional=row.provisional and row.met_at is None and row.due_at > now,
        done_at=row.met_at,
        late=row.breached_at is not None,
        key=row.kind,
        ends=kind.obligation or row.kind in _ENDS,
        moved=sum(each.kind == row.kind for each in rows) - 1 + (not row.provisional),
    )


_ENDS = frozenset({"deposit_cutoff", REGISTRATION_CLOSE_DEADLINE, BIDDING_CLOSE_DEADLINE})
