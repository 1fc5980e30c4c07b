"""What pages and forms say of an application to give quota to other provinces (跨省域调剂)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop as _

from apps.crossprovince import queries, rules
from apps.crossprovince.models import Adjustment, AdjustmentLine
from apps.crossprovince.rules import PlanItem, Wanted
from apps.crossprovince.standing import Standing
from apps.crossprovince.states import PLAN_CATEGORIES, REMAINDER_LABELS, Remainder
from apps.funds.rules import least_of, most_of
from apps.rulebook.cross_province import CrossProvinceParameters
from apps.rulebook.proceeds import Share
from kernel.errors import Refusal, Refused
from kernel.money import ZERO, Yuan, ceil_fen, product

_LAND = {True: _("高标准农田"), False: _("一般耕地及其他农用地")}


def lines_of(of: Standing) -> list[tuple[str, AdjustmentLine]]:
    """Its lines, each with its class of land."""
    return [(_LAND[each.high_standard], each) for each in of.lines]


def plan_of(of: Standing) -> list[tuple[str, PlanItem]]:
    """The lines of its plan as it stands, each with its category."""
    return in_categories(of.items)


def in_categories(items: Sequence[PlanItem]) -> list[tuple[str, PlanItem]]:
    """Lines of a plan, each with its category."""
    return [(PLAN_CATEGORIES[each.category], each) for each in items]


@dataclass(frozen=True)
class Planning:
    """An application as it is being written: what it comes to by which rules, and its plan so far."""

    wanted: list[Wanted]
    items: list[PlanItem]
    stored: dict[str, Any]
    county: str

    @property
    def allocated(self) -> Yuan:
        """A at the prices of the rules."""
        gross = rules.gross_of(self.wanted, queries.prices_in(self.stored).of_county(self.county))
        return rules.allocated_of(gross, retained_share=self.book.retained_share)

    @property
    def book(self) -> CrossProvinceParameters:
        """The parameters of the rules."""
        return queries.parameters_in(self.stored)

    def why_not_submitted(self) -> Refusal | None:
        """For what of the plan the application would be refused when it is submitted."""
        return rules.why_not_plan(
            self.items, allocated=self.allocated, least_share=self.book.revitalisation_least
        )

    def figures(self) -> list[tuple[str, str]]:
        """A, the plan's sum and what is missing of it, revitalisation with its least, each share with its limit."""
        book, allocated = self.book, self.allocated
        planned = sum((each.amount for each in self.items), ZERO)
        counted = sum((each.amount for each in self.items if each.revitalisation), ZERO)
        least = ceil_fen(product(allocated.amount, book.revitalisation_least))
        return [
            (_("应下达"), f"{allocated:,} 元"),
            (_("资金使用方案合计"), f"{planned:,} 元（{_difference(planned, allocated)}）"),
            (_("用于乡村振兴"), f"{counted:,} 元（不低于{least:,} 元{_missing(counted, least)}）"),
            *((each.label, _planned(self.items, each, allocated)) for each in book.distribution.rows),
        ]


def _difference(planned: Yuan, allocated: Yuan) -> str:
    if planned == allocated:
        return "与应下达一致"
    word = "尚缺" if planned < allocated else "多出"
    return f"{word}{abs(allocated - planned):,} 元"


def _missing(counted: Yuan, least: Yuan) -> str:
    return f"，尚缺{least - counted:,} 元" if counted < least else ""


def figures_of(of: Standing, *, now: datetime) -> list[tuple[str, str]]:
    """What its quota comes to at its prices, and how far its plan is from what it has to be, live."""
    found, wanted, items = of.found, of.wanted, of.items
    total = sum((each.amount for each in wanted), Decimal(0))
    said = [
        (_("调剂面积"), f"{total:,.4f} 亩"),
        (_("未匹配部分"), REMAINDER_LABELS[Remainder(found.remainder)]),
    ]
    try:
        stored = queries.stored_rules(found, now=now)
    except Refused:
        return said
    book = queries.parameters_in(stored)
    gross = rules.gross_of(wanted, queries.prices_in(stored).of_county(found.region_id))
    allocated = _allocated(found, gross, retained_share=book.retained_share)
    planned = sum((each.amount for each in items), ZERO)
    counted = sum((each.amount for each in items if each.revitalisation), ZERO)
    least = ceil_fen(product(allocated.amount, book.revitalisation_least))
    return [
        *said,
        (_("调出价款"), f"{gross:,} 元"),
        (_("应下达"), f"{allocated:,} 元"),
        (_("资金使用方案合计"), f"{planned:,} 元"),
        (_("用于乡村振兴"), f"{counted:,} 元（不低于{least:,} 元）"),
        *((each.label, _planned(items, each, allocated)) for each in book.distribution.rows),
        (_("适用规则"), f"{stored['name']} 第{stored['version']}版"),
    ]


def _planned(items: Sequence[PlanItem], share: Share, allocated: Yuan) -> str:
    """What a plan has for a category, and what it may have."""
    planned = sum((each.amount for each in items if each.category == share.category), ZERO)
    limit = (
        f"不低于{least_of(share, allocated):,} 元"
        if share.least
        else f"不高于{most_of(share, allocated):,} 元"
    )
    return f"{planned:,} 元（{limit}）"


def _allocated(found: Adjustment, gross: Yuan, *, retained_share: Decimal) -> Yuan:
    amounts = found.amounts
    return amounts.allocated if amounts else rules.allocated_of(gross, retained_share=retained_share)


def amounts_of(of: Standing) -> list[tuple[str, str]]:
    """What its scheme comes to, and what the centre has still to allocate; nothing before it is matched."""
    amounts = of.found.amounts
    if amounts is None:
        return []
    before = of.allocated
    return [
        (_("调入方缴款"), f"{amounts.price:,} 元"),
        (_("调出价款"), f"{amounts.gross:,} 元"),
        (_("中央留存"), f"{amounts.retained:,} 元"),
        (_("国家统筹差额"), f"{amounts.margin:,} 元"),
        (_("应下达"), f"{amounts.allocated:,} 元"),
        (_("已下达"), f"{before:,} 元"),
        (_("应拨未到"), f"{amounts.allocated - before:,} 元"),
    ]
