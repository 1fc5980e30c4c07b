"""Bank statements as CSV (对账单): every row is checked, and either all are imported or none."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.money.models import SubAccount
from kernel import lanes
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.acts.perform import Done, perform, validated
from kernel.errors import Code, Refused

COLUMNS = {
    "流水号": "reference",
    "入账账号": "credited_number",
    "金额": "amount",
    "付款人名称": "payer_name",
    "付款人账号": "payer_account",
    "到账时间": "arrived_at",
}
MOST_ROWS = 2000
MOST_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class RowError:
    """What is wrong with one row of the file; rows are counted as a table program shows them."""

    row: int
    sentence: str


@dataclass(frozen=True)
class Outcome:
    """What came of a file: answers in its order, or the errors for which nothing was imported."""

    done: list[Done]
    errors: list[RowError]


class _Undo(Exception):
    """Takes the whole file back."""


def read_rows(content: bytes) -> list[dict[str, Any]]:
    """The rows of a CSV file in UTF-8 or GB18030. Refuses invalid: unreadable, columns missing, too many rows."""
    if len(content) > MOST_BYTES:
        raise Refused.because(Code.INVALID, "文件超过2 MB，请分批导入。")
    reader = csv.DictReader(io.StringIO(_text(content), newline=""))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
    if missing:
        raise Refused.because(Code.INVALID, f"文件缺少列：{'、'.join(missing)}。", columns=",".join(missing))
    try:
        rows = [_plain(row) for row in reader]
    except csv.Error as error:
        raise Refused.because(Code.INVALID, "文件不是有效的CSV表格，请重新导出。") from error
    if not 0 < len(rows) <= MOST_ROWS:
        raise Refused.because(Code.INVALID, f"每个文件须有1至{MOST_ROWS}行流水。", rows=str(len(rows)))
    return rows


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused.because(Code.INVALID, "文件须为UTF-8或GB18030编码的CSV表格。")


def _plain(row: Mapping[str | None, Any]) -> dict[str, Any]:
    """One row as the facts of `money.import`; a leading apostrophe that keeps table programs from computing goes."""
    given = {name: str(row.get(column) or "").strip().lstrip("'") for column, name in COLUMNS.items()}
    given["arrived_at"] = given["arrived_at"].replace("/", "-").replace(" ", "T", 1)
    return {name: value for name, value in given.items() if value}


def import_all(rows: list[dict[str, Any]], *, by: Actor, now: datetime) -> Outcome:
    """Import every row, or none and say what is wrong with each bad one (rows counted with the heading as row 1)."""
    act = act_called("money.import")
    done: list[Done] = []
    errors: list[RowError] = []
    for index, row in enumerate(rows, start=2):
        try:
            validated(act, row)
        except Refused as no:
            errors.append(RowError(index, no.refusal.sentence))
    if errors:
        return Outcome([], errors)
    try:
        with transaction.atomic():
            _hold_listings(rows)
            for index, row in enumerate(rows, start=2):
                try:
                    with transaction.atomic():
                        done.append(perform(act, data=row, by=by, now=now))
                except Refused as no:
                    errors.append(RowError(index, no.refusal.sentence))
            if errors:
                raise _Undo
    except _Undo:
        return Outcome([], errors)
    return Outcome(done, [])


def _hold_listings(rows: list[dict[str, Any]]) -> None:
    """All lanes first and in order, so that two imports never wait for each other."""
    numbers = [row["credited_number"] for row in rows]
    found = SubAccount.objects.filter(number__in=numbers).values_list("listing_id", flat=True)
    lanes.hold_all(lanes.Lane.LISTING, found)
