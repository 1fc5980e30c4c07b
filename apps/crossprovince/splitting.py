"""A part match splits: the matched part keeps its number, the rest waits on as a new adjustment or is released."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from apps.crossprovince import queries, rules
from apps.crossprovince.matching import Match
from apps.crossprovince.models import Adjustment, AdjustmentLine
from apps.crossprovince.progress import give_number, keep_plan, release
from apps.crossprovince.states import AdjustmentStatus as S
from apps.crossprovince.states import Remainder
from kernel.actors import SYSTEM, Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.errors import Code, Refused


def split(found: Adjustment, match: Match, *, by: Actor, now: datetime) -> Adjustment | None:
    """Cut an adjustment down to what its scheme matches. Gives the new adjustment of the rest, where it is kept.

    What is kept stays frozen without a movement. Each plan is scaled to its own A.
    """
    rest, items = match.rest, queries.items_of(found)
    remainder = None
    if rest and found.remainder == Remainder.KEEP:
        remainder = _kept(found, rest, by=by, now=now)
    elif rest:
        release(found, rest, now=now)
    for line in found.lines.filter(pk__in=rest):
        line.amount -= rest[line.pk]
        line.frozen = line.amount
        line.save(update_fields=["amount", "frozen"])
    found.lines.filter(amount=0).delete()
    if not items:
        raise Refused.because(Code.INVALID, "本申请没有资金使用方案，不能登记调剂方案。", field="plan")
    keep_plan(found, rules.scaled(items, to=match.amounts.allocated), by=SYSTEM, now=now)
    return remainder


def _kept(found: Adjustment, rest: dict[int, Decimal], *, by: Actor, now: datetime) -> Adjustment:
    """A new adjustment of the rest, with the ministry as its origin is."""
    case = cases.open_case(
        process="adjustment",
        owner_id=found.holder_id,
        province=found.province,
        region=found.region_id,
        now=now,
    )
    same = (
        *("holder_id", "region_id", "province", "title", "remainder", "loan_source", "income_tied", "rules"),
        *("review_round", "submitted_at", "consent_no", "consented_on", "reported_at", "package_sha256"),
    )
    made = Adjustment.objects.create(
        case=case,
        parent=found,
        status=S.WITH_MINISTRY,
        drafted_at=now,
        **{name: getattr(found, name) for name in same},
    )
    give_number(made, now=now)
    lines = {each.pk: each for each in queries.lines_of(found)}
    AdjustmentLine.objects.bulk_create(
        AdjustmentLine(
            adjustment=made,
            batch_id=lines[key].batch_id,
            high_standard=lines[key].high_standard,
            amount=amount,
            frozen=amount,
        )
        for key, amount in rest.items()
    )
    gross = rules.gross_of(
        (replace(lines[key].wanted, amount=amount) for key, amount in rest.items()), queries.prices_of(found)
    )
    allocated = rules.allocated_of(gross, retained_share=queries.parameters_of(found).retained_share)
    keep_plan(made, rules.scaled(queries.items_of(found), to=allocated), by=SYSTEM, now=now)
    said = {"parent": str(found.case.number), "amount_mu": str(sum(rest.values(), Decimal(0)))}
    audit.record(verb="adjustment.split", by=by, now=now, case_id=made.pk, subject=made, after=said)
    return made
