"""Which rules are in force."""

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
