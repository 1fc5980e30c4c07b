"""Static files compressed on the way, where no `collectstatic` has compressed them beforehand.

On a developer's machine and in `make demo` WhiteNoise finds files where they lie. Pages would then weigh several times
what they do in production. Files only: they hold no secret that a compressed length could tell.
"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_TEXT = ("text/", "application/javascript", "application/json", "image/svg+xml")


class StaticCompressionMiddleware(GZipMiddleware):
    """Stands before WhiteNoise; compresses whole answers of text under /static/ and nothing else."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer, compressed where the browser takes it."""
        if (
            response.status_code == 200
            and request.path.startswith(settings.STATIC_URL)
            and response.headers.get("Content-Type", "").startswith(_TEXT)
        ):
            return super().process_response(request, response)
        return response
