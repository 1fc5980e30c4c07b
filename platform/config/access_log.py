"""The access log (访问日志): who asked what from where, what came of it, and how long it took; kept half a year.

It lies with the protected logs, closed to other accounts, for before a lot closes it would tell who bids. Whoever
raises an objection, asks about a lot or watches it is sealed here too: only who has the site's key reads person and
address of such a line.
"""

import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import empty

from config import meters, protected_logs, watch
from kernel.sealing import seal
from kernel.web.origin import address_of

LOG = "access"
_UNWRITTEN = ("/static/", "/healthz", "/metrics")
_SEALED = re.compile(
    r"/listings/[0-9]+/(?:objections|questions|watch|objection-challenge|question-challenge)/"
    r"|/cross-province/[0-9]+/objections/|/cases/[0-9]+/objection-challenge/"
    r"|/acts/(?:objection\.raise(?:_on_case)?|question\.ask)/|^/receipts/"
)
_ANSWERED = re.compile(r"/(?:listings|cross-province)/[0-9]+/")
_ANSWER = re.compile(r"(?:^|&)(?:receipt|objected)=")
"""The lot's page that answers such a post is asked for by its query; nowhere else does a query hide who asks."""
_SECRET = re.compile(r"(/calendar/|/invitations?/|/set-password/)[^/?]+")
_MOST_QUERY = 300


class AccessLogMiddleware:
    """Stands behind the sessions' middleware, and tells the watchdog too who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; one line is written when it is there."""
        began = time.monotonic()
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            watch.note(person=request.session.get(SESSION_KEY))
        response = self.get_response(request)
        took_s = time.monotonic() - began
        meters.count(request.method or "", response.status_code, took_s)
        if not request.path.startswith(_UNWRITTEN):
            protected_logs.write(LOG, line_of(request, response.status_code, took_s))
        return response


def line_of(request: HttpRequest, status: int, took_s: float) -> dict[str, Any]:
    """What is written of one request."""
    who: dict[str, Any] = {"person": _person(request), "address": address_of(request)}
    query = request.META.get("QUERY_STRING", "")
    answers = _ANSWERED.fullmatch(request.path) and _ANSWER.search(query)
    if _SEALED.search(request.path) or answers:
        who = {name: seal(str(value)) for name, value in who.items()}
    return {
        "method": request.method,
        "path": _SECRET.sub(r"\1…", request.path),
        "query": query[:_MOST_QUERY],
        "status": status,
        "milliseconds": round(took_s * 1000, 1),
        **who,
    }


def _person(request: HttpRequest) -> int | None:
    """Who was signed in, if anybody has asked that meanwhile: this asks the database nothing."""
    user: Any = request.__dict__.get("user")
    if user is None or getattr(user, "_wrapped", None) is empty:
        return None
    found: int | None = user.pk
    return found
