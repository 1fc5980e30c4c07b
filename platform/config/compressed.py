"""Pages compressed on the way, for whoever is not signed in.

A compressed length can tell what stands in an answer beside something that the asker chose (BREACH). What is sent to
strangers holds nothing secret but the form's token, which is masked anew each time; and Django adds random bytes (Heal
the BREACH, Palacios et al. 2022). What is sent to somebody who is signed in goes as it is.
"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_TEXT = (
    "text/html",
    "text/csv",
    "text/calendar",
    "application/json",
    "application/xml",
    "application/rss+xml",
)


class CompressedPagesMiddleware(GZipMiddleware):
    """Stands outside the sessions' middleware."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed where it is public text and the browser takes it."""
        if _is_public(request, response) and response.headers.get("Content-Type", "").startswith(_TEXT):
            return super().process_response(request, response)
        return response


def _is_public(request: HttpRequest, response: HttpResponseBase) -> bool:
    name = settings.SESSION_COOKIE_NAME
    known = name in request.COOKIES or name in response.cookies or "Authorization" in request.headers
    return not known and not request.path.startswith(settings.STATIC_URL)
