"""A Dockerfile's own steps in folders of this machine, where there is no Docker.

Each stage is a folder that stands for its root; absolute paths of a step are looked for there. FROM gives every stage
of Python a bare interpreter, as its image does; what needs another account (useradd, chown) does nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

_PATHS = re.compile(r"(?<![\w./])/(app|venv|data)\b")
_INERT = ("useradd", "chown")


@dataclass
class Stage:
    """One stage as it stands."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()
    command: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """The text with absolute paths of the image as those of this machine."""
        return _PATHS.sub(lambda found: f"{self.root}/{found[1]}", text)

    def variables(self) -> dict[str, str]:
        """What a step of it knows: its own ENV and nothing of the developer's."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "npm_", "UV_"))}
        kept |= {name: os.environ[name] for name in ("HOME", "LANG", "SSL_CERT_FILE") if name in os.environ}
        path = f"{self.root}/inert:{self.root}/python/bin:{os.environ['PATH']}"
        told = {name: value.replace("$PATH", path) for name, value in self.environment.items()}
        return kept | {"PATH": path} | told


def instructions(text: str) -> list[tuple[str, str]]:
    """(word, rest) of each, lines that go on joined."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [
        (word, rest.strip())
        for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    ]


class Build:
    """All stages, built one after the other from the files of a checkout."""

    def __init__(self, checkout: Path, folder: Path) -> None:
        self.checkout = checkout
        self.folder = folder
        self.stages: dict[str, Stage] = {}
        self.last = Stage(folder)
        ignored = (checkout / ".dockerignore").read_text().split()
        kept = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        self.files = [
            name for name in kept if not any(name == each or fnmatch(name, f"{each}/*") for each in ignored)
        ]
        for word, rest in instructions((checkout / "Dockerfile").read_text()):
            getattr(self, f"_{word.lower()}")(rest)

    def _from(self, rest: str) -> None:
        image, _, name = rest.partition(" AS ")
        stage = Stage(self.folder / (name or "final"))
        (stage.root / "inert").mkdir(parents=True)
        for each in _INERT:
            (stage.root / "inert" / each).write_text("#!/bin/sh\n")
            (stage.root / "inert" / each).chmod(0o755)
        if image.startswith("python:"):
            subprocess.run([sys.executable, "-m", "venv", str(stage.root / "python")], check=True)
        self.stages[name] = self.last = stage

    def _workdir(self, rest: str) -> None:
        self.last.folder = Path(self.last.here(rest))
        self.last.folder.mkdir(parents=True, exist_ok=True)

    def _env(self, rest: str) -> None:
        for name, value in re.findall(r"(\w+)=(\S+)", rest):
            self.last.environment[name] = self.last.here(value)

    def _copy(self, rest: str) -> None:
        *sources, target = [part for part in rest.split() if not part.startswith("--from=")]
        found = re.search(r"--from=(\w+)", rest)
        to = Path(self.last.here(target)) if target.startswith("/") else self.last.folder / target
        for source in sources:
            if found:
                shutil.copytree(self.stages[found[1]].here(source), to, symlinks=True, dirs_exist_ok=True)
            else:
                self._copy_files(source, to, into=target.endswith("/"))

    def _copy_files(self, source: str, to: Path, *, into: bool) -> None:
        names = [name for name in self.files if name == source or name.startswith(f"{source}/")]
        assert names, f"COPY {source}: there is no such file"
        for name in names:
            place = to / name if into else to / Path(name).relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.checkout / name, place)

    def _run(self, rest: str) -> None:
        line = self.last.here(rest)
        done = subprocess.run(
            ["/bin/sh", "-e", "-c", line],
            cwd=self.last.folder,
            env=self.last.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"RUN {rest}\n{done.stdout[-4000:]}"
        self.last.ran.append(rest)

    def _cmd(self, rest: str) -> None:
        self.last.command = json.loads(rest)

    def _user(self, rest: str) -> None:
        """Another account owns the files; here the same one does."""

    _volume = _expose = _user
