"""What goes to the ministry for its record (报部备案材料) on the desks: a list to choose from, packages to send."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks.access import LARGEST_ID, desk
from apps.desks.downloads import download
from apps.desks.views import before, next_page
from apps.parties.queries import divisions_called
from apps.parties.roles import Can
from apps.surplus import exports
from apps.surplus.names import RECORD_DEADLINE
from apps.surplus.queries import verification_for
from apps.surplus.rules import MOST_EXPORTED
from kernel.actors import Actor
from kernel.clock import beijing
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import Refused, not_found
from kernel.web.api import status_of
from kernel.web.filters import whole_number

_ZIP = "application/zip"


@require_safe
@desk(Can.WORK_ON_VERIFICATIONS)
def ministry(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The verifications that wait for the ministry's record, the newest first, by county. Refuses: not_found."""
    _require_exporter(by)
    waiting = exports.waiting_for_record(by)
    counties = divisions_called(sorted(set(waiting.order_by().values_list("region_id", flat=True))))
    county = request.GET.get("county", "")
    found = exports.waiting_for_record(by, county=county) if county in counties else waiting
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: MOST_EXPORTED + 1])
    shown = rows[:MOST_EXPORTED]
    due = _due([each.pk for each in shown])
    context = {
        "rows": [(each, due.get(each.pk)) for each in shown],
        "next": next_page(request, shown[-1].pk) if len(rows) > MOST_EXPORTED else "",
        "counties": sorted(counties.items()),
        "county": county if county in counties else "",
        "most": MOST_EXPORTED,
    }
    return render(request, "desks/verification_exports.html", context)


@require_safe
@desk(Can.WORK_ON_VERIFICATIONS)
def packages(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """One package of those that were chosen (`case`). Refuses: not_found; what else it refuses stands on a page."""
    _require_exporter(by)
    try:
        with _leaving(request):
            content = exports.export_waiting(verification_ids=_chosen(request), by=by, now=now)
    except Refused as no:
        context: dict[str, Any] = {"refusal": no.refusal}
        return render(request, "desks/verification_exports.html", context, status=status_of(no.refusal))
    return download(content, content_type=_ZIP, name=f"报部备案材料-{beijing(now):%Y%m%d-%H%M}.zip")


@require_safe
@desk(Can.WORK_ON_VERIFICATIONS)
def package(request: HttpRequest, *, by: Actor, now: datetime, verification_id: int) -> HttpResponse:
    """The package of one, also once it is recorded or certified. Refuses: not_found."""
    with _leaving(request):
        content = exports.export_one(verification_id=verification_id, by=by, now=now)
    number = verification_for(verification_id, by=by).case.number
    return download(content, content_type=_ZIP, name=f"报部备案材料-{number}.zip")


@contextmanager
def _leaving(request: HttpRequest) -> Iterator[None]:
    """What leaves is on record; where the head alone is asked for nothing leaves, and nothing is written down."""
    with transaction.atomic():
        yield
        if request.method == "HEAD":
            transaction.set_rollback(True)


def _require_exporter(by: Actor) -> None:
    if not exports.may_export(by):
        raise not_found("报部备案材料")


def _chosen(request: HttpRequest) -> list[int]:
    """The keys that were ticked; one that is none stands for a case that there is not."""
    given = [whole_number(each, most=LARGEST_ID) for each in request.GET.getlist("case")]
    return [each or 0 for each in given]


def _due(case_ids: list[int]) -> dict[int, datetime]:
    """Until when each is to be recorded with the ministry."""
    found = Deadline.objects.filter(case_id__in=case_ids, kind=RECORD_DEADLINE)
    return dict(
        found.exclude(status=DeadlineStatus.CANCELLED).order_by("id").values_list("case_id", "due_at")
    )
