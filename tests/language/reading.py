"""A page as it is read: every piece of text with the language that the page says it is in."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
# A title cannot say that a part of it is Chinese; a text area holds what somebody typed.
_UNREAD = frozenset({"script", "style", "code", "pre", "svg", "title", "textarea"})
_SPOKEN = ("aria-label", "title", "placeholder", "alt", "data-head")
CHINESE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
"""Ideographs, and the full-width signs that go with them."""
_FORMATS = frozenset(
    {
        "API",
        "CC",
        "CSV",
        "EPSG",
        "Ed25519",
        "Excel",
        "FeatureCollection",
        "GB",
        "GB18030",
        "GeoJSON",
        "HMAC",
        "ISO",
    }
    | {
        "JPEG",
        "JSON",
        "KB",
        "MB",
        "MIT",
        "PDF",
        "PNG",
        "RSS",
        "SHA",
        "UTF",
        "XLSX",
        "XML",
        "ZIP",
        "camt",
        "csv",
    }
    | {"CGCS2000", "WGS84", "geojson", "iCal", "iCalendar", "json", "null", "xlsx", "xml"}
)
"""What is called alike in both languages."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[str, str]] = []
        self._open: list[tuple[str, str, bool]] = []

    def _state(self) -> tuple[str, bool]:
        return (self._open[-1][1], self._open[-1][2]) if self._open else ("", False)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        language, unread = self._state()
        language = given.get("lang", language)
        unread = unread or tag in _UNREAD or "hash" in given.get("class", "").split()
        if not unread:
            self.pieces += [(language, given[name]) for name in _SPOKEN if given.get(name)]
        if tag not in _VOID:
            self._open.append((tag, language, unread))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        language, unread = self._state()
        if not unread and data.strip():
            self.pieces.append((language, " ".join(data.split())))


def pieces(page: str) -> list[tuple[str, str]]:
    """(language, text) of all that is shown or spoken."""
    reader = _Reader()
    reader.feed(page)
    return reader.pieces


def stray_chinese(page: str) -> list[str]:
    """Chinese that an English page does not say is Chinese."""
    return [text for language, text in pieces(page) if language != "zh-Hans" and CHINESE.search(text)]


def stray_english(page: str, *, data: tuple[str, ...] = ()) -> list[str]:
    """English words on a Chinese page; formats, and the given data, are no words."""
    return list(_words(page, data))


def _words(page: str, data: tuple[str, ...]) -> Iterator[str]:
    for language, text in pieces(page):
        if language == "en":
            continue
        said = re.sub("|".join(map(re.escape, data)), " ", text) if data else text
        if set(re.findall(r"[A-Za-z][A-Za-z0-9]+", said)) - _FORMATS:
            yield text
