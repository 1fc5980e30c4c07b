"""Pairings: of a province, and whether one covers who hands over to whom."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from apps.pairing import rules
from apps.pairing.models import Pairing
from apps.pairing.rules import Parties, Stated
from apps.parties.models import Organisation
from apps.parties.queries import divisions_called, in_province
from apps.parties.roles import Can, division_prefix, kinds_that
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


def open_to(by: Actor, *, quota_class: str, now: datetime) -> QuerySet[Pairing]:
    """Those under which the actor's county may hand over quota of a class today, the newest first."""
    today, region = beijing(now).date(), by.region
    return visible_to(by).filter(
        Q(valid_to=None) | Q(valid_to__gte=today),
        giving_region__in=[region[:2], f"{region[:2]}0000", region[:4], f"{region[:4]}00", region[:6]],
        valid_from__lte=today,
        ended_at=None,
        classes__contains=[quota_class],
    )


def takers_under(pairings: Iterable[Pairing], *, but: int) -> QuerySet[Organisation]:
    """Who may take quota under any of some pairings, but for one body itself; by name."""
    taken = Q(pk=None)
    for each in pairings:
        taken |= (
            Q(pk=each.project_unit_id)
            if each.project_unit_id
            else Q(region__code__startswith=division_prefix(each.taking_region))
        )
    found = Organisation.objects.filter(taken, active=True, kind__in=kinds_that(Can.BUY))
    return found.exclude(pk=but).order_by("name")


@dataclass(frozen=True)
class Called:
    """Between whom a pairing is, in words."""

    giving: str
    taking: str


def called(pairings: Collection[Pairing]) -> dict[int, Called]:
    """Between whom each pairing is: divisions by their names and codes, a major project by its number and unit.

    One question for all of them.
    """
    names = divisions_called(
        [each for pairing in pairings for each in (pairing.giving_region, pairing.taking_region)]
    )
    written = {code: f"{name}（{code}）" for code, name in names.items()}
    return {
        each.pk: Called(
            giving=written[each.giving_region],
            taking=written[each.taking_region]
            if each.taking_region
            else f"{each.major_project_no} {each.project_unit.name if each.project_unit else ''}",
        )
        for each in pairings
    }


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
