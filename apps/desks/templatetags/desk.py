"""What the desks' templates ask for."""

from collections.abc import Iterable

from django import template

from apps.desks import onward
from apps.desks.menu import Entry, menu_of
from apps.objections.models import Objection
from apps.objections.rules import LEAST_OF_A_FLOOD
from apps.objections.states import ObjectionStatus
from kernel.access.models import Preparation
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.web.opaque import shown

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


@register.filter
def leading_back(address: str, back: str) -> str:
    """The address of an act, which leads back to the page that it was opened from."""
    return onward.leading_back(address, back)


@register.filter
def preparation_page(preparation_id: int, back: str = "") -> str:
    """Where a preparation is read, which leads back to the page that it was opened from."""
    return onward.leading_back(f"/desk/preparations/{shown(preparation_id, 'preparation')}/", back)


@register.filter
def act_page(prepared: Preparation) -> str:
    """The page of the act that was prepared."""
    return onward.act_address(act_called(prepared.act), prepared.subject_id)


@register.filter
def flooded(objections: Iterable[Objection]) -> bool:
    """Whether so many that nobody was signed in for are unanswered that they are refused together."""
    waiting = [each for each in objections if each.status == ObjectionStatus.RAISED and not each.person_key]
    return len(waiting) >= LEAST_OF_A_FLOOD
