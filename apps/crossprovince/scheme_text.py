"""A scheme's rows as people read them before they release it: one line a row, with the adjustment that it is of."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.crossprovince.demand_matching import DemandMatch
from apps.crossprovince.matching import Match
from apps.crossprovince.models import Scheme, SchemeRow
from apps.crossprovince.rules import Row
from apps.parties.queries import divisions_called
from kernel.acts import bound
from kernel.acts.bound import BETWEEN, Fact, Reading

_COLUMNS = (
    *("行号", "调出县", "调入省", "项目区", "面积（亩）", "面积（公顷）", "高标准农田", "附加规划规模"),
    *("调出价（元/亩）", "调入价（元/亩）", "对应申请"),
)


@dataclass(frozen=True)
class RowList:
    """Every row of a scheme in words, and the SHA-256 of just these words."""

    text: str

    @property
    def reading(self) -> Reading:
        """To be read whole on the approval page."""
        return Reading("调剂方案明细", self.text)

    @property
    def digest(self) -> Fact:
        """What binds it."""
        return bound.digest("调剂方案明细摘要", hashlib.sha256(self.text.encode()).hexdigest())


def preview(matches: Sequence[Match], demanded: Sequence[DemandMatch] = ()) -> RowList:
    """The rows of a file, as they would be entered: what leaves the province, then what comes to it."""
    leaving = [(each.row, str(match.adjustment.case.number)) for match in matches for each in match.rows]
    coming = [(each, str(match.demand.case.number)) for match in demanded for each in match.rows]
    return _list([*leaving, *coming])


def stored(scheme: Scheme) -> RowList:
    """The rows that were entered."""
    rows = scheme.rows.select_related("adjustment__case", "demand__case").order_by("id")
    return _list([(each.facts, _number_of(each)) for each in rows])


def _number_of(row: SchemeRow) -> str:
    case = row.adjustment or row.demand
    return str(case.case.number) if case else ""


def _list(rows: Sequence[tuple[Row, str]]) -> RowList:
    called = divisions_called({code for row, _ in rows for code in (row.out_county, row.in_province)})
    lines = (_line(row, case, called) for row, case in rows)
    return RowList("\n".join((BETWEEN.join(_COLUMNS), *lines)))


def _named(code: str, called: Mapping[str, str]) -> str:
    return f"{called[code]}（{code}）" if called.get(code, code) != code else code


def _line(row: Row, case: str, called: Mapping[str, str]) -> str:
    yes = {True: "是", False: "否"}
    return BETWEEN.join(
        (
            *(
                row.row_no,
                _named(row.out_county, called),
                _named(row.in_province, called),
                row.project_area_no,
            ),
            *(f"{row.area_mu:,.4f}", f"{row.area_ha:,.4f}"),
            *(yes[row.high_standard], yes[row.planning_scale]),
            *(f"{row.out_price:,}", f"{row.in_price:,}", case),
        )
    )
