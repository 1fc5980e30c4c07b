"""Icons, drawn into the page: one file of the icon package each, read once."""

from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@cache
def _drawn(name: str) -> SafeString:
    place = Path(settings.ICONS) / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not place.is_file():
        return SafeString("")
    drawing = place.read_text()
    start = drawing.index("<path") if "<path" in drawing else drawing.index(">") + 1
    inner = drawing[start : drawing.rindex("</svg>")]
    shape = (
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"'
        ' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
    )
    return mark_safe(f"{shape}{inner}</svg>")


@register.simple_tag
def icon(name: str) -> SafeString:
    """The outline icon `name` of the icon package, for decoration beside words; nothing where it is not installed."""
    return _drawn(name)
