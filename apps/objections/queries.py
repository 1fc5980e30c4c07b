"""Objections, without who raised them."""

import json

from django.db.models import QuerySet

from apps.objections.models import Objection
from apps.objections.states import ObjectionStatus
from apps.parties.roles import Can
from kernel import anonymous
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.objected import objected
from kernel.sealing import open_sealed


def visible_to(by: Actor) -> QuerySet[Objection]:
    """Objections for those who work on cases of their province or watch them; nobody else sees them."""
    found = Objection.objects.select_related("case").order_by("-id")
    if by.can(Can.OVERSEE):
        return found.filter(case__province__startswith=by.region[:2])
    return found.none()


def by_receipt(code: str) -> Objection | None:
    """The objection that a receipt's code belongs to; None for any other text."""
    return anonymous.by_receipt(Objection.objects.select_related("case"), code)


def case_of(objection_id: int) -> int | None:
    """The case an objection is about; None when there is none."""
    return Objection.objects.filter(pk=objection_id).values_list("case_id", flat=True).first()


def unanswered() -> QuerySet[Objection]:
    """Objections that are neither accepted nor refused yet, to every case."""
    return Objection.objects.filter(status=ObjectionStatus.RAISED)


def flood_on(case_id: int, *, up_to: int) -> QuerySet[Objection]:
    """The unanswered objections to a case that nobody who was signed in raised, up to a number."""
    found = Objection.objects.filter(
        case_id=case_id, status=ObjectionStatus.RAISED, person_key="", pk__lte=up_to
    )
    return found.order_by("id")


def complainant(objection: Objection, *, by: Actor) -> dict[str, str]:
    """Name and contact of who objected, for the office that answers. Refuses: not_permitted."""
    require_capability(by, Can.ANSWER_OBJECTIONS)
    needed = objected(objection.case_id).decided_by
    require_capability(by, needed)
    identity: dict[str, str] = json.loads(open_sealed(objection.sealed_identity))
    return identity
