"""What is overdue, what has failed, and how far the engine is behind."""

from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.deadlines import of_visible_cases, visible_deadlines
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.cases.queries import named
from kernel.deadlines.queries import lag, lateness
from kernel.deadlines.registry import all_kinds
from kernel.deadlines.states import DeadlineStatus


@require_safe
@desk(Can.OVERSEE)
def deadlines(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What is overdue, what has failed, and how far the engine is behind."""
    open_ones = visible_deadlines(by).filter(
        Q(status=DeadlineStatus.PENDING, due_at__lte=now) | Q(status=DeadlineStatus.FAILED)
    )
    open_ones = open_ones.filter(of_visible_cases(by))
    if exports.wanted(request):
        late = list(open_ones.order_by("-id")[: exports.ROWS_READ])
        cases = named(row.case_id for row in late)
        table = books.deadlines((row, cases.get(row.case_id or 0)) for row in late)
        return exports.workbook("期限", table, by=by, now=now)
    last = before(request)
    if last is not None:
        open_ones = open_ones.filter(pk__lt=last)
    rows = list(open_ones.order_by("-id")[: PAGE + 1])
    cases = named(row.case_id for row in rows)
    context = {
        "rows": [(row, cases.get(row.case_id or 0)) for row in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "lag": lag(now=now),
        "late": lateness(kinds=[kind.name for kind in all_kinds().values() if kind.exact]),
        "may_attend": by.can(Can.RUN_TRADES),
    }
    return render(request, "desks/deadlines.html", context)
