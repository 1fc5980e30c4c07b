"""A province's yearly account of quota (年度核算): everything in it can be added up again from the ledger's lines."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind, kinds_of
from apps.quota.models import Bucket, Entry
from kernel.canonical import canonical
from kernel.clock import beijing, iso

COLUMNS: dict[str, str] = {
    "opening": "年初结余",
    "made": "本年新增",
    "bought": "本年购入",
    "sold": "本年售出",
    "used": "本年使用",
    "written_off": "本年核减",
    "balance": "年末结余",
}
_COLUMN_OF = {
    ("issue", 1): "made",
    ("transfer", 1): "bought",
    ("transfer", -1): "sold",
    ("use", -1): "used",
    ("write_off", -1): "written_off",
}
_GAINS = ("opening", "made", "bought")


@dataclass(frozen=True)
class Moved:
    """One line of the ledger that changes what a county has: in which year and column it counts."""

    year: int
    column: str
    holder: str
    kind: QuotaKind
    amount: Decimal
    certificate_no: str
    at: datetime


def moved(province: str) -> list[Moved]:
    """Every line of a province's holders, the oldest first. Use counts in the year it is booked to."""
    rows = (
        Entry.objects.filter(
            account__holder__region__code__startswith=province[:2],
            account__bucket__in=[str(Bucket.AVAILABLE), str(Bucket.FROZEN)],
            movement__reason__in={reason for reason, _ in _COLUMN_OF},
            kind__in=kinds_of(),
        )
        .order_by("id")
        .values_list(
            "movement__reason",
            "amount",
            "account__holder__name",
            "kind",
            "batch__certificate_no",
            "movement__at",
            "movement__retirement__year",
        )
    )
    found = []
    for reason, amount, holder, kind, certificate_no, at, year in rows:
        column = _COLUMN_OF.get((reason, 1 if amount > 0 else -1))
        if column is not None:
            found.append(
                Moved(
                    year or beijing(at).year, column, holder, QuotaKind(kind), abs(amount), certificate_no, at
                )
            )
    return found


def statement_of(province: str, year: int) -> dict[str, Any]:
    """The year's statement: totals, every holder, and the lines of the year that make it. Exact texts."""
    lines = [each for each in moved(province) if each.year <= year]
    holders = sorted({each.holder for each in lines})
    return {
        "province": province,
        "year": year,
        "totals": _summed(lines, year),
        "holders": [
            {"name": name, "kinds": _summed([each for each in lines if each.holder == name], year)}
            for name in holders
        ],
        "movements": [
            {
                "at": iso(each.at),
                "column": each.column,
                "holder": each.holder,
                "kind": str(each.kind),
                "amount": str(Quantity(each.kind, each.amount)),
                "certificate_no": each.certificate_no,
            }
            for each in lines
            if each.year == year
        ],
    }


def _summed(lines: list[Moved], year: int) -> dict[str, dict[str, str]]:
    """Each kind by column; the balance is what was there, made and bought, less what was sold, used, written off."""
    found = {}
    for kind in kinds_of():
        sums = dict.fromkeys(COLUMNS, Decimal(0))
        for each in lines:
            if each.kind is not kind:
                continue
            sign = 1 if each.column in _GAINS else -1
            sums["balance"] += sign * each.amount
            if each.year < year:
                sums["opening"] += sign * each.amount
            else:
                sums[each.column] += each.amount
        found[str(kind)] = {name: str(Quantity(kind, amount)) for name, amount in sums.items()}
    return found


def digest_of(statement: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a statement."""
    return hashlib.sha256(canonical(statement)).hexdigest()
