"""The Nu Html Checker (vnu, npm `vnu-jar`) over many pages in one run. It runs on Java, which Debian has."""

import json
import re
import subprocess
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from config.env import ROOT
from tests.browser.debian import program

JAR = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Reader:
    """Somebody who takes pages as they are sent, before any script has run."""

    def __init__(self, origin: str, *, username: str = "", password: str = "") -> None:
        self.origin = origin
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        if username:
            token = _TOKEN.search(self.page("/login/"))
            assert token is not None
            form = {"username": username, "password": password, "csrfmiddlewaretoken": token[1]}
            with self._opener.open(f"{origin}/login/", urlencode(form).encode(), timeout=30):
                pass

    def page(self, path: str) -> str:
        """The text at an address, whatever the status."""
        try:
            with self._opener.open(self.origin + quote(path, safe="/?&=%"), timeout=60) as answer:
                return str(answer.read().decode())
        except HTTPError as no:
            with no:
                return no.read().decode()


def faults(folder: Path) -> list[str]:
    """What is wrong with the pages saved in a folder: file, place and sentence of each error. Warnings are none."""
    java = program("java", packages=("default-jre-headless",))
    done = subprocess.run(
        [java, "-Xss1m", "-jar", str(JAR), "--format", "json", "--skip-non-html", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    said: dict[str, Any] = json.loads(done.stderr)
    return [
        f"{each['url'].rpartition('/')[2]}:{each.get('lastLine', 0)}: {each['message']} | {each.get('extract', '')}"
        for each in said["messages"]
        if each["type"] in ("error", "non-document-error")
    ]
