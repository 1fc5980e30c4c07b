"""The ceiling of the web server: a bare ASGI application that runs one SQL statement a request, or none."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2

_threads = ThreadPoolExecutor(max_workers=8)
_mine = threading.local()
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"2")]


def _statement() -> None:
    if not hasattr(_mine, "connection"):
        _mine.connection = psycopg2.connect(os.environ["DATABASE_URL"])
        _mine.connection.autocommit = True
    with _mine.connection.cursor() as cursor:
        cursor.execute("SELECT status, closes_at FROM listings_listing WHERE id = %s", [1])
        cursor.fetchone()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer `{}`, after one statement under /one and at once elsewhere."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/one":
        await asyncio.get_running_loop().run_in_executor(_threads, _statement)
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": b"{}"})
