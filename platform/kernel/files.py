"""What an uploaded file is (文件识别), said by its content and not by its name, and its text in whatever encoding.

Banks and offices send UTF-8, GB18030 (with its subsets GBK and GB2312) and UTF-16. Whatever cannot be read gets the
true reason, and what to do about it.
"""

import codecs
import re
import zipfile
from io import BytesIO

from kernel.errors import Code, Refused

MOST_BYTES = 10 * 1024 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHINESE = frozenset({"gb18030", "gbk", "gb2312", "cp936", "gb_2312-80", "x-gbk", "windows-936"})
_DECLARED = re.compile(rb"""<\?xml[^>]{0,80}?\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

_STRANGERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "文件是PDF，不能读取其中的表格。请向银行或原单位索取电子表格后重试。"),
    (
        b"\xd0\xcf\x11\xe0",
        "文件是旧版Excel（.xls）或设有密码的工作簿，请用Excel或WPS取消密码并另存为.xlsx后重试。",
    ),
    (b"\x1f\x8b", "文件是压缩包，请解压后上传其中的文件。"),
    (b"Rar!", "文件是压缩包，请解压后上传其中的文件。"),
    (b"7z\xbc\xaf", "文件是压缩包，请解压后上传其中的文件。"),
    (b"\x89PNG", "文件是图片，不能读取其中的表格。"),
    (b"\xff\xd8\xff", "文件是图片，不能读取其中的表格。"),
    (b"{\\rtf", "文件是RTF文档，请另存为.xlsx后重试。"),
    (b"SQLite format 3", "文件是数据库，不能读取。"),
    (b"\x00\x00\x27\x0a", "文件是Shapefile，请转换为GeoJSON（CGCS2000经纬度）后重试。"),
)
_PACKAGES: tuple[tuple[str, str], ...] = (
    ("word/", "文件是Word文档（.docx），请把表格复制到Excel中另存为.xlsx后重试。"),
    ("ppt/", "文件是演示文稿（.pptx），不能读取其中的表格。"),
    ("OFD.xml", "文件是OFD版式文件，不能读取其中的表格。请索取电子表格后重试。"),
    ("xl/workbook.bin", "文件是二进制工作簿（.xlsb），请另存为.xlsx后重试。"),
    ("content.xml", "文件是ODS表格，请另存为.xlsx后重试。"),
    ("doc.kml", "文件是KMZ，请转换为GeoJSON（CGCS2000经纬度）后重试。"),
)


def require_some(content: bytes) -> None:
    """Refuses invalid: nothing in the file, or too much."""
    if not content.strip(b"\x00 \t\r\n"):
        raise Refused.because(Code.INVALID, "请选择文件；所选文件是空的。")
    if len(content) > MOST_BYTES:
        raise Refused.because(Code.INVALID, "文件超过10 MB，请分批导入。")


def require_known(content: bytes) -> None:
    """Refuses invalid, saying what the file is, when it is plainly something that no importer here reads."""
    for beginning, sentence in _STRANGERS:
        if content.startswith(beginning):
            raise Refused.because(Code.INVALID, sentence)
    if is_package(content):
        _require_workbook(content)
        return
    head = _head(content)
    if re.search(r"<(!doctype\s+html|html|table|body|head|meta|div)\b", head, re.IGNORECASE):
        raise Refused.because(
            Code.INVALID,
            "文件是网页（HTML）表格，只是取名为表格文件。请用Excel或WPS打开后另存为.xlsx再重试。",
        )
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise Refused.because(
            Code.INVALID, "文件是“XML电子表格2003”，请用Excel或WPS打开后另存为.xlsx再重试。"
        )


def _require_workbook(content: bytes) -> None:
    with opened_package(content) as package:
        names = package.namelist()
    if "xl/workbook.xml" in names:
        return
    for beginning, sentence in _PACKAGES:
        if any(name.startswith(beginning) for name in names):
            raise Refused.because(Code.INVALID, sentence)


def opened_package(content: bytes) -> zipfile.ZipFile:
    """A ZIP package, its directory read and nothing unpacked.

    Refuses invalid: a damaged directory, or one that asks for a version of ZIP later than the standard library reads,
    for which `zipfile` raises NotImplementedError.
    """
    try:
        return zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise unreadable_workbook() from error


def unreadable_workbook() -> Refused:
    """What is said of a workbook that is damaged, whichever part of it."""
    return Refused.because(Code.INVALID, "文件不是可读取的Excel工作簿（.xlsx），请用模板重新填写。")


def is_package(content: bytes) -> bool:
    """Whether the bytes begin as a ZIP package does, whatever the file is called."""
    return content[:4] == b"PK\x03\x04"


def _head(content: bytes) -> str:
    """The beginning of a text, roughly: enough to see what kind it is."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content[:4000].decode("utf-16", "replace")
    return content[:2000].replace(b"\x00", b"").decode("utf-8", "replace").lstrip("\ufeff")


def looks_like_xml(content: bytes) -> bool:
    """Whether the text begins with a tag or an XML declaration, in any encoding read here."""
    return _head(content).lstrip().startswith("<")


def text_of(content: bytes) -> str:
    """A text file as text, without its byte order mark; line ends as they are.

    UTF-8 first: Chinese text in GB18030 is practically never valid UTF-8. UTF-16 with its mark, or without one where
    every other byte of the beginning is null. Refuses invalid: any other encoding, control characters.
    """
    text = _decoded(content)
    bad = _CONTROLS.search(text)
    if bad:
        row = text.count("\n", 0, bad.start()) + 1
        raise Refused.because(
            Code.INVALID,
            f"文件第{row}行含有控制字符（U+{ord(bad.group()):04X}），文件可能已损坏，请重新导出。",
        )
    return text


def _decoded(content: bytes) -> str:
    for encoding in (*_by_mark(content), "utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused.because(
        Code.INVALID,
        "无法识别文件的文字编码：须为UTF-8、GB18030（GBK）或UTF-16的文本，或Excel工作簿（.xlsx）。",
    )


def _by_mark(content: bytes) -> list[str]:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return [encoding]
    even, odd = content[:400:2], content[1:400:2]
    if len(content) > 3 and odd.count(0) > len(odd) * 0.3 and not even.count(0):
        return ["utf-16-le"]
    if len(content) > 3 and even.count(0) > len(even) * 0.3 and not odd.count(0):
        return ["utf-16-be"]
    return []


def xml_of(content: bytes) -> bytes:
    """An XML document as UTF-8, read as its declaration says (XML 1.0, 4.3.3): UTF-8, UTF-16, GB18030, GBK, GB2312.

    Refuses invalid: another encoding, or bytes that are not in the declared one.
    """
    marked = _by_mark(content)
    declared = _DECLARED.search(content[:400].replace(b"\x00", b""))
    name = declared.group(1).decode().lower() if declared else ""
    if marked:
        encoding = marked[0]
    elif name in _CHINESE:
        _require_not_utf8(content, name)
        encoding = "gb18030"
    elif name in ("", "utf-8", "utf8", "us-ascii", "ascii"):
        encoding = "utf-8"
    else:
        raise Refused.because(
            Code.INVALID, f"报文声明的编码为{name}，仅支持UTF-8、UTF-16和GB18030（GBK、GB2312）。"
        )
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        said = name or "UTF-8（未声明编码）"
        raise Refused.because(
            Code.INVALID, f"报文的内容不是所声明的编码{said}，请向银行重新导出或更正声明。"
        ) from error
    return _DECLARATION.sub("", text.lstrip("\ufeff")).encode()


def _require_not_utf8(content: bytes, name: str) -> None:
    """Text that is UTF-8 can often be read as GB18030 too, and then says something else."""
    if content.isascii():
        return
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return
    raise Refused.because(Code.INVALID, f"报文声明的编码为{name}，内容却是UTF-8，请更正声明后重试。")
