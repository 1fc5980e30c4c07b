"""Pairings: of a province, and whether one covers who hands over to whom."""

from datetime import datetime

from django.db.models import QuerySet

from apps.pairing import rules
from apps.pairing.models import Pairing
from apps.pairing.rules import Parties, Stated
from apps.parties.queries import in_province
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.clock import beijing
from kernel.errors import Refusal, not_found


def of_province(province: str) -> QuerySet[Pairing]:
    """All that were recorded in a province, the newest first."""
    found = Pairing.objects.filter(province__startswith=province[:2])
    return found.select_related("document", "ended_by", "project_unit").order_by("-id")


def visible_to(by: Actor) -> QuerySet[Pairing]:
    """Those of the actor's province, for whoever has a part in trades there; the public reads them in the notices."""
    if not by.can(Can.TAKE_PART):
        return Pairing.objects.none()
    found = Pairing.objects.filter(in_province(by, "province"))
    return found.select_related("document", "ended_by", "project_unit").order_by("-id")


def pairing_for(pairing_id: int, *, by: Actor) -> Pairing:
    """One pairing, if the actor may see it. Refuses: not_found."""
    found = visible_to(by).filter(pk=pairing_id).first()
    if found is None:
        raise not_found("对口关系")
    return found


def stated(pairing: Pairing) -> Stated:
    """The pairing as plain values."""
    return Stated(
        giving_region=pairing.giving_region,
        taking_region=pairing.taking_region,
        major_project_no=pairing.major_project_no,
        project_unit_id=pairing.project_unit_id,
        classes=tuple(pairing.classes),
        valid_from=pairing.valid_from,
        valid_to=pairing.valid_to,
    )


def why_not_paired(pairing: Pairing | None, parties: Parties, *, now: datetime) -> Refusal | None:
    """Why a pairing, as it stands now, does not cover these parties; None where it does."""
    return rules.why_not_paired(
        stated(pairing) if pairing is not None else None,
        parties,
        ended=pairing is not None and pairing.ended_at is not None,
        on=beijing(now).date(),
    )
