"""Spreadsheets (电子表格): read with care, because anybody may upload one, and written so that no cell computes."""

import io
import math
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation

from kernel.clock import beijing
from kernel.errors import Code, Refused
from kernel.money import Yuan

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 10 * 1024 * 1024
# Encrypted, patched, strongly encrypted: the bits 0, 5 and 6 of an entry (APPNOTE.TXT, 4.4.4).
_ENCRYPTED = 0x1 | 0x20 | 0x40
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MOST_ENTRIES = 300
_MOST_UNPACKED = 60 * 1024 * 1024
_MOST_RATIO = 150
_ALWAYS_FINE = 2 * 1024 * 1024
_SAFE_DIGITS = 15
_COMPUTES = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a table program take a text for a formula: also the full-width ＝＋－＠, which Chinese ones fold."""


@dataclass(frozen=True)
class CellError:
    """What is wrong with one cell: the row as a table program counts it, the column's heading, and a sentence."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Sheet:
    """What a sheet says: (row number, texts by heading) for every row with something in it, and its bad cells."""

    rows: list[tuple[int, dict[str, str]]]
    errors: list[CellError] = field(default_factory=list)


def is_package(content: bytes) -> bool:
    """Whether the bytes begin as a ZIP package does, whatever the file is called."""
    return content[:4] == b"PK\x03\x04"


def read(content: bytes, *, headings: Sequence[str], most_rows: int, required: Sequence[str] = ()) -> Sheet:
    """The first sheet of a workbook (.xlsx), its headings in the first row that has them all.

    Cells come as texts: numbers without exponents, dates as ISO. Formulas and errors are bad cells. Refuses invalid:
    no workbook, too large (packed or unpacked), headings missing, no rows or too many.
    """
    _check_package(content)
    grid = _grid(content, most=most_rows * 5 + 101)
    return _sheet(grid, headings=headings, required=required or headings, most_rows=most_rows)


def _grid(content: bytes, *, most: int) -> list[tuple[Any, ...]]:
    """The cells of the first sheet, `most` rows of them. A damaged workbook can fail in any of these ways."""
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        return list(islice(sheet.iter_rows(max_col=60), most))
    except (
        InvalidFileException, KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError,
        zipfile.BadZipFile, zlib.error, EOFError, OSError,
    ) as error:  # fmt: skip
        raise _unreadable() from error


def _check_package(content: bytes) -> None:
    """Look at the package's directory before anything is unpacked."""
    if len(content) > MOST_BYTES:
        raise Refused.because(Code.INVALID, "文件超过10 MB，请分批导入。")
    with _opened(content) as package:
        entries = package.infolist()
        _check_entries(entries)
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")) and _declares(_unpacked(package, entry)):
                raise Refused.because(Code.INVALID, "工作簿中含有不允许的内容（DTD），不予读取。")


def _opened(content: bytes) -> zipfile.ZipFile:
    """The package. Its directory may be damaged, or ask for a version of ZIP later than the library reads.

    For the latter zipfile raises NotImplementedError: it is the file that is refused, nothing of ours is missing.
    """
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _unreadable() from error


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One part of the package, whose own head or content may be damaged."""
    try:
        return package.read(entry)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError) as error:
        raise _unreadable() from error


def _unreadable() -> Refused:
    return Refused.because(Code.INVALID, "文件不是可读取的Excel工作簿（.xlsx），请用模板重新填写。")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise Refused.because(Code.INVALID, "文件不是Excel工作簿（.xlsx），请用模板重新填写。")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Refused.because(Code.INVALID, "工作簿设有密码，不予读取。请取消密码另存后重试。")
    if any(entry.compress_type not in _PACKED for entry in entries):
        raise Refused.because(Code.INVALID, "工作簿的压缩方式不受支持。请用Excel另存为新的.xlsx后重试。")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if len(entries) > _MOST_ENTRIES or unpacked > _MOST_UNPACKED:
        raise Refused.because(Code.INVALID, "工作簿解压后过大，不予读取。请只保留需要导入的数据。")
    if unpacked > _ALWAYS_FINE and unpacked / packed > _MOST_RATIO:
        raise Refused.because(Code.INVALID, "工作簿的压缩比异常，不予读取。请另存为新的工作簿后重试。")


def _declares(xml: bytes) -> bool:
    return b"<!DOCTYPE" in xml or b"<!ENTITY" in xml


def _sheet(
    grid: Iterable[tuple[Any, ...]], *, headings: Sequence[str], required: Sequence[str], most_rows: int
) -> Sheet:
    places: dict[int, str] = {}
    rows: list[tuple[int, dict[str, str]]] = []
    errors: list[CellError] = []
    for number, cells in enumerate(grid, start=1):
        if not places:
            places = _headings(cells, headings, required)
            if not places and number > 20:
                break
            continue
        found, bad = _row(number, cells, places)
        if found or bad:
            rows.append((number, found))
            errors += bad
        if len(rows) > most_rows or number > most_rows * 5 + 100:
            raise Refused.because(Code.INVALID, f"每个文件至多{most_rows}行数据，请分批导入。")
    if not places:
        missing = "、".join(required)
        raise Refused.because(Code.INVALID, f"未找到表头行。第一张工作表须有这些列：{missing}。")
    if not rows:
        raise Refused.because(Code.INVALID, "表中没有数据行。")
    return Sheet(rows, errors)


def _headings(cells: tuple[Any, ...], headings: Sequence[str], required: Sequence[str]) -> dict[int, str]:
    """Column places by heading, when this row has every required one; a unit in brackets may follow a heading."""
    found: dict[int, str] = {}
    for place, cell in enumerate(cells):
        text = str(cell.value or "").strip().rstrip("*").strip()
        plain = text.partition("（")[0].partition("(")[0].strip()
        for heading in headings:
            if heading in (text, plain) and heading not in found.values():
                found[place] = heading
    return found if set(required) <= set(found.values()) else {}


def _row(
    number: int, cells: tuple[Any, ...], places: dict[int, str]
) -> tuple[dict[str, str], list[CellError]]:
    found: dict[str, str] = {}
    bad: list[CellError] = []
    for place, heading in places.items():
        cell = cells[place] if place < len(cells) else None
        if cell is None or cell.value is None:
            continue
        try:
            text = _text(cell)
        except ValueError as error:
            bad.append(CellError(number, heading, str(error)))
            continue
        if text:
            found[heading] = text
    return found, bad


def _text(cell: Any) -> str:
    """One cell as text. `ValueError` with a sentence for formulas, errors and numbers that lost digits."""
    value = cell.value
    if cell.data_type == "f" or (isinstance(value, str) and value.startswith("=")):
        raise ValueError("不接受公式，请复制后以“数值”粘贴。")
    if cell.data_type == "e":
        raise ValueError("单元格为错误值，请更正。")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.isoformat(sep="T", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip().replace("\x00", "")


def _number(value: int | float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("不是有效的数字。")
    exact = Decimal(repr(value))
    if abs(exact) >= Decimal(10) ** _SAFE_DIGITS:
        raise ValueError("超过15位的数字会被Excel改动末位，请将该列设为文本后重新填写。")
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- writing ---


@dataclass(frozen=True)
class Column:
    """One column: its heading with the unit, how its numbers are shown, its width in characters, allowed words."""

    heading: str
    form: str = ""
    width: int = 16
    choices: tuple[str, ...] = ()


TEXT, AREA, YUAN, WHOLE, SHARE, INSTANT = "@", "#,##0.0000", "#,##0.00", "#,##0", "0.00%", "yyyy-mm-dd hh:mm"


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
