"""The door of every page of a desk: who is there, what time it is, and how a refusal is answered."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from apps.parties.roles import Can, role_called
from apps.parties.web import actor_of_request
from kernel import clock
from kernel.actors import Actor
from kernel.errors import Code, Refused

LARGEST_ID = 2**63 - 1


class Page(Protocol):
    """A page of a desk."""

    def __call__(self, request: HttpRequest, *, by: Actor, now: datetime, **kwargs: Any) -> HttpResponseBase:
        """The answer."""


def desk(*capabilities: Can) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A page for people signed in, whose role has one of these capabilities or (none named) takes part in trades.

    Without a login: to the login. Another role, or no duty in force: 403. What is not found or not theirs: 404.
    Who takes no part in trades (administrators) is led from a page that names none to the home of its own desk.
    """

    def gate(page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(page)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                if request.headers.get("HX-Request"):
                    return render(request, "desks/expired.html", {"back": _page_of(request)})
                return redirect_to_login(request.get_full_path())
            by = actor_of_request(request)
            if not by.is_person or (capabilities and not by.can(*capabilities)):
                raise PermissionDenied
            if not capabilities and not by.can(Can.TAKE_PART):
                return redirect(role_called(by.role).home)
            if any(isinstance(each, int) and each > LARGEST_ID for each in kwargs.values()):
                raise Http404
            return _answered(page, request, by=by, now=clock.now(), **kwargs)

        return answer

    return gate


def _page_of(request: HttpRequest) -> str:
    """The page that a part of it is asked for: its own path with what was looked for, or the desk."""
    current = urlsplit(request.headers.get("HX-Current-URL", ""))
    if not current.path.startswith("/desk/"):
        return "/desk/"
    return f"{current.path}?{current.query}" if current.query else current.path


def _answered(page: Callable[..., HttpResponseBase], request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    try:
        return page(request, **kwargs)
    except Refused as no:
        if no.refusal.code is Code.NOT_FOUND:
            raise Http404 from no
        if no.refusal.code is Code.NOT_PERMITTED:
            raise PermissionDenied from no
        raise
