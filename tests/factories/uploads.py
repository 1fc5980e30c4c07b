"""Uploads, good and hostile, made in memory."""

import io
import json
import struct
import zipfile
import zlib

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from apps.documents import printing


def pdf() -> bytes:
    """An ordinary PDF."""
    return printing.small_pdf("验收报告", ["通许县"])


def pdf_written(writer: PdfWriter) -> bytes:
    """What a pypdf writer makes."""
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def pdf_with_script() -> bytes:
    """A PDF that runs a script when it is opened."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    return pdf_written(writer)


def pdf_with_disguised_script() -> bytes:
    """The same with the names written in hexadecimal escapes."""
    return pdf_with_script().replace(b"/JavaScript", b"/#4aavaScript").replace(b"/JS", b"/#4a#53")


def pdf_with_file() -> bytes:
    """A PDF with another file inside."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("virus.exe", b"MZ")
    return pdf_written(writer)


def pdf_with_launch() -> bytes:
    """A PDF whose page has a link that starts a program."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    )
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
            NameObject("/A"): action,
        }
    )
    page[NameObject("/Annots")] = ArrayObject([link])
    return pdf_written(writer)


def pdf_with_password() -> bytes:
    """A PDF that asks for a password."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    return pdf_written(writer)


def png(width: int = 1, height: int = 1) -> bytes:
    """A PNG whose header claims this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    """The outside of a JPEG."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 64 + b"\xff\xd9"


def xlsx(**more: bytes) -> bytes:
    """A workbook with these further entries; `__` in a name stands for a slash."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        for name, content in more.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def xlsx_beginning_with_a_pdf() -> bytes:
    """A workbook whose first part is a PDF, not packed: a reader of PDFs opens it as one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("first", pdf())
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b"<workbook/>")
    return made.getvalue()


def xlsx_that_lies() -> bytes:
    """A workbook whose directory says that a large entry is small."""
    content = xlsx(big=b"\x00" * 1_000_000)
    return content.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 10))


def geojson() -> bytes:
    """One parcel."""
    ring = [[114.1, 34.1], [114.2, 34.1], [114.2, 34.2], [114.1, 34.1]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def pdf_with_action(name: str) -> bytes:
    """A PDF whose page has a link with an action of one kind."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    action = DictionaryObject(
        {NameObject("/S"): NameObject(name), NameObject("/F"): TextStringObject("https://elsewhere.example/")}
    )
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
            NameObject("/A"): action,
        }
    )
    page[NameObject("/Annots")] = ArrayObject([link])
    return pdf_written(writer)


def pdf_of_bombs(count: int = 400, size: int = 4_000_000) -> bytes:
    """A small PDF whose packed objects unpack to gigabytes."""
    packed = zlib.compress(b"1 0 " + b" " * size + b"null", 9)
    parts, offsets, at = [b"%PDF-1.5\n"], [], 9
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ]
    for number, body in enumerate(objects, start=1):
        offsets.append(at)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        at += len(parts[-1])
    for number in range(4, 4 + count):
        offsets.append(at)
        head = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(packed)
        parts.append(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, head, packed))
        at += len(parts[-1])
    rows = [b"\x00" + b"\x00" * 4 + b"\xff"] + [
        b"\x01" + offset.to_bytes(4, "big") + b"\x00" for offset in offsets
    ]
    first = 4 + count
    rows += [b"\x01" + at.to_bytes(4, "big") + b"\x00"]
    rows += [b"\x02" + (4 + each).to_bytes(4, "big") + b"\x00" for each in range(count)]
    table = b"".join(rows)
    head = b"<< /Type /XRef /Size %d /W [1 4 1] /Root 1 0 R /Length %d >>" % (len(rows), len(table))
    parts.append(
        b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (first, head, table, at)
    )
    return b"".join(parts)


def geojson_of_brackets(megabytes: int = 15) -> bytes:
    """A map of small numbers in very many brackets."""
    one = b"[[[[1,2],[3,4],[5,6],[1,2]]]],"
    inner = one * (megabytes * 1024 * 1024 // len(one))
    return b'{"type":"MultiPolygon","coordinates":[' + inner[:-1] + b"]}"
