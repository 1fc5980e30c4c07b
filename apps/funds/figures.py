"""Proceeds in figures for everybody (收益资金公开): received, shared out, spent, by county; and what audits found.

Sums alone: who was paid stands with the county's finance and its auditor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Sum

from apps.funds.models import Account, Conclusion, Finding
from apps.funds.sources import category_labels
from apps.funds.states import OUTSIDE_THE_POOL, POOL, RETURNED, Outcome, share_of, spent_on
from kernel.money import ZERO, Yuan


@dataclass(frozen=True)
class Spent:
    """One category of a county: what was distributed to it, and what of that is spent."""

    category: str
    label: str
    distributed: Yuan
    spent: Yuan

    @property
    def left(self) -> Yuan:
        """What is not spent yet."""
        return self.distributed - self.spent


@dataclass(frozen=True)
class CountyFunds:
    """The proceeds of a county from one process: what came in, what waits, what was given back, its categories."""

    county: str
    name: str
    received: Yuan
    waiting: Yuan
    returned: Yuan
    categories: tuple[Spent, ...]


@dataclass
class Audited:
    """What audits of a county came to: findings by outcome, those still open, and what is to be recovered."""

    county: str
    name: str
    outcomes: dict[str, int] = field(default_factory=dict)
    open: int = 0
    recover: Yuan = ZERO

    @property
    def in_order(self) -> int:
        """Findings that came to nothing."""
        return self.outcomes.get(Outcome.IN_ORDER, 0)

    @property
    def correct(self) -> int:
        """Findings after which something is to be put right."""
        return self.outcomes.get(Outcome.CORRECT, 0)

    @property
    def recovered(self) -> int:
        """Findings after which money is to be paid back."""
        return self.outcomes.get(Outcome.RECOVER, 0)


def by_county(process: str) -> list[CountyFunds]:
    """The proceeds of a process's cases, county by county, by their codes."""
    rows = (
        Account.objects.filter(source__process=process)
        .values_list("holder__region_id", "holder__region__name", "bucket")
        .annotate(sum=Sum("balance"))
        .order_by("holder__region_id", "bucket")
    )
    found: dict[tuple[str, str], dict[str, Yuan]] = {}
    for code, name, bucket, amount in rows:
        found.setdefault((code, name), {})[bucket] = amount
    return [_county(code, name, buckets, category_labels(process)) for (code, name), buckets in found.items()]


def _county(code: str, name: str, buckets: dict[str, Yuan], labels: Mapping[str, str]) -> CountyFunds:
    categories = tuple(
        Spent(each, label, buckets.get(share_of(each), ZERO) + spent, spent)
        for each, label in labels.items()
        if (spent := buckets.get(spent_on(each), ZERO)) or buckets.get(share_of(each), ZERO)
    )
    return CountyFunds(
        county=code,
        name=name,
        received=-_sum(buckets.get(each, ZERO) for each in OUTSIDE_THE_POOL),
        waiting=buckets.get(POOL, ZERO),
        returned=buckets.get(RETURNED, ZERO),
        categories=categories,
    )


def _sum(amounts: Iterable[Yuan]) -> Yuan:
    return sum(amounts, ZERO)


def audits_by_county() -> list[Audited]:
    """What audits of proceeds came to, county by county, by their codes."""
    found: dict[str, Audited] = {}
    of_county = ("holder__region_id", "holder__region__name")
    concluded = Conclusion.objects.values_list(
        *(f"finding__{each}" for each in of_county), "outcome"
    ).annotate(count=Count("pk"), sum=Sum("amount"))
    for code, name, outcome, count, amount in concluded.order_by("finding__holder__region_id", "outcome"):
        line = found.setdefault(code, Audited(code, name))
        line.outcomes[outcome] = count
        line.recover += amount
    waiting = Finding.objects.filter(conclusion=None).values_list(*of_county).annotate(count=Count("pk"))
    for code, name, count in waiting.order_by("holder__region_id"):
        found.setdefault(code, Audited(code, name)).open = count
    return [found[code] for code in sorted(found)]
