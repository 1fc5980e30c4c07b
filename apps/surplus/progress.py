"""Moving a verification along its chain: its periods, its status, its sets of parts."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from apps.documents.states import AttachmentKind as K
from apps.land import grounds
from apps.surplus import queries
from apps.surplus.events import (
    VerificationEnded,
)
from apps.surplus.facts import DeclaredPart, claims_of, digest_of
from apps.surplus.models import Measurement, Part, Verification
from apps.surplus.names import VERIFICATION_REVOKE, VERIFICATION_WITHDRAW
from apps.surplus.states import (
    ENDED,
    MOVES,
    Origin,
)
from apps.surplus.states import VerificationStatus as S
from kernel.actors import Actor
from kernel.audit import commands as audit
from kernel.cases import commands as cases
from kernel.deadlines import commands as deadlines
from kernel.deadlines.commands import Period
from kernel.errors import Code, Refused
from kernel.events import emit


def days(found: Verification, count: int) -> Period:
    """So many working days, by its own rules."""
    return deadlines.working_days(count, daily_end=queries.parameters_of(found).daily_end)


def advance(found: Verification, to: S, *, now: datetime) -> None:
    """Move it on. A move that the chain does not know is a programming error."""
    if not MOVES.allows(found.state, to):
        raise ValueError(f"{found.status} → {to} is no move of a verification")
    found.status = to
    found.save()
    if to in ENDED:
        cases.end(found.pk, at=now)


def missing(kinds: Sequence[K]) -> Refused:
    """The refusal of what is handed in without these documents."""
    names = "、".join(f"《{each.label}》" for each in kinds)
    return Refused.because(
        Code.MISSING_DOCUMENT, f"缺少{names}，请上传后再办理。", missing=",".join(str(each) for each in kinds)
    )


def keep_parts(
    verification: Verification,
    parts: Sequence[DeclaredPart],
    *,
    origin: Origin,
    resettlement: Decimal,
    by: Actor,
    now: datetime,
    **report: object,
) -> Measurement:
    """A new set of parts, whose ground takes the place of the last one's. The same parts again are no new set."""
    claims = claims_of(
        parts,
        region=verification.region_id,
        within=queries.tolerances_of(queries.parameters_of(verification)),
    )
    digest = digest_of(parts, claims)
    latest = queries.newest(verification)
    if origin is Origin.DRAFT and latest is not None and latest.digest == digest:
        return latest
    made = Measurement.objects.create(
        verification=verification,
        version=(latest.version if latest else 0) + 1,
        origin=origin,
        digest=digest,
        part_count=len(parts),
        resettlement=resettlement,
        by_id=by.organisation_id,
        made_at=now,
        **report,
    )
    ground = grounds.claim(case_id=verification.pk, claims=claims, now=now)
    Part.objects.bulk_create(
        [
            Part(
                measurement=made,
                ground=where,
                parcel_no=each.parcel_no,
                village=each.village,
                class_before=each.class_before,
                class_after=each.class_after,
                area=each.area,
                grade_after=each.grade_after,
                high_standard_no=each.high_standard_no,
                building_area=each.building_area,
                demolition=each.demolition,
            )
            for each, where in zip(parts, ground, strict=True)
        ]
    )
    return made


def give_up(found: Verification, to: S, *, reason: str, by: Actor, now: datetime) -> None:
    """It ends without its quota: periods stop, its ground is free again."""
    found.end_reason = reason
    deadlines.cancel_all(case_id=found.pk)
    grounds.free(case_id=found.pk, now=now)
    advance(found, to, now=now)
    verb = VERIFICATION_WITHDRAW if to is S.WITHDRAWN else VERIFICATION_REVOKE
    audit.record(verb=verb, by=by, now=now, case_id=found.pk, subject=found, after={"reason": reason})
    emit(VerificationEnded(verification_id=found.pk, reason=reason, now=now))
