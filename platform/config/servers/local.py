"""Both servers on one data folder, shared by every process of the checkout."""

import atexit
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.env import LOCAL, ROOT, environment
from config.servers.postgres import DATABASE, OWNER, RUNTIME, Postgres
from config.servers.processes import HOST, lives
from config.servers.valkey import Valkey


@dataclass(frozen=True)
class DatabaseAddresses:
    """Where the application connects, and where the tables' owner does."""

    runtime: str
    owner: str


_ROOM = 4 * 1024**3
_of_this_process: dict[Path, "LocalServers"] = {}


def local_servers(folder: Path | None = None) -> "LocalServers":
    """The servers whose data lies in `folder`, or where the environment says; one object a process."""
    folder = folder or environment().servers_folder
    return _of_this_process.setdefault(folder, LocalServers(folder))


def folder_in_memory(memory: Path = Path("/dev/shm")) -> Path:
    """A folder of this checkout's alone that lies in memory, for data which nobody misses after a power cut.

    Where the machine has none, or too little of it, or somebody else took the name, it is LOCAL.
    """
    folder = memory / f"exchange-{os.getuid()}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"
    try:
        if not folder.exists() and shutil.disk_usage(memory).free < _ROOM:
            return LOCAL
        folder.mkdir(exist_ok=True)
        return folder if folder.lstat().st_uid == os.getuid() and not folder.is_symlink() else LOCAL
    except OSError:
        return LOCAL


class LocalServers:
    """PostgreSQL and Valkey on one folder, shared by every process of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._memory_file = folder / "servers.json"
        self._users = folder / "users"
        self._stays = folder / "servers-stay"
        self._postgres = Postgres(folder / "postgres")
        self._valkey = Valkey(folder / "valkey")
        self._joined_as: int | None = None

    def postgres(self) -> DatabaseAddresses:
        """Addresses of the running PostgreSQL, started now if need be."""
        with self._locked():
            self._join()
            memory = self._memory()
            self._remember(memory)
            self._postgres.ensure(memory)
            self._remember(memory)
        port = memory["postgres_port"]
        return DatabaseAddresses(
            runtime=f"postgresql://{RUNTIME}:{memory['runtime_password']}@{HOST}:{port}/{DATABASE}",
            owner=f"postgresql://{OWNER}:{memory['owner_password']}@{HOST}:{port}/{DATABASE}",
        )

    def valkey(self) -> str:
        """Address of the running Valkey, started now if need be."""
        with self._locked():
            self._join()
            memory = self._memory()
            self._remember(memory)
            self._valkey.ensure(memory)
            self._remember(memory)
        return f"redis://:{memory['valkey_password']}@{HOST}:{memory['valkey_port']}/0"

    def stay(self) -> None:
        """Leave the servers running after the last process has ended."""
        with self._locked():
            self._stays.touch()

    def stop(self) -> list[int]:
        """Stop both, and the wish to stay. Returns the processes that were still using them."""
        with self._locked():
            self._stays.unlink(missing_ok=True)
            self._stop()
            return [pid for pid in self._living_users() if pid != os.getpid()]

    def status(self) -> dict[str, int | None]:
        """The process id of each server, None where it is not running."""
        return {"postgres": self._postgres.pid(), "valkey": self._valkey.pid()}

    def leave(self) -> None:
        """This process no longer needs them; the last to leave stops them."""
        if self._joined_as != os.getpid():
            return
        with self._locked():
            self._joined_as = None
            (self._users / str(os.getpid())).unlink(missing_ok=True)
            if not self._stays.exists() and not self._living_users():
                self._stop()

    def _stop(self) -> None:
        self._postgres.stop()
        self._valkey.stop()

    def _join(self) -> None:
        if self._joined_as == os.getpid():
            return
        self._users.mkdir(exist_ok=True)
        (self._users / str(os.getpid())).write_text(str(psutil.Process().create_time()))
        self._joined_as = os.getpid()
        atexit.register(self.leave)

    def _living_users(self) -> list[int]:
        living = []
        for note in self._users.glob("*"):
            if lives(int(note.name), since=note.read_text()):
                living.append(int(note.name))
            else:
                note.unlink(missing_ok=True)
        return living

    def _memory(self) -> dict[str, str]:
        if self._memory_file.exists():
            memory: dict[str, str] = json.loads(self._memory_file.read_text())
            return memory
        names = ("superuser_password", "owner_password", "runtime_password", "valkey_password")
        return {name: secrets.token_hex(16) for name in names}

    def _remember(self, memory: dict[str, str]) -> None:
        text = json.dumps(memory, indent=1)
        if self._memory_file.exists() and self._memory_file.read_text() == text:
            return
        draft = self._memory_file.with_suffix(".draft")
        draft.touch(mode=0o600)
        draft.write_text(text)
        draft.replace(self._memory_file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
