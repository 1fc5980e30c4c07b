"""In which language a page is shown: Chinese, unless the visitor chose English here.

A browser's own preference is not asked: an official page is Chinese, and a notice quoted from it must read alike
for everybody.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

Answer = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware:
    """Activates the language named in the visitor's cookie, when the site has it."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, in the chosen language."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            answer = self._get_response(request)
        answer.headers.setdefault("Content-Language", language)
        return answer
