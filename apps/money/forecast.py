"""What will come of a statement's lines before any is imported (预览), in as many queries for 5,000 as for one.

The same rules decide as in `commands.import_entry`; what changes between preview and confirmation is decided there.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.money import queries, rules
from apps.money.bankfiles import Line
from apps.money.gate import province_of
from apps.money.models import PURPOSE_LABELS, BankEntry, Purpose, SubAccount
from kernel.actors import Actor
from kernel.clock import read_instant
from kernel.errors import Refusal
from kernel.money import Yuan, parse_yuan
from kernel.tables import CellError
from kernel.text import folded, kept_number, same


@dataclass(frozen=True)
class Forecast:
    """One line: what it says, and what will come of it.

    `purpose` is that of its sub-account, empty where there is none; `alike` names the line that it may double: it will
    be held for two persons.
    """

    row: int
    facts: dict[str, str]
    purpose: str
    repeated: bool
    alike: str

    @property
    def purpose_label(self) -> str:
        """保证金, 价款, or nothing."""
        return PURPOSE_LABELS[Purpose(self.purpose)] if self.purpose else ""


@dataclass(frozen=True)
class _Known:
    """What a line is compared by."""

    reference: str
    account: str
    amount: Yuan
    payer: str
    at: datetime

    def is_again(self, other: "_Known") -> bool:
        facts = (self.account, self.amount, self.at)
        return facts == (other.account, other.amount, other.at) and same(self.payer, other.payer)

    def may_double(self, other: "_Known") -> bool:
        if (self.account, self.amount) != (other.account, other.amount):
            return False
        near = abs(self.at - other.at) <= rules.DOUBLE_WITHIN and same(self.payer, other.payer)
        return near or same(self.reference, other.reference)


def _known(facts: dict[str, str]) -> _Known:
    return _Known(
        reference=facts["reference"],
        account=kept_number(facts["credited_number"]),
        amount=parse_yuan(facts["amount"]),
        payer=facts["payer_name"],
        at=read_instant(facts["arrived_at"]),
    )


def _stored(entry: BankEntry) -> _Known:
    return _Known(entry.reference, entry.credited_number, entry.amount, entry.payer_name, entry.arrived_at)


def forecast(lines: Sequence[Line], *, by: Actor, now: datetime) -> tuple[list[Forecast], list[CellError]]:
    """What will come of each line, and the errors of those that will be refused. The lines' facts are valid as such."""
    known = [_known(line.facts) for line in lines]
    accounts = {
        each.number: each for each in SubAccount.objects.filter(number__in={each.account for each in known})
    }
    by_reference, by_account = _booked(known)
    until: dict[tuple[str, int | None], datetime | None] = {}
    made: list[Forecast] = []
    errors: list[CellError] = []
    for line, each in zip(lines, known, strict=True):
        sub = accounts.get(each.account)
        under = by_reference[folded(each.reference)]
        repeated = any(each.is_again(other) for other in under)
        refusal = None
        if not repeated:
            place = (sub.province if sub else province_of(by), sub.pk if sub else None)
            if place not in until:
                until[place] = queries.covered_until(province=place[0], sub_account_id=place[1])
            refusal = _refusal(each, under, closed_until=until[place], now=now)
        if refusal is not None:
            errors.append(
                CellError(line.row, _COLUMNS.get(refusal.figures.get("field", ""), ""), refusal.sentence)
            )
        alike = next((other.reference for other in by_account[each.account] if each.may_double(other)), "")
        by_account[each.account].append(each)
        purpose = sub.purpose if sub else ""
        made.append(Forecast(line.row, line.facts, purpose, repeated, "" if repeated else alike))
    return made, errors


_COLUMNS = {"arrived_at": "到账时间", "amount": "金额"}


def _refusal(
    each: _Known, under: list[_Known], *, closed_until: datetime | None, now: datetime
) -> Refusal | None:
    refusal = rules.why_not_import(amount=each.amount, arrived_at=each.at, now=now, closed_until=closed_until)
    for other in under:
        refusal = refusal or rules.why_not_reuse(
            known_at=other.at, arrived_at=each.at, reference=other.reference, amount=other.amount
        )
    return refusal


def _booked(known: Sequence[_Known]) -> tuple[dict[str, list[_Known]], dict[str, list[_Known]]]:
    """Lines that are there already, by the key of their reference and by their account."""
    by_reference: dict[str, list[_Known]] = defaultdict(list)
    by_account: dict[str, list[_Known]] = defaultdict(list)
    keys = {folded(each.reference) for each in known}
    for entry in BankEntry.objects.filter(reference_key__in=keys).order_by("id"):
        by_reference[entry.reference_key].append(_stored(entry))
    numbers = {each.account for each in known}
    amounts = {each.amount for each in known}
    for entry in BankEntry.objects.filter(credited_number__in=numbers, amount__in=amounts).order_by("id"):
        by_account[entry.credited_number].append(_stored(entry))
    return by_reference, by_account
