"""Which uploads are taken (上传文件): decided on their bytes and their name alone."""

import io
import json
import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from apps.documents.rules import sha256
from kernel.errors import Code, Refusal

MOST_UPLOAD_BYTES = 20 * 1024 * 1024
MOST_NAME_LENGTH = 200
_MOST_XLSX_BYTES = 200 * 1024 * 1024
_MOST_XLSX_ENTRIES = 5_000
_MOST_XLSX_RATIO = 100
_RATIO_COUNTS_FROM_BYTES = 5 * 1024 * 1024
_MOST_PDF_OBJECTS = 100_000
_MOST_PNG_PIXELS = 200_000_000
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Taken:
    """An upload that is taken: its content's own type, and a name safe to store and to offer for download."""

    name: str
    content_type: str
    extension: str
    sha256: str
    size: int


@dataclass(frozen=True)
class _FileType:
    content_type: str
    extensions: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    fault: Callable[[bytes], str | None]


_ACTIVE_IN_PDF = {
    "/JavaScript": "脚本",
    "/JS": "脚本",
    "/Launch": "启动程序的动作",
    "/EmbeddedFile": "嵌入文件",
    "/EmbeddedFiles": "嵌入文件",
    "/RichMedia": "富媒体",
    "/XFA": "动态表单",
    "/SubmitForm": "向外发送内容的动作",
    "/ImportData": "导入数据的动作",
    "/GoToR": "打开其他文件的动作",
    "/GoToE": "打开其他文件的动作",
    "/Rendition": "富媒体",
    "/Movie": "富媒体",
    "/Sound": "富媒体",
}

_MOST_BEHIND_PDF = 1024

"""A PDF may end in a few signs behind its last mark; whatever else lies there is another file."""


def _pdf_objects(reader: PdfReader) -> Iterator[object]:
    """Every object of every cross-reference section, packed ones included, then the trailer."""
    numbers = {(number, generation) for generation, found in reader.xref.items() for number in found}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > _MOST_PDF_OBJECTS:
        raise ValueError("too many objects")
    for number, generation in sorted(numbers):
        yield reader.get_object(IndirectObject(number, generation, reader))
    yield reader.trailer


def _active_name(found: object) -> str | None:
    """The first name of an active feature in this object, nested values included, other objects not followed."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, DictionaryObject):
            waiting += list(value.keys()) + [value.raw_get(key) for key in value]
        elif isinstance(value, ArrayObject):
            waiting += list(value)
        elif isinstance(value, NameObject) and value in _ACTIVE_IN_PDF:
            return str(value)
    return None


def _pdf_fault(content: bytes) -> str | None:
    end = content.rfind(b"%%EOF")
    if end < 0 or len(content) - end > _MOST_BEHIND_PDF or content[end + 5 :].strip(b"\r\n\t \x00"):
        return "PDF 文件已损坏、不完整或附带其他内容，请重新导出后上传。"
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            return "PDF 文件设有密码，请上传未加密的文件。"
        if len(reader.pages) == 0:
            return "PDF 文件没有页面，请重新导出后上传。"
        for found in _pdf_objects(reader):
            if active := _active_name(found):
                return f"PDF 文件含有{_ACTIVE_IN_PDF[active]}，为安全起见不予接收，请打印为普通 PDF 后上传。"
    except Exception:  # whatever a hostile file makes the reader raise, the answer is the same
        return "PDF 文件已损坏或无法读取，请重新导出后上传。"
    return None


_PNG = b"\x89PNG\r\n\x1a\n"


def _png_fault(content: bytes) -> str | None:
    at, width, height = len(_PNG), 0, 0
    while at + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        if name == b"IHDR" and length == 13:
            width, height = struct.unpack(">II", content[at + 8 : at + 16])
        at += 12 + length
        if name == b"IEND":
            whole = at == len(content) and 0 < width * height <= _MOST_PNG_PIXELS
            return None if whole else "PNG 图片不完整、过大或附带其他内容，请重新导出后上传。"
    return "PNG 图片不完整，请重新导出后上传。"


def _jpeg_fault(content: bytes) -> str | None:
    return None if b"\xff\xd9" in content[-64 * 1024 :] else "JPEG 图片不完整，请重新导出后上传。"


_MACROS = re.compile(r"(vbaproject\.bin|/activex/|/embeddings/|/macrosheets/)", re.IGNORECASE)


def _leaves_the_folder(name: str) -> bool:
    return "\\" in name or ":" in name or name.startswith("/") or ".." in PurePosixPath(name).parts


def _xlsx_fault(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _archive_fault(archive, len(content))
    except Exception:  # whatever a hostile archive makes the reader raise, the answer is the same
        return "表格文件已损坏或无法读取，请另存为 XLSX 后上传。"


def _archive_fault(archive: zipfile.ZipFile, packed_bytes: int) -> str | None:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    unpacked_bytes = sum(entry.file_size for entry in entries)
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        return "该压缩文件不是 XLSX 表格，请上传 PDF、PNG、JPEG、XLSX 或 GeoJSON 文件。"
    if any(_leaves_the_folder(name) for name in names) or any(entry.flag_bits & 1 for entry in entries):
        return "表格文件的内部结构异常，不予接收，请另存为 XLSX 后上传。"
    if any(_MACROS.search(f"/{name}") for name in names):
        return "表格文件含有宏或嵌入对象，请去除后另存为 XLSX 上传。"
    swollen = unpacked_bytes > _RATIO_COUNTS_FROM_BYTES and unpacked_bytes > _MOST_XLSX_RATIO * packed_bytes
    if (
        len(entries) > _MOST_XLSX_ENTRIES
        or len(names) < len(entries)
        or unpacked_bytes > _MOST_XLSX_BYTES
        or swollen
    ):
        return "表格文件解压后过大或结构异常，不予接收，请精简后上传。"
    for entry in entries:
        with archive.open(entry) as part:
            while part.read(_CHUNK_BYTES):
                pass  # reading to the end checks the declared size and checksum
    return None


_GEOMETRIES = {
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _geojson_fault(content: bytes) -> str | None:
    try:
        found = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return "文件不是有效的 GeoJSON（UTF-8 编码的 JSON），请重新导出后上传。"
    kind = found.get("type") if isinstance(found, dict) else None
    if kind == "FeatureCollection" and isinstance(found.get("features"), list):
        return None
    if (kind == "Feature" and "geometry" in found) or kind in _GEOMETRIES:
        return None
    return "文件不是有效的 GeoJSON（缺少要素或几何图形），请重新导出后上传。"


_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = (
    _FileType("application/pdf", (".pdf",), lambda content: content.startswith(b"%PDF-"), _pdf_fault),
    _FileType("image/png", (".png",), lambda content: content.startswith(_PNG), _png_fault),
    _FileType(
        "image/jpeg", (".jpg", ".jpeg"), lambda content: content.startswith(b"\xff\xd8\xff"), _jpeg_fault
    ),
    _FileType(_XLSX_TYPE, (".xlsx",), lambda content: content.startswith(b"PK\x03\x04"), _xlsx_fault),
    _FileType(
        "application/geo+json",
        (".geojson", ".json"),
        lambda content: content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"),
        _geojson_fault,
    ),
)

_HEAD_BYTES = 1024
_MARKUP = re.compile(rb"<(!doctype|html|script|svg|\?php|\?xml)", re.IGNORECASE)


def _other_fault(kind: _FileType, content: bytes) -> str | None:
    """Whether the bytes are a file of a second kind as well (polyglot), which another program would open as that."""
    head = content[:_HEAD_BYTES]
    is_pdf, is_archive = kind.content_type == "application/pdf", kind.content_type == _XLSX_TYPE
    second = (
        (not is_pdf and b"%PDF-" in head)
        or (not is_archive and zipfile.is_zipfile(io.BytesIO(content)))
        or (is_archive and not content.startswith(b"PK\x03\x04"))
        or (kind.content_type != "application/geo+json" and _MARKUP.search(head[16:]))
    )
    return "文件同时是另一种格式的文件，为安全起见不予接收，请重新导出后上传。" if second else None


def _type_of(content: bytes) -> _FileType | None:
    return next((known for known in _TYPES if known.recognises(content)), None)


def _name_fault(name: str) -> str | None:
    if not name.strip() or len(name) > MOST_NAME_LENGTH:
        return f"文件名须为 1 至 {MOST_NAME_LENGTH} 个字符。"
    if re.search(r'[\\/:*?"<>|]', name) or name.strip().startswith(".") or name.strip().endswith("."):
        return "文件名不能含有路径或特殊字符，请改名后上传。"
    if any(unicodedata.category(sign).startswith(("C", "Zl", "Zp")) for sign in name):
        return "文件名含有不可见字符，请改名后上传。"
    return None


def why_not_attach(*, name: str, content: bytes) -> Refusal | None:
    """Why this upload is not taken, or None.

    Taken are PDF, PNG, JPEG, XLSX and GeoJSON up to 20 MB, recognised by content and never by name; without
    scripts, embedded files, macros, passwords, archive bombs, or names that point elsewhere. Code `invalid`.
    """
    refusal = why_not_examine(name=name, content=content)
    fault = None if refusal else fault_of(content)
    return Refusal(Code.INVALID, fault) if fault else refusal


def why_not_examine(*, name: str, content: bytes) -> Refusal | None:
    """What is wrong with an upload before anything of it is read."""
    if fault := _name_fault(name):
        return Refusal(Code.INVALID, fault)
    if not content:
        return Refusal(Code.INVALID, "文件是空的，请重新选择文件。")
    if len(content) > MOST_UPLOAD_BYTES:
        figures = {"most_bytes": str(MOST_UPLOAD_BYTES), "given_bytes": str(len(content))}
        return Refusal(Code.INVALID, "文件超过 20 MB，请压缩或拆分后上传。", figures)
    return None


def fault_of(content: bytes) -> str | None:
    """What is wrong with the content of an upload, by reading it: a hostile one may cost whatever it likes."""
    kind = _type_of(content)
    if kind is None:
        return "只接收 PDF、PNG、JPEG、XLSX 和 GeoJSON 文件，请转换格式后上传。"
    return kind.fault(content) or _other_fault(kind, content)


def taken(*, name: str, content: bytes) -> Taken:
    """How an upload that `why_not_attach` lets pass is kept: its name ends as its content demands."""
    kind = _type_of(content)
    if kind is None:
        raise ValueError("the content's type is not known")
    stem = name.strip()
    safe = stem if stem.lower().endswith(kind.extensions) else f"{stem}{kind.extensions[0]}"
    return Taken(safe, kind.content_type, kind.extensions[0], sha256(content), len(content))
