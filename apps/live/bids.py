"""The bid address (报价入口) of the live process: `POST /live/lots/<id>/bids`, with a bidding ticket and typed JSON.

It knows who asks by the ticket alone, and asks the same decision as the API and the pages (`place_all`). A bidder that
asks too often, or a process with too many bids waiting, is told so at once, before it costs the others anything.
Answers are the API's, with its statuses; a page that sends `X-Fragment: 1` gets refusals with 200, because a browser
writes every other status into its console as an error, and a refusal is none.
"""

import time
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from django.db import Error as DatabaseError
from starlette.types import Receive, Scope, Send

from apps.live import tickets
from apps.live.asked import header
from apps.live.combiner import Busy, Combiner
from apps.live.hub import Hub
from apps.stages.bidding.decision import Receipt
from apps.stages.bidding.forms import BidForm, receipt_answer
from apps.stages.bidding.snapshot import BidRequest
from kernel.errors import Code, Refusal, about_input
from kernel.money import Yuan, parse_yuan
from kernel.rate_limits import Limiter
from kernel.web.addresses import client_address
from kernel.web.api import body_of, status_of

MOST_BYTES = 2000
_SCHEME = "ticket "
_HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    # A ticket in a header opens this address, no cookie does: any page may ask, none has more than it was given.
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"retry-after"),
]
_LEAVE = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"authorization, content-type, x-fragment"),
    (b"access-control-max-age", b"86400"),
]


_NOT_HERE = {"code": "invalid", "message": "该地址不支持此请求方法。", "detail": {}}
_REFUSALS = frozenset({400, 401, 403, 404, 409, 429})


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What a bid says. Prices are text with at most two decimals, or whole numbers: never binary fractions."""

    unit_price: str | int
    request_id: str = ""
    seen_price: str | int | None = None
    saw_none: bool = False


class No(Exception):
    """The answer is no, before anything was decided."""

    def __init__(self, status: int, code: str, message: str, retry_after_s: int = 0, **detail: Any) -> None:
        super().__init__(code)
        self.status, self.retry_after_s = status, retry_after_s
        self.body = {"code": code, "message": message, "detail": detail}


_known_ticket = lru_cache(maxsize=8192)(tickets.read_bidding)
_decoder = msgspec.json.Decoder(Body)
_encode = msgspec.json.Encoder().encode


class BidPoint:
    """The address as an ASGI application."""

    def __init__(self, hub: Hub, combiner: Combiner) -> None:
        self._hub = hub
        self._combiner = combiner
        self._people = Limiter(
            per_second=settings.BIDS_PER_SECOND_PERSON, burst=settings.BIDS_PER_SECOND_PERSON * 2
        )
        rate = settings.BIDS_PER_SECOND_ADDRESS
        self._addresses = Limiter(per_second=rate, burst=rate * 2)
        self._strangers = Limiter(per_second=rate, burst=rate * 2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            await _say(send, 204, b"", _LEAVE)
            return
        try:
            if scope["method"] != "POST":
                await _say(send, 405, _encode(_NOT_HERE), [*_HEADERS, (b"allow", b"POST, OPTIONS")])
                return
            status, body = await self._placed(scope, receive)
        except No as no:
            extra = [(b"retry-after", str(no.retry_after_s).encode())] if no.retry_after_s else []
            if no.status == 401:
                extra.append((b"www-authenticate", b"Ticket"))
            scope["exchange.status"] = no.status
            await _say(send, _shown(scope, no.status), _encode(no.body), _HEADERS + extra)
            return
        scope["exchange.status"] = status
        await _say(send, _shown(scope, status), body, _HEADERS)

    async def _placed(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        address = client_address(
            remote=scope["client"][0] if scope["client"] else "",
            forwarded=header(scope, b"x-forwarded-for"),
            proxies=settings.PROXIES,
        )
        try:
            ticket = self._ticket(
                header(scope, b"authorization"), listing_id=scope["path_params"]["listing_id"]
            )
        except No:
            # Counted apart: who has no ticket does not use up what the bidders at its address may ask.
            self._require_patience(self._strangers, address)
            raise
        # For the log of requests, which is kept outside.
        scope["exchange.person"] = ticket.person_id
        self._require_patience(self._people, str(ticket.person_id))
        self._require_patience(self._addresses, address)
        ask = _ask(await _read(receive), ticket, address)
        try:
            answer = await self._combiner.place(ask)
        except Busy as error:
            raise No(503, "unavailable", "报价请求过多，请稍后用同一请求标识重试。", 1) from error
        except DatabaseError as error:
            raise No(503, "unavailable", "暂时无法受理报价，请稍后用同一请求标识重试。", 1) from error
        except Exception as error:  # logged where it happened, with what was being decided
            raise No(
                500, "internal", "未能受理报价，请用同一请求标识重试；仍不成功请联系交易机构。"
            ) from error
        if isinstance(answer, Receipt):
            outcome = "repeated" if answer.repeated else "done"
            return 200, _encode({"outcome": outcome, "detail": receipt_answer(answer)})
        if isinstance(answer, Refusal):
            return status_of(answer), _encode(body_of(answer))
        raise No(503, "unavailable", "该项目正在办理到期事项，请稍后用同一请求标识重试。", 1)

    def _require_patience(self, limiter: Limiter, key: str) -> None:
        wait_s = limiter.wait_s(key, at_s=time.monotonic())
        if wait_s:
            raise No(
                429,
                "too_many_requests",
                f"请求过于频繁，请{wait_s}秒后再试。",
                wait_s,
                retry_after_seconds=wait_s,
            )

    def _ticket(self, authorization: str, *, listing_id: int) -> tickets.BiddingTicket:
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            raise No(401, "not_signed_in", "请先进入竞价大厅后再报价。")
        try:
            ticket = _known_ticket(authorization[len(_SCHEME) :].strip(), listing_id=listing_id)
            tickets.require_fresh(ticket, now=self._hub.now())
        except tickets.BadTicket as error:
            raise No(
                401, "not_signed_in", "报价票据无效或已过期，请刷新竞价大厅页面。", ticket="renew"
            ) from error
        return ticket


def _ask(raw: bytes, ticket: tickets.BiddingTicket, address: str) -> BidRequest:
    try:
        body = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise No(
            400, "invalid", "请求内容的字段或类型有误，请按接口说明核对后重试。", body=str(error)
        ) from error
    except msgspec.DecodeError as error:
        raise No(400, "invalid", "请求内容不是有效的JSON，请检查格式。") from error
    if len(body.request_id) > 100 or not body.request_id.isprintable():
        raise No(400, "invalid", "请求标识须为不超过100个可见字符。", request_id="请求标识")
    return BidRequest(
        listing_id=ticket.listing_id,
        organisation_id=ticket.organisation_id,
        person_id=ticket.person_id,
        unit_price=_price(body.unit_price, "unit_price"),
        request_id=body.request_id,
        seen_price=None if body.seen_price is None else _price(body.seen_price, "seen_price"),
        saw_none=body.saw_none,
        address=address,
        credential=ticket.credential,
    )


def _price(given: str | int, field: str) -> Yuan:
    try:
        return parse_yuan(str(given))
    except ValueError as error:
        label = BidForm().fields[field].label
        sentence = about_input(str(label), str(error))
        raise No(400, str(Code.INVALID), sentence, 0, **{field: str(error)}) from error


async def _read(receive: Receive) -> bytes:
    """The whole body, if it is as short as a bid's."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise No(400, "invalid", "请求未完整送达。")
        piece: bytes = message.get("body", b"")
        body += piece
        if len(body) > MOST_BYTES:
            raise No(413, "invalid", f"请求内容不得超过{MOST_BYTES}字节。")
        if not message.get("more_body", False):
            return body


def _shown(scope: Scope, status: int) -> int:
    return 200 if status in _REFUSALS and (b"x-fragment", b"1") in scope["headers"] else status


async def _say(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length: list[tuple[bytes, Any]] = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers + length})
    await send({"type": "http.response.body", "body": body})
