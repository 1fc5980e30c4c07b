"""Where the browser of the tests is: Debian's Chromium, installed when it is missing and may be."""

import os
import shutil
import subprocess
import sys
from functools import cache

from tests.browser.debian import can_install, install

_PACKAGES = ("chromium", "fonts-noto-cjk")
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@cache
def executable() -> str:
    """The path of the browser. RuntimeError, saying what to install, where there is none."""
    named = os.environ.get("CHROMIUM", "")
    found = next((path for name in (named, *_NAMES) if name and (path := shutil.which(name))), None)
    return found or _installed()


def _installed() -> str:
    """Debian's own package where one may install it; Playwright's build otherwise."""
    if can_install():
        install(_PACKAGES)
        if found := shutil.which("chromium"):
            return found
    done = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"], check=False
    )
    if done.returncode == 0:
        return ""
    raise RuntimeError("no browser: install Debian's chromium and fonts-noto-cjk, or name one in CHROMIUM")
