"""Reading and verifying the record."""

from dataclasses import dataclass

from django.db.models import QuerySet

from kernel.audit.commands import GENESIS, chain_of, entry_hash, says_what_it_shows
from kernel.audit.models import AuditEntry


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold: the entry found, and what is wrong with it."""

    chain: str
    sequence: int
    entry_id: int
    what: str


def breaks(*, chain: str | None = None) -> list[Break]:
    """Every entry that was changed, left out or put out of order; empty when the record is whole."""
    entries = AuditEntry.objects.order_by("chain", "sequence")
    if chain is not None:
        entries = entries.filter(chain=chain)
    found: list[Break] = []
    current, sequence, previous = "", 0, GENESIS
    for entry in entries.iterator(chunk_size=2000):
        if entry.chain != current:
            current, sequence, previous = entry.chain, 0, GENESIS
        sequence += 1
        if entry.sequence != sequence:
            found.append(Break(entry.chain, sequence, entry.pk, "缺失记录"))
            sequence = entry.sequence
        if entry.previous_hash != previous:
            found.append(Break(entry.chain, entry.sequence, entry.pk, "与上一条不衔接"))
        if entry.hash != entry_hash(entry) or not says_what_it_shows(entry):
            found.append(Break(entry.chain, entry.sequence, entry.pk, "内容被改动"))
        previous = entry.hash
    return found


def is_whole(*, chain: str | None = None) -> bool:
    """Whether the record (or one chain of it) is as it was written."""
    return not breaks(chain=chain)


def of_case(case_id: int) -> QuerySet[AuditEntry]:
    """Everything done or tried on one case, in order."""
    return AuditEntry.objects.filter(chain=chain_of(case_id)).order_by("sequence")
