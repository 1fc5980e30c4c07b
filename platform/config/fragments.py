"""Refusals for pages whose scripts send `X-Fragment: 1` and put the answer into the page they stand on."""

from django.http import HttpRequest, JsonResponse
from django.utils.html import format_html


def is_wanted(request: HttpRequest) -> bool:
    """Whether the page asks for a fragment instead of a page."""
    return bool(request.headers.get("X-Fragment") == "1")


def refusal(sentence: str, *, status: int) -> JsonResponse:
    """A refusal as the hall of bids gives its own: {"kind": "refusal", "html": …}, with the status it has."""
    html = format_html('<p class="wrong" role="alert">{}</p>', sentence)
    return JsonResponse({"kind": "refusal", "html": html}, status=status)
