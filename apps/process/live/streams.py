"""Server-sent events over ASGI: one lot, all lots, and the time. No session, no cookie, nothing written.

Addresses: `/live/lots/<id>?ticket=…&after=…`, `/live/wall`, `/live/time`, `/live/healthz`. An event's id is
`<bids>-<version>`; a reader that comes back with it (Last-Event-ID, or `after`) gets every bid since. A beat comes in
every second in which nothing else does, so that a page knows within three seconds that it is cut off.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from django.db import Error as DatabaseError
from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from apps.process.live import tickets
from apps.process.live.hub import Channel, Hub, Reader, event
from kernel.clock import iso

BEAT_S = 1.0
STUCK_S = 30.0
"""A reader that takes nothing for so long is cut off; its page comes back by itself."""
_PLACE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,18}))?")
_OPEN = {
    # Streams carry only what is public and need no cookie: any page may read them.
    "Access-Control-Allow-Origin": "*",
    "Timing-Allow-Origin": "*",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_STREAM = _OPEN | {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}


def application() -> Starlette:
    """The live process as an ASGI application, with a hub of its own."""
    hub = Hub()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await hub.start()
        yield
        await hub.stop()

    async def time_(_: Request) -> Response:
        try:
            now = await hub.time_now()
        except DatabaseError:
            now = hub.now()
        return JSONResponse({"now": iso(now)}, headers=_OPEN)

    async def health(_: Request) -> Response:
        body = {"database": "down" if hub.stale else "up", "redis": "up" if hub.hinted else "down"}
        return JSONResponse(body, status_code=503 if hub.stale else 200, headers=_OPEN)

    return Starlette(
        routes=[
            Route("/live/lots/{listing_id:int}", _Lot(hub)),
            Route("/live/wall", _Wall(hub)),
            Route("/live/time", time_),
            Route("/live/healthz", health),
        ],
        lifespan=lifespan,
    )


class _Lot:
    """The stream of one lot."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._opened(scope)
        if isinstance(answer, Response):
            await answer(scope, receive, send)
            return
        channel, reader = answer
        await _pour(channel, reader, scope, receive, send)

    async def _opened(self, scope: Scope) -> Response | tuple[Channel, Reader]:
        listing_id = scope["path_params"]["listing_id"]
        query = QueryParams(scope["query_string"])
        reader = Reader()
        if query.get("ticket"):
            try:
                ticket = tickets.read(query["ticket"], listing_id=listing_id, now=self.hub.now())
            except tickets.BadTicket:
                return _no(403, "not_permitted", "票据无效或已过期，请刷新页面。")
            reader.paddle = ticket.paddle
        try:
            channel = await self.hub.lot(listing_id)
        except DatabaseError:
            return _no(503, "unavailable", "暂时无法读取，请稍后重试。")
        if channel is None:
            return _no(404, "not_found", "未找到挂牌项目。")
        place = _place(scope)
        if place is not None:
            reader.bids = place[0]
        return channel, reader


class _Wall:
    """The stream of all open lots."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _pour(self.hub.all_lots(), Reader(), scope, receive, send)


def _no(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "detail": {}}, status_code=status, headers=_OPEN)


def _place(scope: Scope) -> tuple[int, int] | None:
    """Where the reader stood: bids and version; None for a newcomer and for what is no position."""
    text = Headers(scope=scope).get("last-event-id") or QueryParams(scope["query_string"]).get("after") or ""
    found = _PLACE.fullmatch(text)
    return (int(found[1]), int(found[2] or -1)) if found else None


async def _pour(channel: Channel, reader: Reader, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a reader what is new until it leaves; a beat whenever nothing was for a second."""
    if scope["method"] != "GET":
        await Response(status_code=405, headers=_OPEN | {"Allow": "GET"})(scope, receive, send)
        return
    headers = [(name.lower().encode(), value.encode()) for name, value in _STREAM.items()]
    # Before anything is awaited: a channel whose last reader leaves meanwhile is forgotten, and hears of nothing more.
    channel.join(reader)
    gone = asyncio.create_task(_until_gone(receive, reader.wake.set))
    try:
        with suppress(OSError, TimeoutError):
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _say(send, "retry: 1000\n\n")
            while not gone.done():
                await _turn(channel, reader, send)
    finally:
        channel.leave(reader)
        gone.cancel()
    with suppress(Exception):
        await asyncio.wait_for(send({"type": "http.response.body", "body": b"", "more_body": False}), 1)


async def _turn(channel: Channel, reader: Reader, send: Send) -> None:
    reader.wake.clear()
    try:
        news = await channel.news_for(reader)
    except DatabaseError:
        news = None
    if news is not None:
        await _say(send, news)
        return
    try:
        async with asyncio.timeout(BEAT_S):
            await reader.wake.wait()
    except TimeoutError:
        await _say(send, event("beat", '"stale":true' if channel.hub.stale else "", hub=channel.hub))


async def _say(send: Send, text: str) -> None:
    async with asyncio.timeout(STUCK_S):
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _until_gone(receive: Receive, then: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    then()
