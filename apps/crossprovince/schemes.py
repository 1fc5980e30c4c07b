"""The ministry's scheme (调剂方案): importing it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from apps.crossprovince import demand_schemes, queries
from apps.crossprovince.demand_matching import DemandMatch, demand_matches_of, demands_in
from apps.crossprovince.events import AdjustmentMatched
from apps.crossprovince.matching import Given, Match, adjustments_in, matches_of
from apps.crossprovince.models import Scheme, SchemeRow
from apps.crossprovince.names import SCHEME_IMPORT, SCHEME_PUBLISH_DEADLINE
from apps.crossprovince.progress import advance
from apps.crossprovince.rules import Row
from apps.crossprovince.splitting import split
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.incoming import Incoming, enter_for_all
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refused
from kernel.events import emit
from kernel.text import folded


@dataclass(frozen=True)
class Imported:
    """What came of an import: the scheme, and whether all of it had been imported before."""

    scheme: Scheme
    repeated: bool = False


@transaction.atomic
def import_scheme(*, rows: Sequence[Given], incoming: Incoming, by: Actor, now: datetime) -> Imported:
    """Enter the ministry's scheme: its rows match the province's adjustments and demands, all or nothing.

    What of one is not matched is split off or released, as it was applied for. One person prepares, another
    releases. The same rows again are `repeated`. Refuses: not_permitted, same_person, duplicate_request (a row that was
    entered with other facts), self_dealing, missing_document, and what `both_sides` refuses.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=SCHEME_IMPORT, subject_id=0, by=by, now=now)
    province = f"{by.region[:2]}0000"
    scheme, new = known_of(rows, province=province)
    if scheme is not None and not new:
        return Imported(scheme, repeated=True)
    held = both_sides(new, province=province).case_ids
    lanes.hold_all(lanes.CASE, held)
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    scheme, new = known_of(rows, province=province)  # whoever came first may have imported the same
    if scheme is not None and not new:
        return Imported(scheme, repeated=True)
    found = _settled(new, held, province=province, by=by, now=now)
    documents = enter_for_all(incoming, act=SCHEME_IMPORT, case_ids=found.case_ids, by=by, now=now)
    made = scheme or Scheme.objects.create(
        province=province,
        scheme_no=rows[0].scheme_no,
        document=documents[0],
        imported_at=now,
    )
    for given in found.adjustments:
        _take(given, made, incoming=incoming, by=by, now=now)
    for wanted in found.demands:
        demand_schemes.take(wanted, made, incoming=incoming, by=by, now=now)
    return Imported(made)


@dataclass(frozen=True)
class BothSides:
    """What a scheme makes of a province's cases: of what it gives, and of what it takes."""

    adjustments: list[Match]
    demands: list[DemandMatch]

    @property
    def case_ids(self) -> list[int]:
        """The keys of all of them, in the order of their lanes."""
        return sorted((*adjustments_in(self.adjustments), *demands_in(self.demands)))


def both_sides(rows: Sequence[Given], *, province: str) -> BothSides:
    """What the rows make of a province's adjustments and, where they name it as the one that takes, of its demands.

    Refuses what `matching.matches_of` and `demand_matching.demand_matches_of` refuse.
    """
    coming = [each for each in rows if each.row.in_province == province]
    leaving = [each for each in rows if each.row.in_province != province]
    return BothSides(matches_of(leaving, province=province), demand_matches_of(coming, province=province))


def known_of(rows: Sequence[Given], *, province: str) -> tuple[Scheme | None, list[Given]]:
    """The scheme where it is known, and the rows that are not. Refuses: duplicate_request for one with other facts."""
    scheme = Scheme.objects.filter(province=province, scheme_key=folded(rows[0].scheme_no)).first()
    before = {each.row_key: each.facts for each in scheme.rows.order_by("id")} if scheme else {}
    new = []
    for each in rows:
        old = before.get(folded(each.row.row_no))
        if old is None:
            new.append(each)
        elif _told(old) != _told(each.row):
            raise Refused.because(
                Code.DUPLICATE_REQUEST,
                f"方案“{each.scheme_no}”第{each.row.row_no}行已导入，本次内容与此前不同，请核对方案文件。",
                scheme_no=each.scheme_no,
                row_no=each.row.row_no,
            )
    return scheme, new


def _told(row: Row) -> Row:
    """What a row says, however the number of its project area is written."""
    return replace(row, row_no=folded(row.row_no), project_area_no=folded(row.project_area_no))


def _settled(
    rows: Sequence[Given], held: Sequence[int], *, province: str, by: Actor, now: datetime
) -> BothSides:
    """The matches of cases whose lanes are held, what is due on these settled."""
    for each in held:
        require_settled(case_id=each, now=now)
    found = both_sides(rows, province=province)
    if found.case_ids != list(held):
        raise Refused.because(Code.TEXT_CHANGED, "方案对应的申请在办理期间发生变化，请核对后重新导入。")
    for given in found.adjustments:
        queries.require_apart(given.adjustment, by=by)
    for wanted in found.demands:
        queries.require_apart(wanted.demand, by=by)
    return found


def _take(match: Match, scheme: Scheme, *, incoming: Incoming, by: Actor, now: datetime) -> None:
    """One adjustment is matched: its rows and amounts are kept, the rest of it is split off or released."""
    found = queries.locked(match.adjustment.pk)
    SchemeRow.objects.bulk_create(
        SchemeRow(
            scheme=scheme,
            adjustment=found,
            batch_id=each.line.batch_id,
            **vars(each.row),
        )
        for each in match.rows
    )
    remainder = split(found, match, by=by, now=now)
    found.scheme = scheme
    found.price, found.gross = match.amounts.price, match.amounts.gross
    found.retained, found.margin = match.amounts.retained, match.amounts.margin
    deadlines.start(
        kind=SCHEME_PUBLISH_DEADLINE,
        case_id=found.pk,
        triggered_at=now,
        period=queries.days(found, queries.parameters_of(found).publish_wd),
        concerns_id=queries.province_office_id(found),
    )
    advance(found, S.MATCHED, now=now)
    said = {
        "scheme_no": scheme.scheme_no,
        "rows": ",".join(each.row.row_no for each in match.rows),
        **incoming.as_said(),
        **{name: str(value) for name, value in vars(match.amounts).items()},
    }
    audit.record(verb=SCHEME_IMPORT, by=by, now=now, case_id=found.pk, subject=found, after=said)
    emit(
        AdjustmentMatched(
            adjustment_id=found.pk,
            scheme_no=scheme.scheme_no,
            remainder_id=remainder.pk if remainder else 0,
            now=now,
        )
    )
