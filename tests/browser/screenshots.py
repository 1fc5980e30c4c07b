"""`make screenshots`: every page at three widths, as pictures to look at, in `.local/screenshots/`."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import django
from playwright.sync_api import Browser

from config.env import LOCAL

WIDTHS = (1440, 768, 375)
TO = LOCAL / "screenshots"


def main(only: list[str]) -> int:
    """Take them; with arguments, only of those people."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from tests.browser import live_site, pages, people  # noqa: PLC0415 - models exist only now

    shutil.rmtree(TO, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        live_site.running_site(Path(folder), market=True) as market,
        people.browser() as browser,
    ):
        pages.leave_in_hand(now=market.now())
        count = sum(_of_width(browser, market.origin, width, only) for width in WIDTHS)
    sys.stdout.write(f"{count} screenshots in {TO.relative_to(Path.cwd())}\n")
    return 0


def _of_width(browser: Browser, origin: str, width: int, only: list[str]) -> int:
    from tests.browser import pages, people  # noqa: PLC0415

    folder = TO / str(width)
    folder.mkdir(parents=True)
    found = [each for each in pages.visited() if not only or each.who in only]
    for who in dict.fromkeys(each.who for each in found):
        with people.visitor(browser, origin, width=width) as somebody:
            if who != "public":
                somebody.sign_in(pages.username(who))
            for sight in [each for each in found if each.who == who]:
                somebody.open(sight.path)
                somebody.page.wait_for_timeout(700)
                somebody.page.screenshot(path=folder / f"{sight.name[:120]}.png", full_page=True)
    return len(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
