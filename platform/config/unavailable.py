"""What the site says while its database does not answer: 503 and when to come again, never an error page.

The database is away, restarting, full, out of connections, or gave up waiting for a lock. Nothing was decided, or it
is not known whether it was: the same request with the same request id finds out.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import InterfaceError, InternalError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from config.fragments import is_wanted, refusal

AWAY = (OperationalError, InterfaceError, InternalError)
RETRY_AFTER_S = 2
_SENTENCE = "系统暂时无法受理，请稍后以同一请求标识重试。"
logger = logging.getLogger(__name__)


class UnavailableMiddleware:
    """Stands first. Views are caught as they fail; what fails in other middleware is known by its note."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, or 503 in its place."""
        answer = self._get_response(request)
        if answer.status_code == 500 and request.META.get(_NOTE):
            return unavailable(request)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 for a view that the database left alone."""
        if not isinstance(exception, AWAY):
            return None
        logger.warning("the database does not answer %s: %s", request.path, exception, exc_info=True)
        return unavailable(request)


_NOTE = "exchange.unavailable"


def _note(*, request: HttpRequest | None = None, **_: Any) -> None:
    if request is not None and isinstance(sys.exc_info()[1], AWAY):
        request.META[_NOTE] = True


got_request_exception.connect(_note, dispatch_uid="config.unavailable")


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with code `unavailable`: JSON as the API's for programs, a page or a fragment of one for people.

    Asks the database nothing.
    """
    # Whatever state the connection is in, the next request begins with a new one.
    connections["default"].close()
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        body = {"code": "unavailable", "message": _SENTENCE, "detail": {"retry_after_seconds": RETRY_AFTER_S}}
        answer: HttpResponse = JsonResponse(body, status=503)
    elif is_wanted(request):
        answer = refusal(_SENTENCE, status=503)
    else:
        answer = HttpResponse(render_to_string("503.html"), status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    answer.headers["Cache-Control"] = "no-store"
    return answer
