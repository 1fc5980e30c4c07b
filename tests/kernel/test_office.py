"""What LibreOffice makes of our tables: values survive, nothing computes, times are times, digests are texts."""

import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from apps.insight import open_data
from apps.land import imports as land_imports
from apps.money import bankfiles
from apps.portal.templatetags import exchange
from apps.quota import imports
from kernel import sheets
from kernel.money import Yuan
from tests.browser.office import opened_and_saved
from tests.factories.deal import at
from tests.factories.journey import confirmed

_HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠1"]


def _cells(content: bytes, sheet: int = 0) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(content))
    return [list(row) for row in book.worksheets[sheet].iter_rows()]


@pytest.mark.parametrize("text", _HOSTILE)
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    assert sheets.inert(text) == f"'{text}"
    [row] = _cells(sheets.written(sheets.Table("表", [sheets.Column("名称")], [[text]])))[1:]
    assert (row[0].data_type, row[0].value.strip(), row[0].quotePrefix) == ("s", text.strip(), True)


def test_a_workbook_survives_being_opened_and_saved(tmp_path: Path) -> None:
    columns = [
        sheets.Column("账号", sheets.TEXT), sheets.Column("金额", sheets.YUAN), sheets.Column("面积", sheets.AREA),
        sheets.Column("时间", sheets.INSTANT), sheets.Column("名称"),
    ]  # fmt: skip
    rows = [
        ["622200000000000001234", Yuan("9999999999.99"), Decimal("20.1234"), at("03-05 09:30"), text]
        for text in _HOSTILE if text.strip() == text
    ]  # fmt: skip
    saved = opened_and_saved(
        sheets.written(sheets.Table("表", columns, rows)), name="book.xlsx", folder=tmp_path
    )
    found = _cells(saved)[1:]
    assert len(found) == len(rows)
    for cells, row in zip(found, rows, strict=True):
        assert cells[0].value == "622200000000000001234"
        assert (Decimal(str(cells[1].value)), Decimal(str(cells[2].value))) == (
            Decimal("9999999999.99"),
            row[2],
        )
        assert cells[3].value == datetime(2026, 3, 5, 9, 30)  # noqa: DTZ001 - a table program knows no zone
        assert (cells[4].data_type, cells[4].value) == ("s", row[4])


def test_the_end_of_a_day_stands_in_a_workbook_as_on_a_page() -> None:
    midnight, morning = at("03-06 00:00"), at("03-06 09:30")
    columns = [sheets.Column("期限", sheets.LIMIT), sheets.Column("时间", sheets.INSTANT)]
    found = _cells(sheets.written(sheets.Table("表", columns, [[midnight] * 2, [morning] * 2, [None, None]])))
    assert [row[0].value for row in found[1:]] == ["2026-03-05 24:00", "2026-03-06 09:30", None]
    assert {row[0].number_format for row in found[1:]} == {sheets.TEXT}
    assert found[1][1].value == datetime(2026, 3, 6)  # noqa: DTZ001 - what happened at midnight is a time
    assert found[1][0].value == exchange.until(midnight)


@pytest.mark.django_db
def test_open_data_opens_as_what_it_is(tmp_path: Path) -> None:
    deal = confirmed()
    listing = deal.listing
    listing.title = "＝HYPERLINK(1)"
    digits, exponent = "1" * 64, "1234e" + "5" * 59
    bids = list(open_data.bids_of(listing))
    for each, digest in zip(bids, [digits, exponent] * len(bids), strict=False):
        each.hash = digest
    cases: list[tuple[str, Any, list[Any]]] = [
        ("lot", open_data.LISTINGS, [listing]),
        ("bid_history", open_data.BID_HISTORY, bids),
    ]
    for name, table, rows in cases:
        text = "".join(open_data.as_csv(table, rows))
        saved = opened_and_saved(text.encode(), name=f"{name}.csv", folder=tmp_path)
        _head, *found = _cells(saved)
        assert len(found) == len(rows)
        by_name = [
            {field.name: cell for field, cell in zip(table.fields, cells, strict=True)} for cells in found
        ]
        assert [cell.data_type for cells in found for cell in cells if cell.data_type == "f"] == []
        for cells in by_name:
            if name == "lot":
                assert "＝HYPERLINK(1)" in cells["title"].value
                assert isinstance(cells["announced_at"].value, datetime)
                assert cells["path"].value.startswith("http")
                assert Decimal(str(cells["starting_price"].value)) == listing.starting_price.amount
            else:
                assert isinstance(cells["received_at"].value, datetime)
                assert cells["hash"].value in (f"sha256:{digits}", f"sha256:{exponent}")
                assert cells["paddle"].value.endswith("号")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("made", "headings"),
    [
        (bankfiles.template, list(bankfiles.COLUMNS)),
        (imports.batch_template, list(imports.BATCH_COLUMNS)),
        (land_imports.project_template, list(land_imports.PROJECT_COLUMNS)),
    ],
)
def test_a_template_is_read_the_same_after_it_was_saved(
    made: Any, headings: list[str], tmp_path: Path
) -> None:
    """Accounts and long numbers stay as they are, choices and heads too."""
    content = made()
    saved = opened_and_saved(content, name="template.xlsx", folder=tmp_path)
    before, after = _texts(content), _texts(saved)
    assert after == before
    assert any(heading in before[0][0][0] for heading in headings)


def _texts(content: bytes) -> list[list[list[str]]]:
    """What stands in every sheet, row by row, as texts."""
    book = load_workbook(io.BytesIO(content))
    return [
        [[str(cell.value or "") for cell in row] for row in sheet.iter_rows(max_row=20) if any(c.value for c in row)]
        for sheet in book.worksheets
    ]  # fmt: skip
