"""Whether a file for an import can be read within a child's limits, before this process reads it for good.

What each function says here is nothing: what is wrong with a file is said where it is read, row by row. A file that no
child can read in five seconds and 200 MB is not read at all.
"""

import io
import json
from collections.abc import Callable

from openpyxl import load_workbook

from apps.land import parcels
from apps.money import bankfiles
from kernel import child, files, tables
from kernel.errors import Code, Refused

_MOST_CELLS = 400_000
_CPU_S = 5
"""Five thousand rows of a workbook take a second or two."""


def require_bearable(content: bytes, *, by: Callable[[bytes], str | None]) -> None:
    """Refuse invalid a file that its reader does not get through. `by` is one of the functions below."""
    try:
        fault = child.said_of(content, by=f"{__name__}:{by.__name__}", cpu_s=_CPU_S)
    except child.Unbearable:
        fault = "文件过于复杂，读取所需的时间或内存超过限度，请分批导入。"
    if fault:
        raise Refused.because(Code.INVALID, fault)


def project_file(content: bytes) -> str | None:
    """A workbook, or a map with its parcels."""
    return _workbook(content) if files.is_package(content) else _map(content)


def statement_file(content: bytes) -> str | None:
    """A bank's statement, as a workbook, XML or text."""
    try:
        bankfiles.read(content)
    except Refused:
        return None  # said again, in full, by who reads it for good
    return None


def _workbook(content: bytes) -> str | None:
    try:
        tables.check_package(content)
    except Refused:
        return None
    cells = 0
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            for row in sheet.iter_rows(max_col=60):
                cells += len(row)
                if cells > _MOST_CELLS:
                    return None
    except (MemoryError, RecursionError):
        raise
    except Exception:  # whatever is wrong with it is said by who reads it for good
        return None
    return None


def _map(content: bytes) -> str | None:
    try:
        found = json.loads(content.decode("utf-8-sig"))
        for each in found["features"]:
            try:
                parcels.parcel(each.get("geometry"))
            except parcels.BadLand:
                continue
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return None
