"""The cases (办件) that a script creates: what they are called, where they stand, what was split off them."""

from collections.abc import Mapping
from typing import Any

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.listings.models import Listing
from apps.surplus.models import Verification

CASES = ("listing", "verification", "adjustment", "demand")
"""What acts that create a case call it in their answers."""


def standing(cases: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """Of each named case its process, its number and where it stands; those that do not exist are left out."""
    found: dict[int, tuple[str, str | None, str]] = {}
    for lot in Listing.objects.filter(pk__in=cases.values()):
        found[lot.pk] = ("listing", lot.number, lot.status)
    for area in Verification.objects.select_related("case").filter(pk__in=cases.values()):
        found[area.pk] = ("surplus", area.case.number, area.status)
    for out in Adjustment.objects.select_related("case").filter(pk__in=cases.values()):
        found[out.pk] = ("cross_province", out.case.number, out.status)
    for taken in Demand.objects.select_related("case").filter(pk__in=cases.values()):
        found[taken.pk] = ("cross_province", taken.case.number, taken.status)
    return {
        name: dict(zip(("process", "number", "status"), found[pk], strict=True))
        for name, pk in cases.items()
        if pk in found
    }


def numbers(cases: Mapping[str, int]) -> dict[str, str]:
    """The numbers of cases, under `name.number`."""
    return {f"{name}.number": each["number"] for name, each in standing(cases).items() if each["number"]}


def rest_of(case_id: int) -> int | None:
    """The case that was split off another when only a part of it was matched."""
    given = Adjustment.objects.filter(parent_id=case_id).order_by("pk").values_list("pk", flat=True).last()
    return (
        given or Demand.objects.filter(parent_id=case_id).order_by("pk").values_list("pk", flat=True).last()
    )


def rests(cases: Mapping[str, int]) -> dict[str, int]:
    """What was split off cases, under `name.rest`."""
    return {f"{name}.rest": rest for name, pk in cases.items() if (rest := rest_of(pk))}
