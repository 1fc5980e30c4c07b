"""Files into acts (批量办理): a preview that is sealed into the page, then every row through its act, or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction

from kernel.actors import Actor
from kernel.acts.act import Act
from kernel.acts.perform import Done, perform, validated
from kernel.audit import commands as audit
from kernel.errors import Code, Refused, beside
from kernel.tables import CellError

_SALT = "desk.import"
_VALID_S = 3600
_MOST_SEALED = 4_000_000
_MOST_NAMED = 50


@dataclass(frozen=True)
class Outcome:
    """What came of a file: answers in its order, or the errors for which nothing was imported."""

    done: list[Done]
    errors: list[CellError]

    @property
    def fresh(self) -> int:
        """How many are new."""
        return sum(1 for each in self.done if each.outcome != "repeated")

    @property
    def again(self) -> int:
        """How many were there already."""
        return len(self.done) - self.fresh


@dataclass(frozen=True)
class Item:
    """One act to perform: the row it comes from, its subject (0 for none) and its plain facts."""

    row: int
    subject_id: int
    facts: dict[str, Any]


class _Undo(Exception):
    """Takes the whole file back."""


def checked(act: Act, items: Sequence[Item], *, columns: Mapping[str, str]) -> list[CellError]:
    """What the act's form says against each row, by column; `columns` names the column of each fact."""
    errors: list[CellError] = []
    for item in items:
        try:
            validated(act, item.facts)
        except Refused as no:
            errors += by_column(item.row, no, columns)
    return errors


def by_column(row: int, no: Refused, columns: Mapping[str, str]) -> list[CellError]:
    """A refusal as errors of a row: one for each fact that it names, else one for the row as a whole."""
    named = {name.rpartition(".")[2]: said for name, said in beside(no.refusal).items()}
    known = {name: said for name, said in named.items() if name in columns}
    if known:
        return [CellError(row, columns[name], said) for name, said in known.items()]
    return [CellError(row, "", no.refusal.sentence)]


def perform_all(
    act: Act,
    items: Sequence[Item],
    *,
    by: Actor,
    now: datetime,
    columns: Mapping[str, str],
    key: str = "",
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> Outcome:
    """Perform the act on every row in one transaction, or on none and say what is wrong with each bad one.

    `before` takes the lanes; `after` belongs to the same transaction, and its refusal takes everything back.
    """
    errors = checked(act, items, columns=columns)
    if errors:
        return Outcome([], errors)
    done: list[Done] = []
    refused: list[tuple[Item, Refused]] = []
    try:
        with transaction.atomic():
            before()
            for place, item in enumerate(items):
                try:
                    with transaction.atomic():
                        own = f"{key}:{place}" if key else ""
                        done.append(
                            perform(act, subject_id=item.subject_id, data=item.facts, by=by, now=now, key=own)
                        )
                except Refused as no:
                    errors += by_column(item.row, no, columns)
                    refused.append((item, no))
            if errors:
                raise _Undo
            after()
    except _Undo:
        write_down(act, refused, by=by, now=now)
        return Outcome([], errors)
    return Outcome(done, [])


def write_down(act: Act, refused: Sequence[tuple[Item, Refused]], *, by: Actor, now: datetime) -> None:
    """One refusal for the whole file: what was written of its rows went back with them."""
    first, no = refused[0]
    rows = ",".join(str(item.row) for item, _no in refused[:_MOST_NAMED])
    audit.record_refusal(
        verb=act.name,
        by=by,
        now=now,
        case_id=None,
        refusal=no.refusal,
        tried={**first.facts, "refused_rows": rows, "refused": len(refused)},
    )


def sealed(what: str, said: Any, *, by: Actor) -> str:
    """What a preview showed, signed for this person, to come back with the confirmation. Refuses: invalid (size)."""
    text = signing.dumps({"what": what, "by": by.person_id, "said": said}, salt=_SALT, compress=True)
    if len(text) > _MOST_SEALED:
        raise Refused.because(Code.INVALID, "文件内容过多，请分批导入。")
    return text


def unsealed(what: str, text: str, *, by: Actor) -> Any:
    """What was previewed. Refuses invalid: changed on the way, another person's, or older than an hour."""
    try:
        found = signing.loads(text, salt=_SALT, max_age=_VALID_S)
    except signing.BadSignature as error:
        raise Refused.because(Code.INVALID, "预览已失效，请重新选择文件。") from error
    if found.get("what") != what or found.get("by") != by.person_id:
        raise Refused.because(Code.INVALID, "预览已失效，请重新选择文件。")
    return found["said"]
