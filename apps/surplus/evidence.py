"""Which evidence (材料) a verification wants, from which side and while it stands where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from apps.documents.states import AttachmentKind as K
from apps.surplus.names import VERIFICATION_RECORD, VERIFICATION_REPORT, VERIFICATION_SUBMIT
from apps.surplus.rules import why_not_at
from apps.surplus.states import EDITABLE, REPORTABLE, REVOCABLE, VerificationStatus
from kernel.errors import Code, Refusal

REQUIRED = (
    K.ACCEPTANCE_CERTIFICATE,
    K.MEASUREMENT_REPORT,
    K.RETIREMENT_SUMMARY,
    K.VILLAGE_MINUTES,
)
"""Without these nothing is submitted."""
BEFORE_ACT: Mapping[str, tuple[K, ...]] = {
    VERIFICATION_REPORT: (K.MEASUREMENT_REPORT,),
    VERIFICATION_SUBMIT: tuple(each for each in REQUIRED if each is not K.MEASUREMENT_REPORT),
    VERIFICATION_RECORD: (K.INCOMING_DOCUMENT,),
}
"""What who does an act has attached before it."""


class Side(StrEnum):
    """Who has to hand something in."""

    COUNTY = auto()
    MEASURER = auto()
    PROVINCE = auto()


@dataclass(frozen=True)
class _Wanted:
    required: tuple[K, ...]
    more: tuple[K, ...]
    statuses: frozenset[VerificationStatus]


_WANTED = {
    Side.COUNTY: _Wanted(
        BEFORE_ACT[VERIFICATION_SUBMIT],
        (K.PROJECT_APPROVAL, K.PARCEL_MAP, K.OTHER),
        EDITABLE | REPORTABLE,
    ),
    Side.MEASURER: _Wanted((K.MEASUREMENT_REPORT,), (), REPORTABLE),
    Side.PROVINCE: _Wanted((K.INCOMING_DOCUMENT,), (), REVOCABLE),
}
"""The county's own until it submits and while it is to correct; the measurer's report while it measures; what the
ministry sent, of the province, once it has verified."""


def wanted_from(sides: Iterable[Side], *, status: VerificationStatus) -> dict[K, bool]:
    """The kinds that are taken now, required ones first, each with whether it is required."""
    open_now = [_WANTED[side] for side in sides if status in _WANTED[side].statuses]
    found = {kind: True for each in open_now for kind in each.required}
    return found | {kind: False for each in open_now for kind in each.more if kind not in found}


def why_not_taken(sides: Iterable[Side], *, kind: K, status: VerificationStatus) -> Refusal | None:
    """`not_permitted` for a kind that none of the sides hands in, `wrong_status` for one that is not wanted now."""
    for wanted in (_WANTED[side] for side in sides):
        if kind in wanted.required + wanted.more:
            return why_not_at(status, wanted.statuses)
    return Refusal(
        Code.NOT_PERMITTED,
        f"贵单位在本核定项目中不上传《{kind.label}》，请核对材料种类。",
        {"kind": str(kind)},
    )
