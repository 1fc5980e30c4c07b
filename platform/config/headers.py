"""What every answer says to browsers and caches, and what never gets further than here.

Pages that hang on who asks are kept by no cache; the browser's sensors and payments are nobody's; nobody is told what
serves. An address with signs that cannot be written (NUL and other controls) leads nowhere: 404, before all else.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "usb", "browsing-topics",
    )
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PRIVATE = re.compile(r"/(desk|admin|account|duty|login|logout|calendar|api)(/|$)")


class HeadersMiddleware:
    """Stands outside all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with its headers."""
        response = _nowhere(request) if _CONTROL.search(request.path) else self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if _is_private(request):
            response.headers["Cache-Control"] = "private, no-store"
        del response.headers["Server"]
        return response


def _is_private(request: HttpRequest) -> bool:
    """Whether an answer hangs on who asks: by its address, or because somebody is signed in."""
    if request.path.startswith(settings.STATIC_URL):
        return False
    named = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
    return named or bool(_PRIVATE.match(request.path))


def _nowhere(request: HttpRequest) -> HttpResponseBase:
    if request.path.startswith("/api/"):
        body = {"code": "not_found", "message": "未找到请求的内容，请核对地址或编号。", "detail": {}}
        return JsonResponse(body, status=404)
    return HttpResponse("未找到该页面，请核对地址。", content_type="text/plain; charset=utf-8", status=404)
