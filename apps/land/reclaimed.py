"""Reclaimed parcels (复垦地块) as the ministry takes them, whichever package they go in: a table and a map."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.kinds.formulas import mu_to_hectares
from kernel.archives import json_of
from kernel.sheets import as_csv

AREA_COLUMNS = (
    *("project_area_no", "county", "town", "village", "parcel_no", "area_mu", "area_ha", "class_before"),
    *("class_after", "grade", "high_standard", "acceptance_no", "certificate_no"),
)
_CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
_TOWN = re.compile(r"^(.+?(?:镇|乡|街道))(.+)$")


@dataclass(frozen=True)
class ReclaimedParcel:
    """One parcel of a project area: where it lies, what it was and became, its polygon (CGCS2000).

    `certificate_no` is empty before there is a certificate.
    """

    project_area_no: str
    county: str
    village: str
    parcel_no: str
    area_mu: Decimal
    class_before: str
    class_after: str
    grade: int | None
    high_standard: bool
    acceptance_no: str
    geometry: dict[str, Any]
    certificate_no: str = ""


def areas_of(parcels: Sequence[ReclaimedParcel]) -> bytes:
    """areas.csv: one row a parcel, its area in 亩 and in 公顷 with four decimals; no cell computes."""
    return as_csv([AREA_COLUMNS, *(_row(each) for each in parcels)])


def _row(parcel: ReclaimedParcel) -> tuple[object, ...]:
    placed = _TOWN.match(parcel.village)
    town, village = placed.groups() if placed else ("", parcel.village)
    return (
        *(parcel.project_area_no, parcel.county, town, village, parcel.parcel_no),
        *(f"{parcel.area_mu:.4f}", f"{mu_to_hectares(parcel.area_mu):.4f}"),
        *(parcel.class_before, parcel.class_after, parcel.grade, "yes" if parcel.high_standard else "no"),
        *(parcel.acceptance_no, parcel.certificate_no),
    )


def map_of(parcels: Sequence[ReclaimedParcel]) -> bytes:
    """parcels.geojson: a feature for each parcel, in degrees of CGCS2000 (EPSG:4490), as it says itself."""
    features = [
        {
            "type": "Feature",
            "properties": {"project_area_no": each.project_area_no, "parcel_no": each.parcel_no},
            "geometry": each.geometry,
        }
        for each in parcels
    ]
    return json_of({"type": "FeatureCollection", "crs": _CRS, "features": features})
