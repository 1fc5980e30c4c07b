"""The simplified county polygons that schematic maps are drawn from (示意图), one file a province."""

import hashlib
from functools import cache
from pathlib import Path

BOUNDARIES = Path(__file__).parent / "data" / "boundaries"


@cache
def boundaries_of(province: str) -> bytes | None:
    """The province's county polygons as GeoJSON in degrees, `id` the GB/T 2260 code; None when it has no file."""
    path = _files().get(province)
    return path.read_bytes() if path else None


@cache
def boundaries_tag(province: str) -> str:
    """A short name of exactly this content; empty for no file."""
    content = boundaries_of(province)
    return hashlib.sha256(content).hexdigest()[:16] if content else ""


def drawn_provinces() -> list[str]:
    """The codes of the provinces that have a file, such as 410000."""
    return sorted(_files())


@cache
def _files() -> dict[str, Path]:
    return {path.stem: path for path in BOUNDARIES.glob("*.geojson")}
