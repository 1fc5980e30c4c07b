"""The parcels of a verification as the ministry takes them (see apps.land.reclaimed)."""

from apps.land.reclaimed import ReclaimedParcel
from apps.surplus.models import Measurement, Verification
from apps.surplus.queries import parts_of, reported_if_any


def parcels_of(found: Verification, measured: Measurement) -> list[ReclaimedParcel]:
    """Every parcel of a set, in its order, without the number of a certificate."""
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
        for each in parts_of(measured)
    ]


def parcels_behind(source_id: int) -> list[ReclaimedParcel]:
    """The parcels behind what a verification made, as its measurer reported them; none for any other case's key."""
    found = Verification.objects.select_related("case", "region").filter(pk=source_id).first()
    measured = reported_if_any(found) if found is not None else None
    return parcels_of(found, measured) if found is not None and measured is not None else []
