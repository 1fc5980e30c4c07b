"""Files that leave a desk."""

from urllib.parse import quote

from django.http import HttpResponse


def download(content: bytes, *, content_type: str, name: str) -> HttpResponse:
    """Bytes for download; never shown within the site."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
