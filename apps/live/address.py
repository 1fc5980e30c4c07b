"""Where a page finds the live process, and the browser's leave to go there (Content-Security-Policy)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase


def origin_for(request: HttpRequest) -> str:
    """The origin of the live streams for this page: LIVE_URL, or LIVE_PORT of the page's host; empty for its own."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL)
    if settings.LIVE_PORT:
        name, _ = split_domain_port(request.get_host())
        return f"{request.scheme}://{name}:{settings.LIVE_PORT}"
    return ""


def live_address(request: HttpRequest) -> dict[str, Any]:
    """For templates: `live_origin`, put before /live/… in addresses."""
    return {"live_origin": origin_for(request)}


class LiveMiddleware:
    """Lets pages connect to the live process where that is another origin, and to nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, with the origin added to connect-src."""
        response = self.get_response(request)
        origin = origin_for(request)
        if origin:
            response._csp_update = {"connect-src": [origin]}  # type: ignore[attr-defined]
        return response
