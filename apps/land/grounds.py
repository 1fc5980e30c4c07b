"""Ground that cases claim (地块占用): each once, beside every other case's and every project's (spec: land data)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from shapely import STRtree
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from apps.land import parcels
from apps.land.lanes import LAND_LANE
from apps.land.models import CaseGround, Part
from apps.land.queries import claimed_near
from kernel import lanes
from kernel.errors import Code, Refusal, Refused

_NEAR_CASES = """
    SELECT mine.id, other.id FROM land_caseground mine
    JOIN land_caseground other ON mine.box && other.box AND other.freed_at IS NULL
     AND other.case_id <> mine.case_id
    WHERE mine.id = ANY(%s) ORDER BY mine.id, other.id
"""
_NEAR_PROJECTS = """
    SELECT mine.id, part.id FROM land_caseground mine
    JOIN land_part part ON mine.box && part.box
    JOIN land_project project ON project.id = part.project_id AND project.voided_at IS NULL
    WHERE mine.id = ANY(%s) ORDER BY mine.id, part.id
"""


@dataclass(frozen=True)
class Claim:
    """One parcel that a case claims: its number, its stated area in 亩, its checked polygon."""

    parcel_no: str
    area: Decimal
    parcel: parcels.Parcel


def claim(*, case_id: int, claims: Sequence[Claim], now: datetime) -> list[CaseGround]:
    """Let a case claim these parcels in place of all that it claimed before. Called under the case's lane.

    Refuses: parcel_conflict for ground (1 m² or more) that is claimed by another case or recorded for a project of any
    class or kind, and for two of these parcels that overlap, with both named and the 亩.
    """
    lanes.hold_all(LAND_LANE, parcels.cells_of(*(parcels.bounds_of(each.parcel.polygon) for each in claims)))
    _refuse_each_other(claims)
    free(case_id=case_id, now=now)
    made = CaseGround.objects.bulk_create(
        [
            CaseGround(
                case_id=case_id,
                parcel_no=each.parcel_no,
                area=each.area,
                drawn_area=each.parcel.area_mu,
                geometry=each.parcel.geometry,
            )
            for each in claims
        ]
    )
    drawn = {ground.pk: each for ground, each in zip(made, claims, strict=True)}
    _refuse_cases(drawn)
    _refuse_projects(drawn)
    return made


def free(*, case_id: int, now: datetime) -> None:
    """The case claims nothing any more."""
    CaseGround.objects.filter(case_id=case_id, freed_at=None).update(freed_at=now)


def _pairs(statement: str, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs whose boxes meet, by the index: too many, but never too few."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids)])
        return [(int(mine), int(other)) for mine, other in cursor.fetchall()]


def _refuse_each_other(claims: Sequence[Claim]) -> None:
    """One after the other, so that thousands upon one spot end with the first pair."""
    tree = STRtree([each.parcel.polygon for each in claims])
    for place, mine in enumerate(claims):
        for other in sorted(tree.query(mine.parcel.polygon, predicate="intersects")):
            if other < place:
                _refuse(mine, claims[other].parcel.polygon, f"本申报的地块{claims[other].parcel_no}")


def _refuse_cases(drawn: dict[int, Claim]) -> None:
    near = _pairs(_NEAR_CASES, list(drawn))
    others = CaseGround.objects.select_related("case").in_bulk({other for _, other in near})
    for mine, other in near:
        found = others[other]
        _refuse(drawn[mine], shape(found.geometry), f"{found.case}已申报的地块{found.parcel_no}")


def _refuse_projects(drawn: dict[int, Claim]) -> None:
    near = _pairs(_NEAR_PROJECTS, list(drawn))
    parts = Part.objects.select_related("project").in_bulk({part for _, part in near})
    for mine, part in near:
        found = parts[part]
        where = f"已登记项目“{found.project}”的地块{found.parcel_no or found.pk}"
        _refuse(drawn[mine], shape(found.geometry or {}), where)


def _refuse(mine: Claim, polygon: BaseGeometry, where: str) -> None:
    common = parcels.overlap_mu(mine.parcel.polygon, polygon)
    if common:
        raise Refused(_conflict(f"地块{mine.parcel_no}", where, common))


def _conflict(mine: str, where: str, overlap_mu: Decimal) -> Refusal:
    return Refusal(
        Code.PARCEL_CONFLICT,
        f"{mine}与{where}重叠{overlap_mu:,}亩，同一土地不能重复产生指标，请核对界址。",
        {"overlap_mu": str(overlap_mu), "where": where},
    )


def conflict_with_cases(polygon: BaseGeometry, *, mine: str) -> Refusal | None:
    """Why a project's parcel may not lie there beside what cases claim, if it may not."""
    for found in claimed_near(parcels.bounds_of(polygon)):
        common = parcels.overlap_mu(polygon, shape(found.geometry))
        if common:
            return _conflict(mine, f"{found.case}已申报的地块{found.parcel_no}", common)
    return None
