"""Server-sent events over ASGI: one lot, all lots, and the time. No session, no cookie, nothing written.

Addresses: `/live/lots/<id>?ticket=…&after=…`, `/live/wall`, `/live/time`, `/live/healthz`. An event's id is
`<bids>-<version>`; a reader that comes back with it (Last-Event-ID, or `after`) gets every bid since. A beat comes in
every second in which nothing else does, so that a page knows within three seconds that it is cut off.
"""

import asyncio
import gc
import re
import resource
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from django.conf import settings
from django.db import Error as DatabaseError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from apps.live import tickets
from apps.live.asked import header, query
from apps.live.bids import BidPoint
from apps.live.combiner import Combiner
from apps.live.hub import Channel, Hub, LotChannel
from apps.live.readers import GONE, Reader
from kernel.clock import iso
from kernel.web.addresses import client_address

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
_BEGIN = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(name.lower().encode(), value.encode()) for name, value in _STREAM.items()],
}
_COLLECT_AFTER = (50_000, 20, 50)
"""Objects made before the youngest generation is walked through, and walks before the next two are: a request's
objects go by themselves when it ends, and ten thousand streams are not looked through in the middle of a close."""
_LOT = re.compile(r"/live/lots/([0-9]{1,40})(/bids)?")


class Live:
    """The live process as an ASGI application. Streams and bids are found at once, Starlette has the rest.

    A stream stays open: every layer that it passes through costs memory ten thousand times over.
    """

    def __init__(self) -> None:
        self._hub = Hub()
        self._combiner = Combiner()
        self._open: Counter[str] = Counter()
        self.streams = 0
        self._bids = BidPoint(self._hub, self._combiner)
        self._rest = Starlette(
            routes=[Route("/live/time", self._time), Route("/live/healthz", self._health)],
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = _LOT.fullmatch(scope.get("path", ""))
        if found and found[2]:
            scope["path_params"] = {"listing_id": int(found[1])}
            await self._bids(scope, receive, send)
        elif found:
            await self._lot(int(found[1]), scope, receive, send)
        elif scope.get("path") == "/live/wall":
            await self._pour(self._hub.all_lots(), Reader(send), scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    async def takes_bids(self) -> None:
        """Come back when a bid would be decided now; raises what would keep it from that."""
        await self._combiner.turns()

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        _allow_many_streams()
        _spare_the_collector()
        await self._hub.start()
        yield
        await self._combiner.stop()
        await self._hub.stop()

    async def _time(self, _: Request) -> Response:
        try:
            now = await self._hub.time_now()
        except DatabaseError:
            now = self._hub.now()
        return JSONResponse({"now": iso(now)}, headers=_OPEN)

    async def _health(self, _: Request) -> Response:
        hub = self._hub
        body = {"database": "down" if hub.stale else "up", "redis": "up" if hub.hinted else "down"}
        return JSONResponse(body, status_code=503 if hub.stale else 200, headers=_OPEN)

    async def _lot(self, listing_id: int, scope: Scope, receive: Receive, send: Send) -> None:
        opened = await self._opened(listing_id, scope, Reader(send))
        if isinstance(opened, Response):
            await opened(scope, receive, send)
        else:
            await self._pour(*opened, scope, receive, send)

    async def _pour(
        self, channel: Channel, reader: Reader, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Keep a stream open, unless as many are open already to its address, or to its bidder on the lot."""
        keys = _whose(scope, channel, reader)
        if any(self._open[key] >= most for key, most in keys):
            await _too_many()(scope, receive, send)
            return
        for key, _ in keys:
            self._open[key] += 1
        self.streams += 1
        try:
            await _pour(channel, reader, scope, receive, send)
        finally:
            self.streams -= 1
            for key, _ in keys:
                self._open[key] -= 1
                if not self._open[key]:
                    del self._open[key]

    async def _opened(
        self, listing_id: int, scope: Scope, reader: Reader
    ) -> Response | tuple[Channel, Reader]:
        shown = query(scope).get("ticket")
        if shown:
            try:
                ticket = tickets.read(shown, listing_id=listing_id, now=self._hub.now())
            except tickets.BadTicket:
                return _no(403, "not_permitted", "票据无效或已过期，请刷新页面。")
            reader.paddle = ticket.paddle
        try:
            channel = await self._hub.lot(listing_id)
        except DatabaseError:
            return _no(503, "unavailable", "暂时无法读取，请稍后重试。")
        if channel is None:
            return _no(404, "not_found", "未找到挂牌项目。")
        place = _place(scope)
        if place is not None:
            reader.bids = place[0]
        return channel, reader


def application() -> Live:
    """The live process, with a hub of its own."""
    return Live()


def _allow_many_streams() -> None:
    """As many open files as this machine gives a process: each stream is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _spare_the_collector() -> None:
    """What was loaded to start with stays for ever: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _no(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "detail": {}}, status_code=status, headers=_OPEN)


def _whose(scope: Scope, channel: Channel, reader: Reader) -> list[tuple[str, int]]:
    """By what a stream is counted, and how many of each may be open at once."""
    address = client_address(
        remote=scope["client"][0] if scope["client"] else "",
        forwarded=header(scope, b"x-forwarded-for"),
        proxies=settings.PROXIES,
    )
    keys = [(address, int(settings.STREAMS_PER_ADDRESS))]
    if reader.paddle and isinstance(channel, LotChannel):
        keys.append((f"{channel.state.id}:{reader.paddle}", int(settings.STREAMS_PER_PERSON)))
    return keys


def _too_many() -> Response:
    answer = _no(429, "too_many_requests", "打开的实时连接过多，请关闭不用的页面后重试。")
    answer.headers["Retry-After"] = "5"
    return answer


def _place(scope: Scope) -> tuple[int, int] | None:
    """Where the reader stood: bids and version; None for a newcomer and for what is no position."""
    text = header(scope, b"last-event-id") or query(scope).get("after") or ""
    found = _PLACE.fullmatch(text)
    return (int(found[1]), int(found[2] or -1)) if found else None


async def _pour(channel: Channel, reader: Reader, scope: Scope, receive: Receive, send: Send) -> None:
    """Greet a reader with what it lacks, and keep its stream open until it leaves or is cut off."""
    if scope["method"] == "HEAD":
        await send(_BEGIN)
        await send({"type": "http.response.body", "body": b""})
        return
    if scope["method"] != "GET":
        await Response(status_code=405, headers=_OPEN | {"Allow": "GET, HEAD"})(scope, receive, send)
        return
    # Before anything is awaited: a channel whose last reader leaves meanwhile is forgotten, and hears of nothing more.
    channel.join(reader)
    try:
        with suppress(*GONE):
            await send(_BEGIN)
            await channel.catch_up(reader)
            while (await receive())["type"] != "http.disconnect":
                pass
    except asyncio.CancelledError:
        if not reader.is_cut:
            raise
    finally:
        channel.leave(reader)
    with suppress(*GONE):
        await asyncio.wait_for(send({"type": "http.response.body", "body": b"", "more_body": False}), 1)
