"""The live process waits for nobody who says nothing, and keeps so many streams open to one address and one bidder."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from apps.live import tickets
from config.live_server import REQUEST_S
from config.servers.processes import HOST
from kernel import clock
from tests.factories.actors import until
from tests.factories.deal import Deal
from tests.live.process import LiveProcess, Stream

_MOST = 4


@pytest.fixture(scope="module")
def strict(database: str, market: Deal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProcess]:
    """A live process with small limits."""
    variables = {"STREAMS_PER_ADDRESS": str(_MOST), "STREAMS_PER_PERSON": "2"}
    with LiveProcess(database, tmp_path_factory.mktemp("limits"), variables=variables).running() as process:
        yield process


def _status(strict: LiveProcess, path: str) -> int:
    line = socket.create_connection((HOST, strict.port))
    with line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        return int(line.recv(100).split()[1])


def test_one_address_keeps_so_many_streams_and_no_more(strict: LiveProcess, market: Deal) -> None:
    path = f"/live/lots/{market.listing_id}"
    opened: list[Stream] = [strict.open(path) for _ in range(_MOST)]
    assert _status(strict, path) == 429
    assert _status(strict, "/live/wall") == 429
    opened.pop().close()
    until(lambda: _status(strict, path) == 200, "one that has gone leaves its place")
    for stream in opened:
        stream.close()
    until(lambda: _status(strict, path) == 200, "all have gone")


def test_one_bidder_keeps_so_many_streams_of_a_lot(strict: LiveProcess, market: Deal) -> None:
    ticket = tickets.issue(listing_id=market.listing_id, paddle="07", now=clock.now())
    path = f"/live/lots/{market.listing_id}?ticket={ticket}"
    until(lambda: _status(strict, path) == 200, "places are free")
    opened = [strict.open(path) for _ in range(2)]
    assert _status(strict, path) == 429
    assert _status(strict, f"/live/lots/{market.listing_id}") == 200
    for stream in opened:
        stream.close()


def test_whoever_says_nothing_or_half_of_it_is_cut_off(strict: LiveProcess, market: Deal) -> None:
    began = time.monotonic()
    half = b"POST /live/lots/1/bids HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
    lines = [socket.create_connection((HOST, strict.port)) for _ in range(3)]
    lines[1].sendall(half)
    lines[2].sendall(half + b"\r\n{")
    for line in lines:
        line.settimeout(REQUEST_S + 5)
        with suppress(ConnectionResetError):
            # Whoever shows no ticket is told so at once, and is not waited for either.
            while said := line.recv(4000):
                assert said.startswith(b"HTTP/1.1 401")
        line.close()
    assert REQUEST_S - 1 < time.monotonic() - began < REQUEST_S + 5
    assert strict.get("/live/healthz")[0] == 200
