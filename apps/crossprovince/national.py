"""The seam to the national system (国家系统): the package that goes there, the scheme and the receipts that come.

By default all three are files. Another transport is another `NationalSystem`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.db.models import Q

from apps.crossprovince import queries
from apps.crossprovince.areas import parcels_of
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.models import Adjustment
from apps.crossprovince.names import ADJUSTMENT_CONSENT
from apps.documents.enclosed import enclosed
from apps.documents.queries import attachments_of
from apps.kinds.formulas import mu_to_hectares
from apps.land.reclaimed import ReclaimedParcel, areas_of, map_of
from kernel import tables
from kernel.archives import digests_of, json_of, packed
from kernel.errors import Code, Refused

MOST_ROWS = 5000
SCHEME_COLUMNS = (
    *("scheme_no", "row_no", "out_county", "in_province", "project_area_no", "area_mu", "area_ha"),
    *("high_standard", "planning_scale", "out_price", "in_price"),
)
RECEIPT_COLUMNS = ("scheme_no", "row_no", "national_no", "transferred_at")
_YES_NO = {"是": "yes", "否": "no"}


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
            "parcels.geojson": map_of(parcels),
            "areas.csv": areas_of(parcels),
            **_papers(adjustment),
        }
        files["manifest.json"] = _manifest(adjustment, files)
        return packed(files)

    def package_of_demand(self, demand: Demand) -> bytes:
        """manifest.json, the holder's papers, SHA256SUMS over all of them."""
        files = _papers(demand)
        files["manifest.json"] = _manifest_of_demand(demand, files)
        return packed(files)

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


def _parcels(adjustment: Adjustment) -> list[ReclaimedParcel]:
    """Every parcel behind its batches, each with the number of the batch's certificate."""
    batches = {line.batch_id: line.batch for line in queries.lines_of(adjustment)}
    return [
        replace(parcel, certificate_no=batch.certificate_no)
        for _, batch in sorted(batches.items())
        for parcel in parcels_of(batch.source_id or 0)
    ]


def _papers(case: Adjustment | Demand) -> dict[str, bytes]:
    """What its holder handed in and the provincial government's consent, each under its place and kind."""
    sent = Q(organisation_id=case.holder_id) | Q(incoming__act=ADJUSTMENT_CONSENT)
    return enclosed(attachments_of(case_id=case.pk).filter(sent))


def _manifest(adjustment: Adjustment, files: Mapping[str, bytes]) -> bytes:
    plan, rules = queries.plan_of(adjustment), adjustment.rules or {}
    return json_of(
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
                    "area_ha": f"{mu_to_hectares(each.amount):.4f}",
                }
                for each in queries.lines_of(adjustment)
            ],
            "files": digests_of(files),
        }
    )


def _manifest_of_demand(demand: Demand, files: Mapping[str, bytes]) -> bytes:
    rules = demand.rules or {}
    return json_of(
        {
            "case": demand.case.number,
            "title": demand.title,
            "holder": demand.holder.name,
            "region": demand.region_id,
            "in_province": demand.province,
            "area_mu": f"{demand.amount:.4f}",
            "area_ha": f"{mu_to_hectares(demand.amount):.4f}",
            "planning_scale": demand.planning_scale,
            "versions": {
                "round": demand.review_round,
                "rules": f"{rules.get('name', '')} 第{rules.get('version', 0)}版",
            },
            "files": digests_of(files),
        }
    )
