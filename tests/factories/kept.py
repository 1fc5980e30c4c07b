"""Worlds that take long to build: built once for each state of the code, kept, and copied by whoever needs one.

A world is a database, the files beside it, and what its builder gave. The database is a template on the tests' server,
the rest a folder beside it.
"""

import hashlib
import pickle
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import override_settings

from config import scratch
from config.env import LOCAL, ROOT

_DROPS = ThreadPoolExecutor(1, thread_name_prefix="drops")
_FOLDER = LOCAL / "test-worlds"
_SUFFIXES = frozenset({".py", ".sql", ".json", ".csv", ".toml", ".html", ".txt", ".typ", ".po", ".lock"})
_BUILT_BY = (
    "apps",
    "platform",
    "templates",
    "tests/factories",
    "tests/demo/present.py",
    "tests/demo/seeded.py",
    "tests/invariants/conftest.py",
    "tests/simulation",
    "requirements.lock",
)


@dataclass(frozen=True)
class World:
    """One kept world: the template of its database, its files, and what its builder gave."""

    template: str
    media: Path
    _given: bytes

    @property
    def given(self) -> Any:
        """What the builder gave, as new each time."""
        return pickle.loads(self._given)  # noqa: S301 - written here, by ourselves

    @contextmanager
    def copied(self, name_hint: str) -> Iterator[str]:
        """The name of a database of one's own with this world in it; its files are at MEDIA_ROOT as well."""
        self.lay_out(Path(settings.MEDIA_ROOT))
        with passing_database(name_hint, source=self.template) as name:
            yield name

    def fill(self, name: str) -> None:
        """The passing database `name`, to which nobody is connected, has this world in it."""
        before = scratch.refill(name, source=self.template)
        _DROPS.submit(scratch.drop, before)
        self.lay_out(Path(settings.MEDIA_ROOT))

    def lay_out(self, folder: Path) -> None:
        """Its files are in `folder`, too."""
        shutil.copytree(self.media, folder, dirs_exist_ok=True)


@contextmanager
def passing_database(name_hint: str, *, source: str = "") -> Iterator[str]:
    """A scratch database whose end nobody waits for: it is dropped by the way."""
    stack = ExitStack()
    name = stack.enter_context(scratch.scratch_database(name_hint, source=source))
    try:
        yield name
    finally:
        _DROPS.submit(stack.close)


def drop_all_passed() -> None:
    """Every database that has passed is dropped."""
    _DROPS.submit(int).result()


def kept(name: str, build: Callable[[], Any], *, only_for: str = "") -> World:
    """The world called `name`, built by `build` unless this state of the code has one already.

    `build` works on an empty database and MEDIA_ROOT. What it gives has to be something that pickle can keep. With
    `only_for` the world is built again once that is another.
    """
    state = hashlib.sha256(f"{state_of_the_code()} {_generation()} {only_for}".encode()).hexdigest()
    folder = _FOLDER / f"{name}-{state[:12]}"

    def fill() -> None:
        for stale in _FOLDER.glob(f"{name}-????????????"):
            shutil.rmtree(stale)
        media = folder / "media"
        media.mkdir(parents=True)
        with override_settings(MEDIA_ROOT=media):
            given = build()
        (folder / "given").write_bytes(pickle.dumps(given))

    template = scratch.filled_template(name, state=state, fill=fill)
    return World(template, folder / "media", (folder / "given").read_bytes())


@cache
def _generation() -> str:
    """Whose files are gone is built again: the folder's own mark, new with a new folder."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    mark = _FOLDER / "mark"
    with suppress(FileExistsError), mark.open("x") as file:
        file.write(secrets.token_hex(8))
    return mark.read_text()


@cache
def state_of_the_code() -> str:
    """Hexadecimal digits that change with anything that decides what a built world holds."""
    digest = hashlib.sha256()
    for path in sorted(_files()):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterable[Path]:
    for each in _BUILT_BY:
        path = ROOT / each
        yield from (
            [path]
            if path.is_file()
            else (one for one in path.rglob("*") if one.suffix in _SUFFIXES and one.is_file())
        )
