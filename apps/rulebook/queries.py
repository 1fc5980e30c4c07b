"""Which rules are in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from apps.rulebook.models import Rulebook
from apps.rulebook.parameters import Parameters
from kernel.clock import beijing


@dataclass(frozen=True)
class Rules:
    """A listing's own copy of the rules it runs under, with where they come from."""

    name: str
    version: int
    legal_basis: tuple[str, ...]
    parameters: Parameters

    def as_json(self) -> dict[str, Any]:
        """What is stored on the listing."""
        return {
            "name": self.name,
            "version": self.version,
            "legal_basis": list(self.legal_basis),
            "parameters": self.parameters.as_json(),
        }


def rules_from(stored: dict[str, Any]) -> Rules:
    """The rules as a listing stored them."""
    return Rules(
        stored["name"],
        stored["version"],
        tuple(stored["legal_basis"]),
        Parameters.model_validate(stored["parameters"]),
    )


def rules_of(book: Rulebook) -> Rules:
    """A version's rules."""
    return Rules(book.name, book.version, tuple(book.legal_basis), Parameters.model_validate(book.parameters))


def in_force(*, province: str, now: datetime) -> Rulebook | None:
    """The newest approved version that is valid on that day (Beijing); None when there is none."""
    return _valid_on(beijing(now).date()).filter(province=province).order_by("-version").first()


def newest_approved(*, province: str, now: datetime) -> Rulebook | None:
    """The newest approved version that has come into force, valid still or past its last day."""
    begun = Rulebook.objects.filter(
        province=province, approved_at__isnull=False, valid_from__lte=beijing(now).date()
    )
    return begun.order_by("-version").first()


def _valid_on(day: date) -> QuerySet[Rulebook]:
    valid = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return Rulebook.objects.filter(valid, approved_at__isnull=False)


def differences(old: Rulebook, new: Rulebook) -> list[tuple[str, Any, Any]]:
    """(parameter, old value, new value) for every parameter that differs."""
    names = sorted(set(old.parameters) | set(new.parameters))
    return [
        (name, old.parameters.get(name), new.parameters.get(name))
        for name in names
        if old.parameters.get(name) != new.parameters.get(name)
    ]


@dataclass(frozen=True)
class Compared:
    """One parameter of two versions; `path` is dotted where it is nested."""

    path: str
    old: Any
    new: Any

    @property
    def changed(self) -> bool:
        """Whether the versions differ in it."""
        return bool(self.old != self.new)


def side_by_side(old: Rulebook, new: Rulebook) -> list[Compared]:
    """Every parameter of two versions, in the rulebook's order, nested ones by their dotted paths."""
    before, after = dict(_flat(old.parameters)), dict(_flat(new.parameters))
    return [Compared(path, before.get(path), after.get(path)) for path in dict.fromkeys([*after, *before])]


def _flat(parameters: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    known = [name for name in Parameters.model_fields if name in parameters]
    for name in dict.fromkeys([*known, *parameters]):
        value = parameters[name]
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value
