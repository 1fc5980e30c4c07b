"""What a verification comes to (节余指标核定): R, N, T, what is carried and H, of its parts and what is taken off.

Areas are in 亩 with four decimals, capacity in whole 公斤.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from apps.kinds.formulas import grain_capacity, share_of
from apps.surplus.classes import After, Before

_NONE = Decimal("0.0000")


@dataclass(frozen=True)
class PartFacts:
    """One part as the formulas see it: what stood there, what it became, its area in 亩, its grade if farmland."""

    before: Before
    after: After
    area: Decimal
    grade: int | None = None
    high_standard: bool = False


@dataclass(frozen=True)
class Stated:
    """What is taken off the reclaimed area: resettlement land S, returned advances B, the village's reserve V."""

    resettlement: Decimal
    returned: Decimal
    reserved: Decimal


@dataclass(frozen=True)
class Account:
    """What a verification comes to: R reclaimed, N surplus, T tradeable, what it carries, H of high standard."""

    reclaimed: Decimal
    surplus: Decimal
    tradeable: Decimal
    carried_farmland: Decimal
    carried_paddy: Decimal
    carried_capacity: Decimal
    high_standard: Decimal

    def by_name(self) -> dict[str, Decimal]:
        """Each figure under its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _sum(areas: Iterable[Decimal]) -> Decimal:
    return sum(areas, _NONE)


def account_of(parts: Sequence[PartFacts], stated: Stated) -> Account:
    """R = Σ parts, N = R − S, T = N − B − V; H = Σ high-standard × T / R rounded down (spec: surplus, "Formula").

    Capacity is that of farmland on ground that had none: each part's by its grade, in whole 公斤.
    """
    reclaimed = _sum(each.area for each in parts)
    surplus = reclaimed - stated.resettlement
    tradeable = surplus - stated.returned - stated.reserved
    high = _sum(each.area for each in parts if each.high_standard)
    return Account(
        reclaimed=reclaimed,
        surplus=surplus,
        tradeable=tradeable,
        carried_farmland=_sum(each.area for each in parts if each.after.is_farmland),
        carried_paddy=_sum(each.area for each in parts if each.after is After.PADDY),
        carried_capacity=sum((_capacity(each) for each in parts), Decimal(0)),
        high_standard=share_of(high, tradeable, reclaimed),
    )


def _capacity(part: PartFacts) -> Decimal:
    if not part.after.is_farmland or part.grade is None:
        return Decimal(0)
    return grain_capacity(area_mu=part.area, average_grade=Decimal(part.grade))
