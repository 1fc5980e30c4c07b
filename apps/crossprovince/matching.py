"""Which adjustment each row of the ministry's scheme is of, and what the rows make of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.crossprovince import queries, rules
from apps.crossprovince.models import Adjustment, AdjustmentLine
from apps.crossprovince.rules import Amounts, Row
from apps.crossprovince.states import AdjustmentStatus as S
from apps.parties.models import Region
from kernel.cases.models import Case
from kernel.errors import Code, Refused, not_found, refuse
from kernel.text import folded


@dataclass(frozen=True)
class Given:
    """One row as it is handed in: its scheme's number, its facts, and the case that a person gave it to, or 0.

    That is an adjustment, or a demand where the row brings quota to the province.
    """

    scheme_no: str
    row: Row
    adjustment_id: int = 0


@dataclass(frozen=True)
class Fitted:
    """A row with the line of the adjustment that it is of."""

    row: Row
    line: AdjustmentLine


@dataclass(frozen=True)
class Match:
    """What a scheme makes of one adjustment: its rows, what they come to, and how much of each line they take."""

    adjustment: Adjustment
    rows: tuple[Fitted, ...]
    amounts: Amounts
    taken: dict[int, Decimal]

    @property
    def rest(self) -> dict[int, Decimal]:
        """What is left of each line, by its key."""
        lines = {each.pk: each.amount for each in queries.lines_of(self.adjustment)}
        left = {key: amount - self.taken.get(key, Decimal(0)) for key, amount in lines.items()}
        return {key: amount for key, amount in left.items() if amount}


def matches_of(given: Sequence[Given], *, province: str) -> list[Match]:
    """What the rows make of the province's adjustments, by their keys.

    Refuses, naming the row: invalid (of another province's county, for a province that is none, of no adjustment that
    waits, or of several and none was chosen), not_found, wrong_status (the chosen one), totals_mismatch (公顷),
    price_mismatch, amount_exceeds.
    """
    if not given:
        return []
    waiting = _Waiting(province)
    by_case: dict[int, list[Fitted]] = {}
    for each in given:
        fitted = waiting.fitted(each)
        by_case.setdefault(fitted.line.adjustment_id, []).append(fitted)
    return [_match(by_case[key]) for key in sorted(by_case)]


class _Waiting:
    """The lines of a province's adjustments that are with the ministry, by what a row calls them; read once."""

    def __init__(self, province: str) -> None:
        self.province = province
        self.provinces = set(Region.objects.filter(parent=None).values_list("pk", flat=True))
        waiting = AdjustmentLine.objects.filter(
            adjustment__province=province, adjustment__status=S.WITH_MINISTRY, amount__gt=0
        ).select_related("batch", "adjustment__case")
        lines = list(waiting.order_by("adjustment_id", "id"))
        sources = {each.batch.source_id or 0 for each in lines}
        numbers = dict(Case.objects.filter(pk__in=sources).values_list("pk", "number"))
        self.lines: dict[tuple[str, bool, str], list[AdjustmentLine]] = {}
        for each in lines:
            names = {folded(each.batch.certificate_no), folded(numbers.get(each.batch.source_id or 0) or "")}
            for name in names - {""}:
                key = (each.adjustment.region_id, each.high_standard, name)
                self.lines.setdefault(key, []).append(each)

    def fitted(self, given: Given) -> Fitted:
        """The row with the line that it is of; a project area goes by its number or its certificate's."""
        row = given.row
        refuse(rules.why_not_hectares(row))
        if row.out_county[:2] != self.province[:2]:
            raise wrong(row, f"调出县{row.out_county}不属于本省，请核对方案文件")
        if row.in_province not in self.provinces:
            raise wrong(row, f"没有代码为{row.in_province}的调入省，请核对方案文件")
        found = self.lines.get((row.out_county, row.high_standard, folded(row.project_area_no)), [])
        first = {each.adjustment_id: each for each in reversed(found)}
        if given.adjustment_id:
            self._require(given)
            first = {key: each for key, each in first.items() if key == given.adjustment_id}
        if not first:
            raise wrong(
                row,
                f"没有与{row.out_county}“{row.project_area_no}”对应的已报部申请（可能已撤回），请核对方案文件",
            )
        if len(first) > 1:
            numbers = "、".join(str(first[key].adjustment.case.number) for key in sorted(first))
            raise wrong(row, f"可对应多项申请（{numbers}），请在该行指定申请")
        return Fitted(row, *first.values())

    def _require(self, given: Given) -> None:
        """Refuses: not_found, wrong_status, invalid for a chosen application that the row cannot be of."""
        chosen = Adjustment.objects.filter(pk=given.adjustment_id, province=self.province)
        found = chosen.select_related("case").first()
        if found is None:
            raise not_found("跨省域调剂申请")
        refuse(rules.why_not_at(found.state, {S.WITH_MINISTRY}))
        if found.region_id != given.row.out_county:
            said = f"调出县{given.row.out_county}与申请{found.case.number}的县（{found.region_id}）不符"
            raise wrong(given.row, said)


def wrong(row: Row, sentence: str) -> Refused:
    """`invalid`, naming the row."""
    return Refused.because(Code.INVALID, f"方案第{row.row_no}行{sentence}。", field="rows", row_no=row.row_no)


def _match(fitted: list[Fitted]) -> Match:
    adjustment = fitted[0].line.adjustment
    prices, book = queries.prices_of(adjustment), queries.parameters_of(adjustment)
    taken: dict[int, Decimal] = {}
    for each in fitted:
        refuse(rules.why_not_prices(each.row, prices))
        taken[each.line.pk] = taken.get(each.line.pk, Decimal(0)) + each.row.area_mu
    for line in {each.line.pk: each.line for each in fitted}.values():
        refuse(
            rules.why_not_matched(
                project_area_no=line.batch.certificate_no,
                high_standard=line.high_standard,
                matched=taken[line.pk],
                applied=line.amount,
            )
        )
    amounts = rules.amounts_of(
        (each.row for each in fitted),
        addition=prices.addition,
        retained_share=book.retained_share,
        base=book.allocation_base,
    )
    return Match(adjustment, tuple(fitted), amounts, taken)


def adjustments_in(matches: Iterable[Match]) -> list[int]:
    """The keys of the adjustments, for their lanes."""
    return [each.adjustment.pk for each in matches]
