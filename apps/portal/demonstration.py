"""The demonstration's own pages: its clock, which visitors move, and its logins. There are none on a real site.

They exist only while the exchange runs on the clock it keeps in the database (CLOCK=shared).
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from apps.demo.organisations import LOGINS, PASSWORD, login_names
from apps.parties.models import Person
from kernel import clock
from kernel.availability import commands as availability
from kernel.cases.queries import NamedCase, named
from kernel.deadlines import runner
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.web.filters import whole_number
from kernel.web.methods import post_from

_STEPS: dict[str, tuple[str, timedelta]] = {
    "10m": (gettext_noop("10 分钟"), timedelta(minutes=10)),
    "1h": (gettext_noop("1 小时"), timedelta(hours=1)),
    "1d": (gettext_noop("1 天"), timedelta(days=1)),
    "7d": (gettext_noop("7 天"), timedelta(days=7)),
    "14d": (gettext_noop("14 天"), timedelta(days=14)),
    "30d": (gettext_noop("30 天"), timedelta(days=30)),
}
_LONGEST = timedelta(days=200)
_JUST_AFTER = timedelta(milliseconds=500)


@require_http_methods(["GET", "HEAD", "POST"])
def clock_page(request: HttpRequest) -> HttpResponse:
    """What time the demonstration lives in, what falls due next, and buttons to move on."""
    now = clock.now()
    if request.method == "POST":
        return _moved(request, now=now)
    return render(request, "portal/clock.html", {"now": now, "steps": _steps(), "waiting": _waiting()})


def _steps() -> list[tuple[str, str]]:
    return [(name, label) for name, (label, _span) in _STEPS.items()]


def _waiting() -> list[tuple[Deadline, NamedCase | None]]:
    """What falls due next, each with the case that it is of."""
    pending = Deadline.objects.filter(status=DeadlineStatus.PENDING, paused_at=None)
    found = list(pending.order_by("due_at", "id")[:30])
    cases = named(each.case_id for each in found)
    return [(each, cases.get(each.case_id or 0)) for each in found]


def _moved(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """Move on by a step, or to just after a deadline, and let what fell due be handled at once."""
    span = _span(request, now=now)
    if span is None or not timedelta(0) < span <= _LONGEST:
        messages.error(request, _("未调整：请选择一个时长或一个期限，一次最多前进200天，不能后退。"))
        return redirect("/clock/")
    at = availability.move_shared_clock(by=span, now=now)
    handled = runner.run_due(now=at)
    messages.success(request, _("平台时间已调整，到期的期限已处理 %(count)d 项。") % {"count": handled})
    onward = request.POST.get("next", "/clock/")
    safe = url_has_allowed_host_and_scheme(onward, allowed_hosts=None) and onward.startswith("/")
    return redirect(onward if safe else "/clock/")


def _span(request: HttpRequest, *, now: datetime) -> timedelta | None:
    step, deadline = request.POST.get("step", ""), request.POST.get("deadline", "")
    if step in _STEPS:
        return _STEPS[step][1]
    if (number := whole_number(deadline)) is not None:
        found = Deadline.objects.filter(pk=number, status=DeadlineStatus.PENDING).first()
        return found.due_at - now + _JUST_AFTER if found else None
    return None


@require_safe
def logins(request: HttpRequest) -> HttpResponse:
    """Everybody who can be played, by province and role, with one button each."""
    people = {each.username: each for each in Person.objects.filter(username__in=login_names())}
    provinces: list[tuple[str, list[tuple[str, list[dict[str, Any]]]]]] = [
        (
            province,
            [
                (group, [{"username": name, "person": people[name]} for name in names if name in people])
                for group, names in groups
            ],
        )
        for province, groups in LOGINS
    ]
    return render(request, "portal/logins.html", {"provinces": provinces, "password": PASSWORD})


@post_from("/logins/")
def play(request: HttpRequest) -> HttpResponse:
    """Sign in as one of them."""
    name = request.POST.get("username", "")
    if name not in login_names():
        raise Http404
    person = Person.objects.filter(username=name, is_active=True).first()
    if person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("/desk/")
