"""The seam to the ministry's system (报部备案): the package of verifications that goes there for its record.

By default it is a file that an officer sends. Another transport is another `NationalSystem`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from apps.documents.enclosed import enclosed
from apps.documents.models import Attachment
from apps.kinds.formulas import mu_to_hectares
from apps.land.reclaimed import areas_of, map_of
from apps.surplus import queries
from apps.surplus.sent import Sent
from apps.surplus.states import Level
from kernel.archives import digests_of, json_of, packed
from kernel.clock import beijing, iso
from kernel.sheets import as_csv, digest_text

COLUMNS = (
    *("verification_no", "title", "province", "county_code", "county", "holder", "acceptance_no"),
    *("reclaimed_mu", "resettlement_mu", "surplus_mu", "returned_mu", "reserved_mu", "tradeable_mu"),
    *("tradeable_ha", "high_standard_mu", "carried_farmland_mu", "carried_paddy_mu", "carried_capacity_kg"),
    *("parcels", "parcels_sha256", "measurer", "measured_on", "report_sha256"),
    *("city_office", "city_passed_on", "province_office", "province_passed_on"),
)


class NationalSystem(Protocol):
    """What is sent to the ministry's system."""

    def package(self, cases: Sequence[Sent]) -> bytes:
        """What is sent of verifications. The same state gives the same bytes."""


@dataclass(frozen=True)
class Files:
    """Sent as a file: a ZIP."""

    def package(self, cases: Sequence[Sent]) -> bytes:
        """manifest.json, verifications.csv, areas.csv, parcels.geojson, the papers, SHA256SUMS over all of them."""
        cases = sorted(cases, key=lambda each: each.verification.pk)
        parcels = [parcel for each in cases for parcel in each.parcels]
        files = {
            "verifications.csv": as_csv([COLUMNS, *(_row(each) for each in cases)]),
            "areas.csv": areas_of(parcels),
            "parcels.geojson": map_of(parcels),
        }
        for each in cases:
            files |= enclosed(each.papers, folder=each.folder)
        files["manifest.json"] = json_of(
            {"cases": [_case(each) for each in cases], "files": digests_of(files)}
        )
        return packed(files)


def system() -> NationalSystem:
    """The ministry's system as this site reaches it."""
    return Files()


def _row(sent: Sent) -> tuple[object, ...]:
    """One verification as a row of verifications.csv."""
    found, measured, figures = sent.verification, sent.measured, _figures(sent)
    city, province = (sent.passed.get(level) for level in (Level.CITY, Level.PROVINCE))
    return (
        *(found.case.number, found.title, found.province, found.region_id, found.region.name),
        *(found.holder.name, found.acceptance_no),
        *(figures[name] for name in ("R", "S", "N", "B", "V", "T")),
        *(f"{mu_to_hectares(sent.account.tradeable):.4f}", figures["H"], *_carried(sent).values()),
        *(measured.part_count, digest_text(measured.digest), measured.by.name, measured.measured_on),
        digest_text(measured.report_sha256),
        *(
            cell
            for said in (city, province)
            for cell in ((said.organisation_name, beijing(said.decided_at).date()) if said else ("", ""))
        ),
    )


def _figures(sent: Sent) -> dict[str, str]:
    """R, S, N, B, V, T and H (spec: surplus, "Formula"), in 亩."""
    found, account = sent.verification, sent.account
    figures = {
        "R": account.reclaimed,
        "S": sent.measured.resettlement,
        "N": account.surplus,
        "B": found.returned,
        "V": found.reserved,
        "T": account.tradeable,
        "H": account.high_standard,
    }
    return {name: f"{area:.4f}" for name, area in figures.items()}


def _carried(sent: Sent) -> dict[str, str]:
    account = sent.account
    return {
        "farmland_mu": f"{account.carried_farmland:.4f}",
        "paddy_mu": f"{account.carried_paddy:.4f}",
        "capacity_kg": f"{account.carried_capacity:.0f}",
    }


def _case(sent: Sent) -> dict[str, Any]:
    """One verification in manifest.json."""
    found, rules = sent.verification, queries.rules_of_case(sent.verification)
    return {
        "case": found.case.number,
        "title": found.title,
        "province": found.province,
        "county": found.region_id,
        "county_name": found.region.name,
        "holder": found.holder.name,
        "filed_by": found.filed_by.name,
        "acceptance_no": found.acceptance_no,
        "versions": {"round": found.review_round, "rules": f"{rules.name} 第{rules.version}版"},
        "measured": _measured(sent),
        "figures_mu": _figures(sent),
        "tradeable_ha": f"{mu_to_hectares(sent.account.tradeable):.4f}",
        "carried": _carried(sent),
        "passed": {
            str(level): {"office": said.organisation_name, "at": iso(said.decided_at)}
            for level, said in sent.passed.items()
        },
        "papers": _papers(sent.papers_by_path),
    }


def _measured(sent: Sent) -> dict[str, Any]:
    measured = sent.measured
    return {
        "version": measured.version,
        "sha256": measured.digest,
        "parcels": measured.part_count,
        "by": measured.by.name,
        "on": measured.measured_on.isoformat() if measured.measured_on else None,
        "method": measured.method,
        "instrument": measured.instrument,
        "report_sha256": measured.report_sha256,
    }


def _papers(papers: Mapping[str, Attachment]) -> list[dict[str, str]]:
    return [
        {
            "file": path,
            "kind": each.kind,
            "name": each.name,
            "uploaded_at": iso(each.uploaded_at),
            "sha256": each.sha256,
        }
        for path, each in papers.items()
    ]
