"""A real live process beside the tests, and readers of its streams."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from config import scratch, web
from config.env import ROOT
from config.servers.processes import HOST, free_port


@dataclass
class Event:
    """One server-sent event."""

    name: str
    id: str
    data: dict[str, Any]
    after_s: float


class Stream:
    """An open stream, read line by line as it comes."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self._began = time.monotonic()
        self.text = ""

    def __iter__(self) -> Iterator[Event]:
        name, place, data = "", "", ""
        for raw in self._answer:
            line = raw.decode().rstrip("\n")
            self.text += line + "\n"
            kind, _, value = line.partition(": ")
            if kind == "event":
                name = value
            elif kind == "id":
                place = value
            elif kind == "data":
                data = value
            elif not line and data:
                yield Event(name, place, json.loads(data), time.monotonic() - self._began)
                name, place, data = "", "", ""

    def next(self, name: str = "") -> Event:
        """The next event, or the next of one name."""
        for event in self:
            if not name or event.name == name:
                return event
        raise AssertionError(f"the stream ended before {name or 'an event'}")

    def close(self) -> None:
        """Go away."""
        self._answer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class LiveProcess:
    """The live process, as production starts it, on a database and a Redis of the test's."""

    database: str
    folder: Path
    redis_url: str | None = None
    clock: str = "machine"
    variables: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """For as long as the block lasts."""
        self.port = int(free_port(None))
        environment = web.variables() | scratch.environment(self.database)
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings.local", "CLOCK": self.clock}
        environment |= self.variables
        if self.redis_url is not None:
            environment["REDIS_URL"] = self.redis_url
        with (self.folder / "live.log").open("ab") as log:
            self.process = subprocess.Popen(
                web.live_command(host=HOST, port=self.port),
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait()
            yield self
        finally:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _wait(self) -> None:
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            try:
                if self.get("/live/healthz")[1]["database"] == "up":
                    return
            except OSError:
                pass
            assert self.process.poll() is None, self.log()
            time.sleep(0.1)
        raise AssertionError(self.log())

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "live.log").read_text()[-3000:]

    def address(self, path: str) -> str:
        """A path of it as an address."""
        return f"http://{HOST}:{self.port}{path}"

    def get(self, path: str) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON body, headers."""
        try:
            with urllib.request.urlopen(self.address(path), timeout=5) as answer:
                return answer.status, json.load(answer), dict(answer.headers)
        except urllib.error.HTTPError as no:
            with no:
                return no.code, json.load(no), dict(no.headers)

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any, dict[str, str]]:
        """The same for a POST of JSON, or of bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address(path), data, headers | {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer), dict(answer.headers)
        except urllib.error.HTTPError as no:
            with no:
                return no.code, json.load(no), dict(no.headers)

    def open(self, path: str, *, after: str = "") -> Stream:
        """Open a stream; `after` is sent as Last-Event-ID."""
        request = urllib.request.Request(
            self.address(path), headers={"Last-Event-ID": after} if after else {}
        )
        return Stream(urllib.request.urlopen(request, timeout=10))

    def open_and_sleep(self, path: str) -> socket.socket:
        """Open a stream and read nothing of it: a reader that hangs, with hardly any room in its buffers."""
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        line.connect((HOST, self.port))
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        return line
