"""Moving an adjustment along: its status, its plan, its quota in the ledger."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from apps.crossprovince import queries, rules
from apps.crossprovince.models import Adjustment, AdjustmentLine, Plan, PlanLine
from apps.crossprovince.rules import PlanItem
from apps.crossprovince.states import ENDED, MOVES
from apps.crossprovince.states import AdjustmentStatus as S
from apps.quota import commands as quota
from apps.quota.ledger import Line
from kernel.actors import Actor
from kernel.cases import commands as cases
from kernel.clock import beijing
from kernel.numbering.commands import next_number


def advance(found: Adjustment, to: S, *, now: datetime) -> None:
    """Move it on. A move that the process does not know is a programming error."""
    if not MOVES.allows(found.state, to):
        raise ValueError(f"{found.status} → {to} is no move of an adjustment")
    found.status = to
    found.save()
    if to in ENDED:
        cases.end(found.pk, at=now)


def give_number(found: Adjustment, *, now: datetime) -> None:
    """Its number, at its first submission or when it is split off: 跨省调〔YYYY〕province NNNN号, without gaps."""
    if found.case.number is None:
        year = beijing(now).year
        serial = next_number(f"adjustment:{found.province}:{year}")
        found.case.number = f"跨省调〔{year}〕{found.province}{serial:04d}号"
        cases.give_number(found.pk, found.case.number)


def keep_plan(
    found: Adjustment, items: Sequence[PlanItem], *, by: Actor, now: datetime, proposed: bool = False
) -> Plan | None:
    """A new version of its plan, its lines numbered; the same again is none, and neither is an empty one."""
    latest = queries.plan_of(found)
    wanted = rules.numbered(items, highest=queries.highest_plan_no(found))
    if not items or (latest is not None and wanted == queries.items_of(found)):
        return latest
    made = Plan.objects.create(
        adjustment=found,
        version=queries.plan_versions(found) + 1,
        proposed=proposed,
        made_by_id=by.person_id,
        made_at=now,
    )
    PlanLine.objects.bulk_create([PlanLine(plan=made, **vars(each)) for each in wanted])
    return made


def freeze_as_wanted(found: Adjustment, *, now: datetime) -> None:
    """The ledger holds for it just what it is of now: what it wants less is released first, what more is frozen."""
    lines = list(found.lines.select_related("batch").order_by("id"))
    change = _by_batch(lines)
    less = [_line(batch, -amount) for batch, amount in change.items() if amount < 0]
    more = [_line(batch, amount) for batch, amount in change.items() if amount > 0]
    if less:
        quota.release(less, holder_id=found.holder_id, case_id=found.pk, now=now)
    if more:
        quota.freeze(more, holder_id=found.holder_id, case_id=found.pk, now=now)
    for each in lines:
        each.frozen = each.amount
        each.save(update_fields=["frozen"])


def _by_batch(lines: Sequence[AdjustmentLine]) -> dict[int, Decimal]:
    change: dict[int, Decimal] = {}
    for each in lines:
        change[each.batch_id] = change.get(each.batch_id, Decimal(0)) + each.amount - each.frozen
    return change


def _line(batch_id: int, amount: Decimal) -> Line:
    return Line(batch_id, queries.KIND, amount)


def release_all(found: Adjustment, *, now: datetime) -> None:
    """What the ledger holds for it is its holder's again."""
    release(found, {each.pk: each.frozen for each in found.lines.order_by("id")}, now=now)


def release(found: Adjustment, amounts: dict[int, Decimal], *, now: datetime) -> None:
    """So much of each line is its holder's again, by the line's key."""
    sums: dict[int, Decimal] = {}
    for each in found.lines.order_by("id"):
        amount = amounts.get(each.pk, Decimal(0))
        if amount:
            sums[each.batch_id] = sums.get(each.batch_id, Decimal(0)) + amount
            each.frozen -= amount
            each.save(update_fields=["frozen"])
    if sums:
        lines = [_line(batch, amount) for batch, amount in sums.items()]
        quota.release(lines, holder_id=found.holder_id, case_id=found.pk, now=now)
