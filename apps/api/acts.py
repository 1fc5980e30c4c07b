"""Every act under its address, and what waits for a release."""

from collections.abc import Callable

from django.urls import URLPattern, path

from apps.api.base import ApiView, require_of
from apps.crossprovince.demand_queries import demand_for
from apps.crossprovince.queries import adjustment_for, scheme_for
from apps.documents.corrections import incoming_for
from apps.documents.mending import document_for
from apps.funds.findings import finding_for
from apps.funds.queries import fund_for, movement_for
from apps.listings.queries import require_visible
from apps.objections.names import OBJECTION_RAISE, OBJECTION_RAISE_ON_CASE
from apps.questions.names import QUESTION_ASK
from apps.surplus.queries import verification_for
from kernel.actors import PUBLIC
from kernel.acts.act import all_acts
from kernel.web.acts import (
    ActPoint,
    act_route,
    point_of,
)

_PROTECTED = frozenset({OBJECTION_RAISE, OBJECTION_RAISE_ON_CASE, QUESTION_ASK})
"""Acts of which no record may say who did them: whoever objects or asks is nobody's business."""

_VISIBLE: dict[str, Callable[..., object]] = {
    "listing_id": require_visible,
    "verification_id": verification_for,
    "fund_id": fund_for,
    "movement_id": movement_for,
    "finding_id": finding_for,
    "adjustment_id": adjustment_for,
    "demand_id": demand_for,
    "scheme_id": scheme_for,
    "incoming_id": incoming_for,
    "document_id": document_for,
}
"""Subjects that a stranger is told nothing of, whatever it sends."""


class ActView(ApiView, ActPoint):
    """One act, for whoever may do it and on what they may know of."""

    def permit(self, subject_id: int) -> None:
        """Refuse by role first, so that a refusal tells nothing of what there is; then by visibility."""
        require_of(self.by, self.act.capability, request=self.request)
        if self.act.name in _PROTECTED:
            self.by = PUBLIC
        if look := _VISIBLE.get(self.act.subject):
            look(subject_id, by=self.by)


def act_urls() -> list[URLPattern]:
    """An address for every act of the process."""
    return [
        path(act_route(act), point_of(act, base=ActView).as_view(), name=f"act-{act.name}")
        for act in all_acts()
    ]
