"""What will come of bank lines (预览与判定): decided once, for the preview of a statement and for its import alike.

Many lines take as many queries as one, and time that grows with their number only.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.money import queries, rules
from apps.money.gate import is_here, province_of
from apps.money.models import PURPOSE_LABELS, BankEntry, Purpose, SubAccount
from kernel.actors import Actor
from kernel.errors import Refusal, not_found
from kernel.money import Yuan
from kernel.text import folded


@dataclass(frozen=True)
class BankLine:
    """One credit of a bank statement, as its readers give it."""

    reference: str
    credited_number: str
    amount: Yuan
    payer_name: str
    arrived_at: datetime
    payer_account: str = ""


@dataclass(frozen=True)
class Forecast:
    """What will come of one line: it is there already, refused, or booked; `alike` names a line that it may double.

    What may be a double is held for two persons once it counts.
    """

    line: BankLine
    account: SubAccount | None
    known: BankEntry | None
    refusal: Refusal | None
    alike: str

    @property
    def purpose_label(self) -> str:
        """保证金, 价款, or nothing where the account is none of ours."""
        return PURPOSE_LABELS[Purpose(self.account.purpose)] if self.account else ""


class _Key:
    """A line's keys, made once."""

    def __init__(self, line: BankLine | BankEntry) -> None:
        self.reference = folded(line.reference)
        self.payer = folded(line.payer_name)
        self.account, self.amount, self.at = line.credited_number, line.amount, line.arrived_at

    @property
    def whole(self) -> tuple[str, str, Yuan, datetime, str]:
        return self.reference, self.account, self.amount, self.at, self.payer

    def looks(self, *, around: bool) -> Iterator[tuple[object, ...]]:
        """The places where its doubles are found: its reference, and its payer in spans of ten minutes."""
        yield "reference", self.account, self.amount, self.reference
        span = int(self.at.timestamp() // rules.DOUBLE_WITHIN.total_seconds())
        for near in (-1, 0, 1) if around else (0,):
            yield "payer", self.account, self.amount, self.payer, span + near


class _Beside:
    """Lines that are there, or come before in the same file, by where a double would be looked for."""

    def __init__(self) -> None:
        self._at: dict[tuple[object, ...], list[tuple[_Key, str]]] = defaultdict(list)

    def add(self, key: _Key, reference: str) -> None:
        for place in key.looks(around=False):
            self._at[place].append((key, reference))

    def like(self, key: _Key) -> str:
        """The reference of a line that this one may double."""
        for place in key.looks(around=True):
            for other, reference in self._at[place]:
                near = abs(key.at - other.at) <= rules.DOUBLE_WITHIN and key.payer == other.payer
                if near or key.reference == other.reference:
                    return reference
        return ""


def forecast(lines: Sequence[BankLine], *, by: Actor, now: datetime) -> list[Forecast]:
    """What will come of each line, in their order, each seen as if those before it were booked."""
    keys = [_Key(line) for line in lines]
    numbers = {key.account for key in keys}
    found = {each.number: each for each in SubAccount.objects.filter(number__in=numbers)}
    accounts = {number: each for number, each in found.items() if is_here(by, each.province)}
    under, beside = _booked(keys, province=province_of(by))
    closed: dict[tuple[str, int | None], datetime | None] = {}
    made = []
    for line, key in zip(lines, keys, strict=True):
        account = accounts.get(key.account)
        known = next((entry for other, entry in under[key.reference] if other.whole == key.whole), None)
        refusal = None
        if key.account in found and account is None:
            refusal = not_found("子账户").refusal  # another province's: the same answer as for none
        elif known is None:
            place = (account.province if account else province_of(by), account.pk if account else None)
            if place not in closed:
                closed[place] = queries.covered_until(province=place[0], sub_account_id=place[1])
            refusal = _refusal(line, [entry for _, entry in under[key.reference]], closed[place], now)
        alike = "" if known else beside.like(key)
        beside.add(key, line.reference)
        made.append(Forecast(line, account, known, refusal, alike))
    return made


def _refusal(
    line: BankLine, under: Sequence[BankEntry], closed_until: datetime | None, now: datetime
) -> Refusal | None:
    for entry in under:
        refusal = rules.why_not_reuse(
            known_at=entry.arrived_at,
            arrived_at=line.arrived_at,
            reference=entry.reference,
            amount=entry.amount,
        )
        if refusal is not None:
            return refusal
    return rules.why_not_import(
        amount=line.amount, arrived_at=line.arrived_at, now=now, closed_until=closed_until
    )


def _booked(
    keys: Sequence[_Key], *, province: str
) -> tuple[dict[str, list[tuple[_Key, BankEntry]]], _Beside]:
    """The province's lines that are there already, by their reference's key and by where a double would be."""
    under: dict[str, list[tuple[_Key, BankEntry]]] = defaultdict(list)
    beside = _Beside()
    ours = BankEntry.objects.filter(province__startswith=province[:2]).order_by("id")
    for entry in ours.filter(reference_key__in={key.reference for key in keys}):
        under[entry.reference_key].append((_Key(entry), entry))
    numbers, amounts = {key.account for key in keys}, {key.amount for key in keys}
    for entry in ours.filter(credited_number__in=numbers, amount__in=amounts):
        beside.add(_Key(entry), entry.reference)
    return under, beside
