"""Who stands behind the present request, for limits: an address and a person, where a request is answered at all.

An act that keeps nobody's name (an objection) is limited by it all the same. A rehearsal, a worker and a command line
have no origin, and no limit of this sort.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.sealing import keyed_mark
from kernel.web.addresses import client_address


@dataclass(frozen=True)
class Origin:
    """The address a request came from, and the person signed in (0: nobody)."""

    address: str
    person_id: int = 0

    @property
    def address_key(self) -> str:
        """The same for every request of one address, and no way back to it without the site's key."""
        return keyed_mark("address", self.address)

    @property
    def person_key(self) -> str:
        """The same for every request of one person; empty for nobody."""
        return keyed_mark("person", str(self.person_id)) if self.person_id else ""


_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
_given: ContextVar[Origin | None] = ContextVar("origin", default=None)


def present() -> Origin | None:
    """The origin of the request that is being answered; None outside of one."""
    given = _given.get()
    if given is not None:
        return given
    request = _request.get()
    if request is None:
        return None
    person = request.user.pk if request.user.is_authenticated else None
    return Origin(address_of(request), person or 0)


def request() -> HttpRequest | None:
    """The request that is being answered; None outside of one, and where another origin was given."""
    return None if _given.get() is not None else _request.get()


def address_of(request: HttpRequest) -> str:
    """Where a request came from, by the one rule of the site (`settings.PROXIES`)."""
    return client_address(
        remote=str(request.META.get("REMOTE_ADDR", "")),
        forwarded=str(request.META.get("HTTP_X_FORWARDED_FOR", "")),
        proxies=settings.PROXIES,
    )


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """What happens in the block comes from there."""
    token = _given.set(origin)
    try:
        yield
    finally:
        _given.reset(token)


class OriginMiddleware:
    """Stands behind the one that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, made while the request can be asked for."""
        token = _request.set(request)
        try:
            return self.get_response(request)
        finally:
            _request.reset(token)
