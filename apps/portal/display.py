"""How a visitor wants to read: the size of the text (适老化) and the language. Kept in cookies, for everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from kernel.web.methods import post_from

_YEAR_S = 365 * 86400


@post_from("/")
def display(request: HttpRequest) -> HttpResponse:
    """Remember the choice and go back to the page it was made on; what is not known changes nothing."""
    onward = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(onward, allowed_hosts=None) and onward.startswith("/")
    answer = redirect(onward if safe else "/")
    text, language = request.POST.get("text"), request.POST.get("language")
    if text in ("large", "normal"):
        answer.set_cookie("display", text, max_age=_YEAR_S, samesite="Lax")
    if language in dict(settings.LANGUAGES):
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR_S, samesite="Lax")
    return answer
