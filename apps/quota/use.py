"""Using quota (使用核销), within its term and for what it is for; closing the year of provinces that book to years."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from apps.kinds.classes import class_terms
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass
from apps.parties.roles import Can
from apps.quota import burden_queries, burdens, ledger, queries, rules, years
from apps.quota.burden_rules import free_of
from apps.quota.events import QuotaLeft
from apps.quota.lanes import BATCH_LANE
from apps.quota.ledger import Line, Place
from apps.quota.models import Bucket, Retirement, UseTerm, YearStatement
from apps.quota.names import QUOTA_EXTEND_TERM, QUOTA_USE, YEAR_CLOSE
from apps.rulebook.queries import in_force, rules_of
from apps.rulebook.subjects import traded_under
from kernel import clock, lanes
from kernel.access import commands as access
from kernel.access.checks import require_capability, require_province
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.errors import Code, Refusal, Refused, not_found, refuse
from kernel.events import emit


@transaction.atomic
def use(
    *,
    quantities: Quantities,
    by: Actor,
    now: datetime,
    project_name: str = "",
    project_approval_no: str = "",
    land_use: str = "",
    year: int | None = None,
) -> Retirement:
    """Retire available quota, the oldest batches first: against a construction project, or booked to county and year.

    Which of both the province's rules in force say (`use_mode`); the year is the present one unless an earlier one is
    named that is not closed. `land_use` says what is built, for classes that are not for everything. What was bought is
    used within its term. Refuses: not_permitted, same_person, invalid (nothing to retire, no project, no use, a year to
    come), use_banned, too_late (the year is closed, the term is over), quota_insufficient, quota_encumbered.
    """
    require_capability(by, Can.HOLD_QUOTA)
    access.release(act=QUOTA_USE, slot=project_approval_no, subject_id=0, by=by, now=now)
    if quantities.is_zero or quantities.has_negative:
        raise Refused.because(Code.INVALID, "请填写要使用的指标数量。", field="quantities")
    terms = class_terms(quantities.quota_class)
    refuse(rules.why_not_land_use(land_use, terms=terms))
    yearly = _use_mode(by.region, of=quantities.quota_class, now=now) == "province_year"
    booked_year = (year or clock.beijing(now).year) if yearly else None
    refuse(
        rules.why_not_use(
            yearly=yearly,
            project_name=project_name,
            project_approval_no=project_approval_no,
            year=year,
            this_year=clock.beijing(now).year,
        )
    )
    lanes.hold(lanes.ORGANISATION, by.organisation_id)
    held = _hold_available(quantities, holder_id=by.organisation_id)
    over = queries.terms_over(held, holder_id=by.organisation_id, now=now)
    refuse(_why_too_late(quantities, over, holder_id=by.organisation_id, among=held))
    lines = _oldest_first(
        quantities, holder_id=by.organisation_id, among=held - {each.batch_id for each in over}
    )
    if booked_year is not None:
        _hold_year(by.region, booked_year)
        refuse(rules.why_not_year_open(year=booked_year, closed=queries.is_closed(by.region, booked_year)))
    movement = ledger.move(
        lines,
        source=Place(by.organisation_id, Bucket.AVAILABLE),
        target=Place(by.organisation_id, Bucket.USED),
        reason="use",
        now=now,
        reference=project_approval_no or f"{booked_year}年",
    )
    made = Retirement.objects.create(
        holder_id=by.organisation_id,
        year=booked_year,
        region_id=by.region if booked_year is not None else None,
        project_name=project_name,
        project_approval_no=project_approval_no,
        land_use=land_use,
        movement=movement,
        at=now,
    )
    audit.record(verb=QUOTA_USE, by=by, now=now, subject=made, after=quantities.as_strings())
    emit(QuotaLeft(movement_id=movement.pk, now=now))
    return made


def _use_mode(region: str, *, of: QuotaClass, now: datetime) -> str:
    """How the province's rules in force want quota of a class to be used."""
    book = in_force(province=f"{region[:2]}0000", subject=traded_under(of), now=now)
    return rules_of(book).parameters.use_mode if book is not None else "project"


def _hold_year(region: str, year: int) -> None:
    """One year of one province: whoever books to it and whoever closes it wait for each other."""
    lanes.hold(lanes.PLATFORM, 10_000_000 + int(region[:2]) * 10_000 + year)


@transaction.atomic
def close_year(*, year: int, by: Actor, now: datetime) -> YearStatement:
    """Close a year of the own province (年度结清) with its statement, which everybody can add up again; once.

    One person prepares, another releases. Refuses: not_permitted, same_person, wrong_status (the rules book use to
    projects), too_early (before the year's end, Beijing), duplicate_request (closed before).
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=YEAR_CLOSE, slot=str(year), subject_id=0, by=by, now=now)
    province = f"{by.region[:2]}0000"
    _hold_year(by.region, year)
    refuse(
        rules.why_not_close(
            yearly=_use_mode(by.region, of=QuotaClass.SUPPLEMENTARY, now=now) == "province_year",
            year=year,
            this_year=clock.beijing(now).year,
            closed=queries.is_closed(by.region, year),
        )
    )
    statement = years.statement_of(province, year)
    made = YearStatement.objects.create(
        province=province,
        year=year,
        statement=statement,
        sha256=years.digest_of(statement),
        closed_by_id=by.person_id,
        closed_at=now,
    )
    audit.record(
        verb=YEAR_CLOSE, by=by, now=now, subject=made, after={"year": str(year), "sha256": made.sha256}
    )
    return made


def _hold_available(quantities: Quantities, *, holder_id: int) -> set[int]:
    """Hold the lanes of every batch the holder could draw from, before its balances are looked at. Gives their ids."""
    held = {
        account.batch_id
        for kind, _ in quantities.items()
        for account in queries.available_accounts(holder_id=holder_id, kind=kind)
    }
    lanes.hold_all(BATCH_LANE, held)
    return held


def _oldest_first(quantities: Quantities, *, holder_id: int, among: set[int]) -> list[Line]:
    """What is drawn of which batch: the oldest first, of each what no burden lies on."""
    lines: list[Line] = []
    burdened = burden_queries.burdens_by_kind(among, holder_id=holder_id)
    for kind, wanted in quantities.items():
        accounts = queries.available_accounts(holder_id=holder_id, kind=kind).filter(batch_id__in=among)
        there, left = sum((each.balance for each in accounts), Decimal(0)), wanted
        refuse(
            rules.why_not_draw(
                kind=kind, wanted=wanted, available=there, frozen=Decimal(0), what="本单位持有"
            )
        )
        for account in accounts:
            taken = min(left, free_of(account.balance, burdened[account.batch_id, kind]))
            if taken:
                lines.append(Line(account.batch_id, kind, taken))
                left -= taken
        if left:  # burdens lie on the rest of what is there: the first of them is named
            bars = next(each for each in accounts if burdened[each.batch_id, kind])
            more = left + free_of(bars.balance, burdened[bars.batch_id, kind])
            burdens.require_free(
                [Line(bars.batch_id, kind, more)], holder_id=holder_id, source=Bucket.AVAILABLE
            )
    return lines


def _why_too_late(
    quantities: Quantities, over: Sequence[UseTerm], *, holder_id: int, among: set[int]
) -> Refusal | None:
    """What is available only in batches whose term of use is over."""
    if not over:
        return None
    for kind, wanted in quantities.items():
        accounts = queries.available_accounts(holder_id=holder_id, kind=kind).filter(batch_id__in=among)
        usable = accounts.exclude(batch_id__in=[each.batch_id for each in over])
        within = usable.aggregate(total=Sum("balance"))["total"] or Decimal(0)
        if no := rules.why_not_in_term(kind=kind, wanted=wanted, within=within, ended=over[0].ends_at):
            return no
    return None


@transaction.atomic
def extend_term(
    *, batch_id: int, holder_id: int, days: int, reason: str, by: Actor, now: datetime
) -> UseTerm:
    """Give a buyer longer to use what it bought (延长使用期限), once, by no more than the rules allow.

    By the province. One person prepares, another releases. Refuses: not_permitted, same_person, not_found, invalid (no
    reason, more days than `extend_days`), duplicate_request (extended before), rule_expired.
    """
    require_capability(by, Can.DECIDE_FOR_PROVINCE)
    access.release(act=QUOTA_EXTEND_TERM, slot=str(holder_id), subject_id=batch_id, by=by, now=now)
    lanes.hold(BATCH_LANE, batch_id)
    found = (
        UseTerm.objects.select_for_update(of=("self",))
        .select_related("batch", "holder")
        .filter(batch_id=batch_id, holder_id=holder_id)
        .first()
    )
    if found is None:
        raise not_found("使用期限")
    require_province(by, found.batch.region_id)
    most = _most_days(found, now=now)
    refuse(
        rules.why_not_extend(days=days, most=most, extended=found.extended_days is not None, reason=reason)
    )
    found.ends_at, found.extended_days, found.reason = found.ends_at + timedelta(days=days), days, reason
    found.save(update_fields=["ends_at", "extended_days", "reason"])
    audit.record(
        verb=QUOTA_EXTEND_TERM, by=by, now=now, subject=found, after={"days": str(days), "reason": reason}
    )
    return found


def _most_days(found: UseTerm, *, now: datetime) -> int:
    province = f"{found.batch.region_id[:2]}0000"
    book = in_force(province=province, subject=traded_under(QuotaClass(found.batch.quota_class)), now=now)
    if book is None:
        raise Refused.because(
            Code.RULE_EXPIRED, "本省没有现行有效的规则，不能延长使用期限，请先批准规则。", province=province
        )
    return rules_of(book).parameters.longest_extension
