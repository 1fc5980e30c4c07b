"""What comes in with an act (提交内容), as its form will store it: so what is prepared and shown is what is written."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from rest_framework import serializers


@runtime_checkable
class _KeepsText(Protocol):
    """An input that stores a text otherwise than it may be typed, such as without signs that nobody sees."""

    def kept(self, text: str) -> str:
        """The text as it is stored; ValueError with a sentence for what is refused."""


def as_kept(field: object, data: Any) -> Any:
    """Plain data with each text as its field stores it. What a field refuses stays as it came: validation says why."""
    if isinstance(field, _KeepsText) and isinstance(data, str):
        try:
            return field.kept(data)
        except ValueError:
            return data  # refused, with its sentence, where the form is validated
    if isinstance(field, serializers.Serializer) and isinstance(data, Mapping):
        inner = field.fields
        return {name: as_kept(inner[name], each) if name in inner else each for name, each in data.items()}
    child = getattr(field, "child", None)
    if child is not None and isinstance(data, list):
        return [as_kept(child, each) for each in data]
    if isinstance(child, _KeepsText) and isinstance(data, Mapping):
        return {name: as_kept(child, each) for name, each in data.items()}
    return data


def unknown_in(field: object, data: Any, *, path: str = "") -> list[str]:
    """What came in that its form has no input for, each by its path such as `parts[0].high_standard`."""
    if isinstance(field, serializers.Serializer) and isinstance(data, Mapping):
        inner, found = field.fields, []
        for name, each in data.items():
            here = f"{path}.{name}" if path else str(name)
            found += unknown_in(inner[name], each, path=here) if name in inner else [here]
        return found
    child = getattr(field, "child", None)
    if child is not None and isinstance(data, list):
        return [
            each for place, row in enumerate(data) for each in unknown_in(child, row, path=f"{path}[{place}]")
        ]
    return []
