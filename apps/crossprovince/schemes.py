"""The ministry's scheme (调剂方案): importing it, publishing it, and what follows when its publication is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from apps.crossprovince import queries, rules
from apps.crossprovince.events import AdjustmentMatched, SchemeImplementing, SchemePublished
from apps.crossprovince.matching import Given, Match, adjustments_in, matches_of
from apps.crossprovince.models import Adjustment, Scheme, SchemeRow
from apps.crossprovince.names import (
    PAY_IN_DEADLINE,
    SCHEME_END_DEADLINE,
    SCHEME_IMPORT,
    SCHEME_PUBLISH,
    SCHEME_PUBLISH_DEADLINE,
)
from apps.crossprovince.progress import advance
from apps.crossprovince.splitting import split
from apps.crossprovince.states import AdjustmentStatus as S
from apps.documents.incoming import Incoming, enter_for_all
from apps.parties.roles import Can
from kernel import lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.clock import BEIJING
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.runner import require_settled
from kernel.errors import Code, Refused, refuse
from kernel.events import emit
from kernel.text import folded
from kernel.workdays.counting import day_end


@dataclass(frozen=True)
class Imported:
    """What came of an import: the scheme, and whether all of it had been imported before."""

    scheme: Scheme
    repeated: bool = False


@transaction.atomic
def import_scheme(*, rows: Sequence[Given], incoming: Incoming, by: Actor, now: datetime) -> Imported:
    """Enter the ministry's scheme: its rows match the province's adjustments, all or nothing.

    What of an adjustment is not matched is split off or released, as it was applied for. One person prepares, another
    releases. The same rows again are `repeated`. Refuses: not_permitted, same_person, duplicate_request (a row that was
    entered with other facts), self_dealing, missing_document, and what `matching.matches_of` refuses.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=SCHEME_IMPORT, subject_id=0, by=by, now=now)
    province = f"{by.region[:2]}0000"
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    scheme, new = known_of(rows, province=province)
    if scheme is not None and not new:
        return Imported(scheme, repeated=True)
    matches = _held(new, province=province, by=by, now=now)
    enter_for_all(incoming, act=SCHEME_IMPORT, case_ids=adjustments_in(matches), by=by, now=now)
    made = scheme or Scheme.objects.create(
        province=province,
        scheme_no=rows[0].scheme_no,
        body=incoming.body,
        document_no=incoming.document_no,
        document_date=incoming.document_date,
        imported_at=now,
    )
    for each in matches:
        _take(each, made, incoming=incoming, by=by, now=now)
    return Imported(made)


def known_of(rows: Sequence[Given], *, province: str) -> tuple[Scheme | None, list[Given]]:
    """The scheme where it is known, and the rows that are not. Refuses: duplicate_request for one with other facts."""
    scheme = Scheme.objects.filter(province=province, scheme_key=folded(rows[0].scheme_no)).first()
    before = {each.row_key: each.facts for each in scheme.rows.order_by("id")} if scheme else {}
    new = []
    for each in rows:
        old = before.get(folded(each.row.row_no))
        if old is None:
            new.append(each)
        elif old != each.row:
            raise Refused.because(
                Code.DUPLICATE_REQUEST,
                f"方案“{each.scheme_no}”第{each.row.row_no}行已导入，本次内容与此前不同，请核对方案文件。",
                scheme_no=each.scheme_no,
                row_no=each.row.row_no,
            )
    return scheme, new


def _held(rows: Sequence[Given], *, province: str, by: Actor, now: datetime) -> list[Match]:
    """The matches under the lanes of all their cases."""
    ids = adjustments_in(matches_of(rows, province=province))
    lanes.hold_all(lanes.CASE, ids)
    for each in ids:
        require_settled(case_id=each, now=now)
    matches = matches_of(rows, province=province)
    if adjustments_in(matches) != ids:
        raise Refused.because(Code.TEXT_CHANGED, "方案对应的申请在办理期间发生变化，请核对后重新导入。")
    for match in matches:
        queries.require_apart(match.adjustment, by=by)
    return matches


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


@transaction.atomic
def publish(
    *,
    scheme_id: int,
    by: Actor,
    now: datetime,
    begins_on: date | None = None,
    ends_on: date | None = None,
) -> Scheme:
    """Publish a scheme on the portal (方案公示) for `scheme_publication_wd`, or on the days that the ministry has set.

    Due within `publish_wd` of its import. When it is over, money and quota move, unless an accepted objection holds it.
    One person prepares, another releases. Refuses: not_permitted, same_person, not_found, wrong_status (published
    before), announcement_too_short, invalid (one day without the other).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=SCHEME_PUBLISH, subject_id=scheme_id, by=by, now=now)
    scheme = queries.scheme_for(scheme_id, by=by)
    cases = list(scheme.adjustments.filter(status=S.MATCHED).order_by("pk").values_list("pk", flat=True))
    lanes.hold_all(lanes.CASE, cases)
    for each in cases:
        require_settled(case_id=each, now=now)
    scheme = Scheme.objects.select_for_update().get(pk=scheme.pk)
    if scheme.published_at is not None or not cases:
        raise Refused.because(
            Code.WRONG_STATUS, "该调剂方案已公示，不能重复公示。", scheme_no=scheme.scheme_no
        )
    adjustments = [queries.locked(each) for each in cases]
    scheme.published_at = now
    scheme.ends_at = _end_of(adjustments, begins_on=begins_on, ends_on=ends_on, now=now)
    scheme.save(update_fields=["published_at", "ends_at"])
    for found in adjustments:
        deadlines.meet(kind=SCHEME_PUBLISH_DEADLINE, case_id=found.pk, at=now)
        deadlines.set_at(kind=SCHEME_END_DEADLINE, case_id=found.pk, due_at=scheme.ends_at, now=now)
        advance(found, S.PUBLICISED, now=now)
        said = {"scheme_no": scheme.scheme_no, "ends_at": scheme.ends_at.isoformat()}
        audit.record(verb=SCHEME_PUBLISH, by=by, now=now, case_id=found.pk, subject=found, after=said)
        emit(SchemePublished(adjustment_id=found.pk, ends_at=scheme.ends_at, now=now))
    return scheme


def _end_of(
    adjustments: Sequence[Adjustment], *, begins_on: date | None, ends_on: date | None, now: datetime
) -> datetime:
    """When the publication ends: the longest period of the cases' rules, or the ministry's last day, not shorter."""
    if (begins_on is None) != (ends_on is None):
        raise Refused.because(Code.INVALID, "部里公示的起止日期须同时填写，或都不填写。", field="ends_on")
    begun = now if begins_on is None else datetime.combine(begins_on, time(9), tzinfo=BEIJING)
    least = max(
        deadlines.end_of(
            queries.days(each, queries.parameters_of(each).scheme_publication_wd), triggered_at=begun
        ).at
        for each in adjustments
    )
    if ends_on is None:
        return least
    ends_at = day_end(ends_on)
    refuse(rules.why_not_published_so_long(ends_at=ends_at, least=least))
    return ends_at


def end_publication(deadline: Deadline, now: datetime) -> None:
    """The publication is over: money and quota move, unless an accepted objection holds the scheme."""
    found = queries.locked(deadline.of_case)
    if found.state is S.PUBLICISED and not found.case.holds:
        _implement(found, at=deadline.due_at, now=now)


def _implement(found: Adjustment, *, at: datetime, now: datetime) -> None:
    found.implementing_at = at
    advance(found, S.IMPLEMENTING, now=now)
    deadlines.start(
        kind=PAY_IN_DEADLINE,
        case_id=found.pk,
        triggered_at=at,
        period=queries.days(found, queries.parameters_of(found).pay_in_wd),
        concerns_id=queries.finance_office_id(found),
    )
    audit.record(verb="adjustment.implement", by=SYSTEM, now=at, case_id=found.pk, subject=found)
    emit(SchemeImplementing(adjustment_id=found.pk, at=at, now=now))
