"""Writing the record. Within the act's own transaction: an act that cannot be recorded does not happen."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction

from kernel import lanes
from kernel.actors import Actor
from kernel.audit.models import AuditEntry
from kernel.errors import Refusal

GENESIS = "0" * 64
_TEXTS = (
    "chain",
    "verb",
    "outcome",
    "code",
    "person_name",
    "organisation_name",
    "role",
    "address",
    "subject",
)
_NUMBERS = ("sequence", "person_id", "organisation_id", "listing_id")


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the canonical JSON of everything the entry says and the hash before it."""
    said: dict[str, Any] = {name: getattr(entry, name) for name in (*_TEXTS, *_NUMBERS, "before", "after")}
    said["at"] = entry.at.astimezone(UTC).isoformat()
    said["previous_hash"] = entry.previous_hash
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def record(
    *,
    verb: str,
    by: Actor,
    now: datetime,
    listing_id: int | None = None,
    subject: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry | None:
    """Write down an act that is being done. A trial (an operator's preparation tried out) leaves no record."""
    if by.trial:
        return None
    return _append(
        AuditEntry(
            verb=verb,
            outcome="done",
            listing_id=listing_id,
            before=dict(before or {}),
            after=dict(after or {}),
        ),
        by=by,
        now=now,
        subject=subject,
    )


@transaction.atomic
def record_refusal(
    *, verb: str, by: Actor, now: datetime, listing_id: int | None, refusal: Refusal, tried: Mapping[str, Any]
) -> AuditEntry:
    """Write down what a person tried and was refused, after the refused change was rolled back."""
    figures = {"tried": dict(tried), "figures": dict(refusal.figures)}
    entry = AuditEntry(
        verb=verb, outcome="refused", code=str(refusal.code), listing_id=listing_id, after=figures
    )
    return _append(entry, by=by, now=now, subject=None)


def _append(entry: AuditEntry, *, by: Actor, now: datetime, subject: models.Model | None) -> AuditEntry:
    entry.chain = f"listing:{entry.listing_id}" if entry.listing_id is not None else "platform"
    entry.at = now
    entry.person_id, entry.person_name = by.person_id, by.person_name
    entry.organisation_id, entry.organisation_name = by.organisation_id, by.organisation_name
    entry.role, entry.address = str(by.role), by.address
    entry.subject = f"{subject._meta.label_lower}:{subject.pk}" if subject is not None else ""
    lanes.hold(lanes.Lane.AUDIT, zlib.crc32(entry.chain.encode()) - 2**31)
    last = (
        AuditEntry.objects.filter(chain=entry.chain).order_by("-sequence").values("sequence", "hash").first()
    )
    entry.sequence = last["sequence"] + 1 if last else 1
    entry.previous_hash = last["hash"] if last else GENESIS
    entry.before, entry.after = _plain(entry.before), _plain(entry.after)
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    return entry


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as JSON will give them back, so that the hash can be recomputed from the stored row."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return plain
