"""The plain peer as it runs: its database, its server, its people."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections

from bench.processes import Server, a_port, granian, running
from bench.world import World
from config.env import ROOT

_BODY = '{"amount": "%PRICE%", "note": "%ID%"}'
_DATABASE = "bench_plain"


@dataclass
class Peer:
    """The plain peer: its server, its one lot, its bidders' tokens."""

    server: Server
    lots: list[int]
    tokens: list[str]

    def requests(self, count: int) -> list[dict[str, Any]]:
        """A bid for each of the first `count` bidders on its first lot."""
        path = f"/lots/{self.lots[0]}/bids"
        return [
            {"path": path, "token": f"Token {each}", "lot": 0, "body": _BODY} for each in self.tokens[:count]
        ]


@contextmanager
def plain_database(world: World) -> Iterator[dict[str, str]]:
    """A fresh database of the peer's own on the same server; gives the environment of its processes."""
    owner = connections["owner"].settings_dict
    server = world.servers.superuser("postgres")
    at = f"{owner['USER']}:{owner['PASSWORD']}@{owner['HOST']}:{owner['PORT']}"
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {_DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {_DATABASE} OWNER {owner['USER']}")
    try:
        yield world.environment() | {
            "PLAIN_DATABASE_URL": f"postgresql://{at}/{_DATABASE}",
            "DJANGO_SETTINGS_MODULE": "bench.peers.plain.settings",
        }
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {_DATABASE} WITH (FORCE)")
        server.close()


def filled(environment: dict[str, str], *, lots: int, bidders: int) -> dict[str, Any]:
    """Make its tables, lots and people; gives the ids of the lots and the bidders' tokens."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.peers.plain.fill", str(lots), str(bidders)],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    made: dict[str, Any] = json.loads(done.stdout)
    return made


@contextmanager
def plain_peer(world: World) -> Iterator[Peer]:
    """The plain peer on granian as ours is, its connections kept as ours are."""
    port = a_port()
    command = granian(
        "wsgi",
        "bench.peers.plain.wsgi:application",
        port=port,
        workers=2,
        blocking_threads=4,
        backpressure=128,
    )
    with plain_database(world) as environment:
        made = filled(environment, lots=1, bidders=200)
        with running("plain", command, environment=environment, port=port, probe="/one") as server:
            yield Peer(server, made["lots"], made["tokens"])
