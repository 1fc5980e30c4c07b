"""Rows of the rules as lines of a text input: cells between bars, in the order of their columns, words in Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.rulebook.declaring import Parameter, Shape

_BAR = "|"
_YES, _NO = "是", "否"


def line_of(row: Any, columns: Sequence[Parameter]) -> str:
    """One row as a line: 补充耕地 | 耕地数量 | | 360000 | 最低价 | 150000.00 | …; the row itself where it is none."""
    if not isinstance(row, Mapping):
        return str(row)
    return f" {_BAR} ".join(_cell(row.get(each.path), each) for each in columns)


def _cell(value: Any, column: Parameter) -> str:
    if value is None:
        return ""
    if column.shape is Shape.YES_NO:
        return _YES if value else _NO
    return column.words.get(str(value), str(value))


def faults_of(table: Parameter, errors: Mapping[str, str]) -> list[str]:
    """What is wrong with the lines of a table, each by its line and column: 第2行单价：金额须……."""
    names = {each.path: each.name for each in table.columns}
    found = []
    for at, said in errors.items():
        head, _, rest = at.partition(f"{table.path}.")
        place, _, column = rest.partition(".")
        if not head and place.isdecimal():
            found.append(f"第{int(place) + 1}行{names.get(column, '')}：{said}")
    return found


def row_of(line: str, columns: Sequence[Parameter]) -> Any:
    """The row in a line; the line itself when it has other cells, which the rules then refuse by name."""
    cells = [each.strip() for each in line.replace("｜", _BAR).split(_BAR)]
    if len(cells) != len(columns):
        return line.strip()
    return {each.path: _value(cell, each) for cell, each in zip(cells, columns, strict=True) if cell}


def _value(cell: str, column: Parameter) -> Any:
    if column.shape is Shape.YES_NO:
        return {_YES: True, _NO: False}.get(cell, cell)
    return {word: code for code, word in column.words.items()}.get(cell, cell)
