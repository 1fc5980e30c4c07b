"""What the reviewers see: opinions of the round, and what the system could check by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.documents.queries import attached_kinds
from apps.kinds.table import QuotaKind
from apps.kinds.trade import OF_THE_MARKET
from apps.listings import guidance
from apps.listings.models import Listing
from apps.listings.queries import lines_of, standing_at, under_planning_number
from apps.listings.states import DECIDED, ListingStatus
from apps.prices.models import Computation
from apps.prices.queries import attached_to
from apps.prices.rules import warnings
from apps.quota.burden_queries import open_on_holder, said_of
from apps.quota.burdens import why_not_free
from apps.quota.models import Bucket
from apps.quota.queries import balance, conflicts_of
from apps.rulebook.parameters import Parameters
from apps.stages.review import rules
from apps.stages.review.models import ReviewOpinion
from apps.stages.review.rules import why_not_body
from apps.stages.review.states import Heading, Outcome, Subject
from kernel.actors import Actor
from kernel.money import Yuan

DEFAULT_MARGIN: Decimal = Parameters.model_fields["fairness_margin"].default
"""For a draft, which has no rules of its own yet."""


@dataclass(frozen=True)
class Finding:
    """One automatic finding beside a checklist item: whether it holds, and the figures."""

    subject: Heading
    item: str
    holds: bool
    sentence: str


def opinions(listing: Listing) -> list[ReviewOpinion]:
    """The opinions of the current round, oldest first."""
    return list(
        ReviewOpinion.objects.filter(listing=listing, review_round=listing.review_round).order_by("id")
    )


def outcomes(listing: Listing) -> list[Outcome]:
    """What the opinions of the current round come to."""
    return [Outcome(opinion.outcome) for opinion in opinions(listing)]


def may_opine(listing: Listing, subject: Subject, *, by: Actor) -> bool:
    """Whether the lot's rules give this opinion to the actor's office."""
    bodies = listing.rules.parameters.opinion_bodies
    return why_not_body(subject=subject, role=str(by.role), bodies=bodies) is None


def findings(listing: Listing) -> list[Finding]:
    """Everything that can be checked from the registers, in the order of the checklist."""
    asked = {item for points in listing.checklist.values() for item in points}
    return [
        check(listing) for checks in _CHECKS.values() for item, check in checks.items() if item in asked
    ] + _guidance(listing)


def wanting(listing: Listing, subject: Subject) -> list[Finding]:
    """What does not hold of what one opinion is about; what others are about is not looked up."""
    asked = listing.checklist[str(subject)]
    found = (check(listing) for item, check in _CHECKS.get(str(subject), {}).items() if item in asked)
    return [each for each in found if not each.holds]


def _quantity(listing: Listing) -> Finding:
    over = [
        line
        for line in listing.lines.select_related("batch").prefetch_related("batch__lines")
        if line.amount > line.batch.quantities.amounts[QuotaKind(line.kind)]
    ]
    said = (
        "标的数量未超出各批次入库数量"
        if not over
        else f"入库凭证{over[0].batch.certificate_no}的数量小于标的数量"
    )
    return Finding(Heading.VALIDITY, "quantity", not over, said)


def _grade(listing: Listing) -> Finding:
    found = {line.batch.grade for line in listing.lines.select_related("batch")}
    grades = sorted(each for each in found if each is not None)
    holds = grades == [listing.grade]
    shown = "、".join(str(grade) for grade in grades)
    return Finding(Heading.VALIDITY, "grade", holds, f"申报{listing.grade}等，入库凭证{shown}等")


def _not_traded(listing: Listing) -> Finding:
    frozen = all(
        balance(holder_id=listing.seller_id, batch_id=line.batch_id, kind=line.kind, bucket=Bucket.FROZEN)
        >= line.amount
        for line in lines_of(listing)
    )
    return Finding(
        Heading.VALIDITY,
        "not_traded",
        frozen,
        "标的指标已全部冻结，未被其他项目占用" if frozen else "指标冻结不足",
    )


def _overlap(listing: Listing) -> Finding:
    found = conflicts_of([line.batch_id for line in lines_of(listing)])
    said = found[0].sentence.rstrip("。") if found else "地块界址与其他项目无重叠"
    return Finding(Heading.VALIDITY, "overlap", not found, said)


def _holding(listing: Listing) -> Finding:
    holds = all(
        balance(holder_id=listing.seller_id, batch_id=line.batch_id, kind=line.kind, bucket=Bucket.FROZEN) > 0
        for line in lines_of(listing)
    )
    return Finding(
        Heading.ELIGIBILITY, "holding", holds, "储备库登记的持有人为出让方" if holds else "出让方不持有该指标"
    )


def _encumbrance(listing: Listing) -> Finding:
    """Whether the lot's own amount is free: what lies on the rest of a batch does not bar it, and is named."""
    lines = lines_of(listing)
    source = Bucket.AVAILABLE if listing.state is ListingStatus.DRAFT else Bucket.FROZEN
    barred = why_not_free(lines, holder_id=listing.seller_id, source=source)
    standing = open_on_holder({line.batch_id for line in lines}, holder_id=listing.seller_id)
    named = "；".join(said_of(each, certificate=True) for each in standing)
    if barred is not None:
        said = f"标的指标上有权利负担：{named}"
    elif named:
        said = f"标的数量之外登记有权利负担，不影响标的：{named}"
    else:
        said = "未登记权利负担"
    return Finding(Heading.ELIGIBILITY, "encumbrance", barred is None, said)


def _documents(listing: Listing) -> Finding:
    attached = attached_kinds(case_id=listing.pk, organisation_id=listing.seller_id)
    missing = [label for kind, label in listing.terms.to_list.items() if kind not in attached]
    said = "必备材料齐全" if not missing else f"缺少：{'、'.join(missing)}"
    return Finding(Heading.ELIGIBILITY, "documents", not missing, said)


def _planning(listing: Listing) -> Finding:
    """What the seller states of planning scale no register knows: somebody has to look at the paper."""
    others = sum((each.priced_amount for each in under_planning_number(listing)), Decimal("0.0000"))
    said = (
        f"确认文号“{listing.planning_no}”确认{listing.planning_mu or 0:,}亩，其他标的已附{others:,}亩，"
        f"本标的{listing.priced_amount:,}亩；确认文件须人工核对"
    )
    return Finding(Heading.LEGALITY, "planning", False, said)


def _fairness(listing: Listing) -> Finding:
    """What both governments agreed on beside what the market paid within a year for the like: for the reviewers."""
    asked = listing.starting_price.amount
    price = f"协议单价{asked:,}{listing.unit.label}"
    paid = market_prices(listing)
    if not paid:
        return Finding(Heading.LEGALITY, "fairness", False, f"{price}，近一年无可比成交")
    middle = rules.median(paid)
    margin = listing.rules.parameters.fairness_margin if listing.rules_copy else DEFAULT_MARGIN
    off = rules.distance(asked, of=middle)
    said = f"{price}，近一年可比成交{len(paid)}件，中位数{middle:,}，相差{off:.2%}（提示比例{margin:.0%}）"
    return Finding(Heading.LEGALITY, "fairness", off <= margin, said)


def market_prices(listing: Listing) -> list[Decimal]:
    """Unit prices that bidders came to for the like of a lot in the year before it was handed in, in its province."""
    until = listing.submitted_at or listing.drafted_at
    found = Listing.objects.filter(
        standing_at(DECIDED),
        province=listing.province,
        form__in=OF_THE_MARKET,
        priced_kind=listing.priced_kind,
        closed_at__gt=until - timedelta(days=365),
        closed_at__lte=until,
    )
    if listing.grade is not None:
        found = found.filter(grade__range=rules.band_of(listing.grade))
    prices = found.order_by("pk").values_list("award__unit_price", flat=True)
    return [Decimal(str(each)) for each in prices]


_CHECKS: dict[str, dict[str, Callable[[Listing], Finding]]] = {
    str(Heading.LEGALITY): {"planning": _planning, "fairness": _fairness},
    str(Heading.VALIDITY): {
        "quantity": _quantity,
        "grade": _grade,
        "not_traded": _not_traded,
        "overlap": _overlap,
    },
    str(Heading.ELIGIBILITY): {"holding": _holding, "encumbrance": _encumbrance, "documents": _documents},
}
"""What can be checked from the registers, by the opinion that it is a part of."""


def _guidance(listing: Listing) -> list[Finding]:
    """Prices are a warning under a heading of their own, not a refusal; a draft has no rules yet."""
    if not listing.rules_copy:
        return []
    found = [
        Finding(Heading.PRICE, "guidance", False, said)
        for judging in guidance.all_judging(listing)
        for said in warnings(judging, price=listing.starting_price)
    ]
    computed = guide_price_of(listing)
    return found if computed is None else [*found, _computed(computed, listing.starting_price)]


def guide_price_of(listing: Listing) -> Computation | None:
    """The computed guide price that came with the application of a lot; only what is graded has one."""
    if listing.grade is None:
        return None
    return attached_to(listing.pk, kind=listing.priced.kind, grade=listing.grade)


def _computed(computed: Computation, price: Yuan) -> Finding:
    """The guide price that came with the application. The norms judge; what the seller's own budget comes to is shown.

    Without a price by the norms nothing is judged, and somebody has to look.
    """
    budget, unit = computed.price_by_budget, computed.unit.label
    shown = f"；按项目预算{budget:,}{unit}，仅供参考" if budget is not None else ""
    norms = computed.result["by_norms"]
    if norms is None:
        said = f"成本标准不全，未能按成本标准测算指导价，请人工核对{shown}（{computed.conditions}）"
        return Finding(Heading.PRICE, "guide", False, said)
    amount, low, high = (Yuan(norms[name]) for name in ("price", "low", "high"))
    said = f"按成本标准测算指导价{amount:,}{unit}，区间{low:,}至{high:,}{shown}（{computed.conditions}）"
    return Finding(Heading.PRICE, "guide", low <= price <= high, said)


def opinion_facts(listing_id: int, opinion: str, outcome: str) -> dict[str, Any]:
    """The facts of an opinion as a reviewer gives it who has looked at everything: for rehearsals and demonstrations.

    A favourable one ticks every point and says of what does not hold that it was looked into.
    """
    facts: dict[str, Any] = {"opinion": opinion, "outcome": outcome}
    if outcome != Outcome.PASS:
        return facts
    listing = Listing.objects.get(pk=listing_id)
    found = wanting(listing, Subject(opinion))
    return facts | {
        "items": dict.fromkeys(listing.checklist[opinion], True),
        "answers": {each.item: "演练：已核实" for each in found},
    }
