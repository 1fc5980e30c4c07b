"""The server of the live process: uvicorn, whose connections must say what they want within ten seconds.

`python -m config.live_server TARGET --host … --port …`. uvicorn itself waits for a request for ever: a few hundred
half-open ones from one machine would use up the connections of a proxy, or this process's.
"""

import argparse
import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_S = 10.0
"""How long a request may take to arrive, head and body: here it is a ticket and a bid."""
_LOOK_EVERY_S = 1.0


class PunctualProtocol(HttpToolsProtocol):
    """A connection that is closed when its first request, or one that it has begun, does not arrive in time.

    One look a second at all connections: a timer for each request would cost every bid its time.
    """

    _waits_since: float | None = None
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """It has ten seconds."""
        super().connection_made(transport)
        self._waits_since = self.loop.time()
        if PunctualProtocol._look is None:
            PunctualProtocol._look = self.loop.call_later(
                _LOOK_EVERY_S, _cut_the_late, self.connections, self.loop
            )

    def on_message_begin(self) -> None:
        """So has each later request on it, from its first byte on."""
        if self._waits_since is None:
            self._waits_since = self.loop.time()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The request is there; how long the answer takes is another matter."""
        self._waits_since = None
        super().on_message_complete()

    def cut_if_late(self, now_s: float) -> None:
        """Close it when it has kept its server waiting for too long, at this second of the loop."""
        since = self._waits_since
        if since is not None and now_s - since > REQUEST_S and not self.transport.is_closing():
            self.transport.abort()


def _cut_the_late(connections: set[Any], loop: asyncio.AbstractEventLoop) -> None:
    for each in list(connections):
        each.cut_if_late(loop.time())
    PunctualProtocol._look = (
        loop.call_later(_LOOK_EVERY_S, _cut_the_late, connections, loop) if connections else None
    )


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
