"""Which evidence (材料) an adjustment wants, from which side and while it stands where."""

from collections.abc import Iterable
from enum import StrEnum, auto

from apps.crossprovince.rules import why_not_at
from apps.crossprovince.states import EDITABLE, AdjustmentStatus
from apps.documents.states import AttachmentKind as K
from kernel.errors import Code, Refusal

REQUIRED = (
    K.ADJUSTMENT_APPLICATION,
    K.MEASUREMENT_REPORT,
    K.QUOTA_CERTIFICATE,
    K.FUND_USE_PLAN,
)
"""Without these nothing is submitted (spec: cross-province, "Documents")."""


class Side(StrEnum):
    """Who has to hand something in."""

    COUNTY = auto()
    OFFICE = auto()


S = AdjustmentStatus
_AFTER_SUBMISSION = frozenset(S) - {S.DRAFT, S.WITHDRAWN}
_WANTED: dict[Side, tuple[tuple[K, ...], tuple[K, ...], frozenset[S]]] = {
    Side.COUNTY: (REQUIRED, (K.OTHER,), EDITABLE),
    Side.OFFICE: ((K.INCOMING_DOCUMENT,), (), _AFTER_SUBMISSION),
}
"""The county's until it submits and while it is to correct; of province and finance what bodies outside sent, also once
it is closed, where it is wanted for a correction alone."""


def wanted_from(sides: Iterable[Side], *, status: AdjustmentStatus) -> dict[K, bool]:
    """The kinds that are taken now, required ones first, each with whether it is required."""
    found: dict[K, bool] = {}
    for required, more, statuses in (_WANTED[side] for side in sides):
        if status in statuses:
            found |= dict.fromkeys(required, status is not S.CLOSED) | dict.fromkeys(more, False)
    return found


def why_not_taken(sides: Iterable[Side], *, kind: K, status: AdjustmentStatus) -> Refusal | None:
    """`not_permitted` for a kind that none of the sides hands in, `wrong_status` for one that is not wanted now."""
    for required, more, statuses in (_WANTED[side] for side in sides):
        if kind in required + more:
            return why_not_at(status, statuses)
    return Refusal(
        Code.NOT_PERMITTED,
        f"贵单位在本调剂申请中不上传《{kind.label}》，请核对材料种类。",
        {"kind": str(kind)},
    )
