"""The one gate for what people do: settle what is due, run the command, keep the answer, record a refusal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.exceptions import ErrorDetail

from kernel.access import commands as access
from kernel.access.queries import waiting, waiting_for
from kernel.actors import PUBLIC, Actor, Duty
from kernel.acts.act import Act, act_called
from kernel.acts.models import KeptAnswer
from kernel.audit import commands as audit
from kernel.deadlines import runner
from kernel.errors import Code, Refusal, Refused, not_found

_MOST_ROUNDS = 20


@dataclass(frozen=True)
class Done:
    """What came of an act: `done`, `prepared` (waits for the approver) or `repeated` (answered before)."""

    outcome: str
    answer: dict[str, Any]


class _Undo(Exception):
    """Takes a trial back."""


def perform(
    act: Act,
    *,
    subject_id: int = 0,
    data: dict[str, Any] | None = None,
    by: Actor,
    now: datetime,
    key: str = "",
) -> Done:
    """Do `act` for `by` with plain `data` as it came in.

    An operator's call of an act of two persons is tried out and kept for the approver; the approver's call releases
    it. With `key`, the same request again is answered as the first time (`repeated`), another one under the same key
    is refused `duplicate_request`. Raises `Refused`; the refusal is recorded and nothing has changed.
    """
    data = data or {}
    by = PUBLIC if act.anonymous else by
    listing_id = act.lane(subject_id)
    try:
        return _settled(act, subject_id, data, by=by, now=now, key=key, listing_id=listing_id)
    except Refused as no:
        if by.is_person:
            audit.record_refusal(
                verb=act.name, by=by, now=now, listing_id=listing_id, refusal=no.refusal, tried=_tried(data)
            )
        raise


def _tried(data: dict[str, Any]) -> dict[str, Any]:
    """What was tried, without what must not be written down (a reserve price)."""
    return {name: value for name, value in data.items() if name != "reserve_price"}


def _settled(
    act: Act,
    subject_id: int,
    data: dict[str, Any],
    *,
    by: Actor,
    now: datetime,
    key: str,
    listing_id: int | None,
) -> Done:
    for _ in range(_MOST_ROUNDS):
        if listing_id:
            runner.run_due(now=now, listing_id=listing_id)
        try:
            with transaction.atomic():
                return _once(act, subject_id, data, by=by, now=now, key=key)
        except runner.Unsettled as unsettled:
            runner.run_due(now=unsettled.now, listing_id=unsettled.listing_id)
    raise RuntimeError(f"listing {listing_id} does not settle")


def _once(act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime, key: str) -> Done:
    if not key:
        return _carry_out(act, subject_id, data, by=by, now=now)
    digest = access.digest({"act": act.name, "subject": subject_id, "data": data})
    kept = KeptAnswer(person_id=by.person_id, key=key, act=act.name, request_sha256=digest, answered_at=now)
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError:
        return _kept(by.person_id, key, digest)
    done = _carry_out(act, subject_id, data, by=by, now=now)
    kept.answer = {"outcome": done.outcome, "answer": done.answer}
    kept.save(update_fields=["answer"])
    return done


def _kept(person_id: int, key: str, digest: str) -> Done:
    kept = KeptAnswer.objects.get(person_id=person_id, key=key)
    if kept.request_sha256 != digest:
        raise Refused.because(
            Code.DUPLICATE_REQUEST, "该请求标识已用于另一项办理，请更换请求标识后重新提交。", key=key
        )
    return Done("repeated", dict(kept.answer["answer"]))


def _carry_out(act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime) -> Done:
    if act.two_persons and by.duty is Duty.OPERATOR:
        return _prepare(act, subject_id, data, by=by, now=now)
    if act.two_persons:
        data = _prepared_data(act, subject_id, data, by=by)
    result = _run(act, subject_id, data, by=by, now=now)
    return Done("repeated" if getattr(result, "repeated", False) else "done", dict(act.answer(result)))


def _run(act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime) -> Any:
    facts = validated(act, data)
    if act.subject:
        facts[act.subject] = subject_id
    return act.command(**facts, by=by, now=now)


def why_not(
    act: Act,
    *,
    subject_id: int = 0,
    data: dict[str, Any],
    by: Actor,
    now: datetime,
    look: Callable[[], None] | None = None,
) -> Refusal | None:
    """What `act` with `data` would be refused for, tried out and taken back; None when it would be done.

    Nothing is changed, recorded or told, but that what fell due before is settled: this is for a form that says what
    is wrong while it is filled in. `look` is called while the act stands as if done, before it is taken back, such as
    to print what it would issue.
    """
    by = PUBLIC if act.anonymous else by
    tried_by = replace(by, duty=Duty.APPROVER if act.two_persons else by.duty, trial=True)
    for _ in range(_MOST_ROUNDS):
        try:
            with transaction.atomic():
                _run(act, subject_id, data, by=tried_by, now=now)
                if look is not None:
                    look()
                raise _Undo
        except _Undo:
            return None
        except Refused as no:
            return no.refusal
        except runner.Unsettled as unsettled:
            runner.run_due(now=unsettled.now, listing_id=unsettled.listing_id)
    raise RuntimeError(f"{act.name} {subject_id} does not settle")


def _prepare(act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime) -> Done:
    """Try the act as if it were released, so that its operator hears a refusal first; then keep it prepared."""
    try:
        with transaction.atomic():
            _run(act, subject_id, data, by=replace(by, duty=Duty.APPROVER, trial=True), now=now)
            raise _Undo
    except _Undo:
        kept = access.prepare(act=act.slot(data), subject_id=subject_id, payload=data, by=by, now=now)
    return Done("prepared", {"preparation": kept.pk})


def _prepared_data(act: Act, subject_id: int, data: dict[str, Any], *, by: Actor) -> dict[str, Any]:
    prepared = waiting_for(act=act.slot(data), subject_id=subject_id, by=by)
    if prepared is None:
        return data
    if set(data) - {act.slot_by} and access.digest(data) != prepared.payload_sha256:
        raise Refused.because(Code.TEXT_CHANGED, "提交内容与经办稿不一致，请核对后由经办人员重新提交。")
    return dict(prepared.payload)


def validated(act: Act, data: dict[str, Any]) -> dict[str, Any]:
    """The command's facts from plain data. Refuses `invalid`, naming each field and what is wrong with it."""
    form = act.form(data=data)
    if form.is_valid():
        return dict(form.validated_data)
    figures = dict(_flat(form.errors))
    first = next(iter(figures.items()), ("", ""))
    raise Refused(Refusal(Code.INVALID, f"填写内容有误：{first[1]}（{first[0]}）", figures))


def _flat(errors: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(errors, dict):
        return [
            pair
            for name, inner in errors.items()
            for pair in _flat(inner, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(errors, list):
        if all(isinstance(each, ErrorDetail) for each in errors):
            return [(path, "；".join(str(each) for each in errors))] if errors else []
        return [pair for index, inner in enumerate(errors) for pair in _flat(inner, f"{path}[{index}]")]
    return [(path, str(errors))]


def release(*, preparation_id: int, by: Actor, now: datetime) -> Done:
    """The approver releases one preparation of the own organisation, as it was prepared. Refuses: not_found, and
    whatever the act itself refuses."""
    prepared = waiting(by).filter(pk=preparation_id).first()
    if prepared is None:
        raise not_found("待审核事项")
    act = act_called(prepared.act.partition(":")[0])
    return perform(act, subject_id=prepared.subject_id, data=dict(prepared.payload), by=by, now=now)
