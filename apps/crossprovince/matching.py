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

    Refuses, naming the row: invalid (of another province's county, of no adjustment that waits, or of several and none
    was chosen), not_found, wrong_status (the chosen one), totals_mismatch (公顷), price_mismatch, amount_exceeds.
    """
    fitted = [_fitted(each, province=province) for each in given]
    by_case: dict[int, list[Fitted]] = {}
    for each in fitted:
        by_case.setdefault(each.line.adjustment_id, []).append(each)
    return [_match(by_case[key]) for key in sorted(by_case)]


def _fitted(given: Given, *, province: str) -> Fitted:
    row = given.row
    refuse(rules.why_not_hectares(row))
    if row.out_county[:2] != province[:2]:
        raise wrong(row, f"调出县{row.out_county}不属于本省，请核对方案文件")
    if not Region.objects.filter(pk=row.in_province, parent=None).exists():
        raise wrong(row, f"没有代码为{row.in_province}的调入省，请核对方案文件")
    if given.adjustment_id:
        chosen = (
            Adjustment.objects.filter(pk=given.adjustment_id, province=province)
            .select_related("case")
            .first()
        )
        if chosen is None:
            raise not_found("跨省域调剂申请")
        refuse(rules.why_not_at(chosen.state, {S.WITH_MINISTRY}))
        if chosen.region_id != row.out_county:
            raise wrong(
                row, f"调出县{row.out_county}与申请{chosen.case.number}的县（{chosen.region_id}）不符"
            )
        found = [chosen]
    else:
        waiting = Adjustment.objects.filter(
            province=province, status=S.WITH_MINISTRY, region_id=row.out_county
        )
        found = list(waiting.order_by("pk"))
    lines = [line for each in found if (line := _line_for(row, each)) is not None]
    if not lines:
        raise wrong(
            row,
            f"没有与{row.out_county}“{row.project_area_no}”对应的已报部申请（可能已撤回），请核对方案文件",
        )
    if len(lines) > 1:
        numbers = "、".join(str(each.adjustment.case.number) for each in lines)
        raise wrong(row, f"可对应多项申请（{numbers}），请在该行指定申请")
    return Fitted(row, lines[0])


def wrong(row: Row, sentence: str) -> Refused:
    """`invalid`, naming the row."""
    return Refused.because(Code.INVALID, f"方案第{row.row_no}行{sentence}。", field="rows", row_no=row.row_no)


def _line_for(row: Row, adjustment: Adjustment) -> AdjustmentLine | None:
    """The line of its project area and class of land; a project area goes by its number or its certificate's."""
    lines = adjustment.lines.filter(high_standard=row.high_standard, amount__gt=0)
    found = lines.select_related("batch", "adjustment__case").order_by("id")
    return next((each for each in found if folded(row.project_area_no) in _numbers(each)), None)


def _numbers(line: AdjustmentLine) -> set[str]:
    number = Case.objects.filter(pk=line.batch.source_id or 0).values_list("number", flat=True).first()
    return {folded(line.batch.certificate_no), folded(number or "")} - {""}


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
