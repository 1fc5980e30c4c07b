"""What an act of two persons binds: what its approver is shown, its digest covers, and a change refuses.

One value for page, API, digest and rehearsal. It is read from stored state and the operator's facts, never from the
clock: the same state gives the same digest a month later. What only the release decides (a number, a date counted
from it, a code) is `moving`: shown as such, not hashed.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct
from rest_framework.serializers import BooleanField

from kernel.canonical import canonical
from kernel.clock import iso_utc, read_instant
from kernel.money import Yuan, parse_yuan

BETWEEN = "｜"
"""Between the cells of a list that is read on an approval page."""


class Sort(StrEnum):
    """How a fact is shown: money also in capitals (大写), instants in Beijing time, a sealed value in words only, a
    digest by its ends."""

    TEXT = "text"
    PARTY = "party"
    MONEY = "money"
    PRICE = "price"
    QUANTITY = "quantity"
    INSTANT = "instant"
    DAY = "day"
    ACCOUNT = "account"
    SEALED = "sealed"
    DIGEST = "digest"


class Fact(Struct, frozen=True):
    """One bound fact: its label in the trade's words, its exact value as text, how it is shown, its unit."""

    label: str
    value: str
    sort: Sort = Sort.TEXT
    unit: str = ""


class File(Struct, frozen=True):
    """One file that the approver has to have seen: name, kind in words, digest, and the attachment's id to open it."""

    name: str
    kind: str
    sha256: str
    attachment_id: int = 0


class Reading(Struct, frozen=True):
    """A text that is read on the approval page itself; a digest among the facts binds it.

    A list has a line for each row, its cells parted by `BETWEEN`, and its heads in the first line.
    """

    title: str
    text: str

    @property
    def heads(self) -> list[str]:
        """What the columns of a list are called; none for running text."""
        lines = [each.split(BETWEEN) for each in self.text.splitlines()]
        first = lines[0] if lines else []
        return first if len(first) > 1 and all(len(each) == len(first) for each in lines) else []

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        """Each row of a list as (head, cell); none for running text."""
        heads = self.heads
        lines = self.text.splitlines()[1:] if heads else []
        return [list(zip(heads, each.split(BETWEEN), strict=True)) for each in lines]


class Bound(Struct, frozen=True):
    """All that a release would bind.

    `effect` says in one sentence what happens on release, with parties and amounts; `button` what the button repeats.
    `findings` are what is not clean or unlike the usual (another account, a first-time payee): shown in red, not
    hashed. `moving` facts are decided by the release itself: shown, not hashed. `readings` are whole texts, each bound
    by a digest among the facts.
    """

    facts: tuple[Fact, ...] = ()
    evidence: tuple[File, ...] = ()
    effect: str = ""
    button: str = ""
    findings: tuple[str, ...] = ()
    moving: tuple[Fact, ...] = ()
    readings: tuple[Reading, ...] = ()


NOTHING_BOUND = Bound()


def is_yes(given: object) -> bool:
    """Whether an operator's yes or no, as it came in, is a yes, as the act's form reads it: True, "true", "1", "on"."""
    said = given.lower() if isinstance(given, str) else given
    return isinstance(said, (str, bool, int)) and said in BooleanField.TRUE_VALUES


def text(label: str, value: object) -> Fact:
    """A fact in words."""
    return Fact(label, str(value))


def party(label: str, name: str) -> Fact:
    """An organisation by its full name."""
    return Fact(label, name, Sort.PARTY)


def money(label: str, amount: Yuan) -> Fact:
    """An amount in yuan; shown in figures and in capitals."""
    return Fact(label, str(amount), Sort.MONEY, "元")


def typed_money(label: str, given: object) -> Fact:
    """An amount as an operator typed it; as it stands where it is none, which the act itself refuses."""
    try:
        return money(label, parse_yuan(str(given)))
    except ValueError:
        return text(label, given)


def typed_instant(label: str, given: object) -> Fact:
    """An instant as an operator typed it; as it stands where it is none, which the act itself refuses."""
    try:
        return instant(label, read_instant(given))
    except ValueError:
        return text(label, given)


def price(label: str, amount: Yuan, unit: str) -> Fact:
    """A unit price; `unit` such as 元/亩."""
    return Fact(label, str(amount), Sort.PRICE, unit)


def quantity(label: str, amount: Decimal, *, places: int, unit: str) -> Fact:
    """An area (亩, 4 places) or a capacity (公斤, whole)."""
    return Fact(label, f"{amount:.{places}f}", Sort.QUANTITY, unit)


def instant(label: str, at: datetime) -> Fact:
    """A stored instant. One counted from the release belongs to `moving`."""
    return Fact(label, iso_utc(at), Sort.INSTANT)


def day(label: str, on: date) -> Fact:
    """A calendar day."""
    return Fact(label, on.isoformat(), Sort.DAY)


def account(label: str, *, name: str, bank: str, number: str) -> Fact:
    """A bank account: holder, bank, number."""
    return Fact(label, f"{name}｜{bank}｜{number}", Sort.ACCOUNT)


def sealed(label: str, commitment: str) -> Fact:
    """A sealed value by its commitment (hex): hashed, shown in words only."""
    return Fact(label, commitment, Sort.SEALED)


def digest(label: str, sha256: str) -> Fact:
    """The digest of a text or file that is shown beside: hashed whole, shown by its ends."""
    return Fact(label, sha256, Sort.DIGEST)


def digest_of(
    *, act: str, slot: str, subject_id: int, payload: Mapping[str, Any], bound: Bound, paper: str
) -> str:
    """SHA-256 over everything a release would bind; `paper` is the digest of the printed text, empty for none."""
    said = {
        "act": act,
        "slot": slot,
        "subject": subject_id,
        "payload": payload,
        "facts": [[each.label, each.value, str(each.sort), each.unit] for each in bound.facts],
        "evidence": [[each.name, each.kind, each.sha256] for each in bound.evidence],
        "effect": bound.effect,
        "paper": paper,
    }
    return hashlib.sha256(canonical(said)).hexdigest()
