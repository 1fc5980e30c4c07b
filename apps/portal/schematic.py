"""A province as a grid of squares, a county each: what is shown where no map with an approval number may be.

Maps of administrative borders are published with a number of the authority that examined them (审图号, 地图管理条例
第十五条). Without one the county figures stand in a plain schematic: no border is drawn, squares lie only roughly as
the counties do.
"""

import json
import math
from functools import cache

from shapely.geometry import shape

from apps.parties.boundaries import boundaries_of


@cache
def schematic_of(province: str) -> bytes | None:
    """The squares as GeoJSON, `id` the GB/T 2260 code; None where the province has no counties on file."""
    content = boundaries_of(province)
    if content is None:
        return None
    centres = [
        (str(each["id"]), each["properties"]["name"], shape(each["geometry"]).centroid)
        for each in json.loads(content)["features"]
    ]
    wide = math.ceil(math.sqrt(len(centres)))
    from_north = sorted(centres, key=lambda each: (-each[2].y, each[0]))
    features = []
    for row in range(math.ceil(len(from_north) / wide)):
        from_west = sorted(from_north[row * wide : (row + 1) * wide], key=lambda each: (each[2].x, each[0]))
        for column, (code, name, _) in enumerate(from_west):
            features.append(_square(code, name, column=column, row=row))
    made = {"type": "FeatureCollection", "features": features}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def _square(code: str, name: str, *, column: int, row: int) -> dict[str, object]:
    west, north, side = column * 0.1, -row * 0.1, 0.092
    east, south = round(west + side, 3), round(north - side, 3)
    west, north = round(west, 3), round(north, 3)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "id": code,
        "properties": {"name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
