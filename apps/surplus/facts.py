"""What a county or a measurer hands in of the land: parts as declared, and what they come to once read."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.land import parcels
from apps.land.grounds import Claim
from apps.surplus import rules
from apps.surplus.classes import After, Before
from apps.surplus.formulas import PartFacts
from apps.surplus.rules import Tolerances
from kernel.canonical import canonical
from kernel.errors import Code, Refused, refuse


@dataclass(frozen=True)
class DeclaredPart:
    """One parcel as it is handed in: numbers and names, classes, area in 亩, grade, polygon as GeoJSON."""

    parcel_no: str
    village: str
    class_before: Before
    class_after: After
    area: Decimal
    geometry: dict[str, Any] | None
    grade_after: int | None = None
    high_standard_no: str = ""
    high_standard: str = ""
    """`yes` or `no` where it is said; the number tells it otherwise."""
    building_area: Decimal = Decimal(0)
    demolition: str = ""

    @property
    def facts(self) -> PartFacts:
        """As the formulas see it."""
        return PartFacts(
            self.class_before, self.class_after, self.area, self.grade_after, bool(self.high_standard_no)
        )


def facts_of(parts: Sequence[DeclaredPart]) -> list[PartFacts]:
    """All parts as the formulas see them."""
    return [each.facts for each in parts]


def refuse_parts(parts: Sequence[DeclaredPart]) -> None:
    """Refuses: invalid (see `rules.why_not_parts`), missing_document (see `rules.why_not_high_standard`)."""
    for each in parts:
        refuse(
            rules.why_not_high_standard(
                said=each.high_standard, number=each.high_standard_no, named=each.parcel_no
            )
        )
    refuse(rules.why_not_parts(facts_of(parts), numbers=[each.parcel_no for each in parts]))


def claims_of(parts: Sequence[DeclaredPart], *, region: str, within: Tolerances) -> list[Claim]:
    """The parcels on the map. Refuses: invalid (no polygon, elsewhere, not as large), totals_mismatch."""
    made = [_claim(each, region=region, within=within) for each in parts]
    refuse(
        rules.why_not_together(
            stated_mu=sum((each.area for each in made), Decimal(0)),
            drawn_mu=sum((each.parcel.area_mu for each in made), Decimal(0)),
            count=len(made),
            within=within,
        )
    )
    return made


def _claim(part: DeclaredPart, *, region: str, within: Tolerances) -> Claim:
    if part.geometry is None:
        raise Refused.because(
            Code.INVALID,
            f"地块{part.parcel_no}没有界址，每个复垦地块须提供界址（GeoJSON面，CGCS2000经纬度）。",
            field="parts",
        )
    try:
        found = parcels.parcel(part.geometry)
    except parcels.BadLand as bad:
        raise Refused.because(Code.INVALID, f"地块{part.parcel_no}：{bad}", field="parts") from bad
    if wrong := parcels.why_not_there(found, region=region):
        raise Refused.because(Code.INVALID, f"地块{part.parcel_no}：{wrong}", field="parts")
    refuse(
        rules.why_not_as_large(
            stated_mu=part.area, drawn_mu=found.area_mu, named=part.parcel_no, within=within
        )
    )
    return Claim(part.parcel_no, part.area, found)


def digest_of(parts: Sequence[DeclaredPart], claims: Sequence[Claim]) -> str:
    """SHA-256 over every part with its checked polygon, whatever their order."""
    said = sorted(
        (
            [
                part.parcel_no,
                part.village,
                str(part.class_before),
                str(part.class_after),
                str(part.area),
                str(part.grade_after or ""),
                part.high_standard_no,
                str(part.building_area),
                part.demolition,
                claim.parcel.geometry,
            ]
            for part, claim in zip(parts, claims, strict=True)
        ),
        key=lambda row: str(row[0]),
    )
    return hashlib.sha256(canonical(said)).hexdigest()
