"""Write down which characters the fonts of the documents have; to be run when the fonts' wheels change."""

from typing import Any

from django.core.management.base import BaseCommand
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]

from kernel.fonts import SIGNS, as_ranges, folders


def signs_of_fonts() -> set[int]:
    """The code points of all fonts in the wheels, read from the fonts themselves."""
    found: set[int] = set()
    for folder in folders():
        for path in sorted(folder.glob("*.[ot]t[fc]")):
            if path.suffix == ".ttc":
                with TTCollection(path, lazy=True) as collection:
                    found.update(*(font.getBestCmap() for font in collection.fonts))
            else:
                with TTFont(path, lazy=True) as font:
                    found.update(font.getBestCmap())
    return found


class Command(BaseCommand):
    """Rewrites platform/kernel/printable_signs.txt."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Read the fonts, write the ranges."""
        SIGNS.write_text("\n".join(as_ranges(signs_of_fonts())) + "\n")
