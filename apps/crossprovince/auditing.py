"""Audits of what an adjustment spent (年度审计、决算审计): committed to, drawn, and concluded once each voucher is."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from apps.crossprovince import drawing, queries
from apps.crossprovince.events import AuditConcluded, AuditDrawn
from apps.crossprovince.models import Adjustment, AuditDraw, AuditRound
from apps.crossprovince.names import FINAL_AUDIT_DEADLINE, YEAR_AUDIT_DEADLINE, YEAR_END_DEADLINE
from apps.crossprovince.outcomes import WORST_FIRST, Said, outcome_of
from apps.crossprovince.periods import year_begins_at, year_of
from apps.crossprovince.states import NO_OPINION, REPORTING
from apps.funds.allocations import allocated_of
from apps.funds.ledger import Source
from apps.funds.models import Finding, Spending
from apps.funds.queries import accounts_of, distributions_of, standing_spendings
from apps.funds.states import POOL, Outcome, is_share
from kernel import entropy
from kernel.actors import SYSTEM
from kernel.audit import commands as audit
from kernel.deadlines import commands as deadlines
from kernel.deadlines.commands import Period, calendar_days
from kernel.deadlines.models import Deadline
from kernel.events import emit
from kernel.money import ZERO
from kernel.sealing import open_sealed, seal

FINAL = 0
"""The year of the audit of all that was spent."""
_SECRET_BYTES = 32


def begin(*, adjustment_id: int, now: datetime) -> None:
    """Money was distributed for the first time: the secrets of this year's audit and of the final one are committed to.

    The year's end opens the year's audit.
    """
    found = queries.locked(adjustment_id)
    for year in (year_of(now), FINAL):
        _commit(found, year, now=now)
    _expect_year_end(found, year_of(now), now=now)


def _commit(found: Adjustment, year: int, *, now: datetime) -> AuditRound:
    count = found.audit_rounds.count()
    secret = entropy.token(_SECRET_BYTES, purpose=f"audit:{found.pk}:{year}:{count}").hex()
    made = AuditRound.objects.create(
        adjustment=found,
        year=year,
        commitment=drawing.commitment_of(secret),
        sealed_secret=seal(secret),
        begun_at=now,
    )
    said = {"year": str(year), "commitment": made.commitment}
    audit.record(
        verb="adjustment.commit_audit", by=SYSTEM, now=now, case_id=found.pk, subject=made, after=said
    )
    return made


def _expect_year_end(found: Adjustment, year: int, *, now: datetime) -> None:
    ends_at = year_begins_at(year + 1)
    deadlines.set_at(kind=YEAR_END_DEADLINE, case_id=found.pk, subject_id=year, due_at=ends_at, now=now)


def end_year(deadline: Deadline, now: datetime) -> None:
    """A year is over: its vouchers are drawn, to be audited within `yearly_audit_days`; the next year begins."""
    found, at = queries.locked(deadline.of_case), deadline.due_at
    if found.state not in REPORTING:
        return
    year = deadline.subject_id
    mine = found.audit_rounds.get(year=year)
    _draw(mine, since=year_begins_at(year), at=at, now=now)
    deadlines.start(
        kind=YEAR_AUDIT_DEADLINE,
        case_id=found.pk,
        subject_id=mine.pk,
        triggered_at=at,
        period=_days(found, queries.parameters_of(found).yearly_audit_days),
        concerns_id=queries.auditor_id(found),
    )
    _commit(found, year + 1, now=at)
    _expect_year_end(found, year + 1, now=at)
    conclude_if_done(adjustment_id=found.pk, now=at)


def follow_money(*, adjustment_id: int, now: datetime) -> None:
    """After money moved: the final audit is drawn once nothing is left, and void once something is to be spent."""
    found = queries.locked(adjustment_id)
    final = found.audit_rounds.filter(year=FINAL, voided_at=None).first()
    if final is None or found.state not in REPORTING:
        return
    done = _is_all_spent(found)
    if final.drawn_at is None and done:
        _draw(final, since=found.drafted_at, at=now, now=now)
        deadlines.start(
            kind=FINAL_AUDIT_DEADLINE,
            case_id=found.pk,
            subject_id=final.pk,
            triggered_at=now,
            period=_days(found, queries.parameters_of(found).final_audit_days),
            concerns_id=queries.auditor_id(found),
        )
    elif final.drawn_at is not None and not done:
        final.voided_at = now
        final.save(update_fields=["voided_at"])
        deadlines.cancel(kind=FINAL_AUDIT_DEADLINE, case_id=found.pk)
        audit.record(verb="adjustment.void_audit", by=SYSTEM, now=now, case_id=found.pk, subject=final)
        _commit(found, FINAL, now=now)
    conclude_if_done(adjustment_id=adjustment_id, now=now)


def _is_all_spent(found: Adjustment) -> bool:
    """All of A has come, and nothing of it is left in the pool or a share."""
    of, amounts = Source(found.holder_id, found.pk), found.amounts
    if amounts is None or allocated_of(found.pk) != amounts.allocated or not distributions_of(of).exists():
        return False
    return not left_of(found)


def left_of(found: Adjustment) -> dict[str, str]:
    """What is left in the pool and in shares, by bucket."""
    return {
        each.bucket: str(each.balance)
        for each in accounts_of(Source(found.holder_id, found.pk))
        if each.balance and (each.bucket == POOL or is_share(each.bucket))
    }


_EVER = year_begins_at(9000)


def standing_vouchers(
    found: Adjustment, *, since: datetime | None = None, until: datetime = _EVER
) -> list[Spending]:
    """The payments of its money that stand, of a span or all of them, in their order."""
    of = Source(found.holder_id, found.pk)
    return list(standing_spendings(of, since=since or found.drafted_at, until=until))


def rounds_of(found: Adjustment) -> list[AuditRound]:
    """Its audits that were not void, the oldest first."""
    return not_void(found.audit_rounds.all())


def not_void(rounds: Iterable[AuditRound]) -> list[AuditRound]:
    """Audits but those that were void."""
    return [each for each in rounds if each.voided_at is None]


def _draw(mine: AuditRound, *, since: datetime, at: datetime, now: datetime) -> None:
    """Reveal the secret, and keep the order of every voucher that was made since, before `at`, and stands."""
    found = mine.adjustment
    vouchers = standing_vouchers(found, since=since, until=at if mine.year else _EVER)
    by_movement: dict[int, Spending] = {each.movement_id: each for each in vouchers}
    secret = open_sealed(mine.sealed_secret)
    order = drawing.draw(
        secret,
        {key: each.amount for key, each in by_movement.items()},
        sample=queries.parameters_of(found).audit_sample,
        always=_paid_since(mine, by_movement) | _paid_instead(found, vouchers),
    )
    AuditDraw.objects.bulk_create(
        AuditDraw(
            round=mine,
            place=place,
            spending=by_movement[each.movement_id],
            amount=each.amount,
            digest=each.digest,
            sampled=each.sampled,
        )
        for place, each in enumerate(order, start=1)
    )
    mine.drawn_at, mine.secret = at, secret
    mine.spent = sum((each.amount for each in order), ZERO)
    mine.sampled = sum((each.amount for each in order if each.sampled), ZERO)
    mine.save(update_fields=["drawn_at", "secret", "spent", "sampled"])
    said = {"vouchers": str(len(order)), "spent": str(mine.spent), "sampled": str(mine.sampled)}
    audit.record(verb="adjustment.draw_audit", by=SYSTEM, now=at, case_id=found.pk, subject=mine, after=said)
    emit(AuditDrawn(adjustment_id=found.pk, round_id=mine.pk, now=now))


def _paid_since(mine: AuditRound, there: Collection[int]) -> frozenset[int]:
    """The bookings that no draw of the same audit has had before; none where it is drawn for the first time."""
    before = AuditRound.objects.filter(
        adjustment_id=mine.adjustment_id, year=mine.year, drawn_at__isnull=False
    )
    if not before.exists():
        return frozenset()
    drawn = AuditDraw.objects.filter(round__in=before).values_list("spending__movement_id", flat=True)
    return frozenset(there) - set(drawn)


def _paid_instead(found: Adjustment, vouchers: Sequence[Spending]) -> frozenset[int]:
    """The bookings that replace what was drawn and taken back: the next payments of its share that make up its amount.

    Who takes a drawn voucher back and pays anew is not spared the audit by doing so in the next year.
    """
    drawn = AuditDraw.objects.filter(
        round__adjustment=found, sampled=True, spending__movement__reversed_by__isnull=False
    )
    gone = {
        each.spending_id: each.spending for each in drawn.select_related("spending__movement__reversed_by")
    }
    there: set[int] = set()
    for back in gone.values():
        since, left = back.movement.reversed_by.movement_id, back.amount
        after = [each for each in vouchers if each.category == back.category and each.movement_id > since]
        for each in after:
            if left <= ZERO:
                break
            there.add(each.movement_id)
            left -= each.amount
    return frozenset(there)


def _days(found: Adjustment, count: int) -> Period:
    return calendar_days(count, daily_end=queries.parameters_of(found).daily_end)


def conclude_if_done(*, adjustment_id: int, now: datetime) -> None:
    """Conclude every audit whose drawn vouchers are all settled: found in order, or taken back.

    Of a year's audit a voucher is settled however its finding was concluded, and the worst is the audit's outcome.
    """
    rounds = AuditRound.objects.filter(
        adjustment_id=adjustment_id, drawn_at__isnull=False, concluded_at=None, voided_at=None
    )
    for mine in rounds.order_by("id"):
        outcomes = outcomes_of(mine)
        wanted = (Outcome.IN_ORDER,) if mine.year == FINAL else WORST_FIRST
        if all(each in wanted for each in outcomes.values()):
            _conclude(mine, outcomes.values(), now=now)


def outcomes_of(mine: AuditRound) -> dict[int, Outcome | None]:
    """How each sampled voucher that still stands was concluded, by its booking; None where it is not.

    Only a finding counts that was raised after the voucher was drawn last: a conclusion counts for one draw. What an
    earlier final audit had drawn before it was void stays to be audited: taking money back is no way to have other
    vouchers drawn instead. What one auditor concluded no other one overrides: of each the newest, of several the worst.
    """
    same = AuditRound.objects.filter(adjustment_id=mine.adjustment_id, year=mine.year, drawn_at__isnull=False)
    draws = AuditDraw.objects.filter(
        round__in=same, sampled=True, spending__movement__reversed_by__isnull=True
    )
    keys = draws.order_by("round_id", "place").values_list("spending__movement_id", "round__drawn_at")
    since = {movement_id: at for movement_id, at in keys if at is not None}  # of several draws the last
    findings: dict[int, list[Finding]] = {movement_id: [] for movement_id in since}
    for each in Finding.objects.filter(about_id__in=since).order_by("id").select_related("conclusion"):
        if each.about_id is not None and each.at >= since[each.about_id]:
            findings[each.about_id].append(each)
    return {movement_id: outcome_of(map(_said, those)) for movement_id, those in findings.items()}


def _said(finding: Finding) -> Said:
    return Said(finding.organisation_id, finding.conclusion.outcome if finding.is_concluded else None)


def _conclude(mine: AuditRound, outcomes: Iterable[Outcome | None], *, now: datetime) -> None:
    there = set(outcomes)
    mine.outcome = str(next((each for each in WORST_FIRST if each in there), NO_OPINION))
    mine.concluded_at = now
    mine.save(update_fields=["outcome", "concluded_at"])
    found = mine.adjustment
    if mine.year == FINAL:
        deadlines.meet(kind=FINAL_AUDIT_DEADLINE, case_id=found.pk, subject_id=mine.pk, at=now)
    else:
        deadlines.meet(kind=YEAR_AUDIT_DEADLINE, case_id=found.pk, subject_id=mine.pk, at=now)
    said = {"outcome": mine.outcome}
    audit.record(
        verb="adjustment.conclude_audit", by=SYSTEM, now=now, case_id=found.pk, subject=mine, after=said
    )
    emit(AuditConcluded(adjustment_id=found.pk, round_id=mine.pk, now=now))


def final_of(rounds: Iterable[AuditRound]) -> AuditRound | None:
    """The audit of all that was spent, among those that are not void; None before the first distribution."""
    return next((each for each in rounds if each.year == FINAL), None)


def open_rounds(rounds: Iterable[AuditRound]) -> int:
    """How many of the audits that are not void have their vouchers drawn and are not concluded."""
    return sum(each.drawn_at is not None and each.concluded_at is None for each in rounds)
