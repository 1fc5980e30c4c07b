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


def digest(payload: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of what was prepared."""
    return hashlib.sha256(canonical(payload)).hexdigest()


def _open(act: str, subject_id: int, organisation_id: int) -> Preparation | None:
    return (
        Preparation.objects.select_for_update()
        .filter(act=act, subject_id=subject_id, organisation_id=organisation_id, decided_at=None)
        .first()
    )


@transaction.atomic
def prepare(*, act: str, subject_id: int, payload: dict[str, Any], by: Actor, now: datetime) -> Preparation:
    """Leave `act` prepared for release. A newer preparation of the same act replaces the operator's earlier one.

    Refuses: not_permitted (only an operator prepares).
    """
    if by.duty is not Duty.OPERATOR:
        raise Refused.because(
            Code.NOT_PERMITTED, "此事项须由本单位经办人员先行办理。", duty=str(by.duty or "none")
        )
    earlier = _open(act, subject_id, by.organisation_id)
    if earlier is not None:
        _decide(earlier, by=by, now=now, released=False, remark="由新的经办稿替代")
    made = Preparation.objects.create(
        act=act,
        subject_id=subject_id,
        organisation_id=by.organisation_id,
        payload=payload,
        payload_sha256=digest(payload),
        prepared_by_id=by.person_id,
        prepared_by_name=by.person_name,
        prepared_at=now,
    )
    audit.record(verb=f"{act}.prepare", by=by, now=now, subject=made, after={"sha256": made.payload_sha256})
    return made


def release(
    *, act: str, subject_id: int, payload: dict[str, Any] | None = None, by: Actor, now: datetime
) -> None:
    """Release what a colleague prepared, within the command that it releases.

    Refuses: not_permitted (not an approver, or nothing was prepared), same_person, text_changed (the facts given
    are not those that were prepared). A trial releases nothing.
    """
    if by.trial:
        return
    if by.duty is not Duty.APPROVER:
        raise Refused.because(
            Code.NOT_PERMITTED, "此事项须由本单位审核人员审核办理。", duty=str(by.duty or "none")
        )
    prepared = _open(act, subject_id, by.organisation_id)
    if prepared is None:
        raise Refused.because(Code.NOT_PERMITTED, "尚无经办人员提交的待审核事项，请先由经办人员办理。")
    if prepared.prepared_by_id == by.person_id:
        raise Refused.because(Code.SAME_PERSON, "经办与审核不得为同一人，请由本单位其他审核人员办理。")
    if payload is not None and digest(payload) != prepared.payload_sha256:
        raise Refused.because(Code.TEXT_CHANGED, "提交内容与经办稿不一致，请核对后由经办人员重新提交。")
    _decide(prepared, by=by, now=now, released=True)


@transaction.atomic
def send_back(*, preparation_id: int, remark: str, by: Actor, now: datetime) -> Preparation:
    """The approver returns a preparation to its operator with a remark. Refuses: not_found, not_permitted, invalid."""
    prepared = (
        Preparation.objects.select_for_update()
        .filter(pk=preparation_id, organisation_id=by.organisation_id, decided_at=None)
        .first()
    )
    if prepared is None:
        raise not_found("待审核事项")
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
    prepared.save()
