"""Which demand each row of the ministry's scheme is of that brings quota to this province, and what it comes to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.crossprovince import demand_rules, rules
from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_states import DemandStatus as S
from apps.crossprovince.matching import Given, wrong
from apps.crossprovince.queries import parameters_of, prices_of
from apps.crossprovince.rules import Row
from apps.parties.models import Region
from kernel.errors import not_found, refuse
from kernel.money import Yuan


@dataclass(frozen=True)
class DemandMatch:
    """What a scheme makes of one demand: its rows, and P."""

    demand: Demand
    rows: tuple[Row, ...]
    price: Yuan

    @property
    def area(self) -> Decimal:
        """What its rows bring, in 亩."""
        return sum((each.area_mu for each in self.rows), Decimal(0))

    @property
    def rest(self) -> Decimal:
        """What is not matched, in 亩."""
        return self.demand.amount - self.area


def demand_matches_of(given: Sequence[Given], *, province: str) -> list[DemandMatch]:
    """What the rows make of the province's demands, by their keys.

    Refuses, naming the row: invalid (of a county of this province or of no province at all, of no demand that waits, or
    of several and none was chosen), not_found, wrong_status (the chosen one), totals_mismatch (公顷), price_mismatch,
    amount_exceeds.
    """
    found: dict[int, tuple[Demand, list[Row]]] = {}
    for each in given:
        demand = _demand_for(each, province=province)
        found.setdefault(demand.pk, (demand, []))[1].append(each.row)
    return [_match(*found[key]) for key in sorted(found)]


def _demand_for(given: Given, *, province: str) -> Demand:
    row = given.row
    refuse(rules.why_not_hectares(row))
    if row.out_county[:2] == province[:2]:
        raise wrong(row, f"调出县{row.out_county}与调入省{row.in_province}同属一省，不是跨省域调剂")
    if not Region.objects.filter(pk=f"{row.out_county[:2]}0000", parent=None).exists():
        raise wrong(row, f"调出县{row.out_county}不属于任何省份，请核对方案文件")
    if given.adjustment_id:
        return _chosen(given, province=province)
    waiting = Demand.objects.filter(
        province=province, status=S.WITH_MINISTRY, planning_scale=row.planning_scale
    )
    found = list(waiting.select_related("case", "holder").order_by("pk"))
    if not found:
        with_scale = "附加" if row.planning_scale else "不附加"
        raise wrong(
            row, f"没有与之对应的已报部、{with_scale}规划规模的调入需求（可能已撤回），请核对方案文件"
        )
    if len(found) > 1:
        numbers = "、".join(str(each.case.number) for each in found)
        raise wrong(row, f"可对应多项调入需求（{numbers}），请在该行指定需求")
    return found[0]


def _chosen(given: Given, *, province: str) -> Demand:
    found = Demand.objects.filter(pk=given.adjustment_id, province=province)
    chosen = found.select_related("case", "holder").first()
    if chosen is None:
        raise not_found("跨省域调入需求")
    refuse(demand_rules.why_not_at(chosen.state, {S.WITH_MINISTRY}))
    if chosen.planning_scale != given.row.planning_scale:
        raise wrong(given.row, f"附加规划规模与需求{chosen.case.number}不符，请核对方案文件")
    return chosen


def _match(demand: Demand, taken: list[Row]) -> DemandMatch:
    prices, book = prices_of(demand), parameters_of(demand)
    for each in taken:
        refuse(rules.why_not_prices(each, prices.of_county(each.out_county)))
    matched = sum((each.area_mu for each in taken), Decimal(0))
    refuse(
        demand_rules.why_not_demanded(number=str(demand.case.number), matched=matched, demanded=demand.amount)
    )
    amounts = rules.amounts_of(
        taken, addition=prices.addition, retained_share=book.retained_share, base=book.allocation_base
    )
    return DemandMatch(demand, tuple(taken), amounts.price)


def demands_in(matches: Iterable[DemandMatch]) -> list[int]:
    """The keys of the demands, for their lanes."""
    return [each.demand.pk for each in matches]
