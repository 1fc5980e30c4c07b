"""The first page of a desk: what waits, searched and counted, and who of the team takes what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from apps.desks import exports, listing_page, queue
from apps.desks.access import desk
from apps.desks.bulk_release import BULK_ACTS
from apps.desks.filters import DUE, DueDates, Filters, matching, page_of
from apps.desks.saved_views import PAGES, own_query, views_of
from apps.desks.tasks import Marks, Release, Task
from apps.land.names import PROJECT_RECORD
from apps.money.names import MONEY_COVER, MONEY_IMPORT
from apps.notices.queries import unread_first
from apps.parties.queries import people_of
from apps.parties.roles import Can
from apps.process.names import CALENDAR_LOAD
from apps.quota.names import QUOTA_USE
from apps.rulebook.names import RULEBOOK_DRAFT
from apps.rulebook.subjects import subject_called
from apps.stages.application.names import LISTING_DRAFT
from kernel.access import assignments
from kernel.actors import Actor, Duty
from kernel.acts.act import Act, act_called, all_acts
from kernel.errors import Code, Refused
from kernel.sheets import INSTANT, LIMIT, WHOLE, YUAN, Column

_STARTS = (
    PROJECT_RECORD,
    LISTING_DRAFT,
    QUOTA_USE,
    MONEY_IMPORT,
    MONEY_COVER,
    RULEBOOK_DRAFT,
    CALENDAR_LOAD,
)


Waiting = Task | Release
_QUEUE_PAGE = 50
_QUEUE_FILTERS = PAGES["queue"][1]


@require_safe
@desk()
def home(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What waits for the person: releases first, then tasks, the overdue and the soonest due first; searched,
    counted, page by page. `as=xlsx` gives all of what the filters show.
    """
    filters = _queue_filters(request)
    board = queue.board_for(by, now=now)
    everything: list[Waiting] = [*board.releases, *board.tasks]
    tasks = matching(filters, board.tasks, lot_text=lambda each: each.title)
    releases = matching(filters, board.releases, lot_text=lambda each: f"{each.lot} {each.title}")
    counts = _counts(tasks, releases, by=by, now=now)
    tasks, releases = _of_tab(filters, tasks, by=by, now=now), _of_tab(filters, releases, by=by, now=now)
    if filters.show == "waiting":
        tasks = []
    if exports.wanted(request):
        return queue_book(tasks, releases, filters, by=by, now=now)
    shown_releases = page_of(releases, request, size=_QUEUE_PAGE, name="waiting")
    shown_tasks = page_of(tasks, request, size=_QUEUE_PAGE)
    told = unread_first(by)
    request.unread_notices = told[0].unread if told else 0  # type: ignore[attr-defined]
    context = {
        "today": listing_page.today(now),
        "now": now,
        "filters": filters,
        "counts": counts,
        "dues": list(DUE.items()),
        "acts": _acts_in(everything),
        "counties": sorted({(each.county, each.county_name) for each in everything if each.county}),
        "views": views_of(by, "queue"),
        "page": "queue",
        "returned": queue.filled_in(shown_releases.rows, board, by=by),
        "releases": shown_releases,
        "may_release": by.duty is Duty.APPROVER,
        "bulk": by.duty is Duty.APPROVER and any(each.act in BULK_ACTS for each in shown_releases.rows),
        "bulk_acts": BULK_ACTS,
        "tasks": shown_tasks,
        "shared": by.can(Can.SEE_CASES),
        "starts": _starts(by),
        "notices": told,
        "rules_past": by.can(queue.RULED) and not board.rules_in_force,
        "lapsed": [(subject_called(each.subject).label, each) for each in board.lapsed],
        "by": by,
    }
    return render(request, "desks/home.html", context)


def _queue_filters(request: HttpRequest) -> Filters:
    found = Filters.of(request, *_QUEUE_FILTERS)
    if found.show in DUE:
        return replace(found, show="", due=found.show)
    return replace(found, due=found.due if found.due in DUE else "")


def _starts(by: Actor) -> list[Act]:
    return [
        act
        for act in all_acts()
        if act.name in _STARTS and by.can(act.capability) and _may_begin(act.name, by)
    ]


def _acts_in(items: Sequence[Waiting]) -> list[tuple[str, str]]:
    """The acts that occur, each by its name and label, in the order of the process."""
    there = {each.act for each in items}
    return [(act.name, act.label) for act in all_acts() if act.name in there]


@dataclass(frozen=True)
class Count:
    """One state with how many are in it, and the query that shows them."""

    label: str
    number: int
    show: str = ""
    due: str = ""
    late: bool = False


def _counts(tasks: Sequence[Task], releases: Sequence[Release], *, by: Actor, now: datetime) -> list[Count]:
    dates = DueDates.at(now)
    both: list[Waiting] = [*releases, *tasks]
    found = [Count(gettext_noop("全部"), len(both), show="team")]
    if releases:
        label = gettext_noop("待我审核") if by.duty is Duty.APPROVER else gettext_noop("本单位待审核")
        found.append(Count(label, len(releases), show="waiting"))
    if by.can(Can.SEE_CASES):
        found.append(Count(gettext_noop("我的"), len([each for each in tasks if _is_mine(each, by)]), "mine"))
    held = {
        "overdue": sum(each.overdue for each in both),
        "today": sum(not each.overdue and each.due_at <= dates.day for each in both if each.due_at),
        "week": sum(not each.overdue and each.due_at <= dates.week for each in both if each.due_at),
    }
    return found + [Count(label, held[due], due=due, late=due == "overdue") for due, label in DUE.items()]


def _is_mine(item: Waiting, by: Actor) -> bool:
    if isinstance(item, Release):
        return item.prepared_by_id == by.person_id
    return item.holder is not None and item.holder.person_id == by.person_id


Waits = TypeVar("Waits", Task, Release)


def _of_tab(filters: Filters, items: list[Waits], *, by: Actor, now: datetime) -> list[Waits]:
    if filters.due:
        dates = DueDates.at(now)
        items = [each for each in items if dates.holds(filters.due, each)]
    if filters.show == "mine":
        return [each for each in items if _is_mine(each, by)]
    return items


def _colleagues(by: Actor) -> list[tuple[int, str]]:
    return [
        (each.person_id, each.person.name)
        for each in people_of(by.organisation_id)
        if each.person_id != by.person_id
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.SEE_CASES)
def share(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Take a task of the team on, give it back, or hand it over to a colleague; GET asks to whom."""
    given = request.POST if request.method == "POST" else request.GET
    key, step = given.get("task", "")[:120], given.get("step", "")
    task = next((each for each in queue.tasks_for(by, now=now) if each.key == key), None)
    if task is None:
        messages.error(request, _("该事项已办结或不属于本单位，列表已更新。"))
        return redirect("/desk/")
    query = own_query("queue", given.get("query", ""))
    if request.method != "POST":
        context = {"task": task, "colleagues": _colleagues(by), "query": query}
        return render(request, "desks/hand_over.html", context)
    try:
        messages.success(request, _shared(task, step, request.POST.get("to", ""), by=by, now=now))
    except Refused as no:
        messages.error(request, no.refusal.sentence, extra_tags=str(no.refusal.code))
    return redirect(f"/desk/?{query}" if query else "/desk/")


def _shared(task: Task, step: str, to: str, *, by: Actor, now: datetime) -> str:
    if step == "take":
        assignments.take(task=task.key, by=by, now=now, case_id=task.listing_id)
        return _("已领取。")
    if step == "give_back":
        assignments.give_back(task=task.key, by=by, now=now, case_id=task.listing_id)
        return _("已退回，其他人员可以领取。")
    names = {str(pk): name for pk, name in _colleagues(by)}
    if to not in names:
        raise Refused.because(Code.INVALID, "请选择要转交的本单位人员。")
    assignments.hand_over(
        task=task.key, to_id=int(to), to_name=names[to], by=by, now=now, case_id=task.listing_id
    )
    return _("已转交给%(name)s。") % {"name": names[to]}


def _may_begin(name: str, by: Actor) -> bool:
    """Acts that bind begin with the operator; so does a rulebook."""
    return by.duty is Duty.OPERATOR or not (act_called(name).two_persons or name == RULEBOOK_DRAFT)


def queue_book(
    tasks: Sequence[Task],
    releases: Sequence[Release],
    filters: Filters,
    *,
    by: Actor,
    now: datetime,
) -> HttpResponse:
    """The queue as a workbook: what waits for release, and what is to be done."""
    queue.filled_in(releases[: exports.ROWS_READ], None, by=by)
    due = (Column("期限", LIMIT, 18), Column("剩余工作日", WHOLE, 12), Column("是否逾期", "", 10))
    lot = (Column("项目编号", "", 22), Column("项目名称", "", 32), Column("行政区划", "", 14))
    waits = exports.table(
        "待审核",
        (
            Column("事项", "", 20), *lot, Column("出让方", "", 24), Column("当事人", "", 32), Column("结论", "", 14),
            Column("金额（元）", YUAN, 20), Column("收款账户", "", 40), Column("提请注意", "", 40), *due,
            Column("经办人", "", 12), Column("提交时间", INSTANT, 18),
        ),
        [_release_cells(each) for each in releases],
    )  # fmt: skip
    to_do = exports.table(
        "需要办理",
        (
            Column("事项", "", 22), Column("办理对象", "", 44), Column("行政区划", "", 14), Column("出让方", "", 24),
            *due, Column("领取人", "", 12), Column("状态", "", 14),
        ),
        [
            [
                each.label, each.title, each.county_name, each.seller, each.due_at, each.workdays_left,
                "逾期" if each.overdue else "", each.person, "已提交待审核" if each.prepared else "待办理",
            ]
            for each in tasks
        ],
    )  # fmt: skip
    return exports.workbook("待办事项", waits, to_do, by=by, now=now, filters=filters)


def _release_cells(each: Release) -> list[object]:
    marks = each.marks or Marks()
    return [
        each.label, each.lot, each.title or marks.about, each.county_name, each.seller, "；".join(marks.parties),
        marks.conclusion, marks.amount, marks.account, "；".join(marks.findings), each.due_at, each.workdays_left,
        "逾期" if each.overdue else "", each.person, each.prepared_at,
    ]  # fmt: skip
