"""What the desks' templates ask for."""

from django import template

from apps.desks.menu import Entry, menu_of
from kernel.actors import Actor

register = template.Library()


@register.filter
def menu(by: Actor) -> list[tuple[str, list[Entry]]]:
    """The rail of the actor's desk."""
    return menu_of(by)


@register.simple_tag
def place(by: Actor, path: str) -> str:
    """The address of the entry to which the page at `path` belongs: the longest one above it."""
    above = [
        entry.url
        for _, entries in menu_of(by)
        for entry in entries
        if path == entry.url or (entry.url != "/desk/" and path.startswith(entry.url))
    ]
    return max(above, key=len, default="/desk/")
