"""Addresses that only take what was sent: whoever opens one in a browser is led to the page whose form sends it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote, urljoin

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase, HttpResponseRedirect

View = Callable[..., HttpResponseBase]


def post_from(page: str) -> Callable[[View], View]:
    """A view of POST alone. GET and HEAD are led to `page`, into which the parameters of the address are put
    (`/lots/{lot_id}/`), or which is named from the address itself (`../`); 405 for other methods.

    A bookmark, a link in a mail, a reload after the session ended: people come to such an address, and 405 is no page.
    """

    def only(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, **kwargs)
            if request.method in ("GET", "HEAD"):
                at = {name: quote(str(value), safe="") for name, value in kwargs.items()}
                return HttpResponseRedirect(urljoin(request.path, page.format(**at)))
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])

        return answer

    return only
