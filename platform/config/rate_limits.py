"""Rate limits for pages and API (限流): who asks too often is turned away before a session or a table is read.

The live process takes bids too, with a thread and a connection of its own and limits of its own. Bids that come over
pages or API share the threads of pages, so they are counted by login and by address; logins and reads by address alone.
The API also counts its reads by login. Counts are each process's own: with two processes twice as much is let through.
"""

import hashlib
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from apps.parties import devices
from config.fragments import is_wanted, refusal
from kernel.rate_limits import Limiter
from kernel.web.origin import address_of

_LOGIN = re.compile(r"/(api/v1/|admin/)?login/")
_BID = re.compile(r"/desk/listings/[0-9]+/bid/|/api/v1/listings/[0-9]+/acts/bid\.place/")
_UNCOUNTED = ("/static/", "/healthz", "/metrics")


class RateLimitMiddleware:
    """Answers 429 with Retry-After where somebody asks too often; the others go on as before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._logins = _each(
            settings.LOGINS_PER_MINUTE_ADDRESS / 60, burst=settings.LOGINS_PER_MINUTE_ADDRESS
        )
        self._bids = _each(settings.BIDS_PER_SECOND_ADDRESS)
        self._own_bids = _each(settings.BIDS_PER_SECOND_PERSON)
        self._reads = _each(settings.READS_PER_SECOND_ADDRESS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, or no."""
        wait_s = self._wait_s(request)
        if not wait_s:
            return self.get_response(request)
        response = _too_many(request, wait_s)
        response["Retry-After"] = str(wait_s)
        return response

    def _wait_s(self, request: HttpRequest) -> int:
        at_s = time.monotonic()
        address = address_of(request)
        if request.method in ("GET", "HEAD"):
            counted = not request.path.startswith(_UNCOUNTED)
            return self._reads.wait_s(address, at_s=at_s) if counted else 0
        if _LOGIN.fullmatch(request.path):
            # A browser that knows somebody is counted by itself: strangers at its address do not use up its tries.
            return self._logins.wait_s(devices.key_of(request) or address, at_s=at_s)
        if _BID.fullmatch(request.path):
            key = hashlib.sha256((_login(request) or address).encode()).hexdigest()
            return self._bids.wait_s(address, at_s=at_s) or self._own_bids.wait_s(key, at_s=at_s)
        return 0


def _login(request: HttpRequest) -> str:
    """What the request says of its login, where the address looks at it at all; empty without one."""
    said: str = request.headers.get("Authorization", "")
    if request.path.startswith("/api/") and said.lower().startswith("token "):
        return said
    return str(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))


def _each(per_second: float, *, burst: int = 0) -> Limiter:
    return Limiter(per_second=per_second, burst=burst or max(1, int(per_second * 2)))


def _too_many(request: HttpRequest, wait_s: int) -> HttpResponseBase:
    message = f"请求过于频繁，请{wait_s}秒后再试。"
    if request.path.startswith("/api/"):
        body = {"code": "too_many_requests", "message": message, "detail": {"retry_after_seconds": wait_s}}
        return JsonResponse(body, status=429)
    if is_wanted(request):
        return refusal(message, status=429)
    return HttpResponse(render_to_string("429.html", {"wait_s": wait_s}), status=429)
