"""Writing the record. Within the act's own transaction: an act that cannot be recorded does not happen."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, models, transaction
from msgspec import Struct

from kernel import bulk, lanes
from kernel.actors import Actor
from kernel.audit.models import AuditEntry
from kernel.canonical import canonical, recordable
from kernel.clock import iso_utc
from kernel.errors import Refusal

GENESIS = "0" * 64
FORMAT = "audit/1"
"""Canonical JSON of these names, hashed with SHA-256; `previous_hash` joins an entry to the one before."""

SAID = (
    "format",
    "chain",
    "verb",
    "outcome",
    "code",
    "person_name",
    "organisation_name",
    "role",
    "address",
    "subject",
    "sequence",
    "person_id",
    "organisation_id",
    "case_id",
    "before",
    "after",
    "previous_hash",
)

_SHORT, _SMALL = 500, 10**15


class Note(Struct, frozen=True):
    """One line for the record: what was done or, with a `refusal`, tried. `subject` is `app.model:id` or empty."""

    verb: str
    by: Actor
    now: datetime
    case_id: int | None = None
    subject: str = ""
    before: Mapping[str, Any] = msgspec.field(default_factory=dict)
    after: Mapping[str, Any] = msgspec.field(default_factory=dict)
    refusal: Refusal | None = None

    @property
    def chain(self) -> str:
        """Its chain: the case's, or the platform's."""
        return chain_of(self.case_id)


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the bytes that the entry says."""
    return hashlib.sha256(entry.said.encode()).hexdigest()


def says_what_it_shows(entry: AuditEntry) -> bool:
    """Whether the columns of an entry are those that its hashed bytes say."""
    try:
        said = json.loads(entry.said)
    except ValueError:
        return False
    shown = {name: getattr(entry, name) for name in SAID} | {"at": iso_utc(entry.at)}
    return bool(said == shown)


def record(
    *,
    verb: str,
    by: Actor,
    now: datetime,
    case_id: int | None = None,
    subject: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act that is being done. A dry run (an operator's preparation tried out) leaves no record."""
    about = f"{subject._meta.label_lower}:{subject.pk}" if subject is not None else ""
    record_all([Note(verb, by, now, case_id, about, before or {}, after or {})])


@transaction.atomic
def record_look(
    *, verb: str, by: Actor, now: datetime, case_id: int | None = None, subject: models.Model, **after: str
) -> None:
    """Write down that somebody looked at what is kept from others: nothing changes, so in a transaction of its own."""
    record(verb=verb, by=by, now=now, case_id=case_id, subject=subject, after=after)


@transaction.atomic
def record_refusal(
    *, verb: str, by: Actor, now: datetime, case_id: int | None, refusal: Refusal, tried: Mapping[str, Any]
) -> None:
    """Write down what a person tried and was refused, after the refused change was rolled back."""
    record_all([refused(verb=verb, by=by, now=now, case_id=case_id, refusal=refusal, tried=tried)])


def refused(
    *, verb: str, by: Actor, now: datetime, case_id: int | None, refusal: Refusal, tried: Mapping[str, Any]
) -> Note:
    """The line of a refused attempt."""
    after = {"tried": dict(tried), "detail": dict(refusal.detail)}
    return Note(verb, by, now, case_id, after=after, refusal=refusal)


def record_all(notes: Sequence[Note]) -> None:
    """Write several lines, each at the end of its chain, in their order. Inside the caller's transaction."""
    notes = [note for note in notes if not note.by.dry_run]
    bulk.insert_all([(AuditEntry, rows_of(notes, _ends({note.chain for note in notes})))])


def rows_of(notes: Sequence[Note], ends: Mapping[str, tuple[int, str]]) -> list[str]:
    """What several lines say, for who writes them with others. `ends` are the last sequence and hash of each chain.

    They were read while the chains' lanes (`lane_of`) were held, which they are until the transaction ends.
    """
    ends = dict(ends)
    rows = []
    for note in notes:
        sequence, previous = ends[note.chain]
        said = _said(note, sequence=sequence + 1, previous=previous)
        ends[note.chain] = (sequence + 1, hashlib.sha256(said).hexdigest())
        rows.append(said.decode())
    return rows


def lane_of(chain: str) -> int:
    """The key of a chain's lane."""
    return zlib.crc32(chain.encode()) - 2**31


def chain_of(case_id: int | None) -> str:
    """A case's chain, or the platform's."""
    return f"case:{case_id}" if case_id is not None else "platform"


def _ends(chains: set[str]) -> dict[str, tuple[int, str]]:
    """The last sequence and hash of each chain, held until the transaction ends."""
    lanes.hold_all(lanes.AUDIT, map(lane_of, chains))
    ends = dict.fromkeys(chains, (0, GENESIS))
    if chains:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT chain, last.sequence, last.hash FROM unnest(%s::text[]) AS wanted (chain)"
                " CROSS JOIN LATERAL (SELECT entry.sequence, entry.hash FROM audit_auditentry entry"
                " WHERE entry.chain = wanted.chain ORDER BY entry.sequence DESC LIMIT 1) last",
                [list(chains)],
            )
            ends |= {chain: (sequence, digest) for chain, sequence, digest in cursor.fetchall()}
    return ends


def _said(note: Note, *, sequence: int, previous: str) -> bytes:
    said = {
        "format": FORMAT,
        "chain": note.chain,
        "verb": note.verb,
        "outcome": "done" if note.refusal is None else "refused",
        "code": "" if note.refusal is None else str(note.refusal.code),
        "person_name": note.by.person_name,
        "organisation_name": note.by.organisation_name,
        "role": str(note.by.role),
        "address": note.by.address,
        "subject": note.subject,
        "sequence": sequence,
        "person_id": note.by.person_id,
        "organisation_id": note.by.organisation_id,
        "case_id": note.case_id,
        "before": _plain(note.before),
        "after": _plain(note.after),
        "at": iso_utc(note.now),
        "previous_hash": previous,
    }
    return canonical(said)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON gives them back; short plain ones, which every bid makes, at once."""
    if all(_is_plain(value) for value in values.values()):
        return dict(values)
    plain: dict[str, Any] = recordable(values)
    return plain


def _is_plain(value: object) -> bool:
    """Whether a value is surely the same for everybody: a flag, a small whole number, a short printable text."""
    kind = type(value)
    if kind is str:
        return len(value) < _SHORT and value.isprintable()  # type: ignore[arg-type, attr-defined]
    if kind is int:
        return -_SMALL < value < _SMALL  # type: ignore[operator]
    if kind is dict:
        return all(_is_plain(each) and _is_plain(key) for key, each in value.items())  # type: ignore[attr-defined]
    return kind is bool or value is None
