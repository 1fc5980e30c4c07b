"""Spreadsheets (电子表格) to hand out: written so that no cell computes. `kernel.tables` reads those that come in."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from kernel.clock import beijing, ended
from kernel.money import Yuan

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COMPUTES = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a table program take a text for a formula: also the full-width ＝＋－＠, which Chinese ones fold."""


@dataclass(frozen=True)
class Column:
    """One column: its heading with the unit, how its numbers are shown, its width in characters, allowed words."""

    heading: str
    form: str = ""
    width: int = 16
    choices: tuple[str, ...] = ()


TEXT, AREA, YUAN, WHOLE, SHARE, INSTANT = "@", "#,##0.0000", "#,##0.00", "#,##0", "0.00%", "yyyy-mm-dd hh:mm"
LIMIT = "limit"
"""Ends of periods: written as texts, as the pages have them, for no cell that is a time can be 24:00."""


@dataclass(frozen=True)
class Table:
    """One sheet to be written."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[str] = ()


_HEAD = PatternFill("solid", fgColor="1F5C3A")
_LINE = Border(bottom=Side(style="thin", color="C9D3CC"))


def written(*tables: Table, validated_rows: int = 0) -> bytes:
    """A workbook of these sheets; texts are inert whatever they begin with. Notes stand on a last sheet.

    `validated_rows` puts the columns' choices on so many rows, for a template.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        sheet = book.create_sheet(table.title[:31])
        sheet.freeze_panes = "A2"
        for place, column in enumerate(table.columns, start=1):
            cell = sheet.cell(1, place)
            _put(cell, column.heading)
            cell.font, cell.fill = Font(bold=True, color="FFFFFF"), _HEAD
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            sheet.column_dimensions[get_column_letter(place)].width = column.width
        for number, row in enumerate(table.rows, start=2):
            for place, value in enumerate(row, start=1):
                cell = sheet.cell(number, place)
                _put(cell, value, table.columns[place - 1].form)
                cell.border = _LINE
        _restrict(sheet, table.columns, validated_rows)
    notes = [note for table in tables for note in table.notes]
    if notes:
        sheet = book.create_sheet("说明")
        sheet.column_dimensions["A"].width = 100
        for number, note in enumerate(notes, start=1):
            _put(sheet.cell(number, 1), note)
            sheet.cell(number, 1).alignment = Alignment(wrap_text=True)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _put(cell: Any, value: Any, form: str = "") -> None:
    """A value in its cell: exact amounts as numbers with their format, texts as texts."""
    if isinstance(value, Yuan):
        value = value.amount
    if form == LIMIT:
        value, form = ended(value) if isinstance(value, datetime) else value, TEXT
    if isinstance(value, datetime):
        value = beijing(value).replace(tzinfo=None) if value.tzinfo else value
    cell.value = value
    if isinstance(value, str) and isinstance(cell, Cell):
        cell.data_type = "s"
        if value.startswith(_COMPUTES):
            cell.quotePrefix = True
    if form:
        cell.number_format = form


def _restrict(sheet: Any, columns: Sequence[Column], rows: int) -> None:
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        if rows and column.form == TEXT:
            for number in range(2, rows + 2):
                sheet.cell(number, place).number_format = TEXT
        if not (rows and column.choices):
            continue
        rule = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
        rule.showErrorMessage, rule.error = True, "请从下拉列表中选择。"
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{rows + 1}")


def inert(text: object) -> str:
    """A text for a CSV cell that no table program computes: an apostrophe stands before =, +, −, @, also full-width
    ones, tabs and line ends."""
    shown = "" if text is None else str(text)
    return f"'{shown}" if shown.startswith(_COMPUTES) else shown


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV: UTF-8 with its mark, so that table programs read it as such; no cell computes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def instant_text(at: datetime | None) -> str:
    """An instant for a CSV cell, on Beijing's clock, as table programs read date and time; milliseconds at most."""
    if at is None:
        return ""
    local = beijing(at)
    parts = f".{local.microsecond // 1000:03d}" if local.microsecond >= 1000 else ""
    return f"{local:%Y-%m-%d %H:%M:%S}{parts}"


def digest_text(sha256: str) -> str:
    """A digest for a CSV cell. Bare, one of digits alone, or with a single e, would be read as a number."""
    return f"sha256:{sha256}" if sha256 else ""
