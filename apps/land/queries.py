"""What is recorded of land."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    Prefetch,
    QuerySet,
)
from django.db.models.expressions import RawSQL
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from apps.land import drawing, parcels
from apps.land.models import CaseGround, Part, Project
from apps.land.rules import Ground, why_not_over
from apps.parties.roles import Can
from apps.rulebook.queries import in_force, rules_of
from apps.rulebook.subjects import SUPPLEMENTARY
from kernel.actors import Actor
from kernel.errors import Refusal, not_found
from kernel.measures import parse_area


def grounds_of(project: Project) -> list[Ground]:
    """A project's parts as the formulas see them, by the grades that they have now."""
    parts = project.parts.defer("geometry").prefetch_related("regrades").order_by("id")
    return [ground for each in parts for ground in each.grounds]


def with_parts(projects: QuerySet[Project]) -> QuerySet[Project]:
    """The same with their parts but for the polygons, for lists that show what each makes."""
    parts = Part.objects.defer("geometry").prefetch_related("regrades")
    return projects.prefetch_related(Prefetch("parts", parts))


def parts_near(bounds: parcels.Bounds) -> list[Part]:
    """Parts of projects in force whose boxes meet these bounds, the oldest first: too many, but never too few."""
    west, south, east, north = bounds
    near = RawSQL("land_part.box && box(point(%s, %s), point(%s, %s))", (east, north, west, south))
    return list(
        Part.objects.filter(project__voided_at=None, geometry__isnull=False)
        .filter(ExpressionWrapper(near, output_field=BooleanField()))
        .select_related("project")
        .order_by("id")
    )


def claimed_near(bounds: parcels.Bounds) -> list[CaseGround]:
    """Ground that cases claim whose boxes meet these bounds, the oldest first: too much, but never too little."""
    west, south, east, north = bounds
    near = RawSQL("land_caseground.box && box(point(%s, %s), point(%s, %s))", (east, north, west, south))
    claimed = CaseGround.objects.filter(freed_at=None).select_related("case")
    return list(claimed.filter(ExpressionWrapper(near, output_field=BooleanField())).order_by("id"))


def conflict_on(ground: Ground, polygon: BaseGeometry, *, but: int | None = None) -> Refusal | None:
    """Why a part may not lie there beside what other projects (all `but` one) have recorded, if it may not."""
    for part in parts_near(parcels.bounds_of(polygon)):
        if part.project_id == but:
            continue
        refusal = why_not_over(
            new=ground,
            old=part.ground,
            same_project=False,
            overlap_mu=parcels.overlap_mu(polygon, shape(part.geometry or {})),
            where=f"已登记项目“{part.project}”的地块{part.parcel_no or part.pk}",
        )
        if refusal is not None:
            return refusal
    return None


def drawn_apart(*, region: str, areas_mu: Sequence[Decimal]) -> list[dict[str, Any]]:
    """Polygons of these areas in a county, apart from all that is recorded: for rehearsals and demonstrations."""
    ground = drawing.ground_bounds(region)
    near = [part.geometry or {} for part in parts_near(ground)] + [
        each.geometry for each in claimed_near(ground)
    ]
    taken = [parcels.bounds_of(shape(geometry)) for geometry in near]
    return drawing.drawn(region=region, areas_mu=areas_mu, taken=taken)


def with_polygons(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of `project.record`, a polygon drawn for every part that has none; what cannot be drawn stays as it is.

    For rehearsals and demonstrations.
    """
    parts = [dict(each) for each in facts.get("parts", ()) if isinstance(each, dict)]
    missing = [each for each in parts if each.get("geometry") is None]
    try:
        areas = [parse_area(each.get("quantity")) for each in missing]
        polygons = drawn_apart(region=str(facts.get("region", "")), areas_mu=areas)
    except ValueError:
        return facts
    for part, polygon in zip(missing, polygons, strict=True):
        part["geometry"] = polygon
    return {**facts, "parts": parts}


def project_for(project_id: int, *, by: Actor) -> Project:
    """One project, for its owner and for those who hold or watch its province's reserve. Refuses: not_found."""
    found = Project.objects.select_related("owner", "region").filter(pk=project_id).first()
    if found is None or not (
        found.owner_id == by.organisation_id
        or (by.can(Can.SEE_RESERVE) and found.region_id[:2] == by.region[:2])
    ):
        raise not_found("土地整治项目")
    return found


def geometry_required(region: str, *, now: datetime) -> bool:
    """Whether the province's rules in force ask for every parcel's polygon."""
    book = in_force(province=f"{region[:2]}0000", subject=SUPPLEMENTARY, now=now)
    return book is not None and rules_of(book).parameters.geometry_required
