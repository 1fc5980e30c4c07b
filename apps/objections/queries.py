"""Objections, without who raised them."""

import hashlib
import json
from datetime import datetime

from django.db.models import QuerySet

from apps.objections.models import Objection
from apps.objections.states import ObjectionStatus
from kernel.access.checks import require_role
from kernel.actors import CENTRE, Actor, Role
from kernel.sealing import open_sealed


def visible_to(by: Actor) -> QuerySet[Objection]:
    """Objections for those who work on listings or watch them; nobody else sees them."""
    found = Objection.objects.select_related("listing").order_by("-id")
    if by.role in (Role.TRADING_CENTRE, Role.PROVINCIAL_DNR, Role.SUPERVISOR):
        return found
    return found.none()


def by_receipt(code: str) -> Objection | None:
    """The objection that a receipt's code belongs to; None for any other text."""
    if not 0 < len(code) <= 40:
        return None
    digest = hashlib.sha256(code.encode()).hexdigest()
    return Objection.objects.filter(receipt_sha256=digest).select_related("listing").first()


def listing_of(objection_id: int) -> int | None:
    """The lot an objection is about; None when there is none."""
    return Objection.objects.filter(pk=objection_id).values_list("listing_id", flat=True).first()


def waiting_from(*, listing_id: int, address_key: str = "", person_key: str = "") -> int:
    """How many unanswered objections to a lot came from an address, or from a person."""
    found = Objection.objects.filter(listing_id=listing_id, status=ObjectionStatus.RAISED)
    if person_key:
        return found.filter(person_key=person_key).count()
    return found.filter(address_key=address_key).count() if address_key else 0


def raised_from(*, address_key: str, since: datetime) -> int:
    """How many objections to any lot came from an address since then."""
    return Objection.objects.filter(address_key=address_key, raised_at__gte=since).count()


def flood_on(listing_id: int, *, up_to: int) -> QuerySet[Objection]:
    """The unanswered objections to a lot that nobody who was signed in raised, up to a number."""
    found = Objection.objects.filter(
        listing_id=listing_id, status=ObjectionStatus.RAISED, person_key="", pk__lte=up_to
    )
    return found.order_by("id")


def complainant(objection: Objection, *, by: Actor) -> dict[str, str]:
    """Name and contact of who objected, for the centre that answers. Refuses: not_permitted."""
    require_role(by, CENTRE)
    identity: dict[str, str] = json.loads(open_sealed(objection.sealed_identity))
    return identity
