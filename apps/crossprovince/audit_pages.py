"""An audit as pages show it to anybody: what was committed to, the drawn order, how each voucher was concluded."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from apps.crossprovince.auditing import outcome_of
from apps.crossprovince.models import Adjustment, AuditDraw, AuditRound
from apps.crossprovince.queries import visible_to
from apps.crossprovince.states import AUDIT_LABELS
from apps.funds.models import Finding
from apps.funds.states import OUTCOME_LABELS
from kernel.actors import Actor

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


def rounds_seen(by: Actor) -> QuerySet[AuditRound]:
    """The audits of the adjustments that the actor may see, the newest first."""
    found = AuditRound.objects.filter(adjustment__in=visible_to(by).values("pk")).order_by("-id")
    return found.select_related("adjustment__case", "adjustment__holder").defer("adjustment__rules")


def audits_of(found: Adjustment) -> list[Audit]:
    """Its audits, the oldest first; of the running ones nothing but what was committed to. At most three queries."""
    rounds = list(found.audit_rounds.all())
    drawn = [each.pk for each in rounds if each.drawn_at is not None]
    draws = list(_draws(drawn)) if drawn else []
    findings = _findings(draws)
    return [
        Audit(
            each,
            AUDIT_LABELS[each.outcome] if each.outcome else "",
            [DrawnVoucher(one, _said(one, each, findings)) for one in draws if one.round_id == each.pk],
        )
        for each in rounds
    ]


def _draws(rounds: list[int]) -> QuerySet[AuditDraw]:
    found = AuditDraw.objects.filter(round_id__in=rounds).select_related("spending__movement__reversed_by")
    return found.order_by("round_id", "place")[:MOST_DRAWN]


def _findings(draws: list[AuditDraw]) -> dict[int, list[Finding]]:
    """The findings about the sampled vouchers, by their bookings, the oldest first."""
    keys = {each.spending.movement_id for each in draws if each.sampled}
    found: dict[int, list[Finding]] = {key: [] for key in keys}
    if keys:
        for each in Finding.objects.filter(about_id__in=keys).select_related("conclusion").order_by("id"):
            found[each.about_id or 0].append(each)
    return found


def _said(draw: AuditDraw, of: AuditRound, findings: dict[int, list[Finding]]) -> str:
    if not draw.sampled or of.drawn_at is None:
        return ""
    if hasattr(draw.spending.movement, "reversed_by"):
        return _("已冲回")
    since = [each for each in findings[draw.spending.movement_id] if each.at >= of.drawn_at]
    if not since:
        return _("待审计")
    outcome = outcome_of(since)
    return OUTCOME_LABELS[outcome] if outcome is not None else _("已提审计意见，待结论")
