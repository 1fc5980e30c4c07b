"""The official calendar on the desk: enter the year's notice, see which deadlines it moves, then put it in force."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.desks.access import desk
from apps.desks.form_fields import data_of
from apps.disclosure.deadlines import of_visible_cases, visible_deadlines
from apps.parties.roles import Can
from apps.process.names import CALENDAR_LOAD
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import perform, validated
from kernel.cases.queries import named
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.recount import preview
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import Code, Refused, beside
from kernel.workdays.commands import proposed
from kernel.workdays.models import Year
from kernel.workdays.queries import revisions

_LINES = ("days_off", "workdays_on")


@require_safe
@desk(Can.OVERSEE)
def calendars(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The official calendars that are loaded, and how many open dates are still provisional."""
    context = {
        "years": list(Year.objects.filter(revoked_at=None).order_by("-year")),
        "provisional": Deadline.objects.filter(status=DeadlineStatus.PENDING, provisional=True).count(),
        "may_load": by.can(Can.DECIDE_FOR_PROVINCE),
    }
    return render(request, "desks/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.DECIDE_FOR_PROVINCE)
def load(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Enter a year's notice: first exactly which open deadlines would move, then the act itself."""
    act = act_called(CALENDAR_LOAD)
    context: dict[str, Any] = {"typed": _typed(request.POST, now=now)}
    if request.method != "POST":
        return render(request, "desks/calendar_load.html", context)
    data = data_of(act, request.POST)
    try:
        if request.POST.get("step") == "confirm":
            perform(act, data=data, by=by, now=now)
            messages.success(request, _("已提交待审核，本单位审核人员审核后生效。"))
            return redirect("/desk/calendars/")
        context |= _previewed(validated(act, data), by=by, now=now)
    except Refused as no:
        errors = beside(no.refusal)
        context |= {"refusal": no.refusal, "errors": {_head(name): said for name, said in errors.items()}}
    return render(request, "desks/calendar_load.html", context, status=400 if "refusal" in context else 200)


def _head(name: str) -> str:
    """A list's mistakes stand at the list."""
    return name.partition("[")[0].partition(".")[0]


def _typed(posted: QueryDict, *, now: datetime) -> dict[str, str]:
    names = ("year", "notice_no", "published_on", *_LINES)
    if posted:
        return {name: posted.get(name, "") for name in names}
    return dict.fromkeys(names, "") | {"year": str(beijing(now).year + 1)}


def _previewed(facts: Mapping[str, Any], *, by: Actor, now: datetime) -> dict[str, Any]:
    published: date = facts.get("published_on") or beijing(now).date()
    try:
        calendar = proposed(
            year=facts["year"],
            notice_no=facts["notice_no"],
            published_on=published,
            days_off=facts["days_off"],
            workdays_on=facts["workdays_on"],
            by=by.person_name,
        )
    except ValueError as error:
        raise Refused.because(Code.INVALID, str(error), year=str(facts["year"])) from error
    moves = preview(calendar=calendar)
    mine = visible_deadlines(by).filter(of_visible_cases(by), pk__in=[row.pk for row, _at, _guess in moves])
    seen = set(mine.filter(case_id__isnull=False).values_list("pk", flat=True))
    cases = named(row.case_id for row, _at, _guess in moves if row.pk in seen)
    shown = [
        {
            "deadline": row,
            "case": cases.get(row.case_id or 0),
            "due_at": at,
            "provisional": guess,
            "moved": at != row.due_at,
        }
        for row, at, guess in moves
        if row.pk in seen
    ]
    return {
        "previewed": True,
        "moves": shown,
        "unseen": len(moves) - len(shown),
        "former": revisions(year=facts["year"]).filter(revoked_at=None).first(),
        "days_off": len(facts["days_off"]),
        "workdays_on": len(facts["workdays_on"]),
    }
