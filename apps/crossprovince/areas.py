"""The reclaimed parcels behind a batch, as the ministry wants them. Whoever verified them says what they are."""

from collections.abc import Callable, Sequence

from apps.land.reclaimed import ReclaimedParcel

_Provider = Callable[[int], Sequence[ReclaimedParcel]]
_providers: list[_Provider] = []


def provide(provider: _Provider) -> None:
    """Say, when the site starts, where the parcels of a batch come from: by the key of the case that made it."""
    _providers.append(provider)


def parcels_of(source_id: int) -> list[ReclaimedParcel]:
    """The parcels of what a case made, in their order."""
    return [each for provider in _providers for each in provider(source_id)]
