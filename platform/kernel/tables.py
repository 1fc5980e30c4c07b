"""Tables that people bring (表格): workbooks (.xlsx) and text tables (CSV, tabs, semicolons), read into texts.

One reader for every importer: it looks at what people see (visible sheets), says what they may not see (hidden rows and
columns, other sheets), and never guesses: a cell that a table program has damaged is an error on that cell.
"""

import csv
import io
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from kernel import files
from kernel.errors import Code, Refused
from kernel.text import folded

# Encrypted, patched, strongly encrypted: the bits 0, 5 and 6 of an entry (APPNOTE.TXT, 4.4.4).
_ENCRYPTED = 0x1 | 0x20 | 0x40
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MOST_ENTRIES = 300
_MOST_UNPACKED = 60 * 1024 * 1024
_MOST_RATIO = 150
_ALWAYS_FINE = 2 * 1024 * 1024
_SAFE_DIGITS = 15
_PREFACE = 20
_MOST_COLUMNS = 60
_MOST_NAMED = 12
_DELIMITERS = (",", "\t", ";", "|")
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_BRACKETED = re.compile(r"\(.*\)$")
_DAMAGED_PACKAGE = (
    InvalidFileException, KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError,
    zipfile.BadZipFile, zlib.error, EOFError, OSError,
)  # fmt: skip


@dataclass(frozen=True)
class CellError:
    """What is wrong with one cell: the row as a table program counts it, the column's heading, and a sentence."""

    row: int
    column: str
    sentence: str


@dataclass(frozen=True)
class Table:
    """What a table says: (row number, texts by heading) for each row with something in it, its bad cells, remarks.

    `form` is csv or xlsx.
    """

    form: str
    rows: list[tuple[int, dict[str, str]]]
    errors: list[CellError] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(
    content: bytes,
    *,
    headings: Sequence[str],
    most_rows: int,
    required: Sequence[str] = (),
    example: Mapping[str, str] | None = None,
    units: Mapping[str, Sequence[str]] | None = None,
) -> Table:
    """The table in a file, its headings in the first of its rows that has all `required` ones.

    `units` are, by heading, the units that its brackets may name; the first is the one it is read in.

    Cells come as texts: numbers without exponents, moments as ISO to the second, days without a time as days. Formulas,
    errors, merged cells and numbers that lost digits are bad cells. The template's `example` row is left out. Refuses
    invalid, saying what the file is: no table, too large, headings missing or twice, no rows or too many.
    """
    files.require_some(content)
    files.require_known(content)
    wanted = required or headings
    if files.is_package(content):
        found = _from_workbook(
            content, headings=headings, required=wanted, most_rows=most_rows, units=units or {}
        )
    else:
        found = _from_text(
            content, headings=headings, required=wanted, most_rows=most_rows, units=units or {}
        )
    return _without_example(found, example or {})


def _without_example(found: Table, example: Mapping[str, str]) -> Table:
    shown = {heading: folded(text) for heading, text in example.items() if text}
    kept, remarks = [], list(found.remarks)
    for number, row in found.rows:
        if shown and {heading: folded(row.get(heading, "")) for heading in shown} == shown:
            remarks.append(f"第{number}行是模板的示例，不导入。")
        else:
            kept.append((number, row))
    if not kept and not found.errors:
        raise Refused.because(Code.INVALID, "表中没有数据行（模板的示例行不导入）。")
    return replace(found, rows=kept, remarks=remarks)


# --- text ---


def _from_text(
    content: bytes,
    *,
    headings: Sequence[str],
    required: Sequence[str],
    most_rows: int,
    units: Mapping[str, Sequence[str]],
) -> Table:
    text = files.text_of(content)
    most = most_rows * 5 + 100
    for delimiter in _DELIMITERS:
        rows = _split(text, delimiter, most=_PREFACE + 1)
        if any(_places(cells, headings, required) for cells in rows):
            grid = enumerate(_split(text, delimiter, most=most + 1), start=1)
            return _gathered(
                "csv", grid, headings, required, most_rows=most_rows, units=units, cell=_text_cell
            )
    raise _no_headings(required, best=_best(text, headings, required))


def _split(text: str, delimiter: str, *, most: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(islice(reader, most))
    except csv.Error as error:
        raise Refused.because(
            Code.INVALID, f"文件第{reader.line_num}行的引号不成对或内容过长，不是有效的CSV表格，请重新导出。"
        ) from error


def _best(text: str, headings: Sequence[str], required: Sequence[str]) -> list[str]:
    """What is missing from the row that comes nearest to the headings."""
    nearest = list(required)
    for delimiter in _DELIMITERS:
        for cells in _split(text, delimiter, most=_PREFACE + 1):
            there = set(_matched(cells, headings).values())
            missing = [each for each in required if each not in there]
            nearest = min(nearest, missing, key=len)
    return nearest


def _text_cell(cell: str) -> str:
    """A CSV cell; what keeps table programs from computing is taken off: a leading apostrophe, ="000123"."""
    text = cell.strip()
    if kept := _KEPT_AS_TEXT.fullmatch(text):
        return kept.group(1).strip()
    if text.startswith("="):
        raise ValueError("不接受公式，请复制后以“数值”粘贴。")
    return text.removeprefix("'")


# --- workbooks ---


def _from_workbook(
    content: bytes,
    *,
    headings: Sequence[str],
    required: Sequence[str],
    most_rows: int,
    units: Mapping[str, Sequence[str]],
) -> Table:
    check_package(content)
    book = _opened(content)
    most = most_rows * 5 + 100
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    chosen, others = None, []
    for sheet in visible:
        if any(
            _places([cell.value for cell in cells], headings, required)
            for cells in _cells(sheet, most=_PREFACE + 1)
        ):
            if chosen is None:
                chosen = sheet
            else:
                others.append(sheet.title)
    if chosen is None:
        raise _no_headings(required)
    hidden = _hidden_in(content, chosen)
    grid = enumerate(_cells(chosen, most=most + 1), start=1)
    found = _gathered("xlsx", grid, headings, required, most_rows=most_rows, units=units, cell=_sheet_cell)
    remarks = []
    if len(book.worksheets) > 1:
        remarks.append(f"读取的是工作表“{chosen.title}”。")
    if others:
        remarks.append(f"另有工作表“{'”、“'.join(others[:5])}”也有同样的表头，未读取。")
    unseen = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    if unseen:
        remarks.append(f"隐藏的工作表“{'”、“'.join(unseen[:5])}”未读取。")
    return _as_seen(replace(found, remarks=[*found.remarks, *remarks]), hidden)


def _opened(content: bytes) -> Workbook:
    try:
        return load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except _DAMAGED_PACKAGE as error:
        raise files.unreadable_workbook() from error


def _cells(sheet: Any, *, most: int) -> Iterator[Any]:
    """The rows of a sheet, `most` of them. A damaged workbook can fail in any of these ways."""
    try:
        sheet.reset_dimensions()
        yield from islice(sheet.iter_rows(max_col=_MOST_COLUMNS), most)
    except _DAMAGED_PACKAGE as error:
        raise files.unreadable_workbook() from error


@dataclass(frozen=True)
class _Hidden:
    """What people do not see of a sheet, and which of its cells are one."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    filtered: bool = False


def _hidden_in(content: bytes, sheet: Any) -> _Hidden:
    """Hidden rows and columns, merged ranges and filters: the reader of cells passes over them."""
    rows: set[int] = set()
    columns: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    filtered = False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package, package.open(sheet._worksheet_path) as part:
            for _, element in iterparse(part, forbid_dtd=True):
                tag = element.tag.rpartition("}")[2]
                if tag == "row":
                    if element.get("hidden") in ("1", "true") and (element.get("r") or "").isdecimal():
                        rows.add(int(element.get("r")))
                    element.clear()
                elif tag == "col" and element.get("hidden") in ("1", "true"):
                    last = min(int(element.get("max", 1)), _MOST_COLUMNS)
                    columns |= set(range(int(element.get("min", 1)), last + 1))
                elif tag == "mergeCell" and len(merged) < 20_000:
                    merged.append(_area(element.get("ref", "")))
                elif tag == "filterColumn":
                    filtered = True
    except (*_DAMAGED_PACKAGE, ParseError, DefusedXmlException) as error:
        raise files.unreadable_workbook() from error
    return _Hidden(frozenset(rows), frozenset(columns), tuple(merged), filtered)


def _area(reference: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = range_boundaries(reference)
    return left or 1, top or 1, right or 1, bottom or 1


def _as_seen(found: Table, hidden: _Hidden) -> Table:
    """Say which rows people did not see, and refuse merged cells: what stands in them belongs to one row only."""
    remarks = list(found.remarks)
    unseen = [number for number, _ in found.rows if number in hidden.rows]
    if unseen:
        named = "、".join(map(str, unseen[:_MOST_NAMED])) + ("等" if len(unseen) > _MOST_NAMED else "")
        why = "被筛选隐藏" if hidden.filtered else "被隐藏"
        remarks.append(
            f"注意：第{named}行（共{len(unseen)}行）在表中{why}，但仍会导入；不需要的请删除后重新上传。"
        )
    if hidden.columns:
        letters = "、".join(get_column_letter(each) for each in sorted(hidden.columns)[:_MOST_NAMED])
        remarks.append(f"注意：{letters}列在表中被隐藏，仍会读取。")
    errors = list(found.errors)
    numbers = {number for number, _ in found.rows}
    for left, top, right, bottom in hidden.merged:
        for number in range(top, bottom + 1):
            if number in numbers and (top, left) != (bottom, right):
                area = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
                errors.append(CellError(number, "", f"含有合并单元格（{area}），请取消合并，每行逐格填写。"))
    return replace(found, remarks=remarks, errors=errors)


def _sheet_cell(cell: Any) -> str:
    """One cell as text. `ValueError` with a sentence for formulas, errors and numbers that lost digits."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or (isinstance(value, str) and value.startswith("=")):
        raise ValueError("不接受公式，请复制后以“数值”粘贴。")
    if cell.data_type == "e":
        raise ValueError("单元格为错误值，请更正。")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return _moment(value, str(cell.number_format or ""))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | timedelta):
        raise ValueError("只有时刻、没有日期，请写成“2026-03-01 09:30”的样子。")
    return str(value).strip().removeprefix("'")


def _moment(value: datetime, form: str) -> str:
    """A date cell to the nearest second, as Excel shows it; without its time where the cell shows none and has none."""
    nearest = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form).lower()
    if nearest.time() == time(0) and not ("h" in plain or "s" in plain):
        return nearest.date().isoformat()
    return nearest.isoformat(sep="T", timespec="seconds")


def _number(value: int | float) -> str:
    """A number as people see it: fifteen digits, which is all that a table program keeps."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("不是有效的数字。")
    exact = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{_SAFE_DIGITS}g}")
    if abs(exact) >= Decimal(10) ** _SAFE_DIGITS:
        raise ValueError("超过15位的数字会被Excel改动末位，请将该列设为文本后重新填写。")
    text = f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def check_package(content: bytes) -> None:
    """Look at a workbook's directory before anything is unpacked. Refuses invalid: what could not be read safely."""
    if len(content) > files.MOST_BYTES:
        raise Refused.because(Code.INVALID, "文件超过10 MB，请分批导入。")
    with files.opened_package(content) as package:
        entries = package.infolist()
        _check_entries(entries)
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")) and _declares(_unpacked(package, entry)):
                raise Refused.because(Code.INVALID, "工作簿中含有不允许的内容（DTD），不予读取。")


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One part of the package, whose own head or content may be damaged."""
    try:
        return package.read(entry)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError) as error:
        raise files.unreadable_workbook() from error


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


# --- headings and rows of both ---


def _gathered(
    form: str,
    grid: Iterable[tuple[int, Sequence[Any]]],
    headings: Sequence[str],
    required: Sequence[str],
    *,
    most_rows: int,
    units: Mapping[str, Sequence[str]],
    cell: Any,
) -> Table:
    places: dict[int, str] = {}
    rows: list[tuple[int, dict[str, str]]] = []
    errors: list[CellError] = []
    width = 0
    for number, cells in grid:
        if not places:
            shown = [getattr(each, "value", each) for each in cells]
            places = _places(shown, headings, required)
            if places:
                _require_once(shown, headings)
                _require_units(shown, places, units)
                width = len(cells)
            continue
        found, bad = _row(number, cells, places, cell=cell)
        if form == "csv" and any(each.strip() for each in cells[width:]):
            bad.append(
                CellError(
                    number,
                    "",
                    f"该行有{len(cells)}格，表头只有{width}格：数值中的逗号须去掉，或把该格放在引号中。",
                )
            )
        if found or bad:
            rows.append((number, found))
            errors += bad
        if len(rows) > most_rows or number > most_rows * 5 + _PREFACE:
            raise Refused.because(Code.INVALID, f"每个文件至多{most_rows}行数据，请分批导入。")
    if not rows:
        raise Refused.because(Code.INVALID, "表中没有数据行。")
    return Table(form, rows, errors)


def _row(
    number: int, cells: Sequence[Any], places: Mapping[int, str], *, cell: Any
) -> tuple[dict[str, str], list[CellError]]:
    found: dict[str, str] = {}
    bad: list[CellError] = []
    for place, heading in places.items():
        if place >= len(cells):
            continue
        try:
            text = cell(cells[place])
        except ValueError as error:
            bad.append(CellError(number, heading, str(error)))
            continue
        if text:
            found[heading] = text
    return found, bad


def _heading(cell: Any) -> tuple[str, str]:
    """A heading's key, with and without the unit in brackets that may follow it; stars mark what is required."""
    key = folded(str(cell or "")).strip("*")
    return key, _BRACKETED.sub("", key).strip("*")


def _matched(cells: Sequence[Any], headings: Sequence[str]) -> dict[int, str]:
    by_key = {folded(heading): heading for heading in headings}
    found: dict[int, str] = {}
    for place, cell in enumerate(cells):
        heading = next((by_key[key] for key in _heading(cell) if key in by_key), None)
        if heading is not None and heading not in found.values():
            found[place] = heading
    return found


def _places(cells: Sequence[Any], headings: Sequence[str], required: Sequence[str]) -> dict[int, str]:
    """Column places by heading, when this row has every required one."""
    found = _matched(cells, headings)
    return found if set(required) <= set(found.values()) else {}


def _require_once(cells: Sequence[Any], headings: Sequence[str]) -> None:
    keys = {folded(heading): heading for heading in headings}
    times = Counter(next((keys[key] for key in _heading(cell) if key in keys), "") for cell in cells)
    twice = [heading for heading, count in times.items() if heading and count > 1]
    if twice:
        raise Refused.because(
            Code.INVALID, f"表头中“{'”、“'.join(twice)}”出现不止一次，无法判断以哪一列为准，请只保留一列。"
        )


_HINTS = frozenset({"必填", "选填", "可选", "文本"})
"""What brackets behind a heading may say beside a unit."""


def _require_units(
    cells: Sequence[Any], places: Mapping[int, str], units: Mapping[str, Sequence[str]]
) -> None:
    """A heading that names another unit than the one it is read in makes every figure below it another one."""
    for place, heading in places.items():
        if heading not in units:
            continue
        named = {text[1:-1].strip() for text in _BRACKETED.findall(folded(str(cells[place] or "")))}
        if named - {folded(each) for each in units[heading]} - _HINTS:
            wanted = f"{heading}（{units[heading][0]}）"
            raise Refused.because(
                Code.INVALID,
                f"表头“{str(cells[place]).strip()[:40]}”的单位不是{units[heading][0]}，请将该列换算后表头改为“{wanted}”。",
                columns=heading,
            )


def _no_headings(required: Sequence[str], best: Sequence[str] = ()) -> Refused:
    if best and len(best) < len(required):
        return Refused.because(Code.INVALID, f"文件缺少列：{'、'.join(best)}。", columns=",".join(best))
    return Refused.because(
        Code.INVALID,
        f"未找到表头行。表头须在前{_PREFACE}行之内，并有这些列：{'、'.join(required)}。",
        columns=",".join(required),
    )
