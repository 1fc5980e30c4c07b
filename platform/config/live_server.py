"""The server of the live process: uvicorn, whose connections must say what they want within ten seconds.

`python -m config.live_server TARGET --host … --port …`. uvicorn itself waits for the head of a request for ever: a few
hundred half-open ones from one machine would use up the connections of a proxy, or this process's.
"""

import argparse
import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0


class PunctualProtocol(HttpToolsProtocol):
    """A connection that is closed when its first head, or one that it has begun, does not arrive in time."""

    _waits: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """It has ten seconds."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """So has each later request on it, from its first byte on."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """The head is there; how long the answer takes is another matter."""
        self._rest()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._rest()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waits is None:
            self._waits = asyncio.get_running_loop().call_later(HEAD_S, self._cut)

    def _rest(self) -> None:
        if self._waits is not None:
            self._waits.cancel()
            self._waits = None

    def _cut(self) -> None:
        self._waits = None
        if not self.transport.is_closing():
            self.transport.abort()


def main() -> None:
    """Serve until told to end."""
    asked = argparse.ArgumentParser()
    asked.add_argument("target")
    asked.add_argument("--host", required=True)
    asked.add_argument("--port", type=int, required=True)
    said = asked.parse_args()
    uvicorn.run(
        said.target,
        host=said.host,
        port=said.port,
        loop="uvloop",
        http=PunctualProtocol,
        ws="none",
        # Each stream is one request that stays, and thousands may come at once.
        backlog=4096,
        # Longer than a proxy in front keeps a connection that is idle, so that none is closed under a bid.
        timeout_keep_alive=75,
        # Streams never end by themselves: their pages come back to the next process.
        timeout_graceful_shutdown=2,
        log_level="warning",
        # Whom a proxy in front speaks for is decided by our own rule (PROXIES), not by the server's.
        proxy_headers=False,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
