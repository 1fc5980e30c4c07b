"""What the ministry is told of the parcels behind a batch of surplus quota: they stand in its verification."""

from apps.crossprovince.areas import ReclaimedParcel
from apps.surplus.models import Verification
from apps.surplus.queries import reported_if_any


def parcels_of_verification(source_id: int) -> list[ReclaimedParcel]:
    """The parcels as their measurer reported them; none for what no verification made."""
    found = Verification.objects.select_related("case", "region").filter(pk=source_id).first()
    measured = reported_if_any(found) if found is not None else None
    if found is None or measured is None:
        return []
    return [
        ReclaimedParcel(
            project_area_no=found.case.number or "",
            county=found.region.name,
            village=each.village,
            parcel_no=each.parcel_no,
            area_mu=each.area,
            class_before=each.class_before,
            class_after=each.class_after,
            grade=each.grade_after,
            high_standard=bool(each.high_standard_no),
            acceptance_no=found.acceptance_no,
            geometry=each.ground.geometry or {},
        )
        for each in measured.parts.select_related("ground").order_by("id")
    ]
