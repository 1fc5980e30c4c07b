"""Canonical JSON (规范化JSON): one text for equal content, as hashes and signatures need it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

_encode = msgspec.json.Encoder(order="sorted").encode


def canonical(said: object) -> bytes:
    """JSON with sorted keys and no blanks, in UTF-8 (as RFC 8785 has it for content without fractions).

    Anybody can make it anew: `json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))`.
    """
    return _encode(said)


MOST_SIGNS = 4000
MOST_ITEMS = 200
MOST_LEVELS = 12
_WHOLE = range(-(2**63), 2**63)
_PLAIN = frozenset({bool, type(None)})


def recordable(value: Any, *, levels: int = MOST_LEVELS) -> Any:
    """`value` as JSON gives it back unchanged, whoever stores it: what a record is hashed over.

    Numbers other than whole ones of 64 bits become text, and so does everything that JSON has no word for. Signs that
    no database text holds (NUL, lone surrogates) are written as escapes. Long text, long lists and deep nesting are
    cut, saying how long they were.
    """
    kind = type(value)
    if kind in _PLAIN or (kind is int and value in _WHOLE):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        if levels <= 0:
            return "…"
        if isinstance(value, Mapping):
            kept = list(value.items())[:MOST_ITEMS]
            said = {_text(str(key)): recordable(each, levels=levels - 1) for key, each in kept}
            return said | ({"…": f"共{len(value)}项"} if len(value) > MOST_ITEMS else {})
        rows = [recordable(each, levels=levels - 1) for each in list(value)[:MOST_ITEMS]]
        return [*rows, f"…共{len(value)}项"] if len(value) > MOST_ITEMS else rows
    return _text(str(value))


def _text(text: str) -> str:
    text = str(text)
    if len(text) > MOST_SIGNS:
        text = f"{text[:MOST_SIGNS]}…共{len(text)}字"
    if "\x00" in text:
        text = text.replace("\x00", "\\u0000")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode(errors="backslashreplace").decode()
    return text
