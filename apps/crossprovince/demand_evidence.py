"""Which evidence (材料) a demand wants, from which side and while it stands where."""

from collections.abc import Iterable
from enum import StrEnum, auto

from apps.crossprovince.demand_rules import why_not_at
from apps.crossprovince.demand_states import EDITABLE, DemandStatus
from apps.documents.states import AttachmentKind as K
from kernel.errors import Code, Refusal

REQUIRED = (K.ADJUSTMENT_APPLICATION, K.BUDGET_PROOF)
"""Without these nothing is submitted (spec: cross-province, "Acts" and "Documents")."""


class DemandSide(StrEnum):
    """Who has to hand something in."""

    HOLDER = auto()
    OFFICE = auto()
    FINANCE = auto()


S = DemandStatus
_AFTER_SUBMISSION = frozenset(S) - {S.DRAFT, S.WITHDRAWN}
_WANTED: dict[DemandSide, tuple[tuple[K, ...], tuple[K, ...], frozenset[S]]] = {
    DemandSide.HOLDER: (REQUIRED, (K.OTHER,), EDITABLE),
    DemandSide.OFFICE: ((K.INCOMING_DOCUMENT,), (), _AFTER_SUBMISSION),
    DemandSide.FINANCE: ((K.PAYMENT_VOUCHER,), (), frozenset({S.PAYING})),
}
"""The holder's until it submits and while it is to correct; the province's is what bodies outside sent, also once it is
closed, where it is wanted for a correction alone; finance's what it paid by."""


def wanted_from(sides: Iterable[DemandSide], *, status: DemandStatus) -> dict[K, bool]:
    """The kinds that are taken now, required ones first, each with whether it is required."""
    found: dict[K, bool] = {}
    for required, more, statuses in (_WANTED[side] for side in sides):
        if status in statuses:
            found |= dict.fromkeys(required, status is not S.CLOSED) | dict.fromkeys(more, False)
    return found


def why_not_taken(sides: Iterable[DemandSide], *, kind: K, status: DemandStatus) -> Refusal | None:
    """`not_permitted` for a kind that none of the sides hands in, `wrong_status` for one that is not wanted now."""
    for required, more, statuses in (_WANTED[side] for side in sides):
        if kind in required + more:
            return why_not_at(status, statuses)
    return Refusal(
        Code.NOT_PERMITTED,
        f"贵单位在本调入需求中不上传《{kind.label}》，请核对材料种类。",
        {"kind": str(kind)},
    )
