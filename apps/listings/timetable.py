"""The moments of a listing, in order, each with whether it is past and whether it is provisional."""

from dataclasses import dataclass
from datetime import datetime

from apps.listings.models import Listing
from kernel.deadlines.queries import of_listing
from kernel.deadlines.registry import kind_of
from kernel.deadlines.states import DeadlineStatus


@dataclass(frozen=True)
class Moment:
    """One line of a listing's timeline (时间表). `key` names what it is, the same at any time."""

    label: str
    at: datetime
    past: bool
    provisional: bool = False
    done_at: datetime | None = None
    late: bool = False
    key: str = ""


MOMENT_LABELS = ("提交出让申请", "发布交易公告", "保证金到账截止", "成交时间", "挂牌截止")
"""What the announced moments are called; deadlines have the names of their kinds."""


def moments(listing: Listing, *, now: datetime) -> list[Moment]:
    """What was, by when it happened, then what is planned: announced moments and deadlines that concern everybody."""
    announced = [
        ("submitted", "提交出让申请", listing.submitted_at),
        ("announced", "发布交易公告", listing.announced_at),
        ("deposit_cutoff", "保证金到账截止", listing.deposit_cutoff_at),
        ("closed", "成交时间" if listing.state != "unsold" else "挂牌截止", listing.closed_at),
    ]
    found = [Moment(label, at, at <= now, key=key) for key, label, at in announced if at is not None]
    rows = of_listing(listing.pk).filter(subject_id=0).exclude(status=DeadlineStatus.CANCELLED)
    latest = {row.kind: row for row in rows.exclude(kind__in=_PRIVATE).order_by("id")}
    for row in latest.values():
        found.append(
            Moment(
                kind_of(row.kind).label,
                row.due_at,
                row.due_at <= now or row.met_at is not None,
                provisional=row.provisional and row.met_at is None and row.due_at > now,
                done_at=row.met_at,
                late=row.breached_at is not None,
                key=row.kind,
            )
        )
    return sorted(found, key=lambda moment: (not moment.past, moment.done_at or moment.at, moment.label))


_PRIVATE = frozenset({"review", "return_notice", "default", "portal_note", "portal_check"})
