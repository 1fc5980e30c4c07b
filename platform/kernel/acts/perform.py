"""The one gate for what people do: settle what is due, run the command, keep the answer, record a refusal."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from kernel.access import commands as access
from kernel.access.models import Preparation
from kernel.access.queries import waiting, waiting_for
from kernel.actors import PUBLIC, Actor, Duty
from kernel.acts.act import Act, act_called
from kernel.acts.bound import NOTHING_BOUND, Bound, Fact, digest, digest_of
from kernel.acts.events import PreparationVoided
from kernel.acts.given import as_kept
from kernel.acts.models import KeptAnswer
from kernel.audit import commands as audit
from kernel.deadlines import runner
from kernel.errors import Code, Refusal, Refused, about_input, not_found
from kernel.events import emit
from kernel.money import OutOfRange
from kernel.sealing import open_sealed, seal
from kernel.text import hidden_sign

_MOST_ROUNDS = 20
_MOST_LOCKED = 500
_SLOW_INPUT_MS = 30_000
"""How long a transaction may read an input before the database gives it up."""
"""So many of an organisation's waiting preparations are looked at after an act."""


@dataclass(frozen=True)
class Done:
    """What came of an act: `done`, `prepared` (waits for the approver) or `repeated` (answered before)."""

    outcome: str
    answer: dict[str, Any]


class _Undo(Exception):
    """Takes a dry run back."""


class Changed(Refused):
    """What a preparation binds is not what it was when it was prepared; it is void."""

    def __init__(self, refusal: Refusal, preparation: Preparation) -> None:
        super().__init__(refusal)
        self.preparation = preparation


_STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")
_CHANGED = "待审核内容在提交后已发生变化，原审核事项作废，请经办人员核对后重新提交。"


def perform(
    act: Act,
    *,
    subject_id: int = 0,
    data: dict[str, Any] | None = None,
    by: Actor,
    now: datetime,
    key: str = "",
    seen: str = "",
) -> Done:
    """Do `act` for `by` with plain `data` as it came in.

    An operator's call of an act of two persons is tried out and kept for the approver; the approver's call releases
    it and names in `seen` the digest that was on the screen. With `key`, the same request again is answered as the
    first time (`repeated`), another one under the same key is refused `duplicate_request`. Raises `Refused`; the
    refusal is recorded and nothing has changed, but that what was prepared is void when what it binds has changed.
    """
    data = as_kept(act.form(), data or {})
    by = PUBLIC if act.anonymous else by
    case_id = act.lane(subject_id)
    try:
        return _settled(act, subject_id, data, by=by, now=now, key=key, case_id=case_id, seen=seen)
    except Refused as no:
        if isinstance(no, Changed):
            found_by = f"{by.person_name}审核时，" if by.is_person else ""
            void(no.preparation, why=f"{found_by}{_CHANGED}", by=by, now=now)
        if by.is_person:
            audit.record_refusal(
                verb=act.name,
                by=by,
                now=now,
                case_id=case_id,
                refusal=no.refusal,
                tried=_declared(act, data),
            )
        raise


def _declared(act: Act, data: dict[str, Any]) -> dict[str, Any]:
    """What was tried: the form's own fields and nothing else that came along, without what must not be written."""
    fields = set(act.form().fields) - act.sealed
    return {name: value for name, value in data.items() if name in fields}


def _settled(
    act: Act,
    subject_id: int,
    data: dict[str, Any],
    *,
    by: Actor,
    now: datetime,
    key: str,
    case_id: int | None,
    seen: str,
) -> Done:
    for _ in range(_MOST_ROUNDS):
        if case_id:
            runner.run_due(now=now, case_id=case_id)
        try:
            with transaction.atomic():
                return _once(act, subject_id, data, by=by, now=now, key=key, seen=seen)
        except OutOfRange as error:
            raise Refused.because(Code.INVALID, str(error)) from error
        except runner.Unsettled as unsettled:
            runner.run_due(now=unsettled.now, case_id=unsettled.case_id)
    raise RuntimeError(f"case {case_id} does not settle")


def _once(
    act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime, key: str, seen: str
) -> Done:
    if not key:
        return _carry_out(act, subject_id, data, by=by, now=now, seen=seen)
    digest = access.digest({"act": act.name, "subject": subject_id, "data": data})
    kept = KeptAnswer(person_id=by.person_id, key=key, act=act.name, request_sha256=digest, answered_at=now)
    try:
        with transaction.atomic():
            kept.save(force_insert=True)
    except IntegrityError:
        return _kept(act, by.person_id, key, digest)
    done = _carry_out(act, subject_id, data, by=by, now=now, seen=seen)
    answer = {"outcome": done.outcome, "answer": done.answer}
    kept.answer = {"sealed": seal(json.dumps(answer))} if act.anonymous else answer
    kept.save(update_fields=["answer"])
    return done


def _kept(act: Act, person_id: int, key: str, digest: str) -> Done:
    """The answer that was given first; to what is sent without a name it is kept sealed."""
    kept = KeptAnswer.objects.get(person_id=person_id, key=key)
    if kept.request_sha256 != digest:
        raise Refused.because(
            Code.DUPLICATE_REQUEST, "该请求标识已用于另一项办理，请更换请求标识后重新提交。", key=key
        )
    answer = json.loads(open_sealed(kept.answer["sealed"])) if act.anonymous else kept.answer
    return Done("repeated", dict(answer["answer"]))


def _carry_out(
    act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime, seen: str
) -> Done:
    if act.two_persons and by.duty is Duty.OPERATOR:
        return _prepare(act, subject_id, data, by=by, now=now)
    result = (
        _released(act, subject_id, data, by=by, now=now, seen=seen)
        if act.two_persons
        else _run(act, subject_id, data, by=by, now=now)
    )
    alone = not act.two_persons and by.duty is Duty.OPERATOR
    keep_what_waits(
        case_id=act.lane(subject_id),
        subject_id=subject_id,
        alone=alone,
        by=by,
        now=now,
        doing=f"{'审核' if act.two_persons else ''}办理“{act.label}”",
    )
    return Done("repeated" if getattr(result, "repeated", False) else "done", dict(act.answer(result)))


def _released(act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime, seen: str) -> Any:
    """Run what was prepared, if it still binds what it did and its releaser has seen just that."""
    slot = slot_of(act, data)
    prepared = waiting_for(act=act.name, slot=slot, subject_id=subject_id, by=by)
    if prepared is None:
        return _run(act, subject_id, data, by=by, now=now)
    payload = dict(prepared.payload)
    if set(data) - {act.slot_by} and access.digest(data) != access.digest(payload):
        raise Refused.because(Code.TEXT_CHANGED, "提交内容与经办稿不一致，请核对后由经办人员重新提交。")
    if seen != prepared.digest:
        raise Refused.because(
            Code.TEXT_CHANGED, "您看到的内容不是现在待审核的内容，请重新打开待审核事项，核对后再审核。"
        )
    bound = bound_of(act, subject_id, payload, by=by)
    if not _still_binds(prepared, bound):
        raise Changed(Refusal(Code.TEXT_CHANGED, _CHANGED), prepared)
    result = _run(act, subject_id, payload, by=by, now=now)
    if _digest(act, slot, subject_id, payload, bound) != prepared.digest:
        raise Changed(Refusal(Code.TEXT_CHANGED, _CHANGED), prepared)
    return result


def bound_of(act: Act, subject_id: int, data: Mapping[str, Any], *, by: Actor) -> Bound:
    """What releasing `act` with these facts would bind, from stored state. Refuses not_found."""
    return act.binds(subject_id, data, by) if act.binds else NOTHING_BOUND


def _digest(act: Act, slot: str, subject_id: int, payload: dict[str, Any], bound: Bound) -> str:
    """The digest of what has just been carried out or tried; the printed text is read from what it issued."""
    paper = act.paper(subject_id) if act.paper else ""
    return digest_of(
        act=act.name, slot=slot, subject_id=subject_id, payload=payload, bound=bound, paper=paper
    )


def as_stored(bound: Bound) -> dict[str, Any]:
    """What is bound as plain values, as a preparation keeps it."""
    stored: dict[str, Any] = msgspec.to_builtins(bound)
    return stored


def _still_binds(prepared: Preparation, bound: Bound) -> bool:
    kept = msgspec.convert(prepared.bound, Bound)
    return (kept.facts, kept.evidence, kept.effect) == (bound.facts, bound.evidence, bound.effect)


def keep_what_waits(
    *, case_id: int | None, subject_id: int = 0, alone: bool, by: Actor, now: datetime, doing: str = "办理"
) -> None:
    """After a change: nothing that waits in the own organisation may bind something else now.

    What one operator changed `alone` is refused (facts_frozen) until what waits is taken back; a release is never held
    up by it: what waits is void, with who did what (`doing`) as the reason, and its operator is told. Within the
    transaction of the change. What is about no lot is looked at where it is about the same thing; its own release
    looks at it again anyway.
    """
    if not by.is_person or not (case_id or subject_id):
        return
    about = Q(case_id=case_id) if case_id else Q(case_id=None, subject_id=subject_id)
    for prepared in waiting(by).filter(about)[:_MOST_LOCKED]:
        if _binds_the_same(prepared, by=by):
            continue
        if alone:
            label = act_called(prepared.act).label
            raise Refused.because(
                Code.FACTS_FROZEN,
                f"“{label}”正在等待审核，所涉内容已锁定。请先撤回审核，再作修改。",
                waiting=label,
            )
        why = f"{by.person_name}{doing}后，本事项所涉内容随之变化，原审核事项作废，请经办人员核对后重新提交。"
        void(prepared, why=why, by=by, now=now)


def _binds_the_same(prepared: Preparation, *, by: Actor) -> bool:
    try:
        bound = bound_of(act_called(prepared.act), prepared.subject_id, prepared.payload, by=by)
    except Refused:
        return False
    return _still_binds(prepared, bound)


@transaction.atomic
def void(prepared: Preparation, *, why: str, by: Actor, now: datetime) -> None:
    """What waits is void, and its operator is told; nothing happens when it was decided meanwhile."""
    gone = access.void(preparation_id=prepared.pk, remark=why[:500], by=by, now=now)
    if gone is not None:
        emit(PreparationVoided(preparation_id=gone.pk, act=gone.act, case_id=gone.case_id, now=now))


def _run(act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime) -> Any:
    _be_patient(act)
    facts = validated(act, data)
    if act.subject:
        facts[act.subject] = subject_id
    return act.command(**facts, by=by, now=now)


def dry_run(
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
    tried_by = replace(by, duty=Duty.APPROVER if act.two_persons else by.duty, dry_run=True)
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
        except OutOfRange as error:
            return Refusal(Code.INVALID, str(error))
        except runner.Unsettled as unsettled:
            runner.run_due(now=unsettled.now, case_id=unsettled.case_id)
    raise RuntimeError(f"{act.name} {subject_id} does not settle")


def _prepare(act: Act, subject_id: int, data: dict[str, Any], *, by: Actor, now: datetime) -> Done:
    """Try the act as if it were released, so that its operator hears a refusal first; then keep it prepared."""
    slot = slot_of(act, data)
    bound, sha256 = _tried(act, slot, subject_id, data, by=by, now=now)
    kept = access.prepare(
        act=act.name,
        slot=slot,
        subject_id=subject_id,
        payload=data,
        by=by,
        now=now,
        case_id=act.lane(subject_id),
        bound=as_stored(bound),
        sha256=sha256,
    )
    return Done("prepared", {"preparation": kept.pk, "digest": kept.digest})


def _tried(
    act: Act,
    slot: str,
    subject_id: int,
    data: dict[str, Any],
    *,
    by: Actor,
    now: datetime,
    look: Callable[[], None] | None = None,
) -> tuple[Bound, str]:
    """What a release now would bind, with its digest, from a dry run taken back. Refuses what the act refuses."""
    found: list[tuple[Bound, str]] = []
    try:
        with transaction.atomic():
            _be_patient(act)
            validated(act, data)
            tried_by = replace(by, duty=Duty.APPROVER, dry_run=True)
            try:
                bound = bound_of(act, subject_id, data, by=by)
            except Refused:
                _run(
                    act, subject_id, data, by=tried_by, now=now
                )  # the act itself says better what is in its way
                raise
            _run(act, subject_id, data, by=tried_by, now=now)
            found.append((bound, _digest(act, slot, subject_id, data, bound)))
            if look is not None:
                look()
            raise _Undo
    except _Undo:
        return found[0]


@dataclass(frozen=True)
class Approval:
    """What an approver reads: what was prepared, what it would bind now, and what keeps it from being released."""

    prepared: Preparation
    act: Act
    kept: Bound
    bound: Bound
    refusal: Refusal | None
    changed: bool

    @property
    def changes(self) -> list[tuple[str, Fact | None, Fact | None]]:
        """(label, before, after) of every bound fact and file that is not as it was prepared; a file by its digest."""
        before, after = _told(self.kept), _told(self.bound)
        return [
            (label, before.get(label), after.get(label))
            for label in dict.fromkeys([*before, *after])
            if before.get(label) != after.get(label)
        ]


def _told(bound: Bound) -> dict[str, Fact]:
    files = (digest(f"{each.kind} {each.name}（文件摘要）", each.sha256) for each in bound.evidence)
    return {each.label: each for each in (*bound.facts, *files)}


def approval_of(
    prepared: Preparation, *, by: Actor, now: datetime, look: Callable[[], None] | None = None
) -> Approval:
    """An open preparation as its approver is to read it now. `look` as in `dry_run`. Nothing is changed."""
    act, payload = act_called(prepared.act), dict(prepared.payload)
    kept = msgspec.convert(prepared.bound, Bound)
    for _ in range(_MOST_ROUNDS):
        try:
            bound, sha256 = _tried(
                act, prepared.slot, prepared.subject_id, payload, by=by, now=now, look=look
            )
            return Approval(prepared, act, kept, bound, None, changed=sha256 != prepared.digest)
        except Refused as no:
            bound = _bound_or_kept(act, prepared, kept, by=by)
            return Approval(prepared, act, kept, bound, no.refusal, changed=not _still_binds(prepared, bound))
        except runner.Unsettled as unsettled:
            runner.run_due(now=unsettled.now, case_id=unsettled.case_id)
    raise RuntimeError(f"{prepared} does not settle")


def _bound_or_kept(act: Act, prepared: Preparation, kept: Bound, *, by: Actor) -> Bound:
    try:
        return bound_of(act, prepared.subject_id, prepared.payload, by=by)
    except Refused:
        return kept


def digest_waiting(act: Act, *, subject_id: int = 0, data: Mapping[str, Any], by: Actor) -> str:
    """The digest of what waits for this very release, as its approval page shows it; empty when nothing waits."""
    prepared = waiting_for(act=act.name, slot=slot_of(act, data), subject_id=subject_id, by=by)
    return prepared.digest if prepared else ""


def slot_of(act: Act, data: Mapping[str, Any]) -> str:
    """The slot of what is prepared: its fact as the command takes it, or as it came in where the form is not whole."""
    if not act.slot_by:
        return ""
    form = act.form(data=dict(data))
    if form.is_valid() and act.slot_by in form.validated_data:
        return act.slot(form.validated_data)
    return act.slot(data)


def _be_patient(act: Act) -> None:
    """The database waits longer than usual for a transaction that reads a slow input: it holds nobody else's lot."""
    if act.slow_input:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = %s", [_SLOW_INPUT_MS])


def validated(act: Act, data: dict[str, Any]) -> dict[str, Any]:
    """The command's facts from plain data. Refuses `invalid`, naming each field and what is wrong with it."""
    bad = [(name, sign) for name, text in _texts(data) if (sign := hidden_sign(text))]
    if bad:
        name, sign = bad[0]
        raise Refused(
            Refusal(
                Code.INVALID,
                about_input(_label_of(act, name), _hidden(sign)),
                {each: _hidden(sign) for each, sign in bad},
            )
        )
    form = act.form(data=data)
    if form.is_valid():
        return dict(form.validated_data)
    figures = dict(_flat(form.errors))
    first = next(iter(figures.items()), ("", ""))
    raise Refused(Refusal(Code.INVALID, about_input(_label_of(act, first[0]), first[1]), figures))


def _hidden(sign: str) -> str:
    return f"含有不可见的控制符（{sign}），会使文字显示与实际不符，请删除后重新填写。"


def _label_of(act: Act, path: str) -> str:
    """The name of an input as people read it: `lines[0].amount` is the amount of the first row."""
    found: Any = act.form()
    label = ""
    for name, row in _STEP.findall(path):
        if name.isdecimal():
            label += f"第{int(name) + 1}行"
            continue
        if isinstance(found, serializers.ListSerializer):
            found = found.child
        found = getattr(found, "fields", {}).get(name)
        if found is None:
            return label
        label += ("的" if label else "") + str(found.label or "") + (f"第{int(row) + 1}行" if row else "")
    return label


def _texts(data: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(data, str):
        return [(path, data)]
    if isinstance(data, Mapping):
        pairs = data.items()
    elif isinstance(data, (list, tuple)):
        pairs = enumerate(data)  # type: ignore[assignment]
    else:
        return []
    return [pair for name, inner in pairs for pair in _texts(inner, f"{path}.{name}" if path else str(name))]


def _flat(errors: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(errors, dict):
        return [
            pair
            for name, inner in errors.items()
            for pair in _flat(inner, f"{path}.{name}" if path else str(name))
        ]
    if isinstance(errors, list):
        if all(isinstance(each, ErrorDetail) for each in errors):
            return [(path, "".join(str(each) for each in errors))] if errors else []
        return [pair for index, inner in enumerate(errors) for pair in _flat(inner, f"{path}[{index}]")]
    return [(path, str(errors))]


def release(*, preparation_id: int, seen: str, by: Actor, now: datetime, key: str = "") -> Done:
    """The approver releases one preparation of the own organisation, as it was prepared and as `seen` on the screen.

    Refuses: not_permitted (an operator: it would be prepared once more), not_found, text_changed, and whatever the act
    itself refuses.
    """
    if by.duty is not Duty.APPROVER:
        raise Refused.because(Code.NOT_PERMITTED, "此事项须由本单位审核人员审核办理。")
    prepared = waiting(by).filter(pk=preparation_id).first()
    if prepared is None:
        raise not_found("待审核事项")
    return perform(
        act_called(prepared.act),
        subject_id=prepared.subject_id,
        data=dict(prepared.payload),
        by=by,
        now=now,
        key=key,
        seen=seen,
    )
