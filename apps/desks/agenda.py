"""A person's own deadlines as a calendar (日历订阅): to download, or to subscribe to by an address that is a secret.

The address names the duty and is bound to the person's password: it ends when the password changes, when the duty
ends, or when the person is disabled.
"""

import hashlib
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.queue import tasks_for
from apps.desks.tasks import Task
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from apps.stages.deposit.names import DEPOSIT_REFUND_DEADLINE
from apps.stages.qualification.names import QUALIFICATION_DEADLINE
from kernel import clock
from kernel.actors import Actor
from kernel.web.icalendar_feed import Date, calendar_of

_SALT = "desks.agenda"
_OF_BIDDERS = (QUALIFICATION_DEADLINE, DEPOSIT_REFUND_DEADLINE)
"""Deadlines whose tasks name a bidder."""


@require_safe
@desk()
def calendar(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What the person has to do, as an iCalendar file."""
    return _answer(by, now=now)


@require_safe
@desk()
def subscription(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The address to subscribe to, and how to end it."""
    duty = Membership.objects.select_related("person").get(
        person_id=by.person_id, organisation_id=by.organisation_id
    )
    path = f"/calendar/{_token(duty)}.ics"
    return render(request, "desks/agenda.html", {"address": request.build_absolute_uri(path)})


@require_safe
def subscribed(request: HttpRequest, token: str) -> HttpResponse:
    """The same file for a calendar program, which has the address and no login. 404 for any other address."""
    found = _duty_of(token)
    if found is None:
        raise Http404
    return _answer(actor_of(found), now=clock.now())


def _token(duty: Membership) -> str:
    return signing.dumps([duty.pk, duty.person.get_session_auth_hash()[:16]], salt=_SALT)


def _duty_of(token: str) -> Membership | None:
    try:
        pk, proof = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    duties = Membership.objects.filter(pk=pk, active=True, organisation__active=True, person__is_active=True)
    found = duties.select_related("person", "organisation").first()
    return found if found is not None and found.person.get_session_auth_hash()[:16] == proof else None


def _title(task: Task) -> str:
    """What is to do. A calendar program keeps what it once read: who applies to bid is not told to it."""
    return task.label if task.kind in _OF_BIDDERS else f"{task.label}：{task.title}"


def _answer(by: Actor, *, now: datetime) -> HttpResponse:
    dates = [
        Date(
            uid=f"task-{hashlib.sha256(f'{by.organisation_id}:{task.key}'.encode()).hexdigest()[:32]}",
            title=_title(task),
            at=task.due_at,
            provisional=task.provisional,
            text="",
            url=f"{settings.SITE_URL.rstrip('/')}{task.url}",
        )
        for task in tasks_for(by, now=now)
        if task.due_at is not None
    ]
    content = calendar_of(f"{by.organisation_name}待办期限", dates, now=now)
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="deadlines.ics"',
            "Cache-Control": "private, no-store",
        },
    )
