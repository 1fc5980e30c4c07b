"""Parcels on the map (地块界址): whether a polygon is one, lies where it should, and is as large as it is said to be.

Coordinates are degrees of longitude and latitude on CGCS2000 (EPSG:4490). WGS 84 differs from it by centimetres and is
taken as the same. Areas are geodesic, on the CGCS2000 ellipsoid.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from pyproj import Geod
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.prepared import PreparedGeometry, prep
from shapely.validation import explain_validity

from apps.parties.boundaries import boundaries_of

CGCS2000 = Geod(a=6378137.0, rf=298.257222101)
SQUARE_METRES_PER_MU = Decimal(2000) / Decimal(3)
MOST_POINTS = 5000
TOLERANCE = Decimal("0.01")
LEAST_TOLERANCE_MU = Decimal("0.05")
BEYOND_BORDER_DEG = 0.05
"""Borders are simplified and published for drawing: a parcel may lie about five kilometres beyond."""

_WEST, _EAST, _SOUTH, _NORTH = 73.0, 136.0, 3.0, 54.0
_LEAST_OVERLAP_M2 = 1.0
_LEAST_SHARE = 0.01
_LEAST_MU = Decimal("0.0001")
_PLACES = 8
_KNOWN_CRS = ("4490", "4326", "CRS84")


class BadLand(ValueError):
    """A geometry that cannot be a parcel: a Chinese sentence says what to do."""


@dataclass(frozen=True)
class Parcel:
    """A checked polygon: as GeoJSON to store, its area in 亩 (four decimals), and what was put right in it."""

    geometry: dict[str, Any]
    area_mu: Decimal
    remarks: tuple[str, ...]
    polygon: BaseGeometry


def check_crs(collection: Mapping[str, Any]) -> None:
    """Whether a collection is in a system that is understood (RFC 7946 without `crs`; EPSG:4490, 4326). `BadLand`."""
    crs = collection.get("crs")
    if crs is None:
        return
    name = str((crs.get("properties") or {}).get("name", "")) if isinstance(crs, Mapping) else ""
    if name.replace("::", ":").rpartition(":")[2] not in _KNOWN_CRS:
        raise BadLand(f"坐标系“{name[:60]}”不支持，请转换为CGCS2000经纬度（EPSG:4490）或WGS84经纬度后导出。")


def pasted(given: Any) -> Any:
    """A geometry as it was handed in: an object, or its text as a person pastes it. `BadLand` for text of no object."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise BadLand("界址须为GeoJSON面，请从地图软件导出后粘贴。") from error


def parcel(geometry: Any) -> Parcel:
    """A polygon or multipolygon as a parcel. `BadLand`: no polygon, not closed, crossing itself, out of the country."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise BadLand("界址须为面（Polygon或MultiPolygon）。")
    rings = _rings(geometry)
    _check_points([point for ring in rings for point in ring])
    for ring in rings:
        if len(ring) < 4 or list(ring[0][:2]) != list(ring[-1][:2]):
            raise BadLand("界址环至少有4个点，且首尾点须相同（闭合）。")
    try:
        made = shape({"type": geometry["type"], "coordinates": _flat(geometry["coordinates"])})
    except (ShapelyError, ValueError, TypeError, IndexError) as error:
        raise BadLand("界址坐标无法构成面，请检查坐标层级。") from error
    if not made.is_valid:
        raise BadLand(f"界址自相交或环重叠（{_where(made)}），请修正后重新导出。")
    if made.is_empty or made.area == 0:
        raise BadLand("界址面积为零。")
    turned = _oriented(made)
    remarks = () if _same_order(made, turned) else ("界址环方向已按RFC 7946调整（外环逆时针）",)
    stored = json.loads(json.dumps(mapping(turned)))
    return Parcel(
        {"type": stored["type"], "coordinates": _rounded(stored["coordinates"])},
        area_mu(turned),
        remarks,
        turned,
    )


def _rings(geometry: Mapping[str, Any]) -> list[list[Sequence[Any]]]:
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise BadLand("界址没有坐标。")
    rings = []
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise BadLand("界址没有坐标。")
        rings += polygon
    if not all(isinstance(ring, list) and ring for ring in rings):
        raise BadLand("界址坐标无法构成面，请检查坐标层级。")
    return rings


def _check_points(points: list[Sequence[Any]]) -> None:
    if len(points) > MOST_POINTS:
        raise BadLand(f"界址点超过{MOST_POINTS}个，请简化后导入。")
    for point in points:
        if not isinstance(point, list) or len(point) < 2 or not all(_is_number(each) for each in point[:2]):
            raise BadLand("界址点须为[经度, 纬度]两个数字。")
        longitude, latitude = float(point[0]), float(point[1])
        if _SOUTH <= longitude <= _NORTH and _WEST <= latitude <= _EAST:
            raise BadLand(f"经纬度顺序颠倒：[{longitude:.6f}, {latitude:.6f}]，应为[经度, 纬度]。")
        if not (_WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH):
            hint = (
                "，像是投影坐标（米），请转换为经纬度" if abs(longitude) > 360 or abs(latitude) > 360 else ""
            )
            raise BadLand(f"坐标[{longitude:.6f}, {latitude:.6f}]不在我国范围内{hint}。")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _flat(coordinates: Any) -> Any:
    """Without heights."""
    if isinstance(coordinates, list) and coordinates and _is_number(coordinates[0]):
        return [float(coordinates[0]), float(coordinates[1])]
    return [_flat(each) for each in coordinates]


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list) and coordinates and _is_number(coordinates[0]):
        return [round(float(each), _PLACES) for each in coordinates]
    return [_rounded(each) for each in coordinates]


def _where(made: BaseGeometry) -> str:
    """The place of the fault, from shapely's own words: Self-intersection[114.5 34.5]."""
    _, _, place = explain_validity(made).partition("[")
    return f"位于 {place.rstrip(']')}" if place else "位置不明"


def _oriented(made: BaseGeometry) -> BaseGeometry:
    if isinstance(made, MultiPolygon):
        return MultiPolygon([orient(each) for each in made.geoms])
    return orient(made) if isinstance(made, Polygon) else made


def _same_order(left: BaseGeometry, right: BaseGeometry) -> bool:
    return bool(mapping(left) == mapping(right))


def area_mu(polygon: BaseGeometry) -> Decimal:
    """The geodesic area in 亩, rounded half up to four decimals."""
    square_metres, _ = CGCS2000.geometry_area_perimeter(polygon)
    exact = Decimal(repr(abs(square_metres))) / SQUARE_METRES_PER_MU
    return exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def why_not_there(found: Parcel, *, region: str, region_name: str = "") -> str:
    """Why a parcel cannot lie in that county; empty when it can, or when no border of the county is on file."""
    border = _border(region)
    if border is None or border.covers(found.polygon):
        return ""
    return f"界址不在{region_name or region}范围内（县界外扩约5公里），请核对坐标或行政区划代码。"


def has_border(region: str) -> bool:
    """Whether a border of the county is on file, so that `why_not_there` has looked where a parcel lies."""
    return _border(region) is not None


def why_not_as_large(found: Parcel, *, stated_mu: Decimal) -> str:
    """Why the stated area does not fit the polygon; within 1 % (at least 0.05 亩) it does."""
    allowed = max(stated_mu * TOLERANCE, LEAST_TOLERANCE_MU)
    difference = abs(found.area_mu - stated_mu)
    if difference <= allowed:
        return ""
    return (
        f"界址面积{found.area_mu:,}亩（CGCS2000椭球面积）与填报{stated_mu:,.4f}亩相差{difference:,.4f}亩，"
        f"超过允许误差{allowed:,.4f}亩（1%，且不小于0.05亩）。"
    )


def overlap_mu(left: BaseGeometry, right: BaseGeometry) -> Decimal:
    """By how much two parcels overlap, in 亩; a shared border or less than 1 m² is none.

    Of a parcel that is tiny itself a hundredth is too much: thousands of such would add up.
    """
    if not left.intersects(right):
        return Decimal(0)
    common = left.intersection(right)
    least = min(_LEAST_OVERLAP_M2, min(_square_metres(left), _square_metres(right)) * _LEAST_SHARE)
    return max(area_mu(common), _LEAST_MU) if _square_metres(common) >= least else Decimal(0)


def _square_metres(polygon: BaseGeometry) -> float:
    return abs(float(CGCS2000.geometry_area_perimeter(polygon)[0]))


@cache
def _border(region: str) -> "PreparedGeometry[Any] | None":
    """A county's border, moved outwards; a prefecture's or province's is that of its counties together."""
    content = boundaries_of(f"{region[:2]}0000")
    if content is None:
        return None
    prefix = region.rstrip("0") if region.endswith("00") else region
    prefix = prefix.ljust(4 if region.endswith("00") and not region.endswith("0000") else len(prefix), "0")
    shapes = [
        shape(each["geometry"])
        for each in json.loads(content)["features"]
        if str(each["id"]).startswith(prefix)
    ]
    if not shapes:
        return None
    whole = shapes[0]
    for each in shapes[1:]:
        whole = whole.union(each)
    return prep(whole.buffer(BEYOND_BORDER_DEG))


# --- one ground, once ---

_CELLS_PER_DEGREE = 10
_CELLS_AROUND = 360 * _CELLS_PER_DEGREE

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def cells_of(*bounds: Bounds) -> set[int]:
    """The lanes of the ground: keys of the 0.1° cells that these boxes touch."""
    found: set[int] = set()
    for west, south, east, north in bounds:
        columns = range(_cell(west), _cell(east) + 1)
        found |= {
            row * _CELLS_AROUND + column
            for row in range(_cell(south), _cell(north) + 1)
            for column in columns
        }
    return found


def _cell(degrees: float) -> int:
    return math.floor(degrees * _CELLS_PER_DEGREE)


def bounds_of(polygon: BaseGeometry) -> Bounds:
    """The box of a polygon."""
    west, south, east, north = polygon.bounds
    return (west, south, east, north)


# --- drawing, for rehearsals and demonstrations ---
