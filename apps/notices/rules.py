"""Which notice reaches a person by which way, and which reminder is due. Plain decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.notices.states import LEADS, Lead


@dataclass(frozen=True)
class Wishes:
    """How one person wants to be told. The inbox cannot be switched off."""

    by_email: bool = True
    by_sms: bool = False
    leads: frozenset[Lead] = frozenset(Lead)


def once(*, kind: str, organisation_id: int, case_id: int | None, about: str) -> str:
    """What a notice is told one organisation once under: its kind, the lot, and what it is about."""
    return f"{kind}:{organisation_id}:{case_id or 0}:{about}"


def lead_due(*, due_at: datetime, now: datetime) -> Lead | None:
    """The reminder that belongs to the time left: the shortest lead that has been entered; None outside all.

    A deadline set late gets the one reminder that still fits, never an earlier one after the fact.
    """
    left = due_at - now
    if left <= timedelta(0):
        return None
    entered = [lead for lead, span in LEADS.items() if left <= span]
    return min(entered, key=lambda lead: LEADS[lead]) if entered else None


def wants(wishes: Wishes, lead: Lead | None) -> bool:
    """Whether a person wants this reminder outside the inbox; notices that are no reminders always."""
    return lead is None or lead in wishes.leads


def reachable(addresses: Sequence[tuple[str, Wishes]], lead: Lead | None) -> list[str]:
    """The addresses, without doubles and in order, of those who want it."""
    return sorted({address for address, wishes in addresses if address and wants(wishes, lead)})
