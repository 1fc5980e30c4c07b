"""An audit as pages show it to anybody: what was committed to, the drawn order, how each voucher was concluded."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_noop as _

from apps.crossprovince.models import AuditDraw, AuditRound
from apps.crossprovince.outcomes import Said, outcome_of
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


def audits_of(rounds: Iterable[AuditRound]) -> list[Audit]:
    """These audits; of the running ones nothing but what was committed to. One query, none before a draw."""
    every = list(rounds)
    drawn = [each.pk for each in every if each.drawn_at is not None]
    draws = list(_draws(drawn)) if drawn else []
    return [
        Audit(
            each,
            AUDIT_LABELS[each.outcome] if each.outcome else "",
            [DrawnVoucher(one, _outcome(one)) for one in draws if one.round_id == each.pk],
        )
        for each in every
    ]


def _draws(rounds: list[int]) -> QuerySet[AuditDraw]:
    """Drawn vouchers, each with what auditors said of it since it was drawn, in their order (`said`)."""
    since = Finding.objects.filter(about=OuterRef("spending__movement"), at__gte=OuterRef("round__drawn_at"))
    said = since.order_by("id").values(
        json=JSONObject(organisation_id="organisation_id", outcome="conclusion__outcome")
    )
    found = AuditDraw.objects.filter(round_id__in=rounds).select_related("spending__movement__reversed_by")
    return found.annotate(said=ArraySubquery(said)).order_by("round_id", "place")[:MOST_DRAWN]


def _outcome(draw: AuditDraw) -> str:
    if not draw.sampled:
        return ""
    if hasattr(draw.spending.movement, "reversed_by"):
        return _("已冲回")
    said = [Said(**each) for each in draw.said]  # type: ignore[attr-defined]
    if not said:
        return _("待审计")
    outcome = outcome_of(said)
    return OUTCOME_LABELS[outcome] if outcome is not None else _("已提审计意见，待结论")
