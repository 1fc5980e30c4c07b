"""Static files out of npm packages: the few that are named in the settings, and no other."""

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from django.utils._os import safe_join

from config.env import ROOT

_PREFIX = "vendor/"
_MAP = re.compile(rb"^(//[#@] ?sourceMappingURL=.*|/\*[#@] ?sourceMappingURL=[^*]*\*/)$", re.MULTILINE)
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
_LICENCE = re.compile(r"(licen[cs]e|notice|copying)", re.IGNORECASE)


class _Package(FileSystemStorage):
    """One file of a package under the name that pages use."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__(location=settings.NPM)
        self._names = names
        self.prefix = ""

    def path(self, name: str) -> str:
        """Where the package keeps it."""
        return safe_join(self.location, self._names[name])

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        """The file, without its pointer to a source map: maps are not shipped, and a pointer to nothing is an error."""
        with Path(self.path(name)).open("rb") as file:
            content = file.read()
        if name.endswith((".js", ".css")):
            content = _MAP.sub(b"", content)
        return ContentFile(content, name=name)


class VendorFinder(BaseFinder):
    """Finds `vendor/<name>` by `settings.VENDOR_FILES`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._files = {_PREFIX + name: source for name, source in settings.VENDOR_FILES.items()}

    def check(self, **kwargs: Any) -> list[Any]:
        """What is not installed is said when it is asked for, not at start: tests of the kernel need no npm."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file's place on this machine; empty when it is not ours or not installed."""
        source = self._files.get(path)
        place = Path(settings.NPM) / source if source else None
        found = [str(place)] if place is not None and place.is_file() else []
        if find_all or kwargs.get("all"):
            return found
        return found[0] if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every installed file, for `collectstatic`."""
        storage = _Package(self._files)
        for name in self._files:
            if self.find(name):
                yield name, storage


def copy_needed(folder: Path) -> list[Path]:
    """Copy what pages load or draw to `folder`, each under its own path, with its package's licence."""
    npm = Path(settings.NPM)
    wanted = {npm / source for source in settings.VENDOR_FILES.values()} | _icons()
    packages = {_package_of(npm, path) for path in wanted}
    wanted |= {path for package in packages for path in package.iterdir() if _LICENCE.match(path.name)}
    copied = []
    for path in sorted(wanted):
        if path.is_file():
            target = folder / path.relative_to(npm)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            copied.append(target)
    return copied


def _package_of(npm: Path, path: Path) -> Path:
    parts = path.relative_to(npm).parts
    return npm.joinpath(*parts[: 2 if parts[0].startswith("@") else 1])


def _icons() -> set[Path]:
    """Every icon whose name occurs as a word in a template or a module: some more than are drawn."""
    sources = list((ROOT / "templates").rglob("*.html"))
    sources += [path for name in ("apps", "platform") for path in (ROOT / name).rglob("*.py")]
    words: set[str] = set()
    for path in sources:
        words |= set(_WORD.findall(path.read_text(encoding="utf-8")))
    return {path for path in Path(settings.ICONS).glob("*.svg") if path.stem in words}
