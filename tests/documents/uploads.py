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


def xlsx_that_lies() -> bytes:
    """A workbook whose directory says that a large entry is small."""
    content = xlsx(big=b"\x00" * 1_000_000)
    return content.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 10))


def geojson() -> bytes:
    """One parcel."""
    ring = [[114.1, 34.1], [114.2, 34.1], [114.2, 34.2], [114.1, 34.1]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
