"""Tables as banks and offices really send them: read as people see them, or refused for the true reason."""

# ruff: noqa: DTZ001 - the cells of a workbook know no zone

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from kernel import files, tables
from kernel.errors import Refused

HEAD = ["编号", "金额", "时间"]
ROW = ["A-1", "27,240.00", "2026-11-20 17:00"]


def book(*rows: list[Any], title: str = "流水", hide: Any = "visible") -> Workbook:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title, sheet.sheet_state = title, hide
    for row in (HEAD, *rows):
        sheet.append(row)
    return made


def saved(made: Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def read(content: bytes) -> tables.Table:
    return tables.read(content, headings=HEAD, most_rows=50, example={"编号": "示例", "金额": "1.00"})


def why_not(content: bytes) -> str:
    with pytest.raises(Refused) as no:
        read(content)
    return no.value.refusal.sentence


def text(*rows: list[str], between: str = ",", head: list[str] = HEAD) -> str:
    quoted = [between.join(f'"{cell}"' if between in cell else cell for cell in row) for row in (head, *rows)]
    return "\r\n".join(quoted) + "\r\n"


@pytest.mark.parametrize("between", [",", "\t", ";", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_text_table_is_read_in_every_encoding_and_with_every_separator(between: str, encoding: str) -> None:
    found = read(text(ROW, between=between).encode(encoding))
    assert found.rows == [(2, dict(zip(HEAD, ROW, strict=True)))]


def test_rows_before_the_headings_and_units_stars_and_widths_in_them_do_not_matter() -> None:
    head = ["\ufeff编号*", " 金额（元）", "时 间"]
    found = read(("某银行对账单\r\n打印日期：2026-11-20,,\r\n" + text(ROW, head=head)).encode())
    assert found.rows[0][0] == 4
    assert found.rows[0][1]["金额"] == "27,240.00"


def test_a_comma_that_splits_an_amount_is_an_error_of_its_row() -> None:
    found = read("编号,金额,时间\nA-1,27,240.00,2026-11-20 17:00\n".encode())
    assert [(each.row, "引号" in each.sentence) for each in found.errors] == [(2, True)]


def test_what_keeps_table_programs_from_computing_is_taken_off_once() -> None:
    found = read(text(["'000123", "1.00", "x"], ['="000123"', "1.00", "x"], ["''1", "1.00", "x"]).encode())
    assert [row["编号"] for _, row in found.rows] == ["000123", "000123", "'1"]
    assert [each.column for each in read(text(["=1+1", "1.00", "x"]).encode()).errors] == ["编号"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页（HTML）"),
        ("\ufeff<!DOCTYPE html><body>".encode(), "网页（HTML）"),
        ("<table>".encode("utf-16"), "网页（HTML）"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "旧版Excel"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b"\x1f\x8b\x08", "压缩包"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "2003"),
        (b"", "空的"),
        (b" \r\n", "空的"),
        (b"\x81\xff\xff\xff", "文字编码"),
        ("编号,金额,时间\nA\x07,1,2\n".encode(), "第2行含有控制字符（U+0007）"),
        ('编号,金额,时间\n"A,1,2\n'.encode(), "引号不成对"),
        ("编号,金额,时间,金额\nA,1,2,3\n".encode(), "不止一次"),
        ("编号,金额\nA,1\n".encode(), "缺少列：时间"),
        ("甲,乙\n1,2\n".encode(), "未找到表头行"),
        ("编号,金额,时间\n".encode(), "没有数据行"),
        ("编号,金额,时间\n示例,1.00,\n".encode(), "示例行不导入"),
        (("编号,金额,时间\n" + "A,1,2\n" * 51).encode(), "至多50行"),
    ],
)
def test_what_is_no_table_is_refused_for_the_true_reason(content: bytes, sentence: str) -> None:
    assert sentence in why_not(content)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [("word/document.xml", "Word"), ("OFD.xml", "OFD"), ("content.xml", "ODS"), ("xl/workbook.bin", "xlsb"),
     ("other", "不是Excel")],
)  # fmt: skip
def test_another_package_is_called_by_its_name(part: str, sentence: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr(part, b"<x/>")
    assert sentence in why_not(stream.getvalue())


def test_the_visible_sheet_is_read_and_the_others_are_said() -> None:
    made = book(["旧", "111.00", "x"], title="旧数据", hide="hidden")
    for title, state, row in (("封面", "visible", []), ("流水", "visible", ROW), ("另", "visible", ROW)):
        sheet = made.create_sheet(title)
        sheet.sheet_state = state
        for each in (HEAD, row) if row else (["说明"],):
            sheet.append(each)
    found = read(saved(made))
    assert [row["编号"] for _, row in found.rows] == ["A-1"]
    said = "".join(found.remarks)
    assert "“旧数据”未读取" in said
    assert "“另”" in said
    only_hidden = book(ROW, hide="veryHidden")
    only_hidden.create_sheet("空").append(["说明"])
    assert "未找到表头行" in why_not(saved(only_hidden))


def test_hidden_and_filtered_rows_and_hidden_columns_are_said() -> None:
    made = book(ROW, ["A-2", *ROW[1:]], ["A-3", *ROW[1:]])
    sheet = made.worksheets[0]
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    said = "".join(read(saved(made)).remarks)
    assert "第3行（共1行）在表中被隐藏" in said
    assert "B列" in said
    sheet.auto_filter.ref = "A1:C4"
    sheet.auto_filter.add_filter_column(0, ["A-1", "A-3"])
    assert "被筛选隐藏" in "".join(read(saved(made)).remarks)


def test_merged_cells_are_an_error_of_each_of_their_rows() -> None:
    made = book(ROW, ["", *ROW[1:]], ["A-3", *ROW[1:]])
    made.worksheets[0].merge_cells("A2:A3")
    assert [(each.row, "A2:A3" in each.sentence) for each in read(saved(made)).errors] == [
        (2, True),
        (3, True),
    ]


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (datetime(2026, 11, 20, 17, 0), "yyyy-mm-dd hh:mm", "2026-11-20T17:00:00"),
        (datetime(2026, 11, 20), "yyyy-mm-dd hh:mm", "2026-11-20T00:00:00"),
        (datetime(2026, 11, 20), "yyyy-mm-dd", "2026-11-20"),
        (datetime(2026, 11, 20), 'yyyy"年"m"月"d"日"', "2026-11-20"),
        (datetime(2026, 11, 20, 17), "yyyy-mm-dd", "2026-11-20T17:00:00"),
        (date(2026, 11, 20), "yyyy-mm-dd", "2026-11-20"),
        (46346.70833, "yyyy-mm-dd hh:mm", "2026-11-20T17:00:00"),
        (46346.70833333334, "yyyy-mm-dd hh:mm:ss", "2026-11-20T17:00:00"),
        (27240.5, "General", "27240.5"),
        (0.1 + 0.2, "General", "0.3"),
        (712345, "General", "712345"),
        (1e15 - 1, "General", "999999999999999"),
        ("000712345", "@", "000712345"),
        (True, "General", "是"),
    ],
)
def test_a_cell_is_read_as_people_see_it(value: Any, form: str, expected: str) -> None:
    made = book(["A", "1", value])
    made.worksheets[0]["C2"].number_format = form
    assert read(saved(made)).rows[0][1]["时间"] == expected


def test_dates_of_the_other_epoch_are_the_same_days() -> None:
    made = book(["A", "1", datetime(2026, 11, 20, 17)])
    made.epoch = CALENDAR_MAC_1904
    made.worksheets[0]["C2"].value = datetime(2026, 11, 20, 17)
    made.worksheets[0]["C2"].number_format = "yyyy-mm-dd hh:mm"
    assert read(saved(made)).rows[0][1]["时间"] == "2026-11-20T17:00:00"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("=A1+1", "公式"), ("=SUM(A1:A2)", "公式"), ("#N/A", "错误值"), (1e15, "15位"), (410222198765432187, "15位"),
     (time(17, 0), "没有日期")],
)  # fmt: skip
def test_a_cell_that_cannot_be_trusted_is_an_error_of_its_row_and_column(value: Any, sentence: str) -> None:
    found = read(saved(book(ROW, ["A-2", value, "x"])))
    assert [(each.row, each.column) for each in found.errors] == [(3, "金额")]
    assert sentence in found.errors[0].sentence


CAMT = '<?xml version="1.0" encoding="{}"?><Document><Nm>通许县</Nm></Document>'


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("UTF-8", "utf-8"), ("GB18030", "gb18030"), ("gbk", "gbk"), ("GB2312", "gb2312"), ("UTF-16", "utf-16"),
     ("utf-8", "utf-8-sig")],
)  # fmt: skip
def test_xml_is_read_as_its_declaration_says(declared: str, encoding: str) -> None:
    assert "通许县" in files.xml_of(CAMT.format(declared).encode(encoding)).decode()


@pytest.mark.parametrize(
    ("declared", "encoding", "sentence"),
    [
        ("UTF-8", "gb18030", "不是所声明的编码utf-8"),
        ("GB18030", "utf-8", "内容却是UTF-8"),
        ("Big5", "big5", "big5"),
    ],
)
def test_xml_in_another_encoding_than_it_says_is_refused_by_name(
    declared: str, encoding: str, sentence: str
) -> None:
    content = CAMT.replace("通许县", "中山").format(declared).encode(encoding)
    with pytest.raises(Refused, match=sentence):
        files.xml_of(content)
