"""A leader's page (工作概览): load by state, what is overdue by person, how long things take; charts beside tables.

For approvers of the offices that see the statistics. What it says of people is about their own organisation alone.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.desks import exports, queue
from apps.desks.access import desk
from apps.desks.filters import DueDates
from apps.desks.tasks import Release, Task
from apps.insight.office_statistics import Asked, Duration, report
from apps.listings.queries import visible_to
from apps.listings.states import ENDED, LABELS, ListingStatus
from apps.parties.roles import Can
from kernel.access.models import Preparation
from kernel.actors import Actor, Duty
from kernel.clock import beijing
from kernel.sheets import WHOLE, Column

_SPAN = timedelta(days=90)
_HOUR = Decimal(3600)


@dataclass
class Person:
    """What one person of the office has in hand, what of it is overdue, and what they decided lately.

    `hours` are those from a preparation's submission to its decision, of those decided by this person.
    """

    name: str
    in_hand: int = 0
    overdue: int = 0
    prepared: int = 0
    decided: int = 0
    sent_back: int = 0
    hours: list[Decimal] = field(default_factory=list)

    @property
    def average_hours(self) -> Decimal | None:
        """From submission to decision, on average, to one place."""
        if not self.hours:
            return None
        return (sum(self.hours, Decimal(0)) / len(self.hours)).quantize(Decimal("0.1"), ROUND_HALF_UP)


@require_safe
@desk(Can.OVERSEE)
def overview(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The office's load, delays and durations; `as=xlsx` gives the tables. 403 for who is no approver."""
    if by.duty is not Duty.APPROVER:
        raise PermissionDenied
    # The whole office's: an approver's own list leaves out what operators have still to prepare.
    board = queue.board_for(replace(by, duty=Duty.OPERATOR), now=now)
    states, people = _states(by), _people(board, by=by, now=now)
    acts = _acts(board)
    today = beijing(now).date()
    durations = report(Asked(date(today.year, 1, 1), today), by=by).durations
    if exports.wanted(request):
        return _book(states, acts, people, durations, by=by, now=now)
    dates = DueDates.at(now)
    both: list[Release | Task] = [*board.releases, *board.tasks]
    context = {
        "states": states,
        "running": sum(count for status, _label, count in states if status not in ENDED),
        "acts": acts,
        "people": people,
        "durations": durations,
        "year": today.year,
        "waiting": len(board.releases),
        "to_do": len(board.tasks),
        "overdue": sum(each.overdue for each in both),
        "today": sum(dates.holds("today", each) for each in both),
        "charts": {
            "states": _chart(
                [label for _status, label, _count in states], _("宗数"), [c for *_rest, c in states]
            ),
            "people": _people_chart(people),
            "durations": _duration_chart(durations),
        },
    }
    return render(request, "desks/overview.html", context)


def _states(by: Actor) -> list[tuple[ListingStatus, str, int]]:
    """How many lots are in each state, in the order of the process; states without any are left out."""
    counted = visible_to(by).order_by().values_list("status").annotate(count=Count("pk"))
    counts = dict(counted)
    return [(each, LABELS[each], counts[each]) for each in ListingStatus if counts.get(each)]


@dataclass(frozen=True)
class Load:
    """One sort of thing to do: how many wait, and how many of them are overdue."""

    label: str
    waiting: int
    overdue: int


def _acts(board: queue.Board) -> list[Load]:
    waiting: Counter[str] = Counter()
    late: Counter[str] = Counter()
    both: list[Release | Task] = [*board.releases, *board.tasks]
    for each in both:
        waiting[each.label] += 1
        late[each.label] += each.overdue
    return [Load(label, count, late[label]) for label, count in waiting.most_common()]


def _people(board: queue.Board, *, by: Actor, now: datetime) -> list[Person]:
    found: dict[str, Person] = defaultdict(lambda: Person(""))
    for task in board.tasks:
        person = found[task.person or ""]
        person.in_hand += 1
        person.overdue += task.overdue
    for release in board.releases:
        person = found[release.person]
        person.in_hand += 1
        person.overdue += release.overdue
    own = Preparation.objects.filter(organisation_id=by.organisation_id, decided_at__gte=now - _SPAN)
    rows = own.values_list(
        "prepared_by_id", "prepared_by_name", "decided_by_id", "decided_by_name", "prepared_at", "decided_at",
        "released",
    )  # fmt: skip
    for maker_id, maker, decider_id, decider, prepared_at, decided_at, released in rows:
        found[maker].prepared += 1
        if maker_id == decider_id:
            continue
        if decided_at is None:
            continue
        person = found[decider]
        person.decided += bool(released)
        person.sent_back += not released
        person.hours.append(Decimal((decided_at - prepared_at) // timedelta(seconds=1)) / _HOUR)
    for name, person in found.items():
        person.name = name or _("未领取")
    return sorted(found.values(), key=lambda each: (-each.overdue, -each.in_hand, each.name))


# --- charts: the tables beside them have the same numbers ---


def _chart(categories: Sequence[str], name: str, data: Sequence[int]) -> dict[str, Any] | None:
    if not categories:
        return None
    return {
        "categories": [_(each) for each in categories],
        "axes": [name],
        "series": [{"name": name, "type": "bar", "axis": 0, "data": list(data)}],
    }


def _people_chart(people: Sequence[Person]) -> dict[str, Any] | None:
    busy = [each for each in people if each.in_hand][:20]
    if not busy:
        return None
    return {
        "categories": [each.name for each in busy],
        "axes": [_("件数")],
        "series": [
            {"name": _("在办"), "type": "bar", "axis": 0, "data": [each.in_hand for each in busy]},
            {"name": _("逾期"), "type": "bar", "axis": 0, "data": [each.overdue for each in busy]},
        ],
    }


def _duration_chart(durations: Sequence[Duration]) -> dict[str, Any] | None:
    known = [each for each in durations if each.average is not None]
    if not known:
        return None
    return {
        "categories": [_(each.label) for each in known],
        "axes": [_("工作日")],
        "series": [
            {
                "name": _("平均"),
                "type": "bar",
                "axis": 0,
                "data": [float(each.average or 0) for each in known],
            },
            {"name": _("最长"), "type": "bar", "axis": 0, "data": [each.longest for each in known]},
        ],
    }


def _book(
    states: Sequence[tuple[ListingStatus, str, int]],
    acts: Sequence[Load],
    people: Sequence[Person],
    durations: Sequence[Duration],
    *,
    by: Actor,
    now: datetime,
) -> HttpResponse:
    load = (Column("在办（件）", WHOLE, 12), Column("逾期（件）", WHOLE, 12))
    return exports.workbook(
        "工作概览",
        exports.table(
            "按状态",
            (Column("状态", "", 20), Column("宗数", WHOLE, 12)),
            [[label, count] for _status, label, count in states],
        ),
        exports.table(
            "按事项",
            (Column("事项", "", 26), *load),
            [[each.label, each.waiting, each.overdue] for each in acts],
        ),
        exports.table(
            "按人员",
            (
                Column("人员", "", 16), *load, Column("近90日提交（件）", WHOLE, 16),
                Column("近90日审核通过（件）", WHOLE, 18), Column("近90日退回（件）", WHOLE, 16),
                Column("平均审核用时（小时）", "0.0", 18),
            ),
            [
                [
                    each.name, each.in_hand, each.overdue, each.prepared, each.decided, each.sent_back,
                    each.average_hours,
                ]
                for each in people
            ],
        ),
        exports.table(
            "各环节时长",
            (
                Column("环节", "", 24), Column("宗数", WHOLE), Column("平均（工作日）", "0.0"),
                Column("最长（工作日）", WHOLE),
            ),
            [[each.label, each.count, each.average, each.longest] for each in durations],
        ),
        by=by,
        now=now,
    )  # fmt: skip
