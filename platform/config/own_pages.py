"""The exchange's own page for what is not there, on a developer's machine and in `make demo` too.

With DEBUG, Django answers with a page of its own instead: in English, and with a list of all addresses.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_resolver


class OwnNotFoundMiddleware:
    """Stands last, next to the views; answers 404 as production does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer; of an address that leads nowhere, the page of `handler404`."""
        response = self.get_response(request)
        nowhere = response.status_code == 404 and request.resolver_match is None
        return self.process_exception(request, Http404()) or response if nowhere else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """The same for what a view did not find."""
        if not isinstance(exception, Http404):
            return None
        return get_resolver().resolve_error_handler(404)(request, exception)  # type: ignore[call-arg]
