"""What operators are told of the live process: its access log, and gauges for whoever scrapes it.

Bids and opened streams are logged as requests of pages are, with person and address, into the same protected log. A
stream stays for hours and thousands of them stay at once: a line is written as it opens, and nothing is kept of it.
"""

import time
from collections.abc import Awaitable
from typing import Any, Protocol

from django.conf import settings
from django.utils.crypto import constant_time_compare

from config import meters, protected_logs
from config.access_log import LOG
from config.env import environment
from kernel.web.addresses import client_address

_UNWRITTEN = frozenset({"/live/healthz", "/live/time"})
_METRICS = "/live/metrics"


class Application(Protocol):
    """The live process: how many streams are open, and its answers."""

    streams: int

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """Answer one request."""


class OperatorsView:
    """Stands before the live process as an ASGI application. It puts no frame of its own around a stream."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        """The answer, to be awaited."""
        path = scope.get("path", "")
        if scope["type"] != "http" or path in _UNWRITTEN:
            return self._application(scope, receive, send)
        if path == _METRICS:
            return self._metrics(scope, send)
        if path.endswith("/bids"):
            return self._bid(scope, receive, send)
        protected_logs.write(LOG, _line(scope) | {"opens": True})
        return self._application(scope, receive, send)

    async def _bid(self, scope: Any, receive: Any, send: Any) -> None:
        began, status = time.monotonic(), 500

        async def noted(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._application(scope, receive, noted)
        finally:
            took_s = time.monotonic() - began
            status = scope.get("exchange.status", status)
            meters.count(scope["method"], status, took_s)
            line = _line(scope) | {"status": status, "milliseconds": round(took_s * 1000, 1)}
            protected_logs.write(LOG, line | {"person": scope.get("exchange.person")})

    async def _metrics(self, scope: Any, send: Any) -> None:
        """As `/metrics` of pages, for the same token; 404 for all others."""
        token = environment().metrics_token.get_secret_value()
        shown = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        if token and constant_time_compare(shown.decode("latin-1"), f"Bearer {token}"):
            lines = [*_streams(self._application.streams), *meters.lines()]
            await _say(send, 200, "".join(f"{line}\n" for line in lines))
        else:
            await _say(send, 404, "")


def _streams(count: int) -> list[str]:
    return [
        "# HELP exchange_streams_open Live streams that are open at this process.",
        "# TYPE exchange_streams_open gauge",
        f"exchange_streams_open {count}",
    ]


def _line(scope: Any) -> dict[str, Any]:
    forwarded = next((value for name, value in scope["headers"] if name == b"x-forwarded-for"), b"")
    address = client_address(
        remote=scope["client"][0] if scope["client"] else "",
        forwarded=forwarded.decode("latin-1"),
        proxies=settings.PROXIES,
    )
    return {"method": scope["method"], "path": scope["path"][:300], "address": address}


async def _say(send: Any, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; version=0.0.4"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
