"""The checkout's own servers: started once, shared, and stopped by the last who leaves."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from config.env import LOCAL, ROOT
from config.servers import LocalServers
from config.servers.local import folder_in_memory

_STAY_AWHILE = """
import sys
from pathlib import Path
from config.servers import LocalServers
from config.servers.local import folder_in_memory
servers = LocalServers(Path(sys.argv[1]))
servers.postgres(), servers.valkey()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for this module: laying out a cluster takes a second."""
    return tmp_path_factory.mktemp("local")


@pytest.fixture
def servers(folder: Path) -> Iterator[LocalServers]:
    """Both servers of that folder, running; stopped afterwards."""
    servers = LocalServers(folder)
    servers.postgres()
    servers.valkey()
    yield servers
    servers.stop()
    servers.leave()


def _ask(address: str, question: str, *, database: str = "postgres") -> tuple[object, ...]:
    connection = psycopg2.connect(address, dbname=database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            answer: tuple[object, ...] = cursor.fetchone() or ()
        connection.commit()
        return answer
    finally:
        connection.close()


def _another_process(folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", _STAY_AWHILE, str(folder)],
        cwd=ROOT,
        env=dict(os.environ) | {"PYTHONPATH": str(ROOT / "platform")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def _gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_both_roles_connect_and_neither_is_a_superuser(servers: LocalServers) -> None:
    addresses = servers.postgres()
    for address, role, makes_databases in (
        (addresses.runtime, "exchange_app", False),
        (addresses.owner, "exchange_owner", True),
    ):
        answer = _ask(
            address, "SELECT current_user, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert answer == (role, False, makes_databases)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_commit_that_was_answered_is_on_the_disk(servers: LocalServers, setting: str) -> None:
    assert _ask(servers.postgres().runtime, f"SELECT current_setting('{setting}')") == ("on",)


def test_nobody_connects_without_a_password_or_from_elsewhere(servers: LocalServers) -> None:
    addresses = servers.postgres()
    password = addresses.runtime.split(":")[2].split("@")[0]
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(addresses.runtime.replace(password, "guess"))
    assert _ask(addresses.runtime, "SELECT current_setting('listen_addresses')") == ("127.0.0.1",)
    with (
        redis.Redis.from_url(
            servers.valkey().replace(servers.valkey().split("@")[0].split(":")[2], "guess")
        ) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_asking_again_starts_nothing(servers: LocalServers) -> None:
    before = servers.status()
    assert servers.postgres() == servers.postgres()
    assert servers.valkey() == servers.valkey()
    assert servers.status() == before


def test_the_first_to_leave_stops_nothing_and_the_last_stops_both(
    servers: LocalServers, folder: Path
) -> None:
    other = _another_process(folder)
    running = servers.status()
    servers.leave()
    assert servers.status() == running
    other.communicate()
    assert servers.status() == {"postgres": None, "valkey": None}


def test_a_killed_process_does_not_keep_them_running(servers: LocalServers, folder: Path) -> None:
    other = _another_process(folder)
    other.kill()
    other.communicate()
    servers.leave()
    assert servers.status() == {"postgres": None, "valkey": None}


def test_they_stay_when_asked_to(servers: LocalServers) -> None:
    servers.stay()
    running = servers.status()
    servers.leave()
    assert servers.status() == running


def test_killed_servers_come_back_with_what_was_committed(servers: LocalServers) -> None:
    owner = servers.postgres().owner
    connection = psycopg2.connect(owner, dbname="postgres")
    connection.autocommit = True
    connection.cursor().execute("CREATE DATABASE kept")
    connection.close()
    _ask(owner, "CREATE TABLE kept AS SELECT 7 AS seven; SELECT 1", database="kept")
    for pid in servers.status().values():
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        ends = time.monotonic() + 10
        while not _gone(pid) and time.monotonic() < ends:
            time.sleep(0.02)
    servers.postgres()
    assert _ask(owner, "SELECT seven FROM kept", database="kept") == (7,)
    with redis.Redis.from_url(servers.valkey()) as client:
        assert client.ping()


def test_a_port_that_someone_took_meanwhile_is_left_to_him(servers: LocalServers, folder: Path) -> None:
    memory = json.loads((folder / "servers.json").read_text())
    servers.stop()
    with socket.create_server(("127.0.0.1", int(memory["postgres_port"]))):
        assert f":{memory['postgres_port']}/" not in servers.postgres().runtime
        assert _ask(servers.postgres().runtime, "SELECT 1") == (1,)


@pytest.mark.parametrize("forgotten", ["postgres_port", "valkey_port", "roles"])
def test_a_starter_that_was_killed_before_it_made_a_note_does_no_harm(
    servers: LocalServers, folder: Path, forgotten: str
) -> None:
    notes = folder / "servers.json"
    memory = json.loads(notes.read_text())
    del memory[forgotten]
    notes.write_text(json.dumps(memory))
    assert _ask(servers.postgres().runtime, "SELECT 1") == (1,)
    with redis.Redis.from_url(servers.valkey()) as client:
        assert client.ping()


def test_what_it_remembers_is_for_its_owner_only(servers: LocalServers, folder: Path) -> None:
    assert (folder / "servers.json").stat().st_mode & 0o077 == 0
    assert (folder / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0
    assert (folder / "postgres").stat().st_mode & 0o077 == 0


def test_in_memory_they_lie_in_a_folder_of_this_checkouts_where_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder_in_memory(tmp_path).parent == tmp_path
    assert folder_in_memory(tmp_path / "none") == LOCAL
    monkeypatch.setattr("config.servers.local._ROOM", 1024**6)
    assert folder_in_memory(tmp_path).parent == tmp_path, "what is there already stays"
    folder_in_memory(tmp_path).rmdir()
    assert folder_in_memory(tmp_path) == LOCAL


def test_in_memory_nobody_else_gives_them_their_folder(tmp_path: Path) -> None:
    theirs = folder_in_memory(tmp_path)
    theirs.rmdir()
    theirs.symlink_to(tmp_path)
    assert folder_in_memory(tmp_path) == LOCAL
