"""The administration's desk: organisations, people, their duties; every change by two administrators."""

from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.targets import returned_to
from apps.parties.models import Membership, Organisation, Person
from apps.parties.names import (
    ACCOUNT_INVITE,
    ACCOUNT_SWITCH,
    MEMBERSHIP_GRANT,
    ORGANISATION_REGISTER,
    PERSON_REGISTER,
)
from apps.parties.roles import Can
from kernel.access.queries import waiting
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called

MOST = 100
_STARTS = (ORGANISATION_REGISTER, PERSON_REGISTER)


@require_safe
@desk(Can.ADMINISTER)
def people(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What waits for the other administrator, and whom a search finds."""
    text = request.GET.get("q", "")[:80].replace("\x00", "").strip()
    bodies = Organisation.objects.select_related("region").order_by("name", "id")
    found = Person.objects.order_by("name", "id")
    if text:
        bodies = bodies.filter(name__icontains=text)
        named = Q(name__icontains=text) | Q(username__icontains=text)
        found = found.filter(named | Q(memberships__organisation__name__icontains=text)).distinct()
    context = {
        "text": text,
        "starts": [act_called(name) for name in _STARTS],
        "releases": [(each, act_called(each.act)) for each in waiting(by)[:MOST]],
        "returned": returned_to(by),
        "may_release": by.duty is Duty.APPROVER,
        "may_prepare": by.duty is Duty.OPERATOR,
        "people": list(found.prefetch_related("memberships__organisation")[:MOST]),
        "organisations": list(bodies[:MOST]),
        "most": MOST,
    }
    return render(request, "desks/people.html", context)


@require_safe
@desk(Can.ADMINISTER)
def person(request: HttpRequest, *, by: Actor, now: datetime, person_id: int) -> HttpResponse:
    """One person with all duties, and what can be done about them."""
    found = get_object_or_404(Person, pk=person_id)
    context = {
        "person": found,
        "memberships": list(
            Membership.objects.filter(person=found).select_related("organisation").order_by("id")
        ),
        "acts": [act_called(name) for name in (MEMBERSHIP_GRANT, ACCOUNT_SWITCH, ACCOUNT_INVITE)],
        "may_prepare": by.duty is Duty.OPERATOR,
    }
    return render(request, "desks/person.html", context)
