"""The quality commitment (质量提升承诺) in figures: what is promised, what is missing, what it costs (S001 §3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from apps.kinds.formulas import grain_capacity
from apps.kinds.table import QuotaKind
from kernel.money import ZERO, Yuan

PAPERS: Mapping[str, str] = {"quality_commitment": "质量提升承诺书"}
"""What the county government hands in with a lot that comes with one, by the code of its kind."""

PROMISED = QuotaKind.GRAIN_CAPACITY
"""What a better grade makes more of."""

IMPROVED = QuotaKind.FARMLAND_AREA
"""What is made of a better grade."""


@dataclass(frozen=True)
class Promise:
    """What a county promises: `area` 亩 that are of grade `now` will be of grade `target`.

    `there` 公斤 are sold as they are. Grades run from 1 (best) to 15.
    """

    there: Decimal
    area: Decimal
    now: int
    target: int

    @property
    def kind(self) -> QuotaKind:
        """Of which kind the capacity is."""
        return PROMISED

    @property
    def capacity(self) -> Decimal:
        """The promised capacity in whole 公斤: what is there + (g − g′) × 100 × area."""
        return self.there + self.gained(self.target)

    def gained(self, grade: int) -> Decimal:
        """How much more capacity the area has at a grade than now, in whole 公斤, rounded half up; 0 at a worse one."""
        return grain_capacity(area_mu=self.area, average_grade=Decimal(grade), grade_before=Decimal(self.now))

    def counted(self, grade: int) -> int:
        """As which grade an achieved one counts: better than promised as promised."""
        return max(grade, self.target)

    def achieved(self, grade: int) -> Decimal:
        """The capacity at an achieved grade, in whole 公斤, never more than promised nor less than nothing."""
        counted = self.counted(grade)
        if counted <= self.now:
            return self.there + self.gained(counted)
        lost = grain_capacity(
            area_mu=self.area, average_grade=Decimal(self.now), grade_before=Decimal(counted)
        )
        return max(self.there - lost, Decimal(0))

    def missing(self, grade: int) -> Fraction:
        """The missing share m = (promised − achieved) / promised, from 0 to 1, exact."""
        promised = Fraction(self.capacity)
        return (promised - Fraction(self.achieved(grade))) / promised


@dataclass(frozen=True)
class Settled:
    """What an outcome costs: the refund, what of it is paid out of what was held back, what the seller owes, what is
    left of what was held back for the seller.
    """

    refund: Yuan
    from_held_back: Yuan
    owed: Yuan
    remitted: Yuan


def settled(
    *, price: Yuan, missing: Fraction, held_back: Yuan, brought: Yuan = ZERO, other: Yuan = ZERO
) -> Settled:
    """price × m, half up to 分, out of what was held back first; 1,950,000 × 1/9 with 390,000 held back: 216,666.67.

    `brought` is what earlier claims of the deal brought on the same ground, which is not refunded twice, `other` what
    they brought on others: all refunds together never exceed the price.
    """
    fen = (Fraction(price.amount) * missing * 100 + Fraction(1, 2)).__floor__()
    due = Yuan(Decimal(fen).scaleb(-2)) - brought
    refund = max(min(due, price - brought - other), ZERO)
    taken = min(refund, held_back)
    return Settled(refund=refund, from_held_back=taken, owed=refund - taken, remitted=held_back - taken)
