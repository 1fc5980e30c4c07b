"""A file for an import is first read in a child: what would hold a worker for seconds is refused."""

import io
import json
import time

import pytest
from openpyxl import Workbook

from apps.desks import bearable
from kernel import child
from kernel.errors import Refused


def _map(features: int, points: int) -> bytes:
    """A zigzag of very many points, whose crossing has to be looked for."""
    ring = [[110 + (n % 2) * 5 + n / points, 30 + n / points * 5] for n in range(points)]
    one = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [one] * features}).encode()


def _workbook(rows: int) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in range(rows):
        sheet.append([f"项目{row}", row, "x" * 20, row / 3, "通许县"])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_a_map_that_takes_its_reader_seconds_is_refused_in_time() -> None:
    began = time.monotonic()
    with pytest.raises(Refused) as no:
        bearable.require_bearable(_map(300, 4000), by=bearable.project_file)
    assert "分批" in no.value.refusal.sentence
    assert time.monotonic() - began < child.PATIENCE_S


def test_a_map_and_a_workbook_of_five_hundred_rows_are_read() -> None:
    bearable.require_bearable(_map(500, 12), by=bearable.project_file)
    bearable.require_bearable(_workbook(500), by=bearable.project_file)
    bearable.require_bearable(_workbook(2000), by=bearable.statement_file)


def test_what_is_no_file_of_ours_is_left_to_its_reader() -> None:
    for content in (b"x", b"{", b'{"features": 1}', b"PK\x03\x04nothing", b"<xml/>"):
        bearable.require_bearable(content, by=bearable.project_file)
        bearable.require_bearable(content, by=bearable.statement_file)
