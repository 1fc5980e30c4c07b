"""Whose money it is: finance of a province acts on, and sees, what belongs to lots of its province and nothing else."""

from django.db.models import Q

from kernel.actors import Actor
from kernel.errors import not_found


def province_of(by: Actor) -> str:
    """The code of the actor's province, such as 410000."""
    return f"{by.region[:2]}0000"


def require_here(by: Actor, province: str, *, what: str) -> None:
    """Refuse not_found for what is another province's, as for what does not exist."""
    if not is_here(by, province):
        raise not_found(what)


def is_here(by: Actor, province: str) -> bool:
    """Whether what belongs to a province is the actor's; everything is the platform's own."""
    return not by.is_person or province[:2] == by.region[:2]


def here(by: Actor, *, path: str = "province") -> Q:
    """Rows of the actor's province; `path` leads to the province's code."""
    return Q(**{f"{path}__startswith": by.region[:2]})
