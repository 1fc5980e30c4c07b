"""Rows of a form that come in a file, and rows too many to stand on it: they stay until a file brings others."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from apps.desks.bearable import project_file, require_bearable
from apps.desks.form_fields import MOST_ROWS, asked, heads_of
from kernel import sheets
from kernel.acts.act import Act
from kernel.files import MOST_BYTES as MOST_FILE_BYTES


def _from_files(act: Act) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    return {name: each for name, each in asked(act).items() if "rows_from" in each.style}


def takes_file(act: Act) -> bool:
    """Whether some of its rows may come in a file."""
    return bool(_from_files(act))


def read_files(act: Act, files: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of the files that came, by the list they are of. Refuses: invalid, as the file's reader says."""
    rows: dict[str, Any] = {}
    for name, each in _from_files(act).items():
        upload = files.get(f"{name}-file")
        if upload is not None:
            content = upload.read(MOST_FILE_BYTES + 1)
            require_bearable(content, by=project_file)
            rows[name] = each.style["rows_from"](content)
    return rows


def kept_rows(act: Act, data: Mapping[str, Any], *before: Mapping[str, Any]) -> dict[str, Any]:
    """Rows that stood before and were too many to be shown, where none are typed; of several the first."""
    kept: dict[str, Any] = {}
    for name in _from_files(act):
        many = [rows for each in before if len(rows := each.get(name) or []) > MOST_ROWS]
        if many and not data.get(name):
            kept[name] = many[0]
    return kept


_BLANK_ROWS = 500


def blank_table(act: Act, name: str) -> tuple[str, bytes] | None:
    """The workbook to fill in with the rows of a list, and what it is called; None where no table brings them."""
    heads = heads_of(act, name)
    if not heads:
        return None
    label = str(asked(act)[name].label)
    columns = [sheets.Column(each.name, sheets.TEXT, 18) for each in heads]
    notes = [f"{each.name}：{each.label or '与列名同'}{'，必填' if each.required else ''}" for each in heads]
    told = ["首行为列名，不得更改；自第2行起逐行填写，空行不计。", *notes]
    return label, sheets.written(sheets.Table(label, columns, [], told), validated_rows=_BLANK_ROWS)


def is_file_chosen(act: Act, posted: QueryDict, files: Mapping[str, Any]) -> bool:
    """Whether a page that asks while it is filled in has a file chosen, which counts when it is handed in.

    A form that sends files sends them with each question too; others name what was chosen.
    """
    return any(posted.get(f"{name}-file") or files.get(f"{name}-file") for name in _from_files(act))
