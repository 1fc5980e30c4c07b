"""Static files out of npm packages: the few that are named in the settings, and no other."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from django.utils._os import safe_join

_PREFIX = "vendor/"


class _Package(FileSystemStorage):
    """One file of a package under the name that pages use."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__(location=settings.NPM)
        self._names = names
        self.prefix = ""

    def path(self, name: str) -> str:
        """Where the package keeps it."""
        return safe_join(self.location, self._names[name])


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
