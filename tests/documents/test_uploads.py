"""Which uploads are taken, by content alone."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.documents import rules, uploads
from apps.documents.commands import attach
from apps.documents.states import AttachmentKind
from kernel import child
from kernel.errors import Code, Refused
from tests.factories import uploads as samples
from tests.factories.deal import at

GOOD = {
    "application/pdf": samples.pdf(),
    "image/png": samples.png(),
    "image/jpeg": samples.jpeg(),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": samples.xlsx(),
    "application/geo+json": samples.geojson(),
}
HOSTILE = {
    "a PDF with a script": (samples.pdf_with_script(), "脚本"),
    "a PDF with a disguised script": (samples.pdf_with_disguised_script(), "脚本"),
    "a PDF with a file inside": (samples.pdf_with_file(), "嵌入文件"),
    "a PDF that starts a program": (samples.pdf_with_launch(), "启动程序"),
    "a PDF with a password": (samples.pdf_with_password(), "密码"),
    "a PDF that sends a form elsewhere": (samples.pdf_with_action("/SubmitForm"), "向外发送"),
    "a PDF that opens another file": (samples.pdf_with_action("/GoToR"), "其他文件"),
    "a PDF that opens a file inside": (samples.pdf_with_action("/GoToE"), "其他文件"),
    "a PDF that imports data": (samples.pdf_with_action("/ImportData"), "导入数据"),
    "a PDF that plays something": (samples.pdf_with_action("/Rendition"), "富媒体"),
    "a PDF that is an archive too": (samples.pdf() + samples.xlsx(), "附带其他内容"),
    "a PDF with a program behind it": (samples.pdf() + b"MZ" + bytes(2000), "附带其他内容"),
    "a picture that is an archive too": (samples.jpeg() + samples.xlsx() + b"\xff\xd9", "另一种格式"),
    "a picture that is a page too": (
        samples.jpeg()[:20] + b"<script>alert(1)</script>" + samples.jpeg()[20:],
        "另一种格式",
    ),
    "an archive that is a PDF too": (samples.xlsx_beginning_with_a_pdf(), "另一种格式"),
    "a broken PDF": (b"%PDF-1.7\nnothing", "损坏"),
    "a web page": (b"<html><script>alert(1)</script></html>", "只接收"),
    "a program": (b"MZ\x90\x00" + b"\x00" * 100, "只接收"),
    "a picture of another kind": (b"GIF89a" + b"\x00" * 100, "只接收"),
    "a PNG cut short": (samples.png()[:-4], "不完整"),
    "a PNG with something behind it": (samples.png() + b"<script>", "附带"),
    "a PNG of a gigapixel": (samples.png(40_000, 40_000), "过大"),
    "a JPEG cut short": (samples.jpeg()[:-2], "不完整"),
    "a workbook with macros": (samples.xlsx(**{"xl__vbaProject.bin": b"x"}), "宏"),
    "a workbook that leaves its folder": (samples.xlsx(**{"..__..__etc__passwd": b"x"}), "异常"),
    "a workbook that is a bomb": (samples.xlsx(big=b"\x00" * 60_000_000), "解压后过大"),
    "a workbook that lies about its size": (samples.xlsx_that_lies(), "损坏"),
    "another archive": (samples.xlsx().replace(b"xl/workbook.xml", b"xl/workbaak.xml"), "不是 XLSX"),
    "an archive cut short": (samples.xlsx()[:-30], "损坏"),
    "JSON that is no map": (b'{"type": "table"}', "GeoJSON"),
    "JSON with a number that is none": (b'{"type": "Point", "coordinates": [NaN, 1]}', "GeoJSON"),
    "JSON of a thousand brackets": (b'{"type":' + b"[" * 100_000, "GeoJSON"),
    "an empty file": (b"", "空"),
    "more than 20 MB": (b"%PDF-" + b"0" * uploads.MOST_UPLOAD_BYTES, "20 MB"),
}


@pytest.mark.parametrize("content_type", GOOD)
def test_a_good_upload_is_taken_whatever_its_name(content_type: str) -> None:
    content = GOOD[content_type]
    assert uploads.why_not_attach(name="扫描件.exe", content=content) is None
    upload = uploads.taken(name="扫描件.exe", content=content)
    assert upload.content_type == content_type
    assert upload.name == f"扫描件.exe{upload.extension}"
    assert upload.size == len(content)
    assert upload.sha256 == rules.sha256(content)


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_or_broken_upload_is_refused_with_a_sentence(what: str) -> None:
    content, word = HOSTILE[what]
    refusal = uploads.why_not_attach(name="验收报告.pdf", content=content)
    assert refusal is not None
    assert refusal.code is Code.INVALID
    assert word in refusal.sentence


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "../a.pdf",
        "a/b.pdf",
        "a\\b.pdf",
        "C:a.pdf",
        "a\x00.pdf",
        "a\n.pdf",
        "报告\u202efdp.exe",
        ".htaccess",
        "..",
        "长" * 201,
    ],
)
def test_a_name_that_tricks_is_refused(name: str) -> None:
    refusal = uploads.why_not_attach(name=name, content=GOOD["application/pdf"])
    assert refusal is not None
    assert "文件名" in refusal.sentence


def test_a_name_keeps_its_ending_when_it_fits_the_content() -> None:
    assert uploads.taken(name=" 地块.JSON ", content=GOOD["application/geo+json"]).name == "地块.JSON"
    assert uploads.taken(name="照片.jpeg", content=GOOD["image/jpeg"]).name == "照片.jpeg"


@pytest.mark.parametrize(
    "content", [samples.pdf_of_bombs(), samples.geojson_of_brackets()], ids=["pdf", "geojson"]
)
@pytest.mark.django_db
def test_what_costs_its_reader_too_much_is_refused_in_time(content: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(Refused) as no:
        attach(
            kind=AttachmentKind.OTHER,
            name="材料.pdf",
            content=content,
            organisation_id=1,
            uploaded_by_id=1,
            now=at("03-05 10:00"),
        )
    assert "超过限度" in no.value.refusal.sentence
    assert time.monotonic() - began < child.PATIENCE_S


@given(st.binary(max_size=2000))
def test_no_bytes_make_the_examination_fail(content: bytes) -> None:
    for start in (b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04", b"{"):
        uploads.why_not_attach(name="a.pdf", content=start + content)


@given(st.binary(min_size=10, max_size=64))
def test_a_verification_code_is_read_back_however_it_is_typed(token: bytes) -> None:
    code = rules.verification_code(token)
    assert len(code) == 19
    assert rules.typed_code(code) == code
    assert rules.typed_code(f"  {code.lower().replace('-', ' ')} ") == code
    assert rules.typed_code(code.translate({sign: sign + 0xFEE0 for sign in range(33, 127)})) == code


def test_a_code_of_fewer_than_80_bits_is_not_made_and_other_texts_are_no_codes() -> None:
    with pytest.raises(ValueError, match="random bytes"):
        rules.verification_code(b"123456789")
    for text in ("", "ABCD", "ABCD-EFGH-JKMN-PQR1", "豫指交告〔2026〕83号", "A" * 17):
        assert rules.typed_code(text) is None
