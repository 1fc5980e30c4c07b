"""Organisations that one person must not serve both. What stands between them is known to later apps, which say so."""

from collections.abc import Callable

Between = Callable[[int, int], bool]
"""Whether two organisations meet over something that is not over yet."""

_known: list[Between] = []


def ask(between: Between) -> None:
    """Have this asked before a person is given a further organisation. Called once, when an app is ready."""
    _known.append(between)


def meet(one: int, other: int) -> bool:
    """Whether two organisations meet anywhere now."""
    return any(between(one, other) for between in _known)
