"""Which rows judge a lot, and what they say of its price (价格表). Nothing but a `bind` row refuses or caps."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.kinds.prices import unit_of
from apps.kinds.table import QuotaClass, QuotaKind
from apps.rulebook.parameters import Guidance
from apps.rulebook.prices import (
    COST_WORDS,
    EVERYWHERE,
    GRADES,
    LAND_CLASS_WORDS,
    WHAT_WORDS,
    Effect,
    PriceParameters,
    PriceRow,
    What,
    valid_on,
)
from kernel.errors import Code, Refusal
from kernel.money import ZERO, Yuan, product, round_yuan


@dataclass(frozen=True)
class PricedLot:
    """A lot as price tables see it: its class, the kind that its price multiplies, where its seller sits.

    `land_classes` are those of every part behind its batches.
    """

    quota_class: QuotaClass
    kind: QuotaKind
    region: str
    land_classes: frozenset[str] = frozenset()
    planning_scale: bool = False


def _fits(row: PriceRow, lot: PricedLot, day: date) -> bool:
    return (
        row.quota_class == str(lot.quota_class)
        and row.kind is lot.kind
        and lot.region.startswith(row.area)
        and (row.land_class is None or lot.land_classes == {row.land_class})
        and valid_on(row, day)
    )


def row_for(rows: Iterable[PriceRow], lot: PricedLot, what: What, *, day: date) -> PriceRow | None:
    """The row that judges a lot in one respect; None where nothing is judged.

    The longest region code wins; of one region, a row with the land class of every part goes before one without.
    """
    fitting = [each for each in rows if each.what is what and _fits(each, lot, day)]
    return max(fitting, key=lambda row: (len(row.area), row.land_class is not None), default=None)


_WEIGHT = {Effect.SHOW: 0, Effect.WARN: 1, Effect.BIND: 2}


@dataclass(frozen=True)
class Judging:
    """The rows that judge one lot, chosen on one day; it keeps them with its rules to its end.

    `addition` is added to the others and is there for a lot with planning scale (附加规划规模) alone. A row that does
    less does not move one that does more: what is only shown moves no bound.
    """

    guide: PriceRow | None = None
    lowest: PriceRow | None = None
    highest: PriceRow | None = None
    addition: PriceRow | None = None
    band_low: Decimal = Decimal(1)
    band_high: Decimal = Decimal(1)

    def amount(self, row: PriceRow) -> Yuan:
        """What the row comes to for this lot, in yuan a unit."""
        more = self.addition
        counts = more is not None and _WEIGHT[more.effect] >= _WEIGHT[row.effect]
        return Yuan(row.amount) + (Yuan(more.amount) if more is not None and counts else ZERO)

    def as_json(self) -> dict[str, Any]:
        """Plain values that `judging_from` takes back exactly."""
        rows = {
            "guide": self.guide,
            "lowest": self.lowest,
            "highest": self.highest,
            "addition": self.addition,
        }
        return {
            "rows": {name: row.as_json() for name, row in rows.items() if row is not None},
            "band_low": str(self.band_low),
            "band_high": str(self.band_high),
        }


NOTHING_JUDGES = Judging()


def judging_from(stored: Mapping[str, Any]) -> Judging:
    """The rows as a lot stored them; none where it has stored none."""
    if not stored:
        return NOTHING_JUDGES
    rows = {name: PriceRow.model_validate(row) for name, row in stored["rows"].items()}
    return Judging(**rows, band_low=Decimal(stored["band_low"]), band_high=Decimal(stored["band_high"]))


def judging(rules: PriceParameters, lot: PricedLot, *, day: date) -> Judging:
    """The rows of a province's tables that judge a lot on a day."""
    return Judging(
        guide=row_for(rules.rows, lot, What.GUIDE, day=day),
        lowest=row_for(rules.rows, lot, What.LOWEST, day=day),
        highest=row_for(rules.rows, lot, What.HIGHEST, day=day),
        addition=(
            row_for(rules.rows, lot, What.ADDITION_PLANNING_SCALE, day=day) if lot.planning_scale else None
        ),
        band_low=rules.band_low,
        band_high=rules.band_high,
    )


def of_guidance(guidance: Sequence[Guidance], *, kind: QuotaKind, grade: int) -> list[Judging]:
    """Guide prices by kind and grade of a stored copy of the rules, as rows that warn."""
    fitting = [each for each in guidance if each.kind == kind and each.grade_from <= grade <= each.grade_to]
    return [
        Judging(
            lowest=_warning(kind, What.LOWEST, each.lowest),
            highest=_warning(kind, What.HIGHEST, each.highest),
        )
        for each in fitting
    ]


def _warning(kind: QuotaKind, what: What, amount: Decimal | None) -> PriceRow | None:
    if amount is None:
        return None
    return PriceRow(
        quota_class=str(kind.quota_class),
        kind=kind,
        region=EVERYWHERE,
        what=what,
        amount=amount,
        valid_from=date(2000, 1, 1),
        effect=Effect.WARN,
    )


def _shown(row: PriceRow, bound: Yuan) -> str:
    number = f"（{row.document_no}）" if row.document_no else ""
    return f"{WHAT_WORDS[row.what]}{bound:,}{unit_of(row.kind).label}{number}"


def _outside(judging: Judging, price: Yuan) -> Iterator[tuple[PriceRow, Yuan, str]]:
    """(row, its bound, 低于 or 高于) for each of lowest and highest that the price does not keep to."""
    if judging.lowest is not None and price < (bound := judging.amount(judging.lowest)):
        yield judging.lowest, bound, "低于"
    if judging.highest is not None and price > (bound := judging.amount(judging.highest)):
        yield judging.highest, bound, "高于"


def why_not_price(judging: Judging, *, price: Yuan, named: str = "起始价") -> Refusal | None:
    """`price_out_of_guidance` for a unit price below a `lowest` or above a `highest` that binds, with both figures."""
    for row, bound, how in _outside(judging, price):
        if row.effect is Effect.BIND:
            return Refusal(
                Code.PRICE_OUT_OF_GUIDANCE,
                f"{named}{price:,}{row.unit}{how}{_shown(row, bound)}，请按价格表调整{named}。",
                {"price": str(price), "bound": str(bound), "what": str(row.what)},
            )
    return None


def warnings(judging: Judging, *, price: Yuan, named: str = "起始价") -> list[str]:
    """What a review is told of a price: each row that warns and is not kept to, guide prices by their band."""
    said = [
        f"{named}{price:,}{how}{_shown(row, bound)}"
        for row, bound, how in _outside(judging, price)
        if row.effect is Effect.WARN
    ]
    guide = judging.guide
    if guide is not None and guide.effect is Effect.WARN:
        low, high = band(judging.amount(guide), low=judging.band_low, high=judging.band_high)
        if not low <= price <= high:
            amount = _shown(guide, judging.amount(guide))
            said.append(f"{named}{price:,}不在{amount}的区间{low:,}至{high:,}之内")
    return said


def why_not_reserve(*, ceiling: Yuan | None, reserve: Yuan | None) -> Refusal | None:
    """`invalid` for a reserve price that no bid may reach. What is sealed is not told, only what caps the bids."""
    if reserve is None or ceiling is None or reserve <= ceiling:
        return None
    return Refusal(
        Code.INVALID,
        f"密封的保留价高于报价不得超过的最高价{ceiling:,}元，不可能成交，请出让方修改保留价后再办理。",
        {"field": "reserve_price"},
    )


def capped(judging: Judging, *, ceiling: Yuan | None) -> Yuan | None:
    """The ceiling of the bids: a `highest` that binds, when the lot has none or a higher one."""
    row = judging.highest
    if row is None or row.effect is not Effect.BIND:
        return ceiling
    highest = judging.amount(row)
    return highest if ceiling is None else min(ceiling, highest)


def why_not_compute(*, kind: QuotaKind, grade: int, budget: Mapping[str, Yuan]) -> Refusal | None:
    """`invalid` for a class that has table rows only, a grade that does not exist, a cost that is none."""
    if kind.quota_class is not QuotaClass.SUPPLEMENTARY:
        return Refusal(Code.INVALID, "节余指标不测算指导价，请查阅价格表。", {"field": "kind"})
    if not 1 <= grade <= GRADES:
        return Refusal(Code.INVALID, f"质量等别须为1至{GRADES}等。", {"field": "grade"})
    for name, amount in budget.items():
        if amount <= ZERO:
            said = f"{COST_WORDS[name]}费用须大于0；预算未列的请留空，按成本标准计算。"
            return Refusal(Code.INVALID, said, {"field": name})
    return None


def why_not_there(*, region: str, of_case: str) -> Refusal | None:
    """`invalid` for a guide price computed elsewhere than where the seller of its case sits."""
    if region == of_case:
        return None
    return Refusal(
        Code.INVALID,
        f"为出让申请测算指导价，行政区划须为出让方所在的{of_case}，不能为{region}，请更正。",
        {"field": "region", "region": region, "expected": of_case},
    )


def why_not_attach(*, land_class: str, of_lot: Collection[str]) -> Refusal | None:
    """`invalid` for a guide price of a land class that no part behind the lot is of."""
    if land_class in of_lot or not of_lot:
        return None
    computed = LAND_CLASS_WORDS.get(land_class, land_class)
    there = "、".join(LAND_CLASS_WORDS.get(each, each) for each in sorted(of_lot))
    return Refusal(
        Code.INVALID,
        f"所附指导价按{computed}测算，本项目地块的地类为{there}，请按地块的地类重新测算后提交。",
        {"field": "land_class", "land_class": computed, "expected": there},
    )


def band(guide: Yuan, *, low: Decimal, high: Decimal) -> tuple[Yuan, Yuan]:
    """The guide band (指导价区间), each end rounded half up to the yuan."""
    return round_yuan(product(guide.amount, low)), round_yuan(product(guide.amount, high))
