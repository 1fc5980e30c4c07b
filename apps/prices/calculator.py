"""The guide price (指导价): costs of a unit of quota, times the premium of its grade (spec: price and risk, 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.kinds.prices import PriceUnit, unit_of
from apps.kinds.table import QuotaKind
from apps.prices.rules import band, why_not_compute
from apps.rulebook.prices import COST_WORDS, CostNorm, PriceParameters, valid_on
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan, product, round_yuan

OF_A_BUDGET = ("levelling", "irrigation", "soil", "ecological")
"""Those that a project's budget may give instead of the norm."""


@dataclass(frozen=True)
class Wanted:
    """What a guide price is asked for: a unit of this kind, made on this land, there, of this grade, on this day."""

    kind: QuotaKind
    land_class: str
    region: str
    grade: int
    day: date


def norm_for(rules: PriceParameters, wanted: Wanted) -> CostNorm | None:
    """The norm for what is asked: the longest region code, and of one region the row of the land class first."""
    fitting = [
        each
        for each in rules.cost_norms
        if each.kind is wanted.kind
        and wanted.region.startswith(each.area)
        and each.land_class in (None, wanted.land_class)
        and valid_on(each, wanted.day)
    ]
    return max(fitting, key=lambda row: (len(row.area), row.land_class is not None), default=None)


def norm_costs(rules: PriceParameters, wanted: Wanted) -> dict[str, Yuan]:
    """What the norms say of each cost, in yuan a unit; those of which they say nothing are left out."""
    norm = norm_for(rules, wanted)
    yearly: Decimal | None = norm.aftercare if norm is not None else None
    if yearly is None and unit_of(wanted.kind) is PriceUnit.YUAN_PER_MU:
        yearly = rules.aftercare_yearly
    found: dict[str, Decimal | None] = {
        name: getattr(norm, name) if norm is not None else None for name in OF_A_BUDGET
    }
    found["aftercare"] = yearly * rules.aftercare_years if yearly is not None else None
    return {name: Yuan(amount) for name in COST_WORDS if (amount := found[name]) is not None}


@dataclass(frozen=True)
class Guide:
    """A guide price with its costs and its band, in yuan a unit."""

    costs: Mapping[str, Yuan]
    premium: Decimal
    price: Yuan
    low: Yuan
    high: Yuan

    @property
    def cost(self) -> Yuan:
        """Direct and indirect costs together."""
        return sum(self.costs.values(), ZERO)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "costs": {name: str(amount) for name, amount in self.costs.items()},
            "cost": str(self.cost),
            "premium": str(self.premium),
            "price": str(self.price),
            "low": str(self.low),
            "high": str(self.high),
        }


def guide_of(costs: Mapping[str, Yuan], *, grade: int, rules: PriceParameters) -> Guide:
    """G = (direct + indirect) × (1 + premium of the grade), rounded half up to the yuan once; the band of it."""
    premium = rules.premium[grade - 1]
    price = round_yuan(product(sum(costs.values(), ZERO).amount, 1 + premium))
    low, high = band(price, low=rules.band_low, high=rules.band_high)
    return Guide(costs, premium, price, low, high)


@dataclass(frozen=True)
class Computed:
    """Both guide prices (by the norms alone, by the budget and the norms for what it leaves out); None without."""

    by_norms: Guide | None
    by_budget: Guide | None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "by_norms": self.by_norms.as_json() if self.by_norms else None,
            "by_budget": self.by_budget.as_json() if self.by_budget else None,
        }


def compute(rules: PriceParameters, wanted: Wanted, budget: Mapping[str, Yuan]) -> Computed | Refusal:
    """The guide price of what is asked. `invalid` where neither a norm nor the budget gives a cost: it is never 0."""
    if refusal := why_not_compute(kind=wanted.kind, grade=wanted.grade, budget=budget):
        return refusal
    norms = norm_costs(rules, wanted)
    together = {name: budget.get(name, norms.get(name)) for name in COST_WORDS}
    if missing := [name for name, amount in together.items() if amount is None]:
        words = "、".join(COST_WORDS[name] for name in missing)
        return Refusal(
            Code.INVALID,
            f"{words}既无成本标准，也未填预算，不能测算；请填写项目预算，或请省级主管部门补充成本标准。",
            {"missing": ",".join(missing)},
        )
    costs = {name: amount for name, amount in together.items() if amount is not None}
    return Computed(
        by_norms=guide_of(norms, grade=wanted.grade, rules=rules) if len(norms) == len(COST_WORDS) else None,
        by_budget=guide_of(costs, grade=wanted.grade, rules=rules) if budget else None,
    )
