"""An audit as pages show it to anybody: what was committed to, the drawn order, how each voucher was concluded."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from apps.crossprovince import auditing
from apps.crossprovince.models import Adjustment, AuditDraw, AuditRound
from apps.funds.states import OUTCOME_LABELS, Outcome

MOST_DRAWN = 500


@dataclass(frozen=True)
class DrawnVoucher:
    """One voucher in its drawn place, and how it was concluded."""

    draw: AuditDraw
    outcome: str


@dataclass(frozen=True)
class Audit:
    """One audit: what was committed to, what was drawn, how it stands."""

    round: AuditRound
    outcome: str
    vouchers: list[DrawnVoucher]


def audits_of(found: Adjustment) -> list[Audit]:
    """Its audits, the oldest first; of the running ones nothing but what was committed to."""
    rounds = found.audit_rounds.order_by("id")
    return [_audit(each) for each in rounds]


def _audit(mine: AuditRound) -> Audit:
    outcomes = auditing.outcomes_of(mine) if mine.drawn_at is not None else {}
    draws = mine.draws.select_related("spending").order_by("place")[:MOST_DRAWN]
    said = OUTCOME_LABELS[mine.outcome] if mine.outcome else ""
    return Audit(mine, said, [DrawnVoucher(each, _said(each, outcomes)) for each in draws])


def _said(draw: AuditDraw, outcomes: dict[int, Outcome | None]) -> str:
    if not draw.sampled:
        return ""
    if draw.spending.movement_id not in outcomes:
        return _("已冲回")
    outcome = outcomes[draw.spending.movement_id]
    return OUTCOME_LABELS[outcome] if outcome is not None else _("待审计")
