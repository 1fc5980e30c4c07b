"""Two persons for what binds (经办与审核分离): one prepares, another releases."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction

from kernel.access.models import Preparation
from kernel.actors import Actor, Duty
from kernel.audit import commands as audit
from kernel.canonical import canonical
from kernel.errors import Code, Refused, not_found


def digest(said: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of what was asked."""
    return hashlib.sha256(canonical(said)).hexdigest()


def _open(act: str, slot: str, subject_id: int, organisation_id: int) -> Preparation | None:
    return (
        Preparation.objects.select_for_update()
        .filter(act=act, slot=slot, subject_id=subject_id, organisation_id=organisation_id, decided_at=None)
        .first()
    )


@transaction.atomic
def prepare(
    *,
    act: str,
    slot: str = "",
    subject_id: int,
    payload: dict[str, Any],
    by: Actor,
    now: datetime,
    case_id: int | None = None,
    bound: dict[str, Any] | None = None,
    sha256: str = "",
) -> Preparation:
    """Leave `act` prepared for release, with what it binds and the digest over all of it.

    What waits is never replaced: the same again is answered with what waits. Refuses: not_permitted (only an operator
    prepares), duplicate_request (something else waits there until its operator takes it back).
    """
    if by.duty is not Duty.OPERATOR:
        raise Refused.because(
            Code.NOT_PERMITTED, "此事项须由本单位经办人员先行办理。", duty=str(by.duty or "none")
        )
    earlier = _open(act, slot, subject_id, by.organisation_id)
    if earlier is not None:
        if earlier.digest == sha256 and earlier.prepared_by_id == by.person_id:
            return earlier
        raise Refused.because(
            Code.DUPLICATE_REQUEST,
            f"该事项已由{earlier.prepared_by_name}提交审核，请待审核人员处理，或先撤回审核后重新办理。",
            prepared_by=earlier.prepared_by_name,
        )
    made = Preparation.objects.create(
        act=act,
        slot=slot,
        subject_id=subject_id,
        case_id=case_id,
        organisation_id=by.organisation_id,
        payload=payload,
        bound=bound or {},
        digest=sha256,
        prepared_by_id=by.person_id,
        prepared_by_name=by.person_name,
        prepared_at=now,
    )
    audit.record(verb=f"{act}.prepare", by=by, now=now, subject=made, after={"slot": slot, "sha256": sha256})
    return made


def release(*, act: str, slot: str = "", subject_id: int, by: Actor, now: datetime) -> Preparation | None:
    """Release what a colleague prepared, within the command that it releases; gives it.

    Refuses: not_permitted (not an approver, or nothing was prepared), same_person. A dry run releases nothing: None.
    """
    if by.dry_run:
        return None
    if by.duty is not Duty.APPROVER:
        raise Refused.because(
            Code.NOT_PERMITTED, "此事项须由本单位审核人员审核办理。", duty=str(by.duty or "none")
        )
    prepared = _open(act, slot, subject_id, by.organisation_id)
    if prepared is None:
        raise Refused.because(Code.NOT_PERMITTED, "尚无经办人员提交的待审核事项，请先由经办人员办理。")
    if prepared.prepared_by_id == by.person_id:
        raise Refused.because(Code.SAME_PERSON, "经办与审核不得为同一人，请由本单位其他审核人员办理。")
    _decide(prepared, by=by, now=now, released=True)
    return prepared


def _held(preparation_id: int, *, by: Actor) -> Preparation:
    prepared = (
        Preparation.objects.select_for_update()
        .filter(pk=preparation_id, organisation_id=by.organisation_id, decided_at=None)
        .first()
    )
    if prepared is None:
        raise not_found("待审核事项")
    return prepared


@transaction.atomic
def take_back(*, preparation_id: int, by: Actor, now: datetime) -> Preparation:
    """An operator of the organisation takes back what waits (撤回审核). Refuses: not_found, not_permitted."""
    prepared = _held(preparation_id, by=by)
    if by.duty is not Duty.OPERATOR:
        raise Refused.because(Code.NOT_PERMITTED, "撤回审核由本单位经办人员办理；审核人员请退回经办。")
    _decide(prepared, by=by, now=now, released=False, remark="经办撤回")
    audit.record(verb=f"{prepared.act}.take_back", by=by, now=now, subject=prepared)
    return prepared


@transaction.atomic
def void(*, preparation_id: int, remark: str, by: Actor, now: datetime) -> Preparation | None:
    """What waits is void because what it binds has changed; None when it was decided meanwhile."""
    prepared = Preparation.objects.select_for_update().filter(pk=preparation_id, decided_at=None).first()
    if prepared is None:
        return None
    _decide(prepared, by=by, now=now, released=False, remark=remark)
    audit.record(verb=f"{prepared.act}.void", by=by, now=now, subject=prepared, after={"remark": remark})
    return prepared


@transaction.atomic
def send_back(*, preparation_id: int, remark: str, by: Actor, now: datetime) -> Preparation:
    """The approver returns a preparation to its operator with a remark. Refuses: not_found, not_permitted, invalid."""
    prepared = _held(preparation_id, by=by)
    if by.duty is not Duty.APPROVER:
        raise Refused.because(Code.NOT_PERMITTED, "此事项须由本单位审核人员办理。")
    if not remark.strip():
        raise Refused.because(Code.INVALID, "请填写退回经办的理由。", field="remark")
    _decide(prepared, by=by, now=now, released=False, remark=remark)
    audit.record(verb=f"{prepared.act}.send_back", by=by, now=now, subject=prepared, after={"remark": remark})
    return prepared


def _decide(prepared: Preparation, *, by: Actor, now: datetime, released: bool, remark: str = "") -> None:
    prepared.decided_by_id = by.person_id
    prepared.decided_by_name = by.person_name
    prepared.decided_at = now
    prepared.released = released
    prepared.remark = remark
    prepared.save(update_fields=["decided_by_id", "decided_by_name", "decided_at", "released", "remark"])
