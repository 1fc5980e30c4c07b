"""Land that nobody has: parcels of given areas drawn inside a county, for demonstrations and rehearsals."""

import json
import math
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from shapely.geometry import Polygon, box, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.prepared import prep

from apps.land.parcels import CGCS2000, SQUARE_METRES_PER_MU, BadLand, Bounds, bounds_of, parcel
from apps.parties.boundaries import boundaries_of

_SPACING = 1.15
_MOST_TRIES = 40_000


def drawn(*, region: str, areas_mu: Sequence[Decimal], taken: Sequence[Bounds]) -> list[dict[str, Any]]:
    """Squares of these areas in a county, apart from each other and from the boxes that are taken.

    `BadLand` when the county has no room for them.
    """
    county, boxes = _ground(region), list(taken)
    made = []
    for area in areas_mu:
        square = _placed(county, area, boxes)
        boxes.append(bounds_of(square))
        made.append(parcel(json.loads(json.dumps(mapping(square)))).geometry)
    return made


def ground_bounds(region: str) -> Bounds:
    """The box within which squares of a county are drawn."""
    return bounds_of(_ground(region))


@cache
def _ground(region: str) -> BaseGeometry:
    """The county, or a square of a degree somewhere where none is on file."""
    content = boundaries_of(f"{region[:2]}0000")
    features = json.loads(content)["features"] if content else []
    prefix = region.rstrip("0") if region.endswith("00") else region
    shapes = [shape(each["geometry"]) for each in features if str(each["id"]).startswith(prefix)]
    if shapes:
        return max(shapes, key=lambda each: float(each.area))
    west, south = 100 + int(region) % 190 / 10, 25 + int(region) % 140 / 10
    return box(west, south, west + 1, south + 1)


def _placed(county: BaseGeometry, area: Decimal, boxes: Sequence[Bounds]) -> Polygon:
    """The first square of that area, row by row from the south-west, that lies within and meets no box."""
    west, south, east, north = bounds_of(county)
    inside, tries, latitude = prep(county), 0, south
    while latitude < north and tries < _MOST_TRIES:
        wide, high = _sides(area, latitude)
        longitude = west
        while longitude < east:
            tries += 1
            bounds = (longitude, latitude, longitude + wide, latitude + high)
            hit = next((each for each in boxes if _meets(bounds, each)), None)
            if hit is None and inside.contains(square := box(*bounds)):
                return square
            longitude = max(longitude, hit[2] if hit else 0.0) + wide / 2
        latitude += high * _SPACING / 2
    raise BadLand(f"行政区内已无空地可绘制{area:,}亩地块。")


def _meets(left: Bounds, right: Bounds) -> bool:
    return left[0] <= right[2] and right[0] <= left[2] and left[1] <= right[3] and right[1] <= left[3]


def _sides(area: Decimal, latitude: float) -> tuple[float, float]:
    """Width and height in degrees of a square of that area whose southern edge lies at a latitude."""
    wanted = float(area * SQUARE_METRES_PER_MU)
    high = math.sqrt(wanted) / 111_000
    wide = high / math.cos(math.radians(latitude))
    for _ in range(4):
        square_metres, _perimeter = CGCS2000.geometry_area_perimeter(
            box(100, latitude, 100 + wide, latitude + high)
        )
        scale = math.sqrt(wanted / abs(square_metres))
        wide, high = wide * scale, high * scale
    return wide, high
