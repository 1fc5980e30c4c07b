"""Static files on a developer's machine go out compressed; pages, which may hold secrets, do not."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.compression import StaticCompressionMiddleware

TEXT = b"body { color: green } " * 100


def _answer(path: str, kind: str, status: int = 200) -> HttpResponse:
    request = RequestFactory().get(path, headers={"Accept-Encoding": "gzip"})
    made = StaticCompressionMiddleware(lambda _: HttpResponse(TEXT, content_type=kind, status=status))(
        request
    )
    assert isinstance(made, HttpResponse)
    return made


def test_a_style_sheet_is_compressed() -> None:
    found = _answer("/static/exchange.css", "text/css")
    assert found.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(found.content) == TEXT
    assert len(found.content) < len(TEXT) / 5


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/login/", "text/html", 200),
        ("/static/vendor/plex/400.woff2", "font/woff2", 200),
        ("/static/exchange.css", "text/css", 206),
    ],
)
def test_everything_else_goes_as_it_is(path: str, kind: str, status: int) -> None:
    found = _answer(path, kind, status)
    assert "Content-Encoding" not in found.headers
    assert found.content == TEXT
