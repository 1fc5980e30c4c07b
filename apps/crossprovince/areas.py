"""The reclaimed parcels behind a batch, as the ministry wants them. Whoever verified them says what they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class ReclaimedParcel:
    """One parcel of a project area: where it lies, what it was and became, its polygon (CGCS2000)."""

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


_Provider = Callable[[int], Sequence[ReclaimedParcel]]
_providers: list[_Provider] = []


def provide(provider: _Provider) -> None:
    """Say, when the site starts, where the parcels of a batch come from: by the key of the case that made it."""
    _providers.append(provider)


def parcels_of(source_id: int) -> list[ReclaimedParcel]:
    """The parcels of what a case made, in their order."""
    return [each for provider in _providers for each in provider(source_id)]
