"""The seam to the national system (国家系统): the package that goes there, the scheme and the receipts that come.

By default all three are files. Another transport is another `NationalSystem`.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from django.db.models import Q

from apps.crossprovince import queries
from apps.crossprovince.areas import ReclaimedParcel, parcels_of
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.crossprovince.names import ADJUSTMENT_CONSENT
from apps.crossprovince.rules import MU_A_HECTARE
from apps.documents.queries import attachments_of
from kernel import tables
from kernel.errors import Code, Refused
from kernel.sheets import inert

MOST_ROWS = 5000
SCHEME_COLUMNS = (
    *("scheme_no", "row_no", "out_county", "in_province", "project_area_no", "area_mu", "area_ha"),
    *("high_standard", "planning_scale", "out_price", "in_price"),
)
RECEIPT_COLUMNS = ("scheme_no", "row_no", "national_no", "transferred_at")
AREA_COLUMNS = (
    *("project_area_no", "county", "town", "village", "parcel_no", "area_mu", "area_ha", "class_before"),
    *("class_after", "grade", "high_standard", "acceptance_no", "certificate_no"),
)
_YES_NO = {"是": "yes", "否": "no"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TOWN = re.compile(r"^(.+?(?:镇|乡|街道))(.+)$")
_HA_STEP = Decimal("0.0001")


class NationalSystem(Protocol):
    """What is exchanged with the national system. Rows are as the acts' forms take them."""

    def package(self, adjustment: Adjustment) -> bytes:
        """What is sent of an adjustment. The same state gives the same bytes."""

    def package_of_demand(self, demand: Demand) -> bytes:
        """The same of a demand."""

    def scheme(self, content: bytes) -> list[dict[str, Any]]:
        """The rows of a scheme (调剂方案). Refuses: invalid."""

    def receipt(self, content: bytes) -> list[dict[str, Any]]:
        """The rows of a receipt (国家系统回执). Refuses: invalid."""


@dataclass(frozen=True)
class Files:
    """The exchange by files: a ZIP out, tables in."""

    def package(self, adjustment: Adjustment) -> bytes:
        """manifest.json, parcels.geojson, areas.csv, the papers, SHA256SUMS over all of them."""
        parcels = _parcels(adjustment)
        files = {
            "parcels.geojson": _geojson([parcel for _, parcel in parcels]),
            "areas.csv": _areas(parcels),
            **_papers(adjustment),
        }
        files["manifest.json"] = _manifest(adjustment, files)
        return _archive(files)

    def package_of_demand(self, demand: Demand) -> bytes:
        """manifest.json, the holder's papers, SHA256SUMS over all of them."""
        files = _papers(demand)
        files["manifest.json"] = _manifest_of_demand(demand, files)
        return _archive(files)

    def scheme(self, content: bytes) -> list[dict[str, Any]]:
        """From a table with the columns of a scheme."""
        return _rows(content, SCHEME_COLUMNS)

    def receipt(self, content: bytes) -> list[dict[str, Any]]:
        """From a table with the columns of a receipt."""
        return _rows(content, RECEIPT_COLUMNS)


def system() -> NationalSystem:
    """The national system as this site reaches it."""
    return Files()


def rows_of_scheme(content: bytes) -> list[dict[str, Any]]:
    """What a form reads out of a scheme's file."""
    return system().scheme(content)


def rows_of_receipt(content: bytes) -> list[dict[str, Any]]:
    """What a form reads out of a receipt's file."""
    return system().receipt(content)


def _rows(content: bytes, columns: Sequence[str]) -> list[dict[str, Any]]:
    found = tables.read(content, headings=columns, most_rows=MOST_ROWS)
    if found.errors:
        said = "；".join(
            f"第{each.row}行{each.column}{each.sentence.rstrip('。')}" for each in found.errors[:20]
        )
        raise Refused.because(Code.INVALID, f"文件有误：{said}，请更正后重新导入。", field="rows")
    return [{name: _plain(name, row.get(name, "").strip()) for name in columns} for _, row in found.rows]


def _plain(column: str, text: str) -> str:
    return _YES_NO.get(text, text) if column in ("high_standard", "planning_scale") else text


def _archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of the files with SHA256SUMS over all of them; the same files give the same bytes."""
    sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(_digests_of(files).items()))
    every = {**files, "SHA256SUMS": sums.encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(every):
            made.writestr(zipfile.ZipInfo(name, _EPOCH), every[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file, by its name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def _parcels(adjustment: Adjustment) -> list[tuple[str, ReclaimedParcel]]:
    """Every parcel behind its batches, each with the number of the batch's certificate."""
    batches = {line.batch_id: line.batch for line in queries.lines_of(adjustment)}
    return [
        (batch.certificate_no, parcel)
        for _, batch in sorted(batches.items())
        for parcel in parcels_of(batch.source_id or 0)
    ]


def _geojson(parcels: Sequence[ReclaimedParcel]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"project_area_no": each.project_area_no, "parcel_no": each.parcel_no},
            "geometry": each.geometry,
        }
        for each in parcels
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    return _json({"type": "FeatureCollection", "crs": crs, "features": features})


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _areas(parcels: Sequence[tuple[str, ReclaimedParcel]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(AREA_COLUMNS)
    for certificate_no, each in parcels:
        placed = _TOWN.match(each.village)
        town, village = placed.groups() if placed else ("", each.village)
        table.writerow(
            [
                *(inert(text) for text in (each.project_area_no, each.county, town, village, each.parcel_no)),
                *(f"{each.area_mu:.4f}", f"{hectares(each.area_mu):.4f}", each.class_before, each.class_after),
                *(each.grade or "", "yes" if each.high_standard else "no"),
                *(inert(text) for text in (each.acceptance_no, certificate_no)),
            ]
        )  # fmt: skip
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def hectares(area_mu: Decimal) -> Decimal:
    """亩 in 公顷, with four decimals, half up."""
    return (area_mu / MU_A_HECTARE).quantize(_HA_STEP, rounding=ROUND_HALF_UP)


def _papers(case: Adjustment | Demand) -> dict[str, bytes]:
    """What its holder handed in and the provincial government's consent, each under its number and kind."""
    found = {}
    sent = Q(organisation_id=case.holder_id) | Q(incoming__act=ADJUSTMENT_CONSENT)
    for each in attachments_of(case_id=case.pk).filter(sent):
        with each.file.open("rb") as opened:
            ending = each.name.rpartition(".")[2].lower()
            found[f"papers/{each.pk}-{each.kind}.{ending}"] = opened.read()
    return found


def _manifest(adjustment: Adjustment, files: Mapping[str, bytes]) -> bytes:
    plan, rules = queries.plan_of(adjustment), adjustment.rules or {}
    return _json(
        {
            "case": adjustment.case.number,
            "title": adjustment.title,
            "holder": adjustment.holder.name,
            "county": adjustment.region_id,
            "consent_no": adjustment.consent_no,
            "versions": {
                "round": adjustment.review_round,
                "plan": plan.version if plan else 0,
                "rules": f"{rules.get('name', '')} 第{rules.get('version', 0)}版",
            },
            "lines": [
                {
                    "certificate_no": each.batch.certificate_no,
                    "high_standard": each.high_standard,
                    "area_mu": f"{each.amount:.4f}",
                    "area_ha": f"{hectares(each.amount):.4f}",
                }
                for each in queries.lines_of(adjustment)
            ],
            "files": _digests_of(files),
        }
    )


def _manifest_of_demand(demand: Demand, files: Mapping[str, bytes]) -> bytes:
    rules = demand.rules or {}
    return _json(
        {
            "case": demand.case.number,
            "title": demand.title,
            "holder": demand.holder.name,
            "region": demand.region_id,
            "in_province": demand.province,
            "area_mu": f"{demand.amount:.4f}",
            "area_ha": f"{hectares(demand.amount):.4f}",
            "planning_scale": demand.planning_scale,
            "versions": {
                "round": demand.review_round,
                "rules": f"{rules.get('name', '')} 第{rules.get('version', 0)}版",
            },
            "files": _digests_of(files),
        }
    )
