"""The fonts that documents are printed with, and which characters they have."""

import importlib.resources
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGES = ("pylopdf_fonts_zh_cn", "noto_cjk_sans_otc")
"""Wheels with Chinese fonts; nothing of the machine is used, so that every machine prints the same."""
SIGNS = Path(__file__).parent / "printable_signs.txt"
"""The code points that at least one of the fonts has a glyph for, as ranges; `manage.py printable_signs` writes it."""


def folders() -> list[Path]:
    """Where the font files of the wheels lie."""
    return [Path(str(importlib.resources.files(package))) for package in PACKAGES]


@cache
def printable_signs() -> frozenset[int]:
    """The code points that can be printed."""
    found: set[int] = set()
    for line in SIGNS.read_text().splitlines():
        first, _, last = line.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


def as_ranges(signs: Iterable[int]) -> Iterator[str]:
    """Code points in hexadecimal, those that follow each other as first-last."""
    first = last = None
    for sign in sorted(signs):
        if last is not None and sign == last + 1:
            last = sign
            continue
        if first is not None:
            yield f"{first:X}-{last:X}" if last != first else f"{first:X}"
        first = last = sign
    if first is not None:
        yield f"{first:X}-{last:X}" if last != first else f"{first:X}"
